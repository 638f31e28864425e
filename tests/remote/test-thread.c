/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads: what is asked of the server (N1, N4-N7).
 */
#include <gstream/event/gstream-error.h>

#include <string.h>

#include "../support/load.h"
#include "fake-agent.h"

#include <gstream/conversation/gstream-conversation.h>

#define SECRET "sesame-4711"
#define FLOOD_EVENT_SIZE (64 * 1024)   /* bytes */
#define FLOOD_SIZE (100 * 1024 * 1024) /* bytes */
#define READ_AHEAD (8 * 1024 * 1024)   /* bytes: ours, and the kernel's buffers on loopback */

static gboolean
was_asked (FakeAgent  *agent,
           const char *text)
{
  for (guint i = 0; i < agent->requests->len; i++)
    if (strstr (agent->requests->pdata[i], text) != NULL)
      return TRUE;

  return FALSE;
}

static void
test_start (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"x\":[1]}", -1, NULL);
  g_autoptr (GstreamPayload) config = gstream_payload_new ("{\"c\":1}", -1, NULL);
  g_autoptr (GstreamPayload) metadata = gstream_payload_new ("{\"m\":2}", -1, NULL);
  g_autoptr (GstreamRunOptions) options =
      g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "config", config, "metadata", metadata, NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_thread_get_thread_id (thread));
  run = gstream_thread_start_sync (thread, input, options, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (agent->thread_id);
  g_assert_cmpstr (gstream_thread_get_thread_id (thread), ==, agent->thread_id);
  g_assert_true (was_asked (agent, "\"params\":{\"assistant_id\":\"agent\",\"input\":{\"x\":[1]},"
                                   "\"config\":{\"c\":1},\"metadata\":{\"m\":2}}"));
}

static GPtrArray *
ask_for_interrupts (GstreamRunStream *run)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *interrupts = gstream_run_stream_interrupts_sync (run, NULL, &error);

  g_assert_no_error (error);

  return interrupts;
}

/* The last is known to the state alone, and is a subgraph's; the second came after the end. */
static void
test_state_decides (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/interrupt.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GPtrArray) interrupts = NULL;
  const char *const inner[] = { "inner:T1", NULL };

  g_free (agent->state);
  agent->state = g_strdup ("{\"tasks\":[{\"id\":\"T0\",\"name\":\"a\",\"state\":null,"
                           "\"interrupts\":[{\"id\":\"d8d6e2b16d71e55acc6d9935a371b089\",\"value\":1}]},"
                           "{\"id\":\"T1\",\"name\":\"inner\",\"interrupts\":[{\"id\":\"late\",\"value\":\"Sure?\"}],"
                           "\"state\":{\"tasks\":[{\"id\":\"T2\",\"name\":\"ask\",\"state\":null,"
                           "\"interrupts\":[{\"id\":\"late\",\"value\":\"Sure?\"}]}]}}]}");
  run = start (thread);
  interrupts = ask_for_interrupts (run);
  g_assert_cmpuint (interrupts->len, ==, 3);
  g_assert_cmpstr (gstream_interrupt_get_id (interrupts->pdata[2]), ==, "late");
  g_assert_cmpstrv (gstream_interrupt_get_namespace (interrupts->pdata[2]), inner);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_INTERRUPTED);
}

static void
test_respond_all (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/interrupt-resume.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GPtrArray) interrupts = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  g_autoptr (GPtrArray) responses = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  g_autoptr (GstreamPayload) question = gstream_payload_new_string ("Sure?");
  g_autoptr (GstreamRunStream) first G_GNUC_UNUSED = start (thread);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char  *log = NULL;
  const char *const inner[] = { "inner:1", NULL };

  run = gstream_thread_respond_all_sync (thread, interrupts, responses, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);

  g_ptr_array_add (interrupts, gstream_interrupt_new ("i1", question, NULL, NULL));
  g_ptr_array_add (interrupts, gstream_interrupt_new ("i2", question, inner, NULL));
  g_ptr_array_add (responses, gstream_payload_new_string ("yes"));
  g_ptr_array_add (responses, gstream_payload_new ("{\"a\":null}", -1, NULL));
  run = gstream_thread_respond_all_sync (thread, interrupts, responses, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (was_asked (agent, "\"responses\":[{\"namespace\":[],\"interrupt_id\":\"i1\",\"response\":\"yes\"},"
                                   "{\"namespace\":[\"inner:1\"],\"interrupt_id\":\"i2\",\"response\":{\"a\":null}}]"));
  /* The answer did not say which run goes on. */
  g_assert_true (was_asked (agent, "GET /threads/t1/runs?"));
  log = drain (run, &error);
  g_assert_no_error (error);
  g_assert_nonnull (log);
}

/* Some servers forget a thread when a connection to it ends, and with it a run that comes too early. */
static void
test_closing_handshake (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_WEBSOCKET);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GstreamRunStream) run = start (thread);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = drain (run, &error);

      g_assert_no_error (error);
      g_assert_nonnull (log);
      g_assert_cmpuint (agent->n_goodbyes, ==, i);
    }
}

/* Who does not answer is waited for, though not for ever. */
static void
test_no_closing_handshake (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_WEBSOCKET);
  g_autoptr (GstreamRunStream) first = NULL;
  g_autoptr (GstreamRunStream) second = NULL;

  fake_agent_add_fault (agent, (Fault) { .cut_at = 600, .stall = TRUE });
  first = start (thread);
  gstream_run_stream_abort (first);
  second = start (thread);
  g_assert_cmpuint (agent->n_commands, ==, 2);
}

static void
test_refused (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  agent->answer =
      g_strdup ("{\"type\":\"error\",\"id\":2,\"error\":\"invalid_argument\",\"message\":\"no such agent\"}");
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "no such agent"));
}

static void
test_urls (void)
{
  const char *const wrong[] = {
    "", "localhost:2024", "ftp://localhost", "http://", "http://user:" SECRET "@localhost", "http://localhost/?a=b",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GstreamThread) thread = gstream_thread_new (wrong[i], "agent");
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GError) error = NULL;

      run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
      g_assert_null (run);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_null (strstr (error->message, SECRET));
    }
}

/* What the projections need, and lifecycle and input. */
static void
test_channels (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  const char *const none[] = { NULL };
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (none);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = start_with_mux (thread, mux);
  g_autofree char *log = drain (run, &error);

  g_assert_no_error (error);
  g_assert_true (was_asked (agent, "stream/events {\"channels\":[\"lifecycle\",\"input\"]}"));
  g_clear_pointer (&log, g_free);
  log = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error);
  g_assert_true (was_asked (agent, "\"values\""));
}

/* --- N6 --- */

/* Made as it is sent: all at once would keep the loop, which is the client's, too, from turning for as long. */
static char *
make_flood (guint n)
{
  g_autofree char *filling = g_strnfill (FLOOD_EVENT_SIZE, 'x');

  if (n == FLOOD_SIZE / FLOOD_EVENT_SIZE)
    return NULL;

  return g_strdup_printf ("{\"type\":\"event\",\"event_id\":\"e%u\",\"method\":\"values\",\"params\":"
                          "{\"namespace\":[],\"timestamp\":1,\"data\":\"%s\"}}",
                          n, filling);
}

static void
count_sent (FakeExchange *exchange,
            gsize        *sent)
{
  *sent = MAX (*sent, exchange->sent);
}

/* Not a byte is sent any more for as long as the loop turns. */
static gsize
settle (FakeAgent *agent)
{
  gsize before = 0, after = 0;
  guint quiet = 0;

  while (quiet < 1000)
    {
      before = after;
      g_main_context_iteration (NULL, FALSE);
      fake_server_foreach (agent->server, (GFunc) count_sent, &after);
      quiet = before == after ? quiet + 1 : 0;
    }

  return after;
}

static void
test_back_pressure (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  GValue item = G_VALUE_INIT;
  gsize  n_more = test_load (500);
  gsize  sent;

  g_ptr_array_set_size (agent->events, 1); /* the run's beginning */
  agent->make_event = make_flood;
  g_object_set (server_of (thread), "silence-timeout", 60000, NULL);
  run = start (thread);
  log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (gstream_cursor_next_sync (log, &item, NULL, NULL));
      g_value_unset (&item);
    }

  sent = settle (agent);
  g_assert_cmpuint (sent, >, 19 * FLOOD_EVENT_SIZE);
  g_assert_cmpuint (sent, <, READ_AHEAD);

  for (gsize i = 0; i < n_more; i++)
    {
      g_assert_true (gstream_cursor_next_sync (log, &item, NULL, NULL));
      g_value_unset (&item);
    }
  g_assert_cmpuint (settle (agent), <, (20 + n_more) * FLOOD_EVENT_SIZE + READ_AHEAD);
}

/* --- N7 --- */

static GstreamRunStream *
start_and_hear (FakeAgent     *agent,
                GstreamThread *thread)
{
  GstreamRunStream *run = start (thread);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  GValue item = G_VALUE_INIT;

  g_assert_true (gstream_cursor_next_sync (log, &item, NULL, NULL));
  g_value_unset (&item);

  return run;
}

static void
test_abort (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  GstreamRunStream *run = NULL;

  run = start_and_hear (agent, thread);
  g_object_unref (run); /* dropped */
  settle (agent);
  g_assert_cmpuint (agent->n_cancels, ==, 0);

  gstream_thread_set_cancel_on_abort (thread, FALSE);
  run = start_and_hear (agent, thread);
  gstream_run_stream_abort (run);
  g_object_unref (run);
  settle (agent);
  g_assert_cmpuint (agent->n_cancels, ==, 0);

  gstream_thread_set_cancel_on_abort (thread, TRUE);
  run = start_and_hear (agent, thread);
  gstream_run_stream_abort (run);
  gstream_run_stream_abort (run);
  g_object_unref (run);
  while (agent->n_cancels == 0)
    g_main_context_iteration (NULL, TRUE);
  settle (agent);
  g_assert_cmpuint (agent->n_cancels, ==, 1);
}

/* The id of a run is what the server says, and may be anything. */
static void
test_run_id (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = NULL;
  GstreamRunStream *run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_free (agent->run_id);
  agent->run_id = g_strdup ("50%/a?b#c");
  g_clear_pointer (&agent->run_status, g_free);
  agent->silence = 200;
  thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  fake_agent_add_fault (agent, (Fault) { .only = 1 });
  run = start (thread);
  log = drain (run, &error);
  g_assert_null (log);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_true (was_asked (agent, "GET /threads/t1/runs/50%25%2Fa%3Fb%23c "));
  g_object_unref (run);

  run = start (thread);
  gstream_run_stream_abort (run);
  g_object_unref (run);
  while (agent->n_cancels == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (was_asked (agent, "POST /threads/t1/runs/50%25%2Fa%3Fb%23c/cancel?"));
}

/* Whether GIO has used a thread of its own; the one that makes them is always there. */
static gboolean
has_pool_thread (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  gboolean    found = FALSE;
  const char *id;

  while (tasks != NULL && (id = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", id, "comm", NULL);
      g_autofree char *name = NULL;

      g_assert_true (g_file_get_contents (path, &name, NULL, NULL));
      found = found || (g_str_has_prefix (name, "pool-") && !g_str_has_prefix (name, "pool-spawner"));
    }

  return found;
}

/* GIO may need one to find the system's proxies. */
static void
run_without_proxies (GstreamTransport transport)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (agent->server));
  g_autoptr (GProxyResolver) no_proxies = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (SoupSession) session = soup_session_new_with_options ("proxy-resolver", no_proxies, NULL);
  g_autoptr (GstreamServer) server =
      g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", session, "transport", transport, NULL);
  g_autoptr (GstreamThread) thread = gstream_server_create_thread (server, "agent");
  GstreamRunStream *run = start (thread);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;

  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (run);
  settle (agent);
}

/* Neither while it goes on, nor when its connection ends; in a process where nothing has used one before. */
static void
test_no_thread (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      run_without_proxies (GPOINTER_TO_INT (data));
      g_assert_false (has_pool_thread ());
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
add (const char   *name,
     GTestDataFunc test)
{
  g_autofree char *sse = g_strconcat ("/remote/", name, "-sse", NULL);
  g_autofree char *websocket = g_strconcat ("/remote/", name, "-websocket", NULL);

  g_test_add_data_func (sse, GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test);
  g_test_add_data_func (websocket, GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET), test);
}

static void
on_proxied (FakeExchange *exchange,
            gpointer      user_data)
{
  guint *n_requests = user_data;

  (*n_requests)++;
  fake_exchange_answer (exchange, "502 Bad Gateway", "", "");
}

/* What the session's resolver says of the server's URL counts, and not a byte goes past it. */
static void
test_proxy (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  guint n_requests = 0;
  g_autoptr (FakeServer) proxy = fake_server_new (on_proxied, &n_requests);
  g_autofree char *proxy_url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (proxy));
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (agent->server));
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (SoupSession) session = g_object_new (SOUP_TYPE_SESSION, "proxy-resolver", resolver, NULL);
  g_autoptr (GstreamServer) server = g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", session, "transport",
                                                   GPOINTER_TO_INT (data), "retry-limit", 0, NULL);
  g_autoptr (GstreamThread) thread = gstream_server_create_thread (server, "agent");
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), "http", proxy_url);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_nonnull (error);
  g_assert_cmpuint (n_requests, >, 0);
  g_assert_cmpuint (agent->requests->len, ==, 0);
}

/* Of a session that allows two connections to a host, streams take none. */
static void
test_shared_session (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (agent->server));
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_cmpuint (soup_session_get_max_conns_per_host (session), ==, 2);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GstreamServer) server =
          g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", session, "answer-timeout", 60000, NULL);
      g_autoptr (GstreamThread) thread = gstream_server_create_thread (server, "agent");
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GstreamPayload) state = NULL;
      g_autoptr (GError) error = NULL;
      GstreamCursor *log = NULL;
      g_auto (GValue) item = G_VALUE_INIT;

      fake_agent_add_fault (agent, (Fault) { .cut_at = 2000, .stall = TRUE });
      run = start (thread);
      log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
      g_ptr_array_add (held, log);
      g_assert_true (gstream_cursor_next_sync (log, &item, NULL, &error));
      g_assert_no_error (error);
      state = gstream_thread_fetch_state_sync (thread, NULL, NULL, &error);
      g_assert_no_error (error);
      g_ptr_array_add (held, g_steal_pointer (&run));
    }
}

static void
on_busy (GstreamConversation *conversation,
         GParamSpec          *pspec,
         guint               *n_changes)
{
  ++*n_changes;
}

/* Until the server has this many requests that wait for an answer. */
static void
wait_for_requests (FakeAgent *agent,
                   guint      n)
{
  while (agent->together->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* The server has the command, and has not answered it, when the run is stopped. @known: a thread that exists. */
static void
test_stop_while_starting (gconstpointer known)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamThread) other = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamConversation) conversation = gstream_conversation_new (thread);
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GstreamConversationRow) row = NULL;
  g_autoptr (GError) error = NULL;
  guint n_changes = 0;

  g_free (agent->run_status);
  agent->run_status = g_strdup ("running");
  agent->n_together = 3;
  if (known != NULL)
    gstream_thread_set_thread_id (thread, "t1");
  gstream_thread_set_thread_id (other, "t1");
  gstream_conversation_send (conversation, "hi", NULL);
  wait_for_requests (agent, 2);
  gstream_conversation_stop (conversation);
  g_signal_connect (conversation, "notify::busy", G_CALLBACK (on_busy), &n_changes);
  state = gstream_thread_fetch_state_sync (other, NULL, NULL, &error); /* now all three are answered */
  g_assert_no_error (error);
  gstream_conversation_wait_sync (conversation, NULL, NULL);
  while (agent->n_cancels == 0)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (agent->n_commands, ==, 1);
  g_assert_cmpuint (agent->n_cancels, ==, 1);
  g_assert_nonnull (gstream_thread_get_thread_id (thread));
  g_assert_null (gstream_conversation_get_run (conversation));
  g_assert_false (gstream_conversation_get_busy (conversation));
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 1);
  row = g_list_model_get_item (G_LIST_MODEL (conversation), 0);
  g_assert_cmpint (gstream_conversation_row_get_status (row), ==, GSTREAM_CONVERSATION_ROW_STATUS_STOPPED);
}

/* --- a main context that is iterated, and never the thread default (R7) --- */

#define MOST_IDLE_TURNS 10000

typedef struct
{
  FakeAgent       *agent;
  FakeAgent       *silent;
  GstreamTransport transport;
  GMainContext    *context;
  GThread         *thread;
  GAsyncResult    *result;  /* of the call under way */
  gboolean         is_done; /* atomic */
} Client;

static void
on_result (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Client *client = user_data;

  g_assert_true (g_thread_self () == client->thread);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  client->result = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (Client *client)
{
  g_assert_null (g_main_context_get_thread_default ());
  while (client->result == NULL)
    g_main_context_iteration (client->context, TRUE);

  return g_steal_pointer (&client->result);
}

static GstreamThread *
new_thread (Client    *client,
            FakeAgent *agent)
{
  GstreamThread *thread = NULL;

  g_main_context_push_thread_default (client->context);
  thread = fake_agent_new_thread (agent, client->transport);
  g_main_context_pop_thread_default (client->context);

  return thread;
}

static GstreamRunStream *
start_elsewhere (Client        *client,
                 GstreamThread *thread)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = NULL;

  gstream_thread_start (thread, NULL, NULL, NULL, on_result, client);
  result = wait_for_result (client);
  run = gstream_thread_start_finish (thread, result, &error);
  g_assert_no_error (error);

  return run;
}

static void
read_output (Client           *client,
             GstreamRunStream *run)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;

  gstream_run_stream_output (run, NULL, on_result, client);
  result = wait_for_result (client);
  output = gstream_run_stream_output_finish (run, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (output);
}

static void
read_state (Client        *client,
            GstreamThread *thread)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GError) error = NULL;

  gstream_thread_fetch_state (thread, NULL, NULL, on_result, client);
  result = wait_for_result (client);
  state = gstream_thread_fetch_state_finish (thread, result, &error);
  g_assert_no_error (error);
}

static GstreamRunStream *
answer (Client        *client,
        GstreamThread *thread)
{
  g_autoptr (GstreamPayload) question = gstream_payload_new_string ("Sure?");
  g_autoptr (GstreamInterrupt) interrupt = gstream_interrupt_new ("i1", question, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = NULL;

  gstream_thread_respond (thread, interrupt, question, NULL, NULL, on_result, client);
  result = wait_for_result (client);
  run = gstream_thread_respond_finish (thread, result, &error);
  g_assert_no_error (error);

  return run;
}

static void
run_and_answer (Client *client)
{
  g_autoptr (GstreamThread) thread = new_thread (client, client->agent);
  g_autoptr (GstreamRunStream) first = start_elsewhere (client, thread);
  g_autoptr (GstreamRunStream) second = NULL;

  read_output (client, first);
  read_state (client, thread);
  second = answer (client, thread);
  read_output (client, second);
}

/* While a connection is silent, the loop sleeps. */
static void
run_into_silence (Client *client)
{
  g_autoptr (GstreamThread) thread = new_thread (client, client->silent);
  g_autoptr (GstreamRunStream) run = start_elsewhere (client, thread);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  guint n_turns = 0;

  gstream_cursor_next (log, NULL, on_result, client);
  g_object_unref (wait_for_result (client));
  gstream_run_stream_output (run, NULL, on_result, client);
  while (g_main_context_iteration (client->context, FALSE))
    g_assert_cmpuint (++n_turns, <, MOST_IDLE_TURNS);
  g_assert_false (g_main_context_pending (client->context));

  gstream_run_stream_abort (run);
  g_object_unref (wait_for_result (client));
}

static gpointer
run_client (gpointer user_data)
{
  Client *client = user_data;

  client->thread = g_thread_self ();
  client->context = g_main_context_new ();
  run_and_answer (client);
  run_into_silence (client);
  g_main_context_unref (client->context);

  g_atomic_int_set (&client->is_done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static void
test_not_default (gconstpointer user_data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (FakeAgent) silent = fake_agent_new ("python-server/chat.sse");
  Client client = { agent, silent, GPOINTER_TO_INT (user_data) };
  g_autoptr (GThread) thread = NULL;

  /* The first connection breaks, and is opened again after a pause. */
  fake_agent_add_fault (agent, (Fault) { .cut_at = 2000 });
  fake_agent_add_fault (silent, (Fault) { .cut_at = 2000, .stall = TRUE });
  thread = g_thread_new ("client", run_client, &client);
  while (!g_atomic_int_get (&client.is_done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (g_steal_pointer (&thread));
}

static void
on_refused (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError **error = user_data;

  g_assert_null (gstream_thread_fetch_state_finish (GSTREAM_THREAD (object), result, error));
}

static gpointer
ask_for_state (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  gstream_thread_fetch_state (user_data, NULL, NULL, on_refused, &error);
  g_assert_null (error);
  while (error == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Who calls from another thread is told so there. */
static void
test_other_thread (void)
{
  g_autoptr (GstreamThread) thread = gstream_thread_new ("http://localhost", "agent");

  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("other", ask_for_state, thread));
  g_main_context_release (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/N1/start", test_start);
  g_test_add_func ("/remote/N1/respond-all", test_respond_all);
  g_test_add_func ("/remote/N1/closing-handshake", test_closing_handshake);
  g_test_add_func ("/remote/N1/no-closing-handshake", test_no_closing_handshake);
  g_test_add_func ("/remote/N1/refused", test_refused);
  g_test_add_func ("/remote/N1/urls", test_urls);
  g_test_add_func ("/remote/N4/state-decides", test_state_decides);
  g_test_add_func ("/remote/N5/channels", test_channels);
  add ("N6/back-pressure", test_back_pressure);
  add ("N1/run-id", test_run_id);
  add ("N7/abort-and-drop", test_abort);
  g_test_add_data_func ("/remote/C10/stop-while-starting", "known", test_stop_while_starting);
  g_test_add_data_func ("/remote/C10/stop-while-starting-new-thread", NULL, test_stop_while_starting);
  add ("N2/proxy", test_proxy);
  add ("R7/no-thread", test_no_thread);
  add ("R7/not-default", test_not_default);
  g_test_add_func ("/remote/R7/other-thread", test_other_thread);
  g_test_add_func ("/remote/N1/shared-session", test_shared_session);

  return g_test_run ();
}
