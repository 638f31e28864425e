/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An Agent Server that has one thread and one run.
 */
#include "fake-agent.h"

#include <string.h>

#define LONG_SILENCE 60000 /* ms: so that a slow machine is no silent server */

static Fault
next_fault (GArray *faults)
{
  Fault fault = { 0 };

  if (faults->len > 0)
    {
      fault = g_array_index (faults, Fault, 0);
      g_array_remove_index (faults, 0);
    }

  return fault;
}

static gboolean
answer_fault (FakeExchange *exchange,
              const Fault  *fault)
{
  if (fault->status == NULL)
    return FALSE;

  fake_exchange_answer (exchange, fault->status, fault->headers ? fault->headers : "", fault->body ? fault->body : "");

  return TRUE;
}

/* --- events --- */

static void
apply_fault (FakeExchange *exchange,
             const Fault  *fault)
{
  if (fault->cut_at > 0 && !fault->ends)
    exchange->cut_at = exchange->sent + fault->cut_at;
  if (fault->piece > 0)
    exchange->piece = fault->piece;
  exchange->stall = fault->stall;
  exchange->delay = fault->delay;
  exchange->pause = fault->pause;
}

static gsize
count_events (FakeAgent   *self,
              const Fault *fault)
{
  gsize n = fault->ends ? fault->cut_at : fault->only;

  return n > 0 ? MIN (n, self->events->len) : self->events->len;
}

/* FALSE: what comes is not said. */
static gboolean
write_raw (FakeExchange *exchange,
           const Fault  *fault)
{
  gsize       size;
  const char *bytes = fault->raw != NULL ? g_bytes_get_data (fault->raw, &size) : NULL;

  if (bytes == NULL)
    return FALSE;
  fake_exchange_write (exchange, bytes, size);

  return TRUE;
}

static void
write_chunk (FakeExchange *exchange,
             const char   *text)
{
  g_autofree char *chunk = g_strdup_printf ("%zx\r\n%s\r\n", strlen (text), text);

  fake_exchange_write (exchange, chunk, -1);
}

static void
write_event (FakeExchange *exchange,
             const char   *json,
             gsize         number)
{
  g_autofree char *block = g_strdup_printf ("event: message\ndata: %s\nid: %zu\n\n", json, number);

  write_chunk (exchange, block);
}

static gboolean
say_more (FakeExchange *exchange,
          gpointer      user_data)
{
  FakeAgent       *self = user_data;
  g_autofree char *json = self->make_event (exchange->n_more);

  if (json == NULL)
    return FALSE;
  if (exchange->websocket)
    fake_exchange_send_frame (exchange, json, -1);
  else
    write_event (exchange, json, self->events->len + exchange->n_more + 1);

  return TRUE;
}

static gboolean
chat (FakeExchange *exchange,
      gpointer      user_data)
{
  if (exchange->websocket)
    fake_exchange_write (exchange, "\x89\0", 2);
  else
    write_chunk (exchange, ": still here\n\n");

  return TRUE;
}

static void
send_events (FakeAgent    *self,
             FakeExchange *exchange,
             const Fault  *fault)
{
  apply_fault (exchange, fault);
  if (fault->raw != NULL)
    {
      fake_exchange_write (exchange, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n", -1);
      fake_exchange_write (exchange, fault->headers ? fault->headers : "", -1);
      fake_exchange_write (exchange, "\r\n", -1);
    }
  if (write_raw (exchange, fault))
    return;
  fake_exchange_write (exchange,
                       "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n",
                       -1);
  if (self->retry != NULL)
    write_chunk (exchange, self->retry);
  for (gsize i = 0; i < count_events (self, fault); i++)
    write_event (exchange, self->events->pdata[i], i + 1);
  if (self->make_event != NULL)
    exchange->sequel = say_more;
  else if (fault->chats)
    exchange->sequel = chat;
  else if (fault->ends || (!self->keeps_open && fault->only == 0))
    fake_exchange_write (exchange, "0\r\n\r\n", -1);
}

/* A stream may be opened before the run begins. */
static void
send_stream (FakeAgent    *self,
             FakeExchange *exchange)
{
  Fault fault = next_fault (self->faults);

  self->n_streams++;
  if (answer_fault (exchange, &fault))
    return;
  if (self->has_run)
    {
      send_events (self, exchange, &fault);
      return;
    }

  g_object_set_data_full (G_OBJECT (exchange->connection), "fault", g_memdup2 (&fault, sizeof fault), g_free);
  g_ptr_array_add (self->idle, fake_exchange_ref (exchange));
}

static void
begin_run (FakeAgent *self)
{
  self->has_run = TRUE;
  for (guint i = 0; i < self->idle->len; i++)
    {
      FakeExchange *exchange = self->idle->pdata[i];

      send_events (self, exchange, g_object_get_data (G_OBJECT (exchange->connection), "fault"));
      fake_exchange_flush (exchange);
    }
  g_ptr_array_set_size (self->idle, 0);
}

static void
send_frames (FakeAgent    *self,
             FakeExchange *exchange,
             const Fault  *fault)
{
  if (write_raw (exchange, fault))
    return;
  for (gsize i = 0; i < count_events (self, fault); i++)
    fake_exchange_send_frame (exchange, self->events->pdata[i], -1);
  if (self->make_event != NULL)
    exchange->sequel = say_more;
  else if (fault->chats)
    exchange->sequel = chat;
  else if (fault->ends)
    exchange->closes = TRUE;
}

/* --- commands --- */

static char *
success (FakeAgent  *self,
         int         id,
         const char *result)
{
  if (self->answer != NULL)
    return g_strdup (self->answer);
  if (self->applied_seq < 0)
    return g_strdup_printf ("{\"type\":\"success\",\"id\":%d,\"result\":%s}", id, result);

  return g_strdup_printf (
      "{\"type\":\"success\",\"id\":%d,\"result\":%s,\"meta\":{\"applied_through_seq\":%" G_GINT64_FORMAT "}}", id,
      result, self->applied_seq);
}

static char *
act (FakeAgent  *self,
     const char *command)
{
  g_autofree char *result = g_strdup_printf ("{\"run_id\":\"%s\"}", self->run_id);

  if (strstr (command, "subscription.subscribe") != NULL)
    return g_strdup ("{\"type\":\"success\",\"id\":1,\"result\":{}}");
  begin_run (self);
  if (strstr (command, "agent.getTree") != NULL)
    return success (self, 3, "{}");

  self->n_commands++;

  return success (self, 2, strstr (command, "input.respond") ? "{}" : result);
}

/* Subscribing to a run that is there gives its events; so does starting one. */
static void
on_frame (FakeAgent    *self,
          FakeExchange *exchange)
{
  g_autofree char *answer = act (self, exchange->body);
  gboolean         subscribes = strstr (exchange->body, "subscription.subscribe") != NULL;
  Fault           *fault = g_object_get_data (G_OBJECT (exchange->connection), "fault");

  if (self->mute && !subscribes)
    return;
  if (!subscribes)
    self->n_streams++;
  fake_exchange_send_frame (exchange, answer, -1);
  if (!subscribes || self->n_commands > 0)
    send_frames (self, exchange, fault);
}

static void
open_websocket (FakeAgent    *self,
                FakeExchange *exchange)
{
  Fault fault = next_fault (self->faults);

  if (answer_fault (exchange, &fault))
    return;
  if (self->n_commands > 0)
    self->n_streams++;
  self->n_goodbyes = fake_server_get_n_goodbyes (self->server);

  g_object_set_data_full (G_OBJECT (exchange->connection), "fault", g_memdup2 (&fault, sizeof fault), g_free);
  fake_exchange_accept (exchange);
  apply_fault (exchange, &fault);
}

/* --- requests --- */

static void
answer_json (FakeExchange *exchange,
             const char   *json)
{
  fake_exchange_answer (exchange, "200 OK", "Content-Type: application/json\r\n", json);
}

static void
answer_command (FakeAgent    *self,
                FakeExchange *exchange)
{
  Fault            fault = next_fault (self->command_faults);
  g_autofree char *answer = NULL;

  apply_fault (exchange, &fault);
  if (answer_fault (exchange, &fault))
    return;
  answer = act (self, exchange->body);
  answer_json (exchange, answer);
}

static void
answer_run (FakeAgent    *self,
            FakeExchange *exchange)
{
  const char      *asked = strstr (exchange->path, "/runs/");
  const char      *status = asked != NULL && self->n_running > 0 ? "running" : self->run_status;
  g_autofree char *run = g_strdup_printf ("{\"run_id\":\"%s\",\"status\":\"%s\",\"created_at\":\"%s\"}", self->run_id,
                                          status ? status : "", self->created_at);
  g_autofree char *runs =
      g_strdup_printf ("[{\"run_id\":\"older\",\"status\":\"success\",\"created_at\":\"2001-01-01\"},%s]", run);

  if (asked != NULL && self->n_running > 0)
    self->n_running--;
  if (asked != NULL && !g_str_equal (asked + strlen ("/runs/"), self->run_id))
    fake_exchange_answer (exchange, "404 Not Found", "", "{\"detail\":\"Run not found\"}");
  else if (status == NULL)
    fake_exchange_answer (exchange, "404 Not Found", "", "{\"detail\":\"this run was forgotten\"}");
  else
    answer_json (exchange, asked != NULL ? run : runs);
}

/* FALSE: the path is not that of a thread whose id a client has chosen. */
static gboolean
find_own_id (const char  *path,
             char       **id,
             const char **rest)
{
  const char      *start = path + strlen ("/threads/");
  g_autofree char *segment = NULL;

  if (!g_str_has_prefix (path, "/threads/"))
    return FALSE;
  segment = g_strndup (start, strcspn (start, "/"));
  *rest = start + strlen (segment);
  if (!g_uuid_string_is_valid (segment))
    return FALSE;
  *id = g_steal_pointer (&segment);

  return TRUE;
}

/* FALSE: there is no such thread. Its id is replaced in the request's path. */
static gboolean
find_thread (FakeAgent    *self,
             FakeExchange *exchange)
{
  g_autofree char *id = NULL;
  const char      *rest;
  char            *path;

  if (!find_own_id (exchange->path, &id, &rest))
    return TRUE;
  if (self->makes_no_threads || self->is_partial)
    return FALSE;

  if (g_strcmp0 (id, self->thread_id) != 0)
    {
      g_free (self->thread_id);
      self->thread_id = g_steal_pointer (&id);
      self->has_run = FALSE;
    }
  path = g_strconcat ("/threads/t1", rest, NULL);
  g_free (exchange->path);
  exchange->path = path;

  return TRUE;
}

static void
answer_request (FakeAgent    *self,
                FakeExchange *exchange)
{
  gboolean found = find_thread (self, exchange);

  g_ptr_array_add (self->requests, g_strdup_printf ("%s %s %s", exchange->method, exchange->path, exchange->body));
  g_ptr_array_add (self->heads, g_strdup (exchange->head));
  if (!found)
    fake_exchange_answer (exchange, "404 Not Found", "", "{\"detail\":\"Not Found\"}");
  else if (g_str_equal (exchange->path, "/threads") ||
           (self->is_partial && g_str_equal (exchange->path, "/threads/t1")))
    answer_json (exchange, "{\"thread_id\":\"t1\"}");
  else if (self->is_partial && g_str_equal (exchange->path, "/threads/t1/stream/events"))
    fake_exchange_answer (exchange, "403 Forbidden", "", "");
  else if (self->is_partial)
    fake_exchange_answer (exchange, "404 Not Found", "", "{\"detail\":\"Not Found\"}");
  else if (g_str_equal (exchange->path, "/threads/t1/commands"))
    answer_command (self, exchange);
  else if (g_str_equal (exchange->path, "/threads/t1/stream/events") && g_str_equal (exchange->method, "GET"))
    open_websocket (self, exchange);
  else if (g_str_equal (exchange->path, "/threads/t1/stream/events"))
    send_stream (self, exchange);
  else if (strstr (exchange->path, "/cancel?") != NULL)
    {
      self->n_cancels++;
      answer_json (exchange, "");
    }
  else if (g_str_has_prefix (exchange->path, "/threads/t1/runs"))
    answer_run (self, exchange);
  else if (g_str_equal (exchange->path, "/threads/t1/state?subgraphs=true"))
    answer_json (exchange, self->state);
  else
    fake_exchange_answer (exchange, "404 Not Found", "", "{\"detail\":\"no such thing\"}");
}

static void
answer_together (FakeAgent    *self,
                 FakeExchange *exchange)
{
  g_ptr_array_add (self->together, fake_exchange_ref (exchange));
  if (self->together->len < self->n_together)
    return;

  self->n_together = 0;
  for (guint i = 0; i < self->together->len; i++)
    {
      answer_request (self, self->together->pdata[i]);
      fake_exchange_flush (self->together->pdata[i]);
    }
  g_ptr_array_set_size (self->together, 0);
}

static void
on_request (FakeExchange *exchange,
            gpointer      user_data)
{
  FakeAgent *self = user_data;

  if (exchange->websocket)
    on_frame (self, exchange);
  else if (self->n_together > 0)
    answer_together (self, exchange);
  else
    answer_request (self, exchange);
}

/* --- the agent --- */

static void
load (FakeAgent  *self,
      const char *recording)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", recording, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *derived;
  GError     *error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "data: "))
      g_ptr_array_add (self->events, g_strdup (lines[i] + strlen ("data: ")));
  g_assert_cmpuint (self->events->len, >, 0);

  derived = strstr (text, "\"synth:");
  self->run_id = derived ? g_strndup (derived + strlen ("\"synth:"), 36) : g_strdup ("r1");
}

FakeAgent *
fake_agent_new (const char *recording)
{
  FakeAgent *self = g_new0 (FakeAgent, 1);

  self->events = g_ptr_array_new_with_free_func (g_free);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->heads = g_ptr_array_new_with_free_func (g_free);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) fake_exchange_unref);
  self->together = g_ptr_array_new_with_free_func ((GDestroyNotify) fake_exchange_unref);
  self->faults = g_array_new (FALSE, TRUE, sizeof (Fault));
  self->command_faults = g_array_new (FALSE, TRUE, sizeof (Fault));
  self->run_status = g_strdup ("success");
  self->created_at = g_strdup ("2020-02-02");
  self->state = g_strdup ("{\"tasks\":[]}");
  self->applied_seq = -1;
  self->silence = LONG_SILENCE;
  if (recording != NULL)
    load (self, recording);
  self->server = fake_server_new (on_request, self);

  return self;
}

void
fake_agent_free (FakeAgent *self)
{
  g_ptr_array_unref (self->idle);
  g_ptr_array_unref (self->together);
  fake_server_free (self->server);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->heads);
  g_array_unref (self->faults);
  g_array_unref (self->command_faults);
  g_free (self->thread_id);
  g_free (self->run_id);
  g_free (self->created_at);
  g_free (self->run_status);
  g_free (self->state);
  g_free (self->answer);
  g_free (self);
}

void
fake_agent_add_fault (FakeAgent *self,
                      Fault      fault)
{
  g_array_append_val (self->faults, fault);
}

GstreamThread *
fake_agent_new_thread (FakeAgent       *self,
                       GstreamTransport transport)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (self->server));

  g_autoptr (GstreamServer) server =
      g_object_new (GSTREAM_TYPE_SERVER, "url", url, "transport", transport, "retry-pause", 0, "retry-limit", 3,
                    "silence-timeout", self->silence, NULL);

  return gstream_server_create_thread (server, "agent");
}

GstreamServer *
server_of (GstreamThread *thread)
{
  return gstream_server_thread_get_server (GSTREAM_SERVER_THREAD (thread));
}

GstreamRunStream *
start_with_mux (GstreamThread    *thread,
                GstreamStreamMux *mux)
{
  g_autoptr (GstreamRunOptions) options = g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "mux", mux, NULL);
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = gstream_thread_start_sync (thread, NULL, options, NULL, &error);

  g_assert_no_error (error);

  return run;
}

GstreamRunStream *
start (GstreamThread *thread)
{
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);

  g_assert_no_error (error);

  return run;
}

char *
drain (GstreamRunStream *run,
       GError          **error)
{
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), error);
  g_autoptr (GString) text = g_string_new (NULL);
  GValue  item = G_VALUE_INIT;
  GError *local_error = NULL;

  while (gstream_cursor_next_sync (log, &item, NULL, &local_error))
    {
      g_autofree char *json = gstream_event_to_json (g_value_get_boxed (&item));

      g_string_append_printf (text, "%s\n", json);
      g_value_unset (&item);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  g_string_append_printf (text, "%d", gstream_run_stream_get_status (run));

  return g_strdup (text->str);
}

char *
fake_agent_run (FakeAgent       *self,
                GstreamTransport transport,
                GError         **error)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (self, transport);
  g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, NULL, NULL, NULL, error);

  return run != NULL ? drain (run, error) : NULL;
}
