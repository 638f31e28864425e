/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An answer's body in chunks, which over plain HTTP is not read through libsoup.
 */
#include "fake-agent.h"

#include <locale.h>
#include <string.h>

#define CHAT "python-server/chat.sse"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define LAST "0\r\n\r\n"
#define LONG_LINE 128 /* bytes of a chunk's size and extension */

static const gsize pieces[] = { 0, 1, 7 }; /* bytes that are sent at once; 0: all */

/* What stands around a chunk's size. */
typedef struct
{
  const char *before;
  const char *after;
  const char *line_end;
} Form;

static const Form plain = { "", "", "\r\n" };

/* The text of an agent's stream. */
static GString *
stream_of (FakeAgent *agent)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < agent->events->len; i++)
    g_string_append_printf (text, "data: %s\n\n", (char *) agent->events->pdata[i]);

  return text;
}

static void
append_chunk (GString    *body,
              const Form *form,
              const char *data,
              gsize       size)
{
  g_autofree char *digits = g_strdup_printf (*form->before != '\0' ? "%zX" : "%zx", size);

  g_string_append_printf (body, "%s%s%s%s", form->before, digits, form->after, form->line_end);
  g_string_append_len (body, data, size);
  g_string_append (body, form->line_end);
}

/* In chunks of @size; the first @n_small of them are of a byte each. */
static GString *
in_chunks (const GString *text,
           gsize          size,
           gsize          n_small,
           Form           form)
{
  GString *body = g_string_new (NULL);

  for (gsize at = 0, n; at < text->len; at += n)
    {
      n = at < n_small ? 1 : MIN (size, text->len - at);
      append_chunk (body, &form, text->str + at, n);
    }

  return body;
}

/* The run is @expected, and has taken @n_streams connections. */
static void
check (FakeAgent     *agent,
       const GString *body,
       gsize          piece,
       const char    *expected,
       guint          n_streams)
{
  g_autoptr (GBytes) raw = g_bytes_new (body->str, body->len);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  agent->n_streams = 0;
  fake_agent_add_fault (agent, (Fault) { .raw = raw, .headers = CHUNKED, .piece = piece });
  log = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, expected);
  g_assert_cmpuint (agent->n_streams, ==, n_streams);
}

/* Of every size, between small and large ones, however they arrive. */
static void
test_sizes (void)
{
  const gsize sizes[] = { 1, 13, 300, 2047, 2048, 5000, 1000000 };
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
  g_autoptr (GString) text = stream_of (agent);

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        g_autoptr (GString) body = in_chunks (text, sizes[s], 100, plain);

        g_string_append (body, LAST);
        check (agent, body, pieces[p], expected, 1);
      }
}

/* Whatever HTTP allows, or old servers write, beside the size and behind the last chunk. */
static void
test_forms (void)
{
  const Form  forms[] = { { "0", "", "\r\n" },  { "0000", ";name", "\r\n" },       { "", ";name=\"a value\"", "\r\n" },
                          { "", "  ", "\r\n" }, { "", " ; name = value", "\r\n" }, { "", "\t;name", "\n" },
                          { "", "", "\n" } };
  const char *ends[] = { "0\r\n\r\n", "000;last\r\n\r\n", "0\r\nExpires: never\r\nX: \r\n\r\n", "0 \n\n",
                         "0\r\nA: b\n\n" };
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
  g_autoptr (GString) text = stream_of (agent);

  for (guint f = 0; f < G_N_ELEMENTS (forms); f++)
    for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
      for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
        {
          g_autoptr (GString) body = in_chunks (text, 171, 0, forms[f]);

          g_string_append (body, ends[e]);
          check (agent, body, pieces[p], expected, 1);
        }
}

/* A chunk that is none: what came before it counts, and the rest comes over another connection. */
static void
check_broken (const char *broken)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
  g_autoptr (GString) text = stream_of (agent);

  g_string_truncate (text, text->len / 2);
  for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
    {
      g_autoptr (GString) body = in_chunks (text, 171, 0, plain);

      g_string_append (body, broken);
      check (agent, body, pieces[p], expected, 2);
    }
}

static void
test_broken (void)
{
  const char *broken[] = { "zz\r\n",
                           "\r\n",
                           ";name\r\n",
                           "-1\r\n",
                           "+5\r\nabcde",
                           "0x5\r\nabcde",
                           " 5\r\nabcde",
                           "5 5\r\nabcde",
                           "5 \rabcde",
                           "5\rabcde",
                           "5;a\nb\r\nabcde",
                           "5\r\nabcdeX",
                           "5\r\nabcde\rX",
                           "0\r\nA: b\rX",
                           "0\r\n\rX",
                           "8000000000000000\r\n",
                           "10000000000000005\r\nabcde" };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    check_broken (broken[i]);
}

static void
test_bounds (void)
{
  g_autofree char *line = g_strnfill (LONG_LINE, 'a');
  g_autofree char *extension = g_strconcat ("5;", line, NULL);
  g_autofree char *many = g_strnfill (20000, 'a');
  g_autofree char *trailers = g_strconcat ("0\r\n", many, NULL);

  check_broken (extension);
  check_broken (trailers);
}

/* Where it does not help to try again, the error says what was wrong. */
static void
test_error (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GBytes) raw = g_bytes_new_static ("zz\r\n", 4);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++)
    fake_agent_add_fault (agent, (Fault) { .raw = raw, .headers = CHUNKED });
  g_assert_null (fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error));
  g_assert_error (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING);
  g_assert_nonnull (strstr (error->message, "the answer's body is not in chunks as HTTP has them"));
  g_assert_cmpuint (agent->n_streams, ==, 4);
}

/* A server that is not there is told of as one, not as a proxy. */
static void
test_refused (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GError) error = NULL;

  fake_server_stop (agent->server);
  g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_nonnull (strstr (error->message, ": Could not connect to 127.0.0.1: "));
}

/* --- sessions --- */

static char *
run_with (FakeAgent   *agent,
          SoupSession *session)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (agent->server));
  g_autoptr (GstreamServer) server = g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", session, NULL);
  g_autoptr (GstreamThread) thread = gstream_server_create_thread (server, "agent");
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GError) error = NULL;
  char *log = drain (run, &error);

  g_assert_no_error (error);

  return log;
}

/* An application's own session keeps its resolver, and has its way whether or not the streams have another one. */
static void
test_sessions (void)
{
  const guint most[] = { 2, 4096 }; /* connections */
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (most); i++)
    {
      g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);
      g_autoptr (SoupSession) session = g_object_new (SOUP_TYPE_SESSION, "max-conns-per-host", most[i], "max-conns",
                                                      most[i], "proxy-resolver", resolver, NULL);
      g_autofree char *log = run_with (agent, session);
      g_autofree char *again = run_with (agent, session);

      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpstr (again, ==, expected);
      g_assert_true (soup_session_get_proxy_resolver (session) == resolver);
    }
}

/* --- what a run costs while nothing comes, and until its first event --- */

#define EVENTS 5             /* of a run that then says nothing more */
#define SHORTEST_SLEEP 10000 /* ms: a sixth of the silence-timeout */

static guint n_read; /* events */
static int   sleep_of_idle;

/* Does not wait once all has come: a main loop that would only wait has had its last wake-up. */
static int
poll_until_idle (GPollFD *fds,
                 guint    n_fds,
                 int      timeout)
{
  int n_ready = g_poll (fds, n_fds, n_read < EVENTS ? timeout : 0);

  if (n_read == EVENTS && n_ready == 0 && timeout != 0)
    sleep_of_idle = timeout;

  return n_ready;
}

static void
on_item (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (!gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, &error))
    return; /* aborted */
  n_read++;
  gstream_cursor_next (GSTREAM_CURSOR (object), NULL, on_item, NULL);
}

static void
check_idle (GstreamTransport transport)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;

  g_ptr_array_set_size (agent->events, EVENTS);
  agent->keeps_open = TRUE;
  run = start (thread);
  log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);

  n_read = 0;
  sleep_of_idle = 0;
  gstream_cursor_next (log, NULL, on_item, NULL);
  g_main_context_set_poll_func (NULL, poll_until_idle);
  while (sleep_of_idle == 0)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_set_poll_func (NULL, NULL);

  g_assert_cmpuint (n_read, ==, EVENTS);
  g_assert_true (sleep_of_idle < 0 || sleep_of_idle >= SHORTEST_SLEEP);
  gstream_run_stream_abort (run);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Nothing is ready, and nothing is due before the server's silence has lasted (N12), or a WebSocket's ping. */
static void
test_idle (void)
{
  check_idle (GSTREAM_TRANSPORT_SSE);
  check_idle (GSTREAM_TRANSPORT_WEBSOCKET);
}

/* No request waits for the answer to another one: nothing is answered before all of them have come. */
static void
check_requests (GstreamThread *thread,
                FakeAgent     *agent,
                guint          n_requests)
{
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  g_ptr_array_set_size (agent->requests, 0);
  agent->n_together = n_requests;
  run = start (thread);
  log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  g_assert_true (gstream_cursor_next_sync (log, &item, NULL, &error));
  g_assert_cmpuint (agent->requests->len, ==, n_requests);
}

/* The run is started, and its events are asked for: nothing else. A WebSocket has both in one. The thread is made by that. */
static void
test_requests (void)
{
  const guint n_requests[] = { [GSTREAM_TRANSPORT_SSE] = 2, [GSTREAM_TRANSPORT_WEBSOCKET] = 1 };

  for (int transport = GSTREAM_TRANSPORT_SSE; transport <= GSTREAM_TRANSPORT_WEBSOCKET; transport++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);

      check_requests (thread, agent, n_requests[transport]);
      check_requests (thread, agent, n_requests[transport]);
    }
}

static guint
count_requests (FakeAgent  *agent,
                const char *beginning)
{
  guint n = 0;

  for (guint i = 0; i < agent->requests->len; i++)
    n += g_str_has_prefix (agent->requests->pdata[i], beginning);

  return n;
}

/* A server that makes no thread for a run has refused the command: the thread is made, and the command sent again. */
static void
test_no_thread (void)
{
  for (int transport = GSTREAM_TRANSPORT_SSE; transport <= GSTREAM_TRANSPORT_WEBSOCKET; transport++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autofree char *expected = fake_agent_run (agent, transport, NULL);
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
      g_autoptr (GstreamRunStream) run = NULL;
      g_autofree char *log = NULL;

      agent->makes_no_threads = TRUE;
      agent->n_commands = 0;
      run = start (thread);
      log = drain (run, NULL);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->n_commands, ==, 1);
      g_assert_cmpuint (count_requests (agent, "POST /threads {}"), ==, 1);
      g_assert_cmpstr (gstream_thread_get_thread_id (thread), ==, "t1");
    }
}

/* A connection that came before the thread was there is opened again. */
static void
test_too_early (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
  const Fault      faults[] = { { .status = "404 Not Found" },
                                { .raw = g_bytes_new_static (LAST, strlen (LAST)), .headers = CHUNKED } };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
      g_autoptr (GstreamRunStream) run = NULL;
      g_autofree char *log = NULL;

      g_object_set (server_of (thread), "retry-limit", 0, NULL); /* it is no retry */
      agent->n_streams = 0;
      fake_agent_add_fault (agent, faults[i]);
      run = start (thread);
      log = drain (run, NULL);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->n_streams, ==, 2);
    }
  g_bytes_unref (faults[1].raw);
}

/* A run whose start failed may have made the thread: the next one is on the same. */
static void
test_start_again (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autofree char *id = NULL;
  const Fault      lost = { .status = "500 Internal Server Error" };

  g_array_append_val (agent->command_faults, lost);
  g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, NULL, NULL));
  g_assert_null (gstream_thread_get_thread_id (thread));
  id = g_strdup (agent->thread_id);
  run = start (thread);
  g_assert_cmpstr (gstream_thread_get_thread_id (thread), ==, id);
  g_assert_cmpstr (agent->thread_id, ==, id);
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/wire/N2/sizes", test_sizes);
  g_test_add_func ("/remote/wire/N2/forms", test_forms);
  g_test_add_func ("/remote/wire/N3/broken", test_broken);
  g_test_add_func ("/remote/wire/N8/bounds", test_bounds);
  g_test_add_func ("/remote/wire/N3/error", test_error);
  g_test_add_func ("/remote/wire/N11/refused", test_refused);
  g_test_add_func ("/remote/wire/N8/sessions", test_sessions);

  g_test_add_func ("/remote/wire/N12/idle", test_idle);
  g_test_add_func ("/remote/wire/N1/requests", test_requests);
  g_test_add_func ("/remote/wire/N1/no-thread", test_no_thread);
  g_test_add_func ("/remote/wire/N3/too-early", test_too_early);
  g_test_add_func ("/remote/wire/N1/start-again", test_start_again);

  return g_test_run ();
}
