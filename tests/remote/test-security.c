/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where credentials go, and what a server may send (N8).
 */
#include <gstream/event/gstream-error.h>

#include <string.h>

#include "fake-agent.h"

#define SECRET "sesame-4711"
#define TOKEN "token-0815"
#define MAX_EVENT_SIZE 4000 /* bytes */
#define PORTION (64 * 1024) /* bytes, or more: what is read before anything is judged */
#define PROPERTIES_DEPTH 3  /* of objects within objects */
#define SHORTEST_PART 4     /* bytes of a secret that no word has by chance */
#define MOST_WORDS 320      /* bytes, or fewer, of a server's text that an error quotes */
#define MOST_QUOTED 64      /* the same of a line */

static void
on_elsewhere (FakeExchange *exchange,
              gpointer      user_data)
{
  guint *n_requests = user_data;

  (*n_requests)++;
  fake_exchange_answer (exchange, "200 OK", "Content-Type: application/json\r\n", "{\"thread_id\":\"t1\"}");
}

static const char *const redirects[] = {
  "301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect",
};

static void
assert_redirect_refused (FakeAgent       *agent,
                         GstreamTransport transport)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  gstream_server_set_api_key (server_of (thread), SECRET);
  gstream_server_set_header (server_of (thread), "Authorization", "Bearer " TOKEN);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  if (run != NULL)
    log = drain (run, &error);
  g_assert_null (log);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (agent->faults->len + agent->command_faults->len, ==, 0);
}

/* Another origin gets nothing: neither a credential nor a request. */
static void
test_redirect (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  guint n_requests = 0;
  g_autoptr (FakeServer) elsewhere = fake_server_new (on_elsewhere, &n_requests);
  g_autofree char *location =
      g_strdup_printf ("Location: http://127.0.0.1:%u/threads/t1/commands\r\n", fake_server_get_port (elsewhere));

  for (gsize i = 0; i < G_N_ELEMENTS (redirects); i++)
    {
      Fault fault = { .status = redirects[i], .headers = location };

      fake_agent_add_fault (agent, fault);
      assert_redirect_refused (agent, GPOINTER_TO_INT (data));
    }
  g_assert_cmpuint (n_requests, ==, 0);
}

static void
test_redirected_command (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  guint n_requests = 0;
  g_autoptr (FakeServer) elsewhere = fake_server_new (on_elsewhere, &n_requests);
  g_autofree char *location =
      g_strdup_printf ("Location: http://127.0.0.1:%u/threads/t1/commands\r\n", fake_server_get_port (elsewhere));

  for (gsize i = 0; i < G_N_ELEMENTS (redirects); i++)
    {
      Fault fault = { .status = redirects[i], .headers = location };

      g_array_append_val (agent->command_faults, fault);
      assert_redirect_refused (agent, GSTREAM_TRANSPORT_SSE);
    }
  g_assert_cmpuint (n_requests, ==, 0);
}

static void
assert_no_secret (const char *text)
{
  g_assert_null (strstr (text, SECRET));
  g_assert_null (strstr (text, TOKEN));
}

/* Of the object, and of the objects that its properties are. */
static void
assert_no_secret_in_properties (GObject *object,
                                guint    depth)
{
  guint                   n_specs;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      if (!(specs[i]->flags & G_PARAM_READABLE))
        continue;
      g_value_init (&value, specs[i]->value_type);
      g_object_get_property (object, specs[i]->name, &value);
      text = g_strdup_value_contents (&value);
      assert_no_secret (text);
      if (depth > 0 && G_VALUE_HOLDS_OBJECT (&value) && g_value_get_object (&value) != NULL)
        assert_no_secret_in_properties (g_value_get_object (&value), depth - 1);
    }
}

static GString *logged; /* to the end of the process */

static GLogWriterOutput
keep_log (GLogLevelFlags   level,
          const GLogField *fields,
          gsize            n_fields,
          gpointer         user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append (logged, fields[i].value);

  return G_LOG_WRITER_HANDLED;
}

/* A run with credentials; the server refuses it first, and says them in its own answer. */
static void
run_with_secret (FakeAgent       *agent,
                 GstreamTransport transport)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  gstream_server_set_api_key (server_of (thread), SECRET);
  gstream_server_set_header (server_of (thread), "Authorization", "Bearer " TOKEN);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  if (run != NULL)
    {
      log = drain (run, &error);
      assert_no_secret_in_properties (G_OBJECT (run), PROPERTIES_DEPTH);
    }
  assert_no_secret_in_properties (G_OBJECT (thread), PROPERTIES_DEPTH);
  g_assert_true (log != NULL || error != NULL);
  if (error != NULL)
    assert_no_secret (error->message);
}

/* The key goes to the server, and into nothing else: not even when the server repeats it. */
static void
test_secret (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
      GstreamTransport transport = GPOINTER_TO_INT (data);
      Fault fault = { .status = "401 Unauthorized", .body = "{\"detail\":\"the key " SECRET " is none, " TOKEN "\"}" };

      g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
      logged = g_string_new (NULL);
      g_log_set_writer_func (keep_log, NULL, NULL);
      fake_agent_add_fault (agent, fault);
      if (transport == GSTREAM_TRANSPORT_SSE)
        g_array_append_val (agent->command_faults, fault);
      for (guint i = 0; i < 3; i++)
        run_with_secret (agent, transport);
      g_assert_nonnull (strstr (agent->heads->pdata[0], "X-Api-Key: " SECRET));
      g_assert_cmpuint (agent->faults->len + agent->command_faults->len, ==, 0);
      assert_no_secret (logged->str);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static GError *
fail_with_secret (FakeAgent *agent)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autofree char *log = NULL;
  GError          *error = NULL;

  gstream_server_set_api_key (server_of (thread), SECRET);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  if (run != NULL)
    log = drain (run, &error);
  g_assert_null (log);

  return error;
}

static void
assert_no_part_of_secret (const char *text)
{
  g_autofree char *part = g_strndup (SECRET, SHORTEST_PART);

  g_assert_null (strstr (text, part));
}

/* Long texts of a server are cut off in errors: also where that is within the key. */
static void
test_cut_refusal (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");

  for (gsize n_before = 0; n_before < MOST_WORDS; n_before++)
    {
      g_autofree char *before = g_strnfill (n_before, 'x');
      g_autofree char *words = g_strconcat (before, SECRET, " is none", NULL);
      g_autoptr (GError) error = NULL;
      Fault fault = { .status = "401 Unauthorized", .body = words };

      g_array_append_val (agent->command_faults, fault);
      error = fail_with_secret (agent);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_PERMISSION_DENIED);
      assert_no_part_of_secret (error->message);
    }
}

/* The same of what is no event stream. */
static void
test_cut_line (void)
{
  for (gsize n_before = 0; n_before < MOST_QUOTED; n_before++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
      g_autofree char *before = g_strnfill (n_before, 'x');
      g_autofree char *line = g_strconcat (before, SECRET, " is none\n\n", NULL);
      g_autoptr (GBytes) raw = g_bytes_new (line, strlen (line));
      g_autoptr (GError) error = NULL;

      fake_agent_add_fault (agent, (Fault) { .raw = raw });
      error = fail_with_secret (agent);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      assert_no_part_of_secret (error->message);
    }
}

static void
test_bad_header (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  gstream_server_set_api_key (server_of (thread), SECRET "\r\nEvil: yes");
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_null (strstr (error->message, SECRET));
  g_assert_cmpuint (agent->requests->len, ==, 0);
}

static void
test_limits (gconstpointer data)
{
  g_autofree char *long_data = g_strnfill (5000, 'x');
  g_autofree char *deep_data = g_strnfill (100, '[');
  g_autofree char *deep_end = g_strnfill (100, ']');

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      g_ptr_array_insert (agent->events, 3,
                          g_strdup_printf ("{\"type\":\"event\",\"event_id\":\"x\",\"method\":\"values\",\"params\":"
                                           "{\"namespace\":[],\"timestamp\":1,\"data\":%s%s%s}}",
                                           i == 0 ? "\"" : deep_data, i == 0 ? long_data : "",
                                           i == 0 ? "\"" : deep_end));
      g_object_set (server_of (thread), "max-event-size", MAX_EVENT_SIZE, "max-depth", 50, NULL);
      run = start (thread);
      log = drain (run, &error);
      g_assert_null (log);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
    }
}

/* --- what never ends --- */

static GBytes *
repeat (const char *start,
        gsize       start_size,
        const char *again,
        gsize       again_size,
        guint       times)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) start, start_size);
  for (guint i = 0; i < times; i++)
    g_byte_array_append (bytes, (const guint8 *) again, again_size);

  return g_byte_array_free_to_bytes (bytes);
}

/* The connection stays open: whoever waited for the end would wait for ever. */
static void
assert_too_large (GstreamTransport transport,
                  GBytes          *raw)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  agent->keeps_open = TRUE;
  fake_agent_add_fault (agent, (Fault) { .raw = raw });
  g_object_set (server_of (thread), "max-event-size", MAX_EVENT_SIZE, "silence-timeout", 60000, NULL);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  if (run != NULL)
    log = drain (run, &error);
  g_assert_null (log);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_cmpuint (agent->n_streams, ==, 1); /* it would be as large again */
  g_bytes_unref (raw);
}

static void
test_endless_sse (void)
{
  /* A line, an event of many lines, and a comment. */
  assert_too_large (GSTREAM_TRANSPORT_SSE, repeat ("data: ", 6, "xxxxxxxxxx", 10, MAX_EVENT_SIZE));
  assert_too_large (GSTREAM_TRANSPORT_SSE, repeat ("", 0, "data: xxxx\n", 11, MAX_EVENT_SIZE));
  assert_too_large (GSTREAM_TRANSPORT_SSE, repeat (":", 1, "xxxxxxxxxx", 10, MAX_EVENT_SIZE));
}

static void
test_endless_websocket (void)
{
  const char huge[] = "\x81\x7f\x00\x00\x01\x00\x00\x00\x00\x00"; /* its head says 2^40 bytes */
  const char first[] = "\x01\x0axxxxxxxxxx";
  const char next[] = "\x00\x0axxxxxxxxxx";

  assert_too_large (GSTREAM_TRANSPORT_WEBSOCKET, repeat (huge, sizeof huge - 1, "xxxxxxxxxx", 10, MAX_EVENT_SIZE));
  assert_too_large (GSTREAM_TRANSPORT_WEBSOCKET, repeat (first, sizeof first - 1, next, sizeof next - 1, PORTION));
}

static void
test_large_answer (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  agent->answer = g_strnfill (MAX_EVENT_SIZE + 1, ' ');
  g_object_set (server_of (thread), "max-event-size", MAX_EVENT_SIZE, NULL);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
}

static void
add (const char   *name,
     GTestDataFunc test)
{
  g_autofree char *sse = g_strconcat ("/remote/N8/", name, "-sse", NULL);
  g_autofree char *websocket = g_strconcat ("/remote/N8/", name, "-websocket", NULL);

  g_test_add_data_func (sse, GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test);
  g_test_add_data_func (websocket, GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET), test);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("redirect", test_redirect);
  g_test_add_func ("/remote/N8/redirected-command", test_redirected_command);
  g_test_add_func ("/remote/N8/cut-refusal", test_cut_refusal);
  g_test_add_func ("/remote/N8/cut-line", test_cut_line);
  g_test_add_func ("/remote/N8/bad-header", test_bad_header);
  add ("secret", test_secret);
  add ("limits", test_limits);
  g_test_add_func ("/remote/N8/endless-sse", test_endless_sse);
  g_test_add_func ("/remote/N8/endless-websocket", test_endless_websocket);
  g_test_add_func ("/remote/N8/large-answer", test_large_answer);

  return g_test_run ();
}
