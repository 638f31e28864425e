/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes wrong at an endpoint, and how a run says so (O2).
 */
#include "fake-endpoint.h"

#include <string.h>

#include <gstream/event/gstream-error.h>

#define CHUNK(delta) "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n\n"
#define STOP "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"
#define HELLO CHUNK ("{\"content\":\"Hel\"}") CHUNK ("{\"content\":\"lo\"}")
#define WHOLE HELLO STOP DONE
#define JSON "Content-Type: application/json\r\n"
#define SECRET "sk-sesame-4711"
#define READ_AHEAD (6 * 1024 * 1024) /* bytes, or fewer: what sockets and buffers hold of a stream that is not read */

static char *
run (FakeEndpoint *endpoint,
     GError      **error)
{
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);

  return drain_source (source, error);
}

/* Fails, after @log was delivered if that is not NULL. */
static void
assert_fails (FakeEndpoint *endpoint,
              GQuark        domain,
              int           code,
              const char   *words,
              const char   *delivered)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = run (endpoint, &error);

  g_assert_error (error, domain, code);
  if (strstr (error->message, words) == NULL)
    g_assert_cmpstr (error->message, ==, words);
  if (delivered != NULL && strstr (log, delivered) == NULL)
    g_assert_cmpstr (log, ==, delivered);
}

/* --- refused --- */

typedef struct
{
  const char  *status;
  const char  *headers;
  const char  *body;
  GstreamError code;
  guint        number;
  const char  *protocol_code;
  const char  *words;
} Refusal;

static const Refusal refusals[] = {
  { "401 Unauthorized", JSON,
    "{\"error\":{\"message\":\"Incorrect API key provided\",\"type\":\"invalid_request_error\",\"param\":null,"
    "\"code\":\"invalid_api_key\"}}",
    GSTREAM_ERROR_PERMISSION_DENIED, 401, "invalid_api_key",
    "HTTP 401 Unauthorized (invalid_api_key): Incorrect API key provided" },
  { "404 Not Found", JSON,
    "{\"error\":{\"message\":\"model \\\"m\\\" not found, try pulling it first\",\"type\":\"api_error\",\"param\":null,"
    "\"code\":null}}",
    GSTREAM_ERROR_NOT_FOUND, 404, "api_error", "model \"m\" not found, try pulling it first" },
  { "400 Bad Request", JSON,
    "{\"object\":\"error\",\"message\":\"This model's maximum context length is 10 tokens\",\"type\":"
    "\"BadRequestError\",\"param\":null,\"code\":400}",
    GSTREAM_ERROR_REFUSED, 400, NULL, "HTTP 400 Bad Request: This model's maximum context length is 10 tokens" },
  { "422 Unprocessable Entity", JSON, "{\"detail\":[{\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs\"}]}",
    GSTREAM_ERROR_REFUSED, 422, NULL, "body.stream_options: Extra inputs" },
  { "429 Too Many Requests", JSON "Retry-After: 3600\r\n",
    "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}",
    GSTREAM_ERROR_RATE_LIMITED, 429, "rate_limit_exceeded",
    "HTTP 429 Too Many Requests (rate_limit_exceeded): Rate limit reached; the server may be asked again in 3600 s" },
  { "429 Too Many Requests", "Retry-After: 99999999999\r\n", "", GSTREAM_ERROR_RATE_LIMITED, 429, NULL,
    "; the server may be asked again in 2147483647 s" },
  { "429 Too Many Requests", "Retry-After: 99.5\r\n", "", GSTREAM_ERROR_RATE_LIMITED, 429, NULL,
    "; the server may be asked again in 100 s" },
  { "503 Service Unavailable", JSON,
    "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}", GSTREAM_ERROR_SERVER,
    503, "unavailable_error", "Loading model" },
  { "502 Bad Gateway", "Content-Type: text/html\r\n", "<html>nginx</html>", GSTREAM_ERROR_SERVER, 502, NULL,
    "HTTP 502 Bad Gateway" },
  { "307 Temporary Redirect", "Location: http://elsewhere.example/v1\r\n", "", GSTREAM_ERROR_NOT_SUPPORTED, 307, NULL,
    "redirects are not followed" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (refusal->body);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;
  g_autofree char *code = NULL;

  endpoint->status = refusal->status;
  endpoint->headers = refusal->headers;
  log = run (endpoint, &error);
  g_assert_error (error, GSTREAM_ERROR, (int) refusal->code);
  g_assert_cmpuint (gstream_error_get_status (error), ==, refusal->number);
  code = gstream_error_dup_protocol_code (error);
  g_assert_cmpstr (code, ==, refusal->protocol_code);
  g_assert_true (g_str_has_prefix (error->message, "POST http://127.0.0.1:"));
  if (strstr (error->message, refusal->words) == NULL)
    g_assert_cmpstr (error->message, ==, refusal->words);
  g_assert_nonnull (strstr (log, "\"values\"")); /* what was said so far is the run's state */
}

/* What may pass is tried again; nothing else is. */
static void
test_tried_again (void)
{
  static const char *const passing[] = { "429 Too Many Requests", "500 Internal Server Error",
                                         "503 Service Unavailable", "408 Request Timeout" };

  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      endpoint->n_refusals = 2;
      endpoint->refusal = passing[i];
      log = run (endpoint, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (endpoint->n_requests, ==, 3);
    }
}

static void
test_not_tried_again (void)
{
  static const char *const lasting[] = { "400 Bad Request", "401 Unauthorized", "404 Not Found" };

  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      endpoint->n_refusals = 1;
      endpoint->refusal = lasting[i];
      log = run (endpoint, &error);
      g_assert_nonnull (error);
      g_assert_cmpuint (endpoint->n_requests, ==, 1);
    }
}

static void
test_limit_of_trying (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->n_refusals = 9;
  endpoint->refusal = "503 Service Unavailable";
  log = run (endpoint, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_SERVER);
  g_assert_cmpuint (endpoint->n_requests, ==, 3);
}

static void
test_not_there (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);

  fake_server_stop (endpoint->server);
  assert_fails (endpoint, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "POST http://127.0.0.1:", "\"values\"");
}

/* --- a stream that ends too early --- */

/* At whichever byte: what came is delivered, and then it is said. Never is a part taken for the whole. */
static void
test_cut (gconstpointer data)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autofree char *whole = run (endpoint, NULL);
  const char *head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nxxx\r\n";
  gsize       body = strlen (head);

  endpoint->is_framed = GPOINTER_TO_INT (data);
  for (gsize at = body; at < body + strlen (HELLO); at += 3)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      endpoint->cut_at = at;
      log = run (endpoint, &error);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
      g_assert_null (strstr (log, "\"completed\""));
      g_assert_nonnull (strstr (error->message, "cut off"));
    }
  g_assert_nonnull (strstr (whole, "\"completed\""));
}

/* Once the model has said why it stopped, the answer is whole, however the connection ends. */
static void
test_cut_after_stop (void)
{
  static const char *const heads[] = { NULL, "Content-Type: text/event-stream\r\nContent-Length: 9999\r\n" };
  const char *head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nxxx\r\n";

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (HELLO STOP);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      endpoint->headers = heads[i];
      endpoint->is_framed = heads[i] == NULL;
      endpoint->cut_at = endpoint->is_framed ? strlen (head) + strlen (HELLO STOP) : 0;
      log = run (endpoint, &error);
      g_assert_no_error (error);
      g_assert_nonnull (strstr (log, "\"content\":\"Hello\""));
      g_assert_nonnull (strstr (log, "\"completed\""));
    }
}

static void
test_no_answer (void)
{
  g_autoptr (FakeEndpoint) nothing = fake_endpoint_new ("");
  g_autoptr (FakeEndpoint) comment = fake_endpoint_new (": PROCESSING\n\n");
  g_autoptr (FakeEndpoint) done = fake_endpoint_new (DONE);

  assert_fails (nothing, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE, "before an answer began", NULL);
  assert_fails (comment, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE, "before an answer began", NULL);
  assert_fails (done, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE, "before an answer began", NULL);
}

/* --- errors inside the stream --- */

typedef struct
{
  const char *frame;
  const char *words; /* all of them */
  guint       status;
  const char *code;
} Inside;

static const Inside insides[] = {
  { "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"code\":null}}\n\n",
    "The server had an error", 0, "server_error" },
  { "data: {\"id\":\"c\",\"error\":{\"code\":429,\"message\":\"Slow down\"},\"choices\":[{\"index\":0,\"delta\":"
    "{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
    "Slow down", 429, NULL },
  { "data: {\"error\":\"an error was encountered while running the model\"}\n\n",
    "an error was encountered while running the model", 0, NULL },
  { "data: {\"object\":\"error\",\"message\":\"EngineCore died\",\"type\":\"InternalServerError\",\"code\":500}\n\n",
    "EngineCore died", 500, NULL },
  { "event: error\ndata: {\"error\":{\"message\":\"overloaded\"}}\n\n", "overloaded", 0, NULL },
  { "error: {\"code\":500,\"message\":\"context full\",\"type\":\"server_error\"}\n\n", "context full", 0, NULL },
  { "data: {\"detail\":\"gone\"}\n\n", "gone", 0, NULL },
  { "data: {\"error\":{}}\n\n", "{\"error\":{}}", 0, NULL },
  { "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}\n\n", "finish_reason", 0,
    NULL },
  { "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"code\":502,"
    "\"message\":\"Upstream died\"}}]}\n\n",
    "Upstream died", 502, NULL },
  { "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"error\":\"Upstream "
    "died\",\"delta\":{},\"finish_reason\":null}]}\n\n",
    "Upstream died", 0, NULL },
  { "data: {\"message\":\"Slow down\",\"type\":\"rate\",\"code\":429}\n\n", "Slow down", 429, NULL },
  { "data: {\"type\":\"error\",\"message\":\"boom\"}\n\n", "boom", 0, NULL },
};

static void
test_inside (gconstpointer data)
{
  const Inside    *inside = data;
  g_autofree char *body = g_strconcat (HELLO, inside->frame, DONE, NULL);
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (body);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = run (endpoint, &error);
  g_autofree char *code = NULL;

  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  if (strstr (error->message, inside->words) == NULL)
    g_assert_cmpstr (error->message, ==, inside->words);
  g_assert_nonnull (strstr (log, "\"text\":\"lo\""));
  g_assert_cmpuint (gstream_error_get_status (error), ==, inside->status);
  code = gstream_error_dup_protocol_code (error);
  if (inside->code != NULL)
    g_assert_cmpstr (code, ==, inside->code);
  g_assert_cmpuint (endpoint->n_requests, ==, 1);
}

/* With a status that says that all is well. */
static void
test_error_document (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new ("{\"error\":{\"message\":\"No provider\",\"code\":502}}");

  endpoint->headers = JSON;
  assert_fails (endpoint, GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "No provider", "\"values\"");
}

static void
test_error_of_choice (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (
      "{\"choices\":[{\"message\":{\"content\":\"Hel\"},\"finish_reason\":null,\"error\":{\"code\":502,"
      "\"message\":\"No provider\"}}]}");

  endpoint->headers = JSON;
  assert_fails (endpoint, GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "No provider", "\"Hel\"");
}

/* --- what is not the protocol --- */

typedef struct
{
  const char *headers;
  const char *body;
  int         code;
  const char *words;
} Stranger;

static const Stranger strangers[] = {
  { NULL, "<html>Welcome</html>", GSTREAM_ERROR_INVALID, "HTML" },
  { "Content-Type: text/html\r\n", "<html>Welcome</html>", GSTREAM_ERROR_INVALID, "HTML" },
  { JSON, "[1]", GSTREAM_ERROR_INVALID, "the answer is not a chat completion: " },
  { JSON, "{\"version\":\"0.1\"}", GSTREAM_ERROR_INVALID, "choices, a list" },
  { JSON, "{\"choices\":", GSTREAM_ERROR_INVALID, "the answer is not a chat completion: " },
  { JSON, "", GSTREAM_ERROR_INVALID, "the answer is not a chat completion: " },
  { JSON, "{\"choices\":[]}", GSTREAM_ERROR_INCOMPLETE, "before an answer began" },
  { NULL, "data: {\"type\":\"message_start\",\"message\":{}}\n\n", GSTREAM_ERROR_INVALID, "choices, a list" },
  { NULL, "data: {\"choices\":[{\"delta\":\n\n", GSTREAM_ERROR_INVALID, "line 1: byte 21" },
  { NULL, HELLO "data: nonsense\n\n", GSTREAM_ERROR_INVALID, "line 5: byte 0" },
  { NULL, "data: {\"choices\":{}}\n\n", GSTREAM_ERROR_INVALID, "choices, a list" },
  { NULL, "data: {\"choices\":[3]}\n\n", GSTREAM_ERROR_INVALID, "a choice, an object" },
  { NULL, "data: {\"choices\":[{\"index\":0,\"delta\":{}},{\"index\":1,\"delta\":{}}]}\n\n",
    GSTREAM_ERROR_NOT_SUPPORTED, "several choices" },
  { NULL, HELLO "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"}}]}\n\n", GSTREAM_ERROR_NOT_SUPPORTED,
    "several choices" },
};

static void
test_strange (gconstpointer data)
{
  const Stranger *stranger = data;
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (stranger->body);

  endpoint->headers = stranger->headers;
  assert_fails (endpoint, GSTREAM_ERROR, stranger->code, stranger->words,
                g_str_has_prefix (stranger->body, HELLO) ? "\"text\":\"lo\"" : "\"values\"");
}

/* Members that are of another kind than they should be mean nothing, and nothing else is lost. */
static void
test_strange_members (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (
      "data: {\"id\":7,\"model\":[],\"usage\":3,\"choices\":[{\"delta\":{\"content\":5,\"refusal\":{},\"tool_calls\":"
      "[null,3,[],{\"function\":7,\"id\":8,\"index\":-1},{\"index\":1e400}],\"reasoning_details\":[1,{\"text\":2}]},"
      "\"finish_reason\":9}]}\n\n" HELLO STOP DONE);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = run (endpoint, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (log, "\"text\":\"lo\""));
}

/* --- what the source is given --- */

static void
assert_given (const char *property,
              const char *json,
              const char *words)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) made = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);
  g_autoptr (GstreamPayload) given = gstream_payload_new (json, -1, NULL);
  const char *url = gstream_chat_source_get_url (GSTREAM_CHAT_SOURCE (made));
  gboolean    is_messages = g_str_equal (property, "messages");
  g_autoptr (GstreamEventSource) source =
      g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", url, "model", "m", "messages", is_messages ? given : messages,
                    is_messages ? NULL : property, given, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = drain_source (source, &error);

  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  if (strstr (error->message, words) == NULL)
    g_assert_cmpstr (error->message, ==, words);
  g_assert_cmpuint (endpoint->n_requests, ==, 0);
}

static void
test_given (void)
{
  assert_given ("messages", "{}", "messages are not a list");
  assert_given ("messages", "\"hi\"", "messages are not a list");
  assert_given ("tools", "{}", "tools are not a list");
  assert_given ("parameters", "[]", "parameters are not an object");
  assert_given ("parameters", "{\"n\":2}", "an answer has one choice");
  assert_given ("parameters", "{\"model\":\"x\"}", "it is a property of its own");
}

static void
test_urls (void)
{
  static const char *const urls[] = { "",
                                      "localhost:11434",
                                      "ftp://localhost",
                                      "http://u:p@localhost",
                                      "http:///v1",
                                      "http://localhost/v1#f",
                                      "http://localhost/v1?a=b#f",
                                      "http://localhost/v1%?a",
                                      "http://localhost/v1?" SECRET "=50%" };
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GstreamEventSource) source = gstream_chat_source_new (urls[i], "m", messages);
      g_autoptr (GError) error = NULL;
      g_autofree char *log = drain_source (source, &error);

      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_null (strstr (error->message, "u:p"));
      g_assert_null (strstr (error->message, SECRET));
    }
}

/* A query stands behind the path, and errors do not show it: it may have a key in it. */
static void
test_query (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) made = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);
  g_autofree char *url =
      g_strconcat (gstream_chat_source_get_url (GSTREAM_CHAT_SOURCE (made)), "/?api-version=1&key=" SECRET, NULL);
  g_autoptr (GstreamEventSource) source = gstream_chat_source_new (url, "m", messages);
  g_autoptr (GstreamEventSource) refused = gstream_chat_source_new (url, "m", messages);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = drain_source (source, &error);
  g_autofree char *other_log = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (strstr (endpoint->head, "/v1/chat/completions?api-version=1&key=" SECRET " "));

  endpoint->status = "400 Bad Request";
  other_log = drain_source (refused, &error);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/v1/chat/completions: "));
  g_assert_null (strstr (error->message, SECRET));
}

static void
test_headers (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) value = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamEventSource) name = fake_endpoint_new_source (endpoint);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;
  g_autofree char *other_log = NULL;

  gstream_chat_source_set_api_key (GSTREAM_CHAT_SOURCE (value), SECRET "\r\nHost: x");
  log = drain_source (value, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_null (strstr (error->message, SECRET));
  g_clear_error (&error);

  gstream_chat_source_set_header (GSTREAM_CHAT_SOURCE (name), "X Y", "1");
  other_log = drain_source (name, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpuint (endpoint->n_requests, ==, 0);
}

/* --- what is asked --- */

static void
test_request (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamPayload) tools = gstream_payload_new ("[{\"type\":\"function\"}]", -1, NULL);
  g_autoptr (GstreamPayload) parameters =
      gstream_payload_new ("{\"temperature\":0,\"stream_options\":null,\"n\":1,\"stop\":[\"a\\\"\"]}", -1, NULL);
  g_autofree char *log = NULL;

  g_object_set (source, "tools", tools, "parameters", parameters, "api-key", SECRET, NULL);
  gstream_chat_source_set_header (GSTREAM_CHAT_SOURCE (source), "X-Title", "test");
  log = drain_source (source, NULL);
  g_assert_cmpstr (endpoint->path, ==, "/v1/chat/completions");
  g_assert_cmpstr (endpoint->asked, ==,
                   "{\"model\":\"m\",\"messages\":" MESSAGES ",\"tools\":[{\"type\":\"function\"}],\"temperature\":0,"
                   "\"n\":1,\"stop\":[\"a\\\"\"],\"stream\":true}");
  g_assert_nonnull (strstr (endpoint->head, "Authorization: Bearer " SECRET "\r\n"));
  g_assert_nonnull (strstr (endpoint->head, "X-Title: test\r\n"));
  g_assert_nonnull (strstr (endpoint->head, "Content-Type: application/json\r\n"));
}

static void
test_usual_request (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autofree char *log = run (endpoint, NULL);

  g_assert_cmpstr (endpoint->asked, ==,
                   "{\"model\":\"m\",\"messages\":" MESSAGES
                   ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
  g_assert_null (strstr (endpoint->head, "Authorization"));
}

/* A document can be asked for, too. */
static void
test_document_request (void)
{
  g_autoptr (FakeEndpoint) endpoint =
      fake_endpoint_new ("{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}");
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamPayload) parameters = gstream_payload_new ("{\"stream\":false}", -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->headers = JSON;
  gstream_chat_source_set_parameters (GSTREAM_CHAT_SOURCE (source), parameters);
  log = drain_source (source, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (endpoint->asked, ==, "{\"model\":\"m\",\"messages\":" MESSAGES ",\"stream\":false}");
}

/* Nothing is asked before the run wants something (R1). */
static void
test_lazy (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamRunStream) stream = gstream_run_stream_new (source, NULL);

  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (endpoint->n_requests, ==, 0);
  g_object_run_dispose (G_OBJECT (stream));
}

/* --- secrets (N8) --- */

static gboolean
log_has_secret (GLogLevelFlags   level,
                const GLogField *fields,
                gsize            n_fields,
                gpointer         user_data)
{
  gboolean *seen = user_data;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, SECRET) != NULL)
      *seen = TRUE;

  return TRUE;
}

static GLogWriterOutput
write_log (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         user_data)
{
  log_has_secret (level, fields, n_fields, user_data);

  return G_LOG_WRITER_HANDLED;
}

static void
assert_no_secret_in_properties (GObject *object)
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
      g_assert_null (strstr (text, SECRET));
    }
}

/* Also where the server repeats the key, as some do. */
static void
test_secrets (void)
{
  static gboolean seen;
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new ("{\"error\":{\"message\":\"wrong key " SECRET "\"}}");
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_log_set_writer_func (write_log, &seen, NULL);
  endpoint->status = "500 Internal Server Error"; /* tried again, which is logged */
  endpoint->headers = JSON;
  g_object_set (source, "api-key", SECRET, NULL);
  log = drain_source (source, &error);
  g_assert_cmpuint (endpoint->n_requests, ==, 3);
  g_assert_nonnull (strstr (error->message, "wrong key ***"));
  g_assert_null (strstr (log, SECRET));
  g_assert_false (seen);
  assert_no_secret_in_properties (G_OBJECT (source));
}

/* Within the stream, too. */
static void
test_secret_inside (void)
{
  g_autoptr (FakeEndpoint) endpoint =
      fake_endpoint_new (HELLO "data: {\"error\":{\"message\":\"key " SECRET " expired\"}}\n\n");
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_object_set (source, "api-key", SECRET, NULL);
  log = drain_source (source, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "key *** expired");
}

/* --- limits --- */

static GstreamEventSource *
limited (FakeEndpoint *endpoint,
         const char   *property,
         guint         limit)
{
  g_autoptr (GstreamEventSource) made = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);

  return g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", gstream_chat_source_get_url (GSTREAM_CHAT_SOURCE (made)),
                       "model", "m", "messages", messages, property, limit, NULL);
}

static void
assert_limited (const char *body,
                const char *headers,
                const char *property,
                guint       limit)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (body);
  g_autoptr (GstreamEventSource) source = limited (endpoint, property, limit);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->headers = headers;
  log = drain_source (source, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
}

static void
test_limits (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_autofree char *blank = g_strnfill (5000, ' ');
  g_autofree char *line = g_strconcat ("data: {", blank, NULL);
  g_autofree char *document = g_strconcat ("{", blank, "}", NULL);

  for (guint i = 0; i < 100; i++)
    g_string_append (many, CHUNK ("{\"content\":\"some text here\"}"));
  assert_limited (many->str, NULL, "max-event-size", 1000); /* the answer, whose chunks are small */
  assert_limited (line, NULL, "max-event-size", 1000);
  assert_limited (document, JSON, "max-event-size", 1000);
  assert_limited (CHUNK ("{\"x\":[[[[]]]]}"), NULL, "max-depth", 6);
}

static void
test_silence (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) source = limited (endpoint, "silence-timeout", 50);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->cut_at = 200;
  endpoint->stall = TRUE;
  log = drain_source (source, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "the server was silent for 50 ms"));
  g_assert_nonnull (strstr (log, "\"Hel\""));
}

/* Before an answer has begun. */
static void
test_first_silence (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) source = limited (endpoint, "silence-timeout", 50);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->cut_at = 1;
  endpoint->stall = TRUE;
  log = drain_source (source, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/*
 * The server says something in time, again and again, and nothing that makes an event. @data: what; it is sent so often that
 * the time is over, and then the rest.
 */
typedef struct
{
  const char *headers;
  const char *often;
  const char *rest;
} Murmur;

#define SILENCE 300 /* ms */
#define INTERVAL 5  /* ms */

static const Murmur murmurs[] = {
  { NULL, ": PROCESSING\n\n", WHOLE },
  { NULL, CHUNK ("{\"content\":\"\"}"), WHOLE },
  { NULL, ": more and ", "\n\n" WHOLE },
  { JSON, "\n", "{\"choices\":[{\"message\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}" },
};

typedef struct
{
  const Murmur *murmur;
  FakeExchange *exchange;
  guint         n_left;
} Murmuring;

static gboolean
on_interval (gpointer user_data)
{
  Murmuring *self = user_data;

  fake_exchange_write (self->exchange, self->n_left > 0 ? self->murmur->often : self->murmur->rest, -1);
  if (self->n_left > 0)
    {
      self->n_left--;
      fake_exchange_flush (self->exchange);
      return G_SOURCE_CONTINUE;
    }
  fake_exchange_close (self->exchange);
  fake_exchange_unref (self->exchange);
  g_free (self);

  return G_SOURCE_REMOVE;
}

static void
murmur (FakeExchange *exchange,
        gpointer      user_data)
{
  Murmuring *self = g_new0 (Murmuring, 1);

  self->murmur = user_data;
  self->exchange = fake_exchange_ref (exchange);
  self->n_left = 2 * SILENCE / INTERVAL;
  fake_exchange_write (exchange, "HTTP/1.1 200 OK\r\nConnection: close\r\n", -1);
  fake_exchange_write (exchange,
                       self->murmur->headers != NULL ? self->murmur->headers : "Content-Type: text/event-stream\r\n",
                       -1);
  fake_exchange_write (exchange, "\r\n", -1);
  g_timeout_add (INTERVAL, on_interval, self);
}

static GstreamEventSource *
new_impatient (FakeServer *server,
               guint       silence)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", fake_server_get_port (server));
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);

  return g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", url, "model", "m", "messages", messages, "silence-timeout",
                       silence, "retry-pause", 4 * silence, "retry-pause-max", 4 * silence, NULL);
}

static void
test_not_silent (gconstpointer data)
{
  FakeServer *server = fake_server_new (murmur, (gpointer) data);
  g_autoptr (GstreamEventSource) source = new_impatient (server, SILENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = drain_source (source, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (log, "\"text\":\"lo\""));
  g_clear_object (&source);
  fake_server_free (server);
}

/* The pause between two requests is the source's own: the server has nothing to say in it. */
static void
test_pause_is_no_silence (void)
{
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);
  g_autoptr (GstreamEventSource) source = new_impatient (endpoint->server, 100);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  endpoint->n_refusals = 1;
  endpoint->refusal = "503 Service Unavailable";
  log = drain_source (source, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (endpoint->n_requests, ==, 2);
}

/* --- back pressure and abort --- */

static void
count_open (gpointer exchange,
            gpointer user_data)
{
  (*(guint *) user_data)++;
}

static guint
n_open (FakeEndpoint *endpoint)
{
  guint n = 0;

  fake_server_foreach (endpoint->server, count_open, &n);

  return n;
}

static void
add_sent (gpointer data,
          gpointer user_data)
{
  FakeExchange *exchange = data;

  *(gsize *) user_data += exchange->sent;
}

static gsize
count_sent (FakeEndpoint *endpoint)
{
  gsize sent = 0;

  fake_server_foreach (endpoint->server, add_sent, &sent);

  return sent;
}

/* Until nothing more is sent. */
static gsize
settle (FakeEndpoint *endpoint)
{
  gsize sent;

  do
    {
      sent = count_sent (endpoint);
      for (guint i = 0; i < 100; i++)
        g_main_context_iteration (NULL, FALSE);
    }
  while (count_sent (endpoint) > sent);

  return sent;
}

static FakeEndpoint *
new_flood (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autofree char *text = g_strnfill (1000, 'x');

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (body, "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}\n\n", text);

  return fake_endpoint_new (body->str);
}

static void
take_some (GstreamCursor *cursor,
           guint          n)
{
  GValue item = G_VALUE_INIT;

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
      g_value_unset (&item);
    }
}

static void
test_back_pressure (void)
{
  g_autoptr (FakeEndpoint) endpoint = new_flood ();
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamRunStream) stream = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (stream), NULL);
  gsize sent;

  take_some (log, 20);
  sent = settle (endpoint);
  g_assert_cmpuint (sent, <, READ_AHEAD);
  g_assert_cmpuint (sent, <, strlen (endpoint->body));
  take_some (log, 500);
  g_assert_cmpuint (settle (endpoint), <, READ_AHEAD + 520 * 1100);
}

static void
test_abort (void)
{
  g_autoptr (FakeEndpoint) endpoint = new_flood ();
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GstreamRunStream) stream = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (stream), NULL);

  take_some (log, 20);
  g_assert_cmpuint (n_open (endpoint), ==, 1);
  gstream_run_stream_abort (stream);
  while (n_open (endpoint) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gstream_run_stream_get_status (stream), ==, GSTREAM_RUN_STATUS_ABORTED);
}

/* In a context that is not the default one. */
static void
test_other_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_main_context_push_thread_default (context);
  {
    g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (WHOLE);

    log = run (endpoint, &error);
    g_assert_no_error (error);
    g_assert_nonnull (strstr (log, "\"completed\""));
  }
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/O2/refused/%.3s-%u", refusals[i].status, i);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  for (guint i = 0; i < G_N_ELEMENTS (insides); i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/O2/inside/%u", i);

      g_test_add_data_func (path, &insides[i], test_inside);
    }
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/O2/strange/%u", i);

      g_test_add_data_func (path, &strangers[i], test_strange);
    }
  g_test_add_func ("/endpoint/O2/tried-again", test_tried_again);
  g_test_add_func ("/endpoint/O2/not-tried-again", test_not_tried_again);
  g_test_add_func ("/endpoint/O2/limit-of-trying", test_limit_of_trying);
  g_test_add_func ("/endpoint/O2/not-there", test_not_there);
  g_test_add_data_func ("/endpoint/O2/cut/closed", GINT_TO_POINTER (FALSE), test_cut);
  g_test_add_data_func ("/endpoint/O2/cut/framed", GINT_TO_POINTER (TRUE), test_cut);
  g_test_add_func ("/endpoint/O2/cut/after-stop", test_cut_after_stop);
  g_test_add_func ("/endpoint/O2/no-answer", test_no_answer);
  g_test_add_func ("/endpoint/O2/error-document", test_error_document);
  g_test_add_func ("/endpoint/O2/error-of-choice", test_error_of_choice);
  g_test_add_func ("/endpoint/O2/strange-members", test_strange_members);
  g_test_add_func ("/endpoint/O1/given", test_given);
  g_test_add_func ("/endpoint/O1/urls", test_urls);
  g_test_add_func ("/endpoint/O1/query", test_query);
  g_test_add_func ("/endpoint/O1/headers", test_headers);
  g_test_add_func ("/endpoint/O1/request", test_request);
  g_test_add_func ("/endpoint/O1/usual-request", test_usual_request);
  g_test_add_func ("/endpoint/O1/document-request", test_document_request);
  g_test_add_func ("/endpoint/R1/lazy", test_lazy);
  g_test_add_func ("/endpoint/O2/limits", test_limits);
  g_test_add_func ("/endpoint/O2/silence", test_silence);
  g_test_add_func ("/endpoint/O2/first-silence", test_first_silence);
  for (guint i = 0; i < G_N_ELEMENTS (murmurs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/O2/not-silent/%u", i);

      g_test_add_data_func (path, &murmurs[i], test_not_silent);
    }
  g_test_add_func ("/endpoint/O2/pause-is-no-silence", test_pause_is_no_silence);
  g_test_add_func ("/endpoint/O2/back-pressure", test_back_pressure);
  g_test_add_func ("/endpoint/O2/abort", test_abort);
  g_test_add_func ("/endpoint/R7/other-context", test_other_context);
  g_test_add_func ("/endpoint/N8/secret-inside", test_secret_inside);
  g_test_add_func ("/endpoint/N8/secrets", test_secrets); /* last: it takes over the log */

  return g_test_run ();
}
