/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any lines are chunks of a model's answer or an error, and what they make is events that can be written and read again,
 * and a run that ends.
 */
#include "fuzz.h"

#include <string.h>

#include <gstream/endpoint/gstream-chat-answer-private.h>

#define MAX_SIZE 4096 /* bytes: small, so that the limit is met, too */
#define MAX_DEPTH 32
#define PREFIX "data: " /* of a line in a recorded stream */

static void
check_event (GstreamEvent *event)
{
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) copy = gstream_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_event_get_method (copy), ==, gstream_event_get_method (event));
}

static void
take_all (GstreamChatAnswer *answer,
          GPtrArray         *events)
{
  GstreamEvent *event;

  while ((event = gstream_chat_answer_take (answer)) != NULL)
    {
      check_event (event);
      g_ptr_array_add (events, event);
    }
}

/* FALSE: nothing more is to be read. */
static gboolean
read_line (GstreamChatAnswer *answer,
           const char        *line,
           gsize              length,
           GPtrArray         *events)
{
  g_autoptr (GError) error = NULL;
  gboolean is_read;

  if (length >= strlen (PREFIX) && memcmp (line, PREFIX, strlen (PREFIX)) == 0)
    {
      line += strlen (PREFIX);
      length -= strlen (PREFIX);
    }
  if (length == 0)
    return TRUE;

  is_read = gstream_chat_answer_read (answer, line, length, &error);
  g_assert_true (is_read == (error == NULL));
  take_all (answer, events);

  return is_read && !gstream_chat_answer_is_over (answer);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GstreamPayload) messages = gstream_payload_new ("[]", -1, NULL);
  g_autoptr (GstreamChatAnswer) answer = gstream_chat_answer_new (messages, MAX_SIZE, MAX_DEPTH);
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);
  g_autoptr (GstreamEventSource) source = NULL;
  g_autofree char *digest = NULL;
  const char      *line = (const char *) data;
  const char      *end = line + size;

  take_all (answer, events);
  while (line < end)
    {
      const char *next = memchr (line, '\n', end - line);
      gsize       length = (next != NULL ? next : end) - line;

      if (!read_line (answer, line, length, events))
        break;
      line += length + 1;
    }
  if (gstream_chat_answer_end (answer, NULL))
    take_all (answer, events);

  source = gstream_memory_source_new ((GstreamEvent **) events->pdata, events->len);
  digest = fuzz_digest (source);
  fuzz_settle ();

  return 0;
}
