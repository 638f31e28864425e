/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is asked of a server about what is on it, and the list of its threads (N13); and what else there is to say to a
 * thread, and to see of a run's connection (N9, N10, N11, N14).
 */
#include "fake-agent.h"

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-thread-list.h>
#include <gstream/thread/gstream-thread-run.h>

/* --- a server with threads --- */

typedef struct
{
  FakeServer   *fake;
  GPtrArray    *asked;   /* "POST /threads/search {…}" */
  GPtrArray    *threads; /* their ids, newest first */
  gboolean      refuses;
  gboolean      has_no_pages; /* a search gives everything */
  gboolean      holds;        /* the next search's answer is kept, until it is let go */
  FakeExchange *held;
  char         *held_page; /* the answer, as it was when the search came */
  const char   *metadata;  /* of a copy; NULL: {} */
} Shelf;

static guint
number_in (const char *body,
           const char *member)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (body, -1, NULL);

  return gstream_payload_get_integer (payload, member);
}

static char *
write_page (Shelf      *self,
            const char *body)
{
  guint    offset = self->has_no_pages ? 0 : number_in (body, "/offset");
  guint    limit = self->has_no_pages ? G_MAXINT : number_in (body, "/limit");
  guint    end = MIN (offset + limit, self->threads->len);
  GString *json = g_string_new ("[");

  for (guint i = offset; i < end; i++)
    g_string_append_printf (json,
                            "%s{\"thread_id\":\"%s\",\"status\":\"idle\",\"created_at\":\"2026-01-01T00:00:00Z\","
                            "\"metadata\":{\"n\":%u}}",
                            i > offset ? "," : "", (const char *) self->threads->pdata[i], i);
  g_string_append_c (json, ']');

  return g_string_free (json, FALSE);
}

static void
answer_search (Shelf        *self,
               FakeExchange *exchange)
{
  g_autofree char *page = write_page (self, exchange->body);

  if (!self->holds)
    {
      fake_exchange_answer (exchange, "200 OK", "", page);
      return;
    }

  self->holds = FALSE;
  self->held = fake_exchange_ref (exchange);
  self->held_page = g_steal_pointer (&page);
}

static void
let_go (Shelf *self)
{
  fake_exchange_answer (self->held, "200 OK", "", self->held_page);
  g_clear_pointer (&self->held, fake_exchange_unref);
  g_clear_pointer (&self->held_page, g_free);
}

static void
take_out (Shelf      *self,
          const char *id)
{
  guint position;

  if (g_ptr_array_find_with_equal_func (self->threads, id, g_str_equal, &position))
    g_ptr_array_remove_index (self->threads, position);
}

static void
answer_copy (Shelf        *self,
             FakeExchange *exchange)
{
  g_autofree char *said =
      g_strdup_printf ("{\"thread_id\":\"copy\",\"metadata\":%s}", self->metadata != NULL ? self->metadata : "{}");

  g_ptr_array_insert (self->threads, 0, g_strdup ("copy"));
  fake_exchange_answer (exchange, "200 OK", "", said);
}

static void
on_request (FakeExchange *exchange,
            gpointer      user_data)
{
  Shelf           *self = user_data;
  g_autofree char *page = NULL;

  g_ptr_array_add (self->asked, g_strdup_printf ("%s %s %s", exchange->method, exchange->path,
                                                 exchange->body != NULL ? exchange->body : ""));
  if (self->refuses)
    fake_exchange_answer (exchange, "403 Forbidden", "", "{\"detail\":\"not yours\"}");
  else if (g_str_equal (exchange->path, "/threads/search"))
    answer_search (self, exchange);
  else if (g_str_equal (exchange->method, "DELETE"))
    {
      take_out (self, exchange->path + strlen ("/threads/"));
      fake_exchange_answer (exchange, "204 No Content", "", "");
    }
  else if (g_str_equal (exchange->method, "PATCH"))
    fake_exchange_answer (exchange, "200 OK", "",
                          "{\"thread_id\":\"t1\",\"status\":\"busy\",\"metadata\":{\"n\":1,\"title\":\"T\"}}");
  else if (g_str_equal (exchange->path, "/assistants/search") && self->threads->len > 1)
    {
      page = write_page (self, exchange->body);
      fake_exchange_answer (exchange, "200 OK", "", page);
    }
  else if (g_str_has_suffix (exchange->path, "/copy"))
    answer_copy (self, exchange);
  else
    fake_exchange_answer (exchange, "200 OK", "", "[{\"run_id\":\"r1\",\"assistant_id\":\"a1\"}]");
}

static Shelf *
shelf_new (guint n_threads)
{
  Shelf *self = g_new0 (Shelf, 1);

  self->fake = fake_server_new (on_request, self);
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->threads = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n_threads; i++)
    g_ptr_array_add (self->threads, g_strdup_printf ("t%u", i));

  return self;
}

static void
shelf_free (Shelf *self)
{
  fake_server_free (self->fake);
  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->threads);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shelf, shelf_free)

static GstreamServer *
server_on (Shelf *self)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", fake_server_get_port (self->fake));

  return g_object_new (GSTREAM_TYPE_SERVER, "url", url, "retry-limit", 0, NULL);
}

static void
assert_asked (Shelf      *self,
              const char *expected)
{
  g_assert_cmpuint (self->asked->len, >, 0);
  g_assert_cmpstr (self->asked->pdata[self->asked->len - 1], ==, expected);
}

/* --- calls --- */

static void
test_calls (void)
{
  g_autoptr (Shelf) shelf = shelf_new (0);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GstreamPayload) metadata = gstream_payload_new ("{\"title\":\"T\"}", -1, NULL);
  g_autoptr (GstreamPayload) copy = NULL;
  g_autoptr (GstreamPayload) updated = NULL;
  g_autoptr (GPtrArray) assistants = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;

  copy = gstream_server_copy_thread_sync (server, "a/b", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_string (copy, "/thread_id"), ==, "copy");
  assert_asked (shelf, "POST /threads/a%2Fb/copy {}");
  updated = gstream_server_update_thread_sync (server, "t1", metadata, NULL, &error);
  g_assert_no_error (error);
  assert_asked (shelf, "PATCH /threads/t1 {\"metadata\":{\"title\":\"T\"}}");
  g_assert_true (gstream_server_delete_thread_sync (server, "t1", NULL, &error));
  assert_asked (shelf, "DELETE /threads/t1 ");
  assistants = gstream_server_list_assistants_sync (server, "chat", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (assistants->len, ==, 1);
  assert_asked (shelf, "POST /assistants/search {\"limit\":100,\"offset\":0,\"graph_id\":\"chat\"}");
  runs = gstream_server_list_runs_sync (server, "t1", 3, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_string (runs->pdata[0], "/run_id"), ==, "r1");
  assert_asked (shelf, "GET /threads/t1/runs?limit=3 ");
  g_assert_true (gstream_server_cancel_run_sync (server, "t1", "r1", NULL, &error));
  assert_asked (shelf, "POST /threads/t1/runs/r1/cancel?action=interrupt ");

  shelf->refuses = TRUE;
  g_assert_false (gstream_server_delete_thread_sync (server, "t1", NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, "not yours"));
}

static void
test_cancelled (void)
{
  g_autoptr (Shelf) shelf = shelf_new (0);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancelled);
  g_assert_null (gstream_server_list_runs_sync (server, "t1", 0, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* --- the list --- */

static void
wait_until_loaded (GstreamThreadList *list)
{
  while (gstream_thread_list_get_loading (list))
    g_main_context_iteration (NULL, TRUE);
}

/* What a view knows of a list from its signals alone. */
static void
on_items_changed (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  GPtrArray *shadow = user_data;

  if (removed > 0)
    g_ptr_array_remove_range (shadow, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (shadow, position + i, g_list_model_get_item (model, position + i));
}

static void
assert_shown (GPtrArray  *shadow,
              const char *expected)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < shadow->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", gstream_thread_info_get_thread_id (shadow->pdata[i]));
  g_assert_cmpstr (ids->str, ==, expected);
}

/* A page at a time, as it is looked at; and what is done to threads is seen. */
static void
test_list (void)
{
  g_autoptr (Shelf) shelf = shelf_new (5);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GPtrArray) shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GstreamThreadList) list = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size", 2, NULL);
  g_autoptr (GstreamPayload) metadata = gstream_payload_new ("{}", -1, NULL);
  g_autoptr (GstreamPayload) said = NULL;
  g_autoptr (GstreamThreadInfo) row = NULL;
  gpointer first;

  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), shadow);
  g_assert_true (gstream_thread_list_get_loading (list));
  wait_until_loaded (list);
  wait_until_loaded (list);
  while (!gstream_thread_list_get_complete (list))
    {
      gstream_thread_list_load_more (list);
      wait_until_loaded (list);
    }
  assert_shown (shadow, "t0 t1 t2 t3 t4");
  g_assert_null (gstream_thread_list_get_error (list));

  row = g_list_model_get_item (G_LIST_MODEL (list), 1);
  said = gstream_server_update_thread_sync (server, "t1", metadata, NULL, NULL);
  g_assert_cmpstr (gstream_thread_info_get_status (row), ==, "busy");
  g_assert_cmpstr (gstream_payload_get_string (gstream_thread_info_get_metadata (row), "/title"), ==, "T");
  g_assert_cmpint (g_date_time_get_year (gstream_thread_info_get_created_at (row)), ==, 2026);
  g_assert_true (gstream_server_delete_thread_sync (server, "t3", NULL, NULL));
  assert_shown (shadow, "t0 t1 t2 t4");
  g_clear_pointer (&said, gstream_payload_unref);
  said = gstream_server_copy_thread_sync (server, "t0", NULL, NULL);
  assert_shown (shadow, "copy t0 t1 t2 t4");

  first = shadow->pdata[1];
  g_ptr_array_set_size (shelf->threads, 4);
  take_out (shelf, "copy");
  gstream_thread_list_reload (list);
  wait_until_loaded (list);
  assert_shown (shadow, "t0 t1 t2");
  g_assert_true (shadow->pdata[0] == first && shadow->pdata[1] == row);
}

/* --- while a page is under way --- */

static GstreamThreadList *
small_list_new (GstreamServer *server,
                GPtrArray     *shadow)
{
  GstreamThreadList *list = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size", 3, NULL);

  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), shadow);

  return list;
}

static void
wait_until_held (Shelf *shelf)
{
  while (shelf->held == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_changed_read_last (GListModel *model,
                      guint       position,
                      guint       removed,
                      guint       added,
                      gpointer    user_data)
{
  g_autoptr (GObject) last = g_list_model_get_item (model, g_list_model_get_n_items (model) - 1);
}

/* A view that looks at the last row of each page does not take the reload's place. */
static void
test_reload_while_loading (void)
{
  g_autoptr (Shelf) shelf = shelf_new (8);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GPtrArray) shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GstreamThreadList) list = small_list_new (server, shadow);

  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed_read_last), NULL);
  shelf->holds = TRUE;
  wait_until_held (shelf);
  g_ptr_array_insert (shelf->threads, 0, g_strdup ("new"));
  gstream_thread_list_reload (list);
  let_go (shelf);
  wait_until_loaded (list);
  assert_shown (shadow, "new t0 t1 t2 t3 t4 t5 t6 t7");
  g_assert_true (gstream_thread_list_get_complete (list));
}

/* A view that gets to the end during a reload that changes nothing has the next page. */
static void
test_looked_at_while_loading (void)
{
  g_autoptr (Shelf) shelf = shelf_new (5);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GPtrArray) shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GstreamThreadList) list = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size", 3, NULL);
  g_autoptr (GObject) last = NULL;

  wait_until_loaded (list);
  gstream_thread_list_reload (list);
  last = g_list_model_get_item (G_LIST_MODEL (list), 2);
  wait_until_loaded (list);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 5);
}

static void
on_changed_note (GListModel *model,
                 guint       position,
                 guint       removed,
                 guint       added,
                 gpointer    user_data)
{
  g_string_append_printf (user_data, "%u-%u+%u ", position, removed, added);
}

/* Whether the page was written before the thread was deleted or made, or after. */
static void
test_changes_while_reloading (void)
{
  g_autoptr (Shelf) shelf = shelf_new (3);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GPtrArray) shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GstreamThreadList) list = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size", 9, NULL);
  g_autoptr (GString) notes = g_string_new (NULL);
  g_autoptr (GstreamPayload) copy = NULL;

  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), shadow);
  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed_note), notes);
  wait_until_loaded (list);
  shelf->holds = TRUE;
  gstream_thread_list_reload (list);
  wait_until_held (shelf);
  g_assert_true (gstream_server_delete_thread_sync (server, "t0", NULL, NULL));
  let_go (shelf);
  wait_until_loaded (list);
  assert_shown (shadow, "t1 t2");

  shelf->holds = TRUE;
  gstream_thread_list_reload (list);
  wait_until_held (shelf);
  copy = gstream_server_copy_thread_sync (server, "t1", NULL, NULL);
  g_string_truncate (notes, 0);
  let_go (shelf);
  wait_until_loaded (list);
  assert_shown (shadow, "copy t1 t2");
  g_assert_cmpstr (notes->str, ==, "");
}

/* @data: whether the server wrote the page before the deletion. */
static void
test_deleted_while_loading_more (gconstpointer data)
{
  g_autoptr (Shelf) shelf = shelf_new (8);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GPtrArray) shadow = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GstreamThreadList) list = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size", 3, NULL);

  wait_until_loaded (list);
  shelf->holds = TRUE;
  gstream_thread_list_load_more (list);
  wait_until_held (shelf);
  if (!GPOINTER_TO_INT (data))
    {
      g_free (shelf->held_page);
      take_out (shelf, "t0");
      shelf->held_page = write_page (shelf, "{\"offset\":3,\"limit\":3}");
    }
  g_assert_true (gstream_server_delete_thread_sync (server, "t0", NULL, NULL));
  let_go (shelf);
  while (!gstream_thread_list_get_complete (list))
    {
      gstream_thread_list_load_more (list);
      wait_until_loaded (list);
    }
  on_items_changed (G_LIST_MODEL (list), 0, 0, g_list_model_get_n_items (G_LIST_MODEL (list)), shadow);
  assert_shown (shadow, "t1 t2 t3 t4 t5 t6 t7");
}

/* --- which threads it has --- */

/* A thread that is made is listed where the server would list it: if its metadata has all that is wanted. */
static void
test_wanted_metadata (void)
{
  g_autoptr (Shelf) shelf = shelf_new (0);
  g_autoptr (GstreamServer) server = server_on (shelf);
  static const struct
  {
    const char *wanted;
    guint       n;
  } cases[] = {
    { "{\"u\":\"ada\"}", 1 },
    { "{\"u\": \"\\u0061da\"}", 1 },
    { "{\"u\":\"bob\"}", 0 },
    { "{\"app/u~\":\"ada\"}", 1 },
    { "{\"app\":{\"u~\":\"ada\"}}", 0 },
    { "{\"o\":{\"b\":1,\"a\":2}}", 1 },
    { "{\"o\":{\"a\":2,\"b\":1}}", 1 },
    { "{\"o\": {\"b\": 1}, \"n\": 1.0}", 1 },
    { "{\"o\":{\"b\":2}}", 0 },
    { "{\"o\":{\"c\":null}}", 0 },
    { "{\"l\":[1, 2]}", 1 },
    { "{\"l\":[2, 1]}", 0 },
    { "{\"o\":1}", 0 },
    { "{}", 1 },
  };
  GstreamThreadList *lists[G_N_ELEMENTS (cases)];
  g_autoptr (GstreamPayload) copy = NULL;

  shelf->metadata = "{\"u\":\"ada\",\"app/u~\":\"ada\",\"n\":1,\"o\":{\"b\":1,\"a\":2},\"l\":[1,2]}";
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamPayload) wanted = gstream_payload_new (cases[i].wanted, -1, NULL);

      lists[i] = gstream_thread_list_new (server, wanted);
      wait_until_loaded (lists[i]);
    }
  copy = gstream_server_copy_thread_sync (server, "t", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].wanted);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists[i])), ==, cases[i].n);
      g_object_unref (lists[i]);
    }
}

static void
test_list_fails (void)
{
  g_autoptr (Shelf) shelf = shelf_new (5);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GstreamThreadList) list = NULL;

  shelf->refuses = TRUE;
  list = gstream_thread_list_new (server, NULL);
  wait_until_loaded (list);
  g_assert_error (gstream_thread_list_get_error (list), GSTREAM_ERROR, GSTREAM_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);

  shelf->refuses = FALSE;
  gstream_thread_list_reload (list);
  wait_until_loaded (list);
  g_assert_null (gstream_thread_list_get_error (list));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 5);
}

/* One that is dropped while it loads does not stay for the answer. */
static void
test_list_dropped (void)
{
  g_autoptr (Shelf) shelf = shelf_new (5);
  g_autoptr (GstreamServer) server = server_on (shelf);
  GstreamThreadList *list = gstream_thread_list_new (server, NULL);

  g_assert_finalize_object (list);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- what a run is told --- */

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
set_payload (GstreamRunOptions *options,
             const char        *property,
             const char        *json)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (json, -1, NULL);

  g_object_set (options, property, payload, NULL);
}

static void
test_options (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  set_payload (options, "config", "{\"tags\":[1],\"configurable\":{\"a\":2,\"checkpoint_id\":\"old\"}}");
  set_payload (options, "namespaces", "[[\"a:1\"]]");
  g_object_set (options, "checkpoint-id", "c1", "multitask-strategy", GSTREAM_MULTITASK_STRATEGY_ENQUEUE, "channels",
                (const char *const[]) { "messages", "nonsense", NULL }, "depth", 3, NULL);
  run = gstream_thread_start_sync (thread, NULL, options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (was_asked (agent, "\"input\":null,\"config\":{\"tags\":[1],\"configurable\":{\"a\":2,"
                                   "\"checkpoint_id\":\"c1\"}},\"multitaskStrategy\":\"enqueue\"}"));
  log = drain (run, &error);
  g_assert_true (was_asked (agent, "{\"channels\":[\"messages\",\"lifecycle\",\"input\"],\"namespaces\":[[],[\"a:1\"]],"
                                   "\"depth\":3}"));
}

/* A server that keeps the config of a thread's last run is told of the newest checkpoint, too. */
static void
test_newest_checkpoint (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/interrupt.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
  g_autoptr (GstreamPayload) yes = gstream_payload_new_string ("yes");
  g_autoptr (GstreamPayload) value = gstream_payload_new ("null", -1, NULL);
  g_autoptr (GstreamInterrupt) interrupt = gstream_interrupt_new ("i1", value, NULL, NULL);
  g_autoptr (GstreamRunStream) first = start (thread);
  g_autoptr (GstreamRunStream) second = NULL, third = NULL, fourth = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (was_asked (agent, "checkpoint_id"));
  second = start (thread);
  g_assert_true (was_asked (agent, "\"input\":null,\"config\":{\"configurable\":{\"checkpoint_id\":null}}"));
  third = gstream_thread_respond_sync (thread, interrupt, yes, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (was_asked (agent, "\"response\":\"yes\",\"config\":{\"configurable\":{\"checkpoint_id\":null}}"));
  set_payload (options, "config", "{\"configurable\":{\"checkpoint_id\":\"mine\"}}");
  fourth = gstream_thread_start_sync (thread, NULL, options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (was_asked (agent, "\"config\":{\"configurable\":{\"checkpoint_id\":\"mine\"}}"));
}

static void
test_wrong_options (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("js-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  static const char *const wrong[][2] = {
    { "config", "[]" },
    { "config", "{\"configurable\":1}" },
    { "metadata", "\"m\"" },
    { "namespaces", "{}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
      g_autoptr (GError) error = NULL;

      set_payload (options, wrong[i][0], wrong[i][1]);
      g_assert_null (gstream_thread_start_sync (thread, NULL, options, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, wrong[i][0]));
    }
  g_assert_cmpuint (agent->requests->len, ==, 0);
}

static void
test_answer_options (void)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/interrupt.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GSTREAM_TRANSPORT_SSE);
  g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
  g_autoptr (GstreamPayload) yes = gstream_payload_new_string ("yes");
  g_autoptr (GstreamPayload) value = gstream_payload_new ("null", -1, NULL);
  g_autoptr (GstreamInterrupt) interrupt = gstream_interrupt_new ("i1", value, NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GstreamRunStream) resumed = NULL;
  g_autoptr (GError) error = NULL;

  set_payload (options, "update", "{\"x\":1}");
  set_payload (options, "goto", "\"there\"");
  set_payload (options, "metadata", "{\"m\":1}");
  resumed = gstream_thread_respond_sync (thread, interrupt, yes, options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (was_asked (agent,
                            "\"method\":\"input.respond\",\"params\":{\"assistant_id\":\"agent\",\"namespace\":[],"
                            "\"interrupt_id\":\"i1\",\"response\":\"yes\",\"update\":{\"x\":1},\"goto\":\"there\","
                            "\"config\":{\"configurable\":{\"checkpoint_id\":null}},\"metadata\":{\"m\":1}}"));
}

/* --- what is seen of the connection --- */

/* Between two connections a run says why, and until when. */
static void
test_waiting (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  g_autoptr (GstreamRunStream) run = NULL;
  GstreamThreadRun *followed;
  gint64            now = g_get_real_time ();

  g_object_set (server_of (thread), "retry-pause", 3600000u, "retry-pause-max", 3600000u, NULL);
  gstream_thread_set_cancel_on_abort (thread, FALSE);
  fake_agent_add_fault (agent, (Fault) { .cut_at = 2000 });
  run = start (thread);
  followed = GSTREAM_THREAD_RUN (run);
  g_assert_cmpstr (gstream_thread_run_get_run_id (followed), ==, agent->run_id);
  gstream_run_stream_drive (run, NULL);
  while (gstream_thread_run_get_connection_state (followed) != GSTREAM_CONNECTION_STATE_WAITING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gstream_thread_run_get_retry_at (followed) - now, >=, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC);
  g_assert_nonnull (gstream_thread_run_get_connection_error (followed));
  gstream_run_stream_abort (run);
  g_assert_cmpint (gstream_thread_run_get_connection_state (followed), ==, GSTREAM_CONNECTION_STATE_CLOSED);
  g_assert_cmpint (gstream_thread_run_get_retry_at (followed), ==, 0);
}

/* It can be opened at once. */
static void
test_reconnect (gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (agent, GPOINTER_TO_INT (data));
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;
  GstreamThreadRun *followed;

  g_object_set (server_of (thread), "retry-pause", 3600000u, "retry-pause-max", 3600000u, "retry-limit", 1u, NULL);
  for (guint i = 0; i < 3; i++)
    fake_agent_add_fault (agent, (Fault) { .cut_at = 2000 });
  run = start (thread);
  followed = GSTREAM_THREAD_RUN (run);
  gstream_thread_run_reconnect (followed); /* nothing is broken */
  gstream_run_stream_drive (run, NULL);
  while (gstream_run_stream_get_status (run) <= GSTREAM_RUN_STATUS_RUNNING)
    {
      gstream_thread_run_reconnect (followed);
      g_main_context_iteration (NULL, TRUE);
    }
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (output);
}

/* More than a server gives at once. */
static void
test_many_assistants (void)
{
  g_autoptr (Shelf) shelf = shelf_new (250);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) assistants = gstream_server_list_assistants_sync (server, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (assistants->len, ==, 250);
  for (guint i = 0; i < assistants->len; i++)
    g_assert_cmpint (gstream_payload_get_integer (assistants->pdata[i], "/metadata/n"), ==, i);
  g_assert_cmpuint (shelf->asked->len, ==, 3);
}

/* A server that gives all of them whichever page it is asked for. */
static void
test_no_pages (void)
{
  g_autoptr (Shelf) shelf = shelf_new (250);
  g_autoptr (GstreamServer) server = server_on (shelf);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) assistants = NULL;

  shelf->has_no_pages = TRUE;
  assistants = gstream_server_list_assistants_sync (server, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (assistants->len, ==, 250);
  g_assert_cmpuint (shelf->asked->len, ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/N13/calls", test_calls);
  g_test_add_func ("/remote/N13/many-assistants", test_many_assistants);
  g_test_add_func ("/remote/N13/no-pages", test_no_pages);
  g_test_add_func ("/remote/N13/cancelled", test_cancelled);
  g_test_add_func ("/remote/N13/list", test_list);
  g_test_add_func ("/remote/N13/list-reload-while-loading", test_reload_while_loading);
  g_test_add_func ("/remote/N13/list-looked-at-while-loading", test_looked_at_while_loading);
  g_test_add_func ("/remote/N13/list-changes-while-reloading", test_changes_while_reloading);
  g_test_add_data_func ("/remote/N13/list-deleted-after-page", GINT_TO_POINTER (TRUE), test_deleted_while_loading_more);
  g_test_add_data_func ("/remote/N13/list-deleted-before-page", GINT_TO_POINTER (FALSE),
                        test_deleted_while_loading_more);
  g_test_add_func ("/remote/N13/list-wanted-metadata", test_wanted_metadata);
  g_test_add_func ("/remote/N13/list-fails", test_list_fails);
  g_test_add_func ("/remote/N13/list-dropped", test_list_dropped);
  g_test_add_func ("/remote/N9/options", test_options);
  g_test_add_func ("/remote/N9/newest-checkpoint", test_newest_checkpoint);
  g_test_add_func ("/remote/N9/wrong-options", test_wrong_options);
  g_test_add_func ("/remote/N9/answer-options", test_answer_options);
  g_test_add_data_func ("/remote/N11/waiting-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_waiting);
  g_test_add_data_func ("/remote/N11/waiting-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET), test_waiting);
  g_test_add_data_func ("/remote/N11/reconnect-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_reconnect);
  g_test_add_data_func ("/remote/N11/reconnect-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_reconnect);

  return g_test_run ();
}
