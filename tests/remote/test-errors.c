/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server says against what it is asked for, as an application gets it (N11).
 */
#include <gstream/event/gstream-error-internal.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

#include <string.h>

#include "fake-agent.h"

#define CHAT "python-server/chat.sse"
#define JSON "Content-Type: application/json\r\n"
#define HTML "Content-Type: text/html\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"

typedef struct
{
  const char  *status;
  const char  *headers;
  const char  *body;
  GstreamError code;
  guint        number;        /* gstream_error_get_status() */
  const char  *protocol_code; /* gstream_error_dup_protocol_code() */
  const char  *words;         /* the end of the message */
} Refusal;

static const Refusal refusals[] = {
  { "422 Unprocessable Entity", JSON, "{\"detail\":\"channels: at least one\"}", GSTREAM_ERROR_REFUSED, 422, NULL,
    ": HTTP 422 Unprocessable Entity: channels: at least one" },
  { "422 Unprocessable Entity", JSON,
    "{\"detail\":[{\"loc\":[\"body\",\"channels\",0],\"msg\":\"Input should be a string\",\"type\":\"string_type\"},"
    "{\"loc\":[\"body\",\"depth\"],\"msg\":\"Input should be positive\"}]}",
    GSTREAM_ERROR_REFUSED, 422, NULL,
    ": HTTP 422 Unprocessable Entity: body.channels.0: Input should be a string; body.depth: Input should be "
    "positive" },
  { "400 Bad Request", JSON,
    "{\"success\":false,\"error\":{\"issues\":[{\"path\":[\"channels\"],\"message\":\"Required\"}],\"name\":"
    "\"ZodError\"}}",
    GSTREAM_ERROR_REFUSED, 400, NULL, ": HTTP 400 Bad Request: channels: Required" },
  { "400 Bad Request", JSON,
    "{\"type\":\"error\",\"id\":null,\"error\":\"invalid_argument\",\"message\":\"no channels\"}",
    GSTREAM_ERROR_REFUSED, 400, "invalid_argument", ": HTTP 400 Bad Request (invalid_argument): no channels" },
  { "405 Method Not Allowed", "", "", GSTREAM_ERROR_REFUSED, 405, NULL, ": HTTP 405 Method Not Allowed" },
  { "401 Unauthorized", JSON, "{\"error\":{\"code\":\"expired\",\"message\":\"the token has expired\"}}",
    GSTREAM_ERROR_PERMISSION_DENIED, 401, "expired", ": HTTP 401 Unauthorized (expired): the token has expired" },
  { "403 Forbidden", HTML, "<html>no</html>", GSTREAM_ERROR_PERMISSION_DENIED, 403, NULL, ": HTTP 403 Forbidden" },
  { "404 Not Found", JSON, "{\"detail\":\"Thread t1 not found\"}", GSTREAM_ERROR_NOT_FOUND, 404, NULL,
    ": HTTP 404 Not Found: Thread t1 not found" },
  { "409 Conflict", "", "the thread is busy\n", GSTREAM_ERROR_CONFLICT, 409, NULL,
    ": HTTP 409 Conflict: the thread is busy" },
  { "429 Whatever", "Retry-After: 3600\r\n", "{\"message\":\"slow down\"}", GSTREAM_ERROR_RATE_LIMITED, 429, NULL,
    ": HTTP 429 Too Many Requests: slow down; the server may be asked again in 3600 s" },
  { "418 I am a teapot", "", "", GSTREAM_ERROR_REFUSED, 418, NULL, ": HTTP 418" },
  { "307 Temporary Redirect", "Location: http://elsewhere.example/\r\n", "", GSTREAM_ERROR_NOT_SUPPORTED, 307, NULL,
    " to http://elsewhere.example/; redirects are not followed, give the server's own URL" },
  { "308 Permanent Redirect", "Location: https://u:p@[::1]:8443/v2/x?q=1\r\n", "", GSTREAM_ERROR_NOT_SUPPORTED, 308,
    NULL, " to https://[::1]:8443/v2/x; redirects are not followed, give the server's own URL" },
  { "307 Temporary Redirect", "Location: mailto:a\r\n", "", GSTREAM_ERROR_NOT_SUPPORTED, 307, NULL,
    " to mailto:a; redirects are not followed, give the server's own URL" },
};

static void
assert_is (const Refusal *refusal,
           const GError  *error)
{
  g_autofree char *code = gstream_error_dup_protocol_code (error);

  g_assert_error (error, GSTREAM_ERROR, (int) refusal->code);
  g_assert_cmpuint (gstream_error_get_status (error), ==, refusal->number);
  g_assert_cmpstr (code, ==, refusal->protocol_code);
  if (!g_str_has_suffix (error->message, refusal->words))
    g_assert_cmpstr (error->message, ==, refusal->words);
}

/* Also where a binding has made its own error of what it got. */
static void
assert_tells (const Refusal *refusal,
              const GError  *error)
{
  g_autoptr (GError) copy = g_error_copy (error);
  g_autoptr (GError) made_anew = g_error_new_literal (error->domain, error->code, error->message);
  const char *named = strstr (error->message, "http://127.0.0.1");

  assert_is (refusal, error);
  assert_is (refusal, copy);
  assert_is (refusal, made_anew);
  g_assert_nonnull (named); /* once */
  g_assert_null (strstr (named + 1, "http://127.0.0.1"));
}

static void
test_stream (gconstpointer data)
{
  GstreamTransport transport = GPOINTER_TO_INT (data);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, transport);
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GError) error = NULL;
      Fault    refusal = { .status = refusals[i].status, .headers = refusals[i].headers, .body = refusals[i].body };
      gboolean may_be_early = refusals[i].number == 404 && transport == GSTREAM_TRANSPORT_SSE;

      fake_agent_add_fault (agent, refusal);
      if (may_be_early) /* the run may not have been there yet */
        fake_agent_add_fault (agent, refusal);
      gstream_thread_set_thread_id (thread, "t1");
      run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
      g_assert_null (run != NULL ? drain (run, &error) : NULL);
      assert_tells (&refusals[i], error);
      g_assert_cmpuint (agent->faults->len, ==, 0);
      g_assert_cmpuint (agent->n_streams, <=, may_be_early ? 2 : 1); /* nothing else is tried again */
    }
}

static void
test_command (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
      g_autoptr (GError) error = NULL;
      Fault fault = { .status = refusals[i].status, .headers = refusals[i].headers, .body = refusals[i].body };

      g_array_append_val (agent->command_faults, fault);
      gstream_thread_set_thread_id (thread, "t1");
      g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, NULL, &error));
      assert_tells (&refusals[i], error);
    }
}

/* A refusal with the status of a success, and what is no event stream at all. */
static void
test_success (void)
{
  static const Refusal cases[] = {
    { "200 OK", JSON, "{\"type\":\"error\",\"error\":\"no_such_run\",\"message\":\"none is bound to it\"}",
      GSTREAM_ERROR_NOT_FOUND, 0, "no_such_run", ": The server refuses it (no_such_run): none is bound to it" },
    { "200 OK", JSON, "{\"detail\":\"not here\"}", GSTREAM_ERROR_INVALID, 0, NULL,
      ": the answer is application/json, and text/event-stream was expected: not here" },
    { "200 OK", HTML, "<html>Log in</html>", GSTREAM_ERROR_INVALID, 0, NULL,
      ": the answer is text/html, and text/event-stream was expected" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GError) error = NULL;

      Fault refusal = { .status = cases[i].status, .headers = cases[i].headers, .body = cases[i].body };
      guint n_asked = cases[i].code == GSTREAM_ERROR_NOT_FOUND ? 2 : 1; /* the run may not have been there yet */

      for (guint n = 0; n < n_asked; n++)
        fake_agent_add_fault (agent, refusal);
      g_assert_null (fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error));
      assert_tells (&cases[i], error);
      g_assert_cmpuint (agent->n_streams, ==, n_asked);
    }
}

/* What a command's own answer says against it, over either transport. */
static void
test_answer (gconstpointer data)
{
  static const Refusal cases[] = {
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"invalid_argument\",\"message\":\"no assistant\"}",
      GSTREAM_ERROR_REFUSED, 0, "invalid_argument", "The server refuses it (invalid_argument): no assistant" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"no_such_interrupt\",\"message\":\"HTTP 500 (x): gone\"}",
      GSTREAM_ERROR_NOT_FOUND, 0, "no_such_interrupt",
      "The server refuses it (no_such_interrupt): HTTP 500 (x): gone" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"unknown_command\",\"message\":\"run.start?\"}",
      GSTREAM_ERROR_NOT_SUPPORTED, 0, "unknown_command", "The server refuses it (unknown_command): run.start?" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"permission_denied\",\"message\":\"not you\"}",
      GSTREAM_ERROR_PERMISSION_DENIED, 0, "permission_denied", "The server refuses it (permission_denied): not you" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"unknown_error\",\"message\":\"boom\"}",
      GSTREAM_ERROR_SERVER, 0, "unknown_error", "The server refuses it (unknown_error): boom" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"unknown_error\",\"message\":\"409: Thread is busy\"}",
      GSTREAM_ERROR_CONFLICT, 409, "unknown_error", "The server refuses it: HTTP 409 (unknown_error): Thread is busy" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"error\":\"unknown_error\",\"message\":\"4090: why\"}",
      GSTREAM_ERROR_SERVER, 0, "unknown_error", "The server refuses it (unknown_error): 4090: why" },
    { NULL, NULL, "{\"type\":\"error\",\"id\":2,\"message\":\"why\"}", GSTREAM_ERROR_REFUSED, 0, NULL,
      "The server refuses it: why" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) made_anew = NULL;

      agent->answer = g_strdup (cases[i].body);
      g_assert_null (fake_agent_run (agent, GPOINTER_TO_INT (data), &error));
      made_anew = g_error_new_literal (error->domain, error->code, error->message);
      assert_is (&cases[i], error);
      assert_is (&cases[i], made_anew);
    }
}

static GBytes *
closing_frame (guint       code,
               const char *reason)
{
  GByteArray  *frame = g_byte_array_new ();
  const guint8 head[] = { 0x88, strlen (reason) + 2, code >> 8, code & 0xff };

  g_byte_array_append (frame, head, sizeof head);
  g_byte_array_append (frame, (const guint8 *) reason, strlen (reason));

  return g_byte_array_free_to_bytes (frame);
}

/* A WebSocket that is closed for a reason that another attempt does not change. */
static void
test_closed (void)
{
  static const struct
  {
    const char *reason;
    Refusal     refusal;
  } cases[] = {
    { "token expired",
      { NULL, NULL, NULL, GSTREAM_ERROR_PERMISSION_DENIED, 1008, NULL,
        ": WebSocket closed with 1008: token expired" } },
    { "", { NULL, NULL, NULL, GSTREAM_ERROR_PERMISSION_DENIED, 1008, NULL, ": WebSocket closed with 1008" } },
    { "{\"error\":\"expired\",\"message\":\"log in\"}",
      { NULL, NULL, NULL, GSTREAM_ERROR_PERMISSION_DENIED, 4401, "expired",
        ": WebSocket closed with 4401 (expired): log in" } },
    { "expired", { NULL, NULL, NULL, GSTREAM_ERROR_REFUSED, 4001, NULL, ": WebSocket closed with 4001: expired" } },
    { "no thread",
      { NULL, NULL, NULL, GSTREAM_ERROR_NOT_FOUND, 4404, NULL, ": WebSocket closed with 4404: no thread" } },
    { "", { NULL, NULL, NULL, GSTREAM_ERROR_REFUSED, 1003, NULL, ": WebSocket closed with 1003" } },
    { "big", { NULL, NULL, NULL, GSTREAM_ERROR_TOO_LARGE, 1009, NULL, ": WebSocket closed with 1009: big" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GBytes) frame = closing_frame (cases[i].refusal.number, cases[i].reason);
      g_autoptr (GError) error = NULL;

      fake_agent_add_fault (agent, (Fault) { .raw = frame });
      g_assert_null (fake_agent_run (agent, GSTREAM_TRANSPORT_WEBSOCKET, &error));
      assert_tells (&cases[i].refusal, error);
      g_assert_cmpuint (agent->n_streams, ==, 1);
    }
}

/* And for one that it may change. */
static void
test_closed_for_now (void)
{
  static const guint codes[] = { 1000, 1001, 1011, 1012, 1013, 4429, 4500 };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_WEBSOCKET, NULL);
      g_autoptr (GBytes) frame = closing_frame (codes[i], "a deployment");
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      agent->n_streams = agent->n_commands = 0;
      fake_agent_add_fault (agent, (Fault) { .raw = frame });
      log = fake_agent_run (agent, GSTREAM_TRANSPORT_WEBSOCKET, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->n_streams, ==, 2);

      for (guint n = 0; n < 4; n++)
        fake_agent_add_fault (agent, (Fault) { .raw = frame });
      agent->n_commands = 0;
      g_assert_null (fake_agent_run (agent, GSTREAM_TRANSPORT_WEBSOCKET, &error));
      g_assert_cmpuint (gstream_error_get_status (error), ==, codes[i]);
      g_assert_true (g_str_has_suffix (error->message, ": a deployment"));
    }
}

static void
on_command (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError **error = user_data;

  g_assert_null (gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, error));
}

static void
on_silent_request (FakeExchange *exchange,
                   gpointer      user_data)
{
  if (!exchange->websocket)
    fake_exchange_accept (exchange);
  *(guint *) user_data += 1;
}

/* Whoever waits for a command's answer when the connection is closed is told, at whatever point it was. */
static void
test_closed_here (void)
{
  for (guint n_requests = 0; n_requests < 4; n_requests++)
    {
      guint n = 0;
      g_autoptr (FakeServer) fake = fake_server_new (on_silent_request, &n);
      g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (fake));
      g_autoptr (SoupSession) session = soup_session_new ();
      g_autoptr (GstreamOrigin) origin = gstream_origin_new (url, session, g_main_context_default (), NULL);
      g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
      g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
      g_autoptr (GstreamSubscription) wanted = gstream_subscription_new (mux, options);
      g_autoptr (GstreamEventSource) connection = NULL;
      g_autoptr (GError) error = NULL;

      origin->limits.answer_timeout = 60000;
      origin->limits.max_event_size = 4096;
      origin->limits.max_depth = 100;
      connection = gstream_websocket_connection_new (origin, "t1", wanted);
      gstream_websocket_connection_command (GSTREAM_WEBSOCKET_CONNECTION (connection), "{\"id\":2}", NULL, on_command,
                                            &error);
      while (n < n_requests) /* the handshake, the subscription, the command */
        g_main_context_iteration (NULL, TRUE);
      gstream_event_source_close (connection);
      while (error == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
    }
}

/* JavaScript's server does not answer where it knows no such assistant. */
static void
test_unknown_assistant (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_WEBSOCKET);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  agent->mute = TRUE;
  g_object_set (server_of (thread), "answer-timeout", 2000, NULL);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/assistants/agent: HTTP 404 Not Found: no such thing"));
}

/* A server that has threads and not the protocol of their runs. */
static void
test_partial_server (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamRunStream) attached = NULL;
  g_autoptr (GstreamPayload) copy = NULL;
  g_autoptr (GError) error = NULL;

  agent->is_partial = TRUE;
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "has no “/commands” for it"));
  g_clear_error (&error);

  attached = gstream_thread_attach_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (attached);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  copy = gstream_server_copy_thread_sync (server_of (thread), "t1", NULL, &error);
  g_assert_null (copy);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "has no “/copy” for it"));
  g_clear_error (&error);

  copy = gstream_server_copy_thread_sync (server_of (thread), "t2", NULL, &error); /* there is no such thread */
  g_assert_null (copy);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
}

static void
test_unknown_run (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  g_autoptr (GstreamRunStream) run G_GNUC_UNUSED = start (thread);
  g_autoptr (GstreamRunStream) attached = NULL;
  g_autoptr (GError) error = NULL;

  attached = gstream_thread_attach_sync (thread, "no/such", NULL, NULL, &error);
  g_assert_null (attached);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_suffix (error->message, "/runs/no%2Fsuch: HTTP 404 Not Found: Run not found"));
  g_assert_cmpuint (agent->n_streams, ==, 1); /* of the run that was started */

  attached = gstream_thread_attach_sync (thread, agent->run_id, NULL, NULL, NULL);
  g_assert_nonnull (attached);
}

/* The status is enough where the words do not come to their end. */
static void
test_words_cut_off (void)
{
  for (guint stall = 0; stall < 2; stall++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
      g_autoptr (GError) error = NULL;
      Fault fault = { .status = "401 Unauthorized", .body = "not you, and so on", .cut_at = 80, .stall = stall > 0 };

      g_array_append_val (agent->command_faults, fault);
      g_object_set (server_of (thread), "answer-timeout", 500u, NULL);
      g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_PERMISSION_DENIED);
      g_assert_cmpuint (gstream_error_get_status (error), ==, 401);
    }
}

/* The type of an event stream is one in any case. */
static void
test_type (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
  g_autoptr (GString) body = g_string_new (NULL);
  g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
  g_autofree char *log = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < agent->events->len; i++)
    g_string_append_printf (body, "data: %s\n\n", (char *) agent->events->pdata[i]);
  fake_agent_add_fault (agent, (Fault) { .status = "200 OK",
                                         .headers = "Content-Type: Text/Event-Stream; Charset=UTF-8\r\n",
                                         .body = body->str });
  log = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, expected);
}

static GBytes *
compress (const char *text)
{
  g_autoptr (GConverter) compressor = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  gsize            size = strlen (text) + 64, read, written;
  g_autofree char *room = g_malloc (size);
  GConverterResult result = g_converter_convert (compressor, text, strlen (text), room, size, G_CONVERTER_INPUT_AT_END,
                                                 &read, &written, NULL);

  g_assert_cmpint (result, ==, G_CONVERTER_FINISHED);

  return g_bytes_new (room, written);
}

/* Each event compressed by itself, as some servers do that flush them. */
static void
test_gzip (void)
{
  const gsize pieces[] = { 0, 1, 7 };

  for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autofree char *expected = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, NULL);
      g_autoptr (GByteArray) body = g_byte_array_new ();
      g_autoptr (GBytes) raw = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      for (guint i = 0; i < agent->events->len; i++)
        {
          g_autofree char *block = g_strdup_printf ("data: %s\n\n", (char *) agent->events->pdata[i]);
          g_autoptr (GBytes) member = compress (block);

          g_byte_array_append (body, g_bytes_get_data (member, NULL), g_bytes_get_size (member));
        }
      raw = g_bytes_new (body->data, body->len);
      agent->n_streams = 0;
      fake_agent_add_fault (agent, (Fault) { .raw = raw, .headers = "Content-Encoding: gzip\r\n", .piece = pieces[p] });
      log = fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->n_streams, ==, 1);
    }
}

/* Of a stream, and of an answer. */
static void
test_other_encoding (void)
{
  Fault fault = { .status = "200 OK", .headers = EVENTS "Content-Encoding: zstd\r\n", .body = "(\265/\375" };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (FakeAgent) agent = fake_agent_new (CHAT);
      g_autoptr (GError) error = NULL;

      g_array_append_val (i == 0 ? agent->faults : agent->command_faults, fault);
      g_assert_null (fake_agent_run (agent, GSTREAM_TRANSPORT_SSE, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, ": the answer is encoded as zstd, and gzip or nothing was expected"));
      g_assert_cmpuint (agent->n_streams, ==, 1);
    }
}

/* An error of another origin has neither. */
static void
test_others (void)
{
  g_autoptr (GError) closed = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "GET http://a/: HTTP 404 Not Found");
  g_autoptr (GError) failed = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "tool: HTTP 404 (gone)");
  g_autoptr (GError) unknown = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "There is no projection");
  const GError *errors[] = { closed, failed, unknown };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_cmpuint (gstream_error_get_status (errors[i]), ==, 0);
      g_assert_null (gstream_error_dup_protocol_code (errors[i]));
    }
}

static void
test_words (void)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *long_words = NULL;
  g_autofree char *no_words = NULL;
  const struct
  {
    const char *data;
    const char *words;
    const char *code;
  } cases[] = {
    { "", NULL, NULL },
    { "  \n", NULL, NULL },
    { "null", NULL, NULL },
    { "<p>", NULL, NULL },
    { "{\"message\":\"\",\"detail\":\"x\"}", "x", NULL },
    { "\"only a string\"", "only a string", NULL },
    { "{\"error\":\"GraphRecursionError\",\"message\":\"Recursion limit of 3 reached\"}",
      "Recursion limit of 3 reached", "GraphRecursionError" },
    { "{\"error\":\"it broke\"}", "it broke", NULL },
    { "{\"status\":3}", "{\"status\":3}", NULL },
    { "{\"errors\":[{\"message\":\"a\"},{\"message\":\"b\"},{\"message\":\"c\"},{\"message\":\"d\"}]}", "a; b; c",
      NULL },
    { "{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":\"deep\"}}}}}}",
      "{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":\"deep\"}}}}}}", NULL },
    { "{\"message\":3,\"detail\":null}", "{\"message\":3,\"detail\":null}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *code = NULL;
      g_autofree char *words = gstream_error_find_words (cases[i].data, strlen (cases[i].data), &code);

      g_assert_cmpstr (words, ==, cases[i].words);
      g_assert_cmpstr (code, ==, cases[i].code);
    }

  long_words = gstream_error_find_words (text, strlen (text), NULL);
  g_assert_cmpuint (g_utf8_strlen (long_words, -1), ==, 301);
  g_assert_true (g_str_has_suffix (long_words, "x…"));
  no_words = gstream_error_find_words ("\377\376", 2, NULL);
  g_assert_true (g_utf8_validate (no_words, -1, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/remote/N11/stream-refused-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_stream);
  g_test_add_data_func ("/remote/N11/stream-refused-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_stream);
  g_test_add_func ("/remote/N11/command-refused", test_command);
  g_test_add_func ("/remote/N11/refused-with-success", test_success);
  g_test_add_func ("/remote/N11/words-cut-off", test_words_cut_off);
  g_test_add_data_func ("/remote/N11/answer-refuses-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_answer);
  g_test_add_data_func ("/remote/N11/answer-refuses-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_answer);
  g_test_add_func ("/remote/N11/websocket-closed", test_closed);
  g_test_add_func ("/remote/N3/websocket-closed-for-now", test_closed_for_now);
  g_test_add_func ("/remote/N1/closed-while-a-command-waits", test_closed_here);
  g_test_add_func ("/remote/N11/unknown-assistant", test_unknown_assistant);
  g_test_add_data_func ("/remote/N11/partial-server/sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_partial_server);
  g_test_add_data_func ("/remote/N11/partial-server/websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_partial_server);
  g_test_add_data_func ("/remote/N12/unknown-run-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_unknown_run);
  g_test_add_data_func ("/remote/N12/unknown-run-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_unknown_run);
  g_test_add_func ("/remote/N2/event-stream-in-any-case", test_type);
  g_test_add_func ("/remote/N2/gzip-members", test_gzip);
  g_test_add_func ("/remote/N2/other-encoding", test_other_encoding);
  g_test_add_func ("/remote/N11/errors-of-another-origin", test_others);
  g_test_add_func ("/remote/N11/words", test_words);

  return g_test_run ();
}
