/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whatever comes over a WebSocket is events, answers, an end or an error. By the first byte the input is lines of which
 * each becomes a frame (l), the bytes of frames (f), or those of the answer to the opening handshake (h).
 *
 * A line that begins with a byte below 16 is a frame of that opcode; with one below 32, one that others follow.
 */
#include "fuzz.h"

#include <string.h>

#include "fuzz-network.h"
#include <gstream/remote/gstream-websocket-connection-private.h>

#define ACCEPTED                                                           \
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: " \
  "Upgrade\r\nSec-WebSocket-Accept: " FUZZ_NETWORK_ACCEPT "\r\n\r\n"
#define COMMAND "{\"id\":2,\"method\":\"run.start\",\"params\":{}}"
#define TEXT 1    /* an opcode */
#define FINAL 128 /* bit of the first byte */
#define MOST 8192 /* bytes */

static void
append_frame (GByteArray    *frames,
              const uint8_t *line,
              size_t         length)
{
  uint8_t opcode = FINAL | TEXT;

  if (length > 0 && line[0] < 32)
    {
      opcode = line[0] < 16 ? FINAL | line[0] : line[0] & 15;
      line++;
      length--;
    }
  g_byte_array_append (frames, &opcode, 1);
  if (length < 126)
    g_byte_array_append (frames, (uint8_t[]) { length }, 1);
  else
    g_byte_array_append (frames, (uint8_t[]) { 126, length >> 8, length & 255 }, 3);
  g_byte_array_append (frames, line, length);
}

static void
append_frames (GByteArray    *frames,
               const uint8_t *data,
               size_t         size)
{
  const uint8_t *end = data + size;

  while (data < end)
    {
      const uint8_t *stop = memchr (data, '\n', end - data);

      append_frame (frames, data, (stop != NULL ? stop : end) - data);
      data = stop != NULL ? stop + 1 : end;
    }
}

static GByteArray *
make_answer (const uint8_t *data,
             size_t         size)
{
  GByteArray *answer = g_byte_array_new ();

  if (data[0] != 'h')
    g_byte_array_append (answer, (const uint8_t *) ACCEPTED, strlen (ACCEPTED));
  if (data[0] == 'l')
    append_frames (answer, data + 1, size - 1);
  else
    g_byte_array_append (answer, data + 1, size - 1);

  return answer;
}

static GstreamOrigin *
get_origin (void)
{
  static GstreamOrigin *origin = NULL;

  if (origin == NULL)
    {
      g_autoptr (SoupSession) session = gstream_origin_new_session ();

      origin = gstream_origin_new ("http://server", session, g_main_context_default (), NULL);
      origin->limits.max_event_size = 2048;
      origin->limits.max_depth = 32;
      origin->limits.answer_timeout = 60000;
      origin->limits.silence_timeout = 60000;
    }

  return origin;
}

static GstreamSubscription *
get_subscription (void)
{
  static GstreamSubscription *wanted = NULL;

  if (wanted == NULL)
    {
      wanted = g_new0 (GstreamSubscription, 1);
      g_ref_count_init (&wanted->ref_count);
      wanted->channels = g_strdupv ((char *[]) { (char *) "messages", NULL });
      wanted->depth = -1;
    }

  return wanted;
}

static void
on_commanded (GObject      *object,
              GAsyncResult *result,
              gpointer      answered)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) answer =
      gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, &error);

  g_assert_true ((answer == NULL) == (error != NULL));
  *(gboolean *) answered = TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GByteArray) answer = NULL;
  g_autoptr (GstreamWebsocketConnection) connection = NULL;
  g_autofree char *events = NULL;
  gboolean         answered = FALSE;

  if (size < 1 || size > MOST)
    return 0;

  answer = make_answer (data, size);
  fuzz_network_answer (answer->data, answer->len);
  connection =
      GSTREAM_WEBSOCKET_CONNECTION (gstream_websocket_connection_new (get_origin (), "t", get_subscription ()));
  gstream_websocket_connection_command (connection, COMMAND, NULL, on_commanded, &answered);
  while (!answered)
    g_main_context_iteration (NULL, TRUE);
  events = fuzz_read_all (GSTREAM_EVENT_SOURCE (connection));
  gstream_websocket_connection_funcs.give_up (GSTREAM_EVENT_SOURCE (connection));
  gstream_event_source_close (GSTREAM_EVENT_SOURCE (connection));
  fuzz_settle ();

  return 0;
}
