/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: latency gstream|libsoup RUNS EVENTS
 *
 * How long an event of a live run takes from the server's write to its reader's callback, in microseconds. The server is a thread
 * of this process, which sends an event, an HTTP chunk, to one run after another, and the next one when that was read: so the
 * reader sleeps each time, as with a live run. Each reader is a callback of the main loop: of the run's log, or,
 * beside it, of a bare libsoup stream.
 */
#include "bench.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EVENT                                                                                                      \
  "data: {\"type\":\"event\",\"event_id\":\"%u-0\",\"seq\":%u,\"method\":\"values\",\"params\":{\"namespace\":[]," \
  "\"timestamp\":%u,\"data\":{\"text\":\" quick\",\"step\":%u}}}\n\n"
#define RUN_ID "01a20431-a79b-764c-a93b-433ce2bc1bbe"
#define FIRST                                                                                       \
  "data: {\"type\":\"event\",\"event_id\":\"synth:" RUN_ID                                          \
  ":lc||running\",\"seq\":0,\"method\":\"lifecycle\",\"params\":{\"namespace\":[],\"timestamp\":1," \
  "\"data\":{\"event\":\"running\",\"graph_name\":\"bench\"}}}\n\n"
#define HEADERS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define PAUSE 300 /* us between a reader's callback and the next write: the main loop waits again by then */

typedef struct
{
  GAsyncQueue *streams; /* GSocketConnection: clients that wait for events */
  guint        n_runs;
  guint        n_events;
  GAsyncQueue *read;    /* something for each event that was read */
  gint64       written; /* us: when the last event was */
  gint64      *taken;   /* us, of each */
  guint        n_taken;
  GMainLoop   *loop;
} Latency;

static Latency latency;

/* --- the server --- */

static char *
read_request (GIOStream *client)
{
  GDataInputStream *lines = g_object_get_data (G_OBJECT (client), "lines");
  g_autofree char  *request = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  gsize             length = 0;
  g_autofree char  *body = NULL;

  for (char *line; request != NULL && (line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL;
       g_free (line))
    {
      if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
        length = strtoul (line + 15, NULL, 10);
      if (*line == '\0' || *line == '\r')
        {
          g_free (line);
          break;
        }
    }
  body = g_malloc (length + 1);
  g_input_stream_read_all (G_INPUT_STREAM (lines), body, length, NULL, NULL, NULL);

  return g_steal_pointer (&request);
}

static void
write_text (GIOStream  *client,
            const char *text)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (client), text, strlen (text), NULL, NULL, NULL);
}

static void
write_chunk (GIOStream  *client,
             const char *event)
{
  g_autofree char *chunk = g_strdup_printf ("%zx\r\n%s\r\n", strlen (event), event);

  write_text (client, chunk);
}

static void
answer (GIOStream  *client,
        const char *body)
{
  g_autofree char *text =
      g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen (body), body);

  write_text (client, text);
}

static gpointer
serve (gpointer user_data)
{
  g_autoptr (GIOStream) client = user_data;

  for (char *request; (request = read_request (client)) != NULL; g_free (request))
    if (strstr (request, "/commands") != NULL)
      answer (client, "{\"type\":\"success\",\"id\":2,\"result\":{\"run_id\":\"" RUN_ID "\"}}");
    else if (strstr (request, "/stream/events") != NULL)
      {
        write_text (client, HEADERS);
        write_chunk (client, FIRST);
        g_async_queue_push (latency.streams, g_object_ref (client));
      }
    else
      answer (client, "{}");

  return NULL;
}

static gpointer
accept_clients (gpointer user_data)
{
  g_autoptr (GSocketListener) listener = user_data;

  for (;;)
    {
      GSocketConnection *client = g_socket_listener_accept (listener, NULL, NULL, NULL);

      g_socket_set_option (g_socket_connection_get_socket (client), IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
      g_object_set_data_full (G_OBJECT (client), "lines",
                              g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (client))),
                              g_object_unref);
      g_data_input_stream_set_newline_type (g_object_get_data (G_OBJECT (client), "lines"),
                                            G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
      g_thread_unref (g_thread_new ("client", serve, client));
    }

  return NULL;
}

static void
send_event (GIOStream *client,
            guint      number)
{
  g_autofree char *event = g_strdup_printf (EVENT, number + 1, number + 1, number + 1, number);

  latency.written = g_get_monotonic_time ();
  write_chunk (client, event);
}

/* To one after another, each when the last one was read. */
static gpointer
send_events (gpointer user_data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new ();

  while (clients->len < latency.n_runs)
    g_ptr_array_add (clients, g_async_queue_pop (latency.streams));
  for (guint n_begun = 0; n_begun < latency.n_runs; n_begun++)
    g_async_queue_pop (latency.read);
  for (guint number = 0; number < latency.n_events; number++)
    {
      g_usleep (PAUSE);
      send_event (clients->pdata[number % clients->len], number);
      g_async_queue_pop (latency.read);
    }

  return NULL;
}

/* --- the readers --- */

/* @is_first: the run's beginning, which is not counted. */
static void
take_event (gboolean is_first)
{
  if (is_first)
    {
      g_async_queue_push (latency.read, GINT_TO_POINTER (1));
      return;
    }
  latency.taken[latency.n_taken++] = g_get_monotonic_time () - latency.written;
  if (latency.n_taken == latency.n_events)
    g_main_loop_quit (latency.loop);
  g_async_queue_push (latency.read, GINT_TO_POINTER (1));
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (!gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, &error))
    bench_check (error);
  take_event (g_str_equal (gstream_event_get_method (g_value_get_boxed (&item)), "lifecycle"));
  gstream_cursor_next (GSTREAM_CURSOR (object), NULL, on_event, NULL);
}

static void
start_ours (const char *url,
            guint       number)
{
  static GstreamServer *server;
  g_autofree char      *thread_id = g_strdup_printf ("t%u", number);
  g_autoptr (GError) error = NULL;
  GstreamThread    *thread;
  GstreamRunStream *run;

  if (server == NULL)
    server = gstream_server_new (url);
  thread = gstream_server_open_thread (server, "bench", thread_id);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  bench_check (error);
  gstream_cursor_next (bench_subscribe (gstream_run_stream_get_log (run)), NULL, on_event, NULL);
}

static gboolean
on_bytes (GObject *stream,
          gpointer user_data)
{
  char     bytes[4096];
  gboolean any = FALSE, is_first = FALSE;
  gssize   n_read;

  while ((n_read = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), bytes, sizeof bytes,
                                                             NULL, NULL)) > 0)
    {
      any = TRUE;
      is_first = is_first || g_strstr_len (bytes, n_read, "synth:") != NULL;
    }
  if (any)
    take_event (is_first);

  return G_SOURCE_CONTINUE;
}

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  GInputStream *body = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  g_autoptr (GSource) source = NULL;

  bench_check (error);
  source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (body), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_bytes), NULL, NULL);
  g_source_attach (source, NULL);
}

static void
start_bare (const char *url,
            guint       number)
{
  static SoupSession *session;
  g_autofree char    *whole = g_strdup_printf ("%s/threads/t%u/stream/events", url, number);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", whole);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  if (session == NULL)
    session = soup_session_new_with_options ("max-conns", 1024, "max-conns-per-host", 1024, NULL);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, on_answer, NULL);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

int
main (int    argc,
      char **argv)
{
  GSocketListener *listener = g_socket_listener_new ();
  guint16          port;
  g_autofree char *url = NULL;

  g_assert (argc == 4);
  g_socket_listener_set_backlog (listener, 512);
  port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u", port);
  latency.n_runs = atoi (argv[2]);
  latency.n_events = atoi (argv[3]);
  latency.taken = g_new0 (gint64, latency.n_events);
  latency.streams = g_async_queue_new ();
  latency.read = g_async_queue_new ();
  latency.loop = g_main_loop_new (NULL, FALSE);
  g_thread_unref (g_thread_new ("accept", accept_clients, listener));
  for (guint number = 0; number < latency.n_runs; number++)
    (g_str_equal (argv[1], "gstream") ? start_ours : start_bare) (url, number);
  g_thread_unref (g_thread_new ("send", send_events, NULL));
  g_main_loop_run (latency.loop);

  qsort (latency.taken, latency.n_events, sizeof *latency.taken, compare);
  g_print ("{\"median_us\": %" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT "}\n",
           latency.taken[latency.n_events / 2], latency.taken[latency.n_events * 99 / 100]);

  return 0;
}
