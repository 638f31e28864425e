/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of a recording, read one after the other, where each may be compared with the last one instead of
 * being parsed, are the events that each line is alone.
 */
#include "fuzz.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* a recording may begin with one */

static void
append_alone (GString    *text,
              const char *line,
              gsize       length)
{
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (line, length, NULL);
  g_autofree char *json = NULL;

  g_assert_nonnull (event);
  json = gstream_event_to_json (event);
  g_string_append_printf (text, "%s\n", json);
}

/* A recording that cannot be read to its end, or whose last line is an error, says nothing here. */
static void
compare (const uint8_t *data,
         size_t         size)
{
  g_autoptr (GInputStream) stream = fuzz_stream_new (data, size, 0);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new_for_stream (stream);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) found = g_string_new (NULL);
  GstreamTry    tried;
  GstreamEvent *event;
  const char   *line = (const char *) data;
  const char   *end = line + size;

  while ((tried = gstream_event_source_try_next (source, &event, NULL)) == GSTREAM_TRY_ITEM)
    {
      g_autofree char *json = gstream_event_to_json (event);

      g_string_append_printf (found, "%s\n", json);
      gstream_event_unref (event);
    }
  if (tried != GSTREAM_TRY_ENDED)
    return;

  if (size >= strlen (BYTE_ORDER_MARK) && memcmp (line, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    line += strlen (BYTE_ORDER_MARK);
  while (line < end)
    {
      const char *stop = memchr (line, '\n', end - line);
      gsize       length = (stop != NULL ? stop : end) - line;
      gsize       blank = 0;

      while (blank < length && strchr (" \t\r", line[blank]) != NULL && line[blank] != '\0')
        blank++;
      if (blank < length)
        append_alone (expected, line, length);
      line += length + 1;
    }
  g_assert_cmpstr (found->str, ==, expected->str);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  compare (data, size);
  fuzz_settle ();

  return 0;
}
