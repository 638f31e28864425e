/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: bare URL RECORDING RUNS
 *
 * What libsoup alone takes for the same stream as wire's: its bytes are read on the main loop and counted.
 */
#include "bench.h"

#include <libsoup/soup.h>
#include <string.h>

#define READ_SIZE (64 * 1024)
#define SUBSCRIPTION "{\"channels\":[\"lifecycle\",\"messages\"]}"
#define LAST "\"event\":\"completed\"" /* of the run's last event; the server leaves the connection open */

static char        *url;
static SoupSession *session; /* of all runs, as an application has one */
static char         bytes[READ_SIZE + 1];

typedef struct
{
  GMainLoop    *loop;
  GInputStream *body;
  GSource      *source;
  BenchTotal   *total;
} Reading;

static gboolean
read_on (GObject *stream,
         gpointer user_data)
{
  Reading *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n_read;

  while ((n_read = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), bytes, READ_SIZE, NULL,
                                                             &error)) > 0)
    {
      const char *end = bytes + MAX (n_read - 256, 0);

      self->total->items++;
      self->total->sum += n_read;
      bytes[n_read] = '\0';
      if (strstr (end, LAST) != NULL)
        g_main_loop_quit (self->loop);
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  bench_check (error);
  g_main_loop_quit (self->loop);

  return G_SOURCE_REMOVE;
}

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Reading *self = user_data;
  g_autoptr (GError) error = NULL;

  self->body = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  bench_check (error);
  self->source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->body), NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (read_on), self, NULL);
  g_source_attach (self->source, NULL);
}

static void
once (const char *recording,
      BenchTotal *total)
{
  static guint runs;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *whole = g_strdup_printf ("%s/threads/%s.bare-%u/stream/events", url, recording, runs++);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", whole);
  g_autoptr (GBytes) body = g_bytes_new_static (SUBSCRIPTION, strlen (SUBSCRIPTION));
  Reading reading = { .loop = loop, .total = total };

  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, on_answer, &reading);
  g_main_loop_run (loop);
  g_source_destroy (reading.source);
  g_source_unref (reading.source);
  g_input_stream_close (reading.body, NULL, NULL);
  g_object_unref (reading.body);
}

int
main (int    argc,
      char **argv)
{
  url = argv[1];
  session = soup_session_new ();
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
