/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runs of subgraphs (T6, T8, D1-D4).
 */
#include "story.h"

#include <gstream/event/gstream-error.h>
#include <gstream/sources/gstream-memory-source.h>
#include <gstream/stream/gstream-stream-mux-private.h> /* how many scopes are known */

#include "tests/support/events.h"

#define RESULT(path, id, more) path " tasks {\"id\":\"" id "\",\"name\":\"n\",\"result\":{}" more "}"

static GstreamCursor *
subscribe_subgraphs (GstreamRunStream *run)
{
  return story_subscribe (gstream_run_stream_get_subgraphs (run));
}

static void
assert_no_more (GstreamCursor *cursor)
{
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, &error));
  g_assert_no_error (error);
}

static void
test_discovery (void)
{
  static const char *const makes[] = {
    "s:1 values 1",
    "s:1 updates 1",
    "s:1 tasks {}",
    "s:1 checkpoints 1",
    "s:1 debug 1",
    "s:1 input.requested {\"interrupt_id\":\"i\"}",
    "s:1/below:2 messages {}",
    "s:1 lifecycle {\"event\":\"started\",\"trigger_call_id\":\"1\"}",
  };
  static const char *const makes_not[] = {
    "s:1 messages {}",
    "s:1 tools {}",
    "s:1 custom 1",
    "s:1 lifecycle {\"event\":\"started\"}",
    "s:1 lifecycle {\"event\":\"completed\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (makes); i++)
    {
      g_autoptr (GstreamRunStream) run = story (makes[i]);
      g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
      g_autoptr (GstreamSubgraphRunStream) child = story_next (subgraphs);

      g_assert_cmpstr (gstream_subgraph_run_stream_get_path (child)[0], ==, "s:1");
      g_assert_null (gstream_subgraph_run_stream_get_path (child)[1]);
      g_assert_cmpstr (gstream_subgraph_run_stream_get_graph_name (child), ==, "s");
      g_assert_cmpstr (gstream_subgraph_run_stream_get_trigger_call_id (child), ==, "1");
      assert_no_more (subgraphs);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (makes_not); i++)
    {
      g_autoptr (GstreamRunStream) run = story (makes_not[i]);
      g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);

      assert_no_more (subgraphs);
    }
}

/* Its first values precede its `started` (D2). */
static void
test_described_later (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1",
             "s:1 lifecycle {\"event\":\"started\",\"graph_name\":\"scout\",\"trigger_call_id\":\"call\","
             "\"cause\":{\"type\":\"edge\",\"fromNode\":\"a\"}}",
             ". lifecycle {\"event\":\"completed\"}", "s:1 lifecycle {\"event\":\"completed\"}");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamSubgraphRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (GSTREAM_RUN_STREAM (child)));

  g_assert_null (gstream_subgraph_run_stream_get_cause (child));
  story_assert (values, "1\nend");
  g_assert_cmpstr (gstream_subgraph_run_stream_get_graph_name (child), ==, "scout");
  g_assert_cmpstr (gstream_subgraph_run_stream_get_trigger_call_id (child), ==, "call");
  g_assert_cmpstr (gstream_payload_get_string (gstream_subgraph_run_stream_get_cause (child), "/type"), ==, "edge");
  g_assert_cmpint (gstream_run_stream_get_status (GSTREAM_RUN_STREAM (child)), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
on_named_drop (GObject    *object,
               GParamSpec *pspec,
               gpointer    child)
{
  g_clear_object ((GObject **) child);
}

static void
on_named_wait (GObject    *object,
               GParamSpec *pspec,
               gpointer    child)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (GSTREAM_RUN_STREAM (object), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "2");
}

/* Who hears of it may drop the child, or wait for it. */
static void
assert_described (GCallback on_named,
                  gboolean  stays)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1",
             "s:1 lifecycle {\"event\":\"started\",\"graph_name\":\"scout\",\"cause\":{\"type\":\"edge\"}}",
             "s:1 values 2", "s:1 lifecycle {\"event\":\"completed\"}", ". values 3");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamSubgraphRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;

  test_iterate_pending (NULL); /* the cursor does not hold the child any more (P11) */
  g_signal_connect (child, "notify::graph-name", on_named, &child);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "3");
  g_assert_true ((child != NULL) == stays);
}

static void
test_described_drop (void)
{
  assert_described (G_CALLBACK (on_named_drop), FALSE);
}

static void
test_described_wait (void)
{
  assert_described (G_CALLBACK (on_named_wait), TRUE);
}

static void
test_grandchildren (void)
{
  g_autoptr (GstreamRunStream) run = story ("a:1/b:2/c:3 values 1", "a:1 values 2", "a:1/b:2 values 3", "d:4 values 4");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) a = story_next (subgraphs);
  g_autoptr (GstreamCursor) of_a = subscribe_subgraphs (a);
  g_autoptr (GstreamRunStream) b = story_next (of_a);
  g_autoptr (GstreamCursor) of_b = subscribe_subgraphs (b);
  g_autoptr (GstreamRunStream) c = story_next (of_b);
  g_autoptr (GstreamPayload) of_c = gstream_run_stream_output_sync (c, NULL, NULL);
  g_autoptr (GstreamRunStream) d = story_next (subgraphs);

  g_assert_cmpstr (gstream_payload_get_json (of_c, NULL), ==, "1");
  g_assert_true (GSTREAM_IS_SUBGRAPH_RUN_STREAM (d));
  assert_no_more (of_a);
  assert_no_more (of_b);
  assert_no_more (subgraphs);
}

static void
test_output_stops_at_terminal (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1", "s:1 values 2", RESULT (".", "1", ""), ". values 3", "s:1 values 4", ". values 5");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (child, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "2");
  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_RUNNING);
  story_assert (values, "3\n5\nend");
}

static void
test_failure_is_its_own (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1", "t:2 values 2", RESULT (".", "1", ",\"error\":\"lost\""), "t:2 values 3", ". values 4");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) its_values = story_subscribe (gstream_run_stream_get_values (child));
  g_autoptr (GstreamRunStream) sibling = story_next (subgraphs);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GstreamPayload) of_sibling = gstream_run_stream_output_sync (sibling, NULL, NULL);

  story_assert (its_values, "1\nfailed: lost");
  g_assert_null (gstream_run_stream_output_sync (child, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_FAILED);
  g_assert_cmpstr (gstream_run_stream_get_error (child)->message, ==, "lost");

  output = gstream_run_stream_output_sync (run, NULL, NULL);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "4");
  g_assert_cmpstr (gstream_payload_get_json (of_sibling, NULL), ==, "3");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
test_abort_harms_nobody (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1", "t:2 values 2", "s:1 values 3", "t:2 values 4", ". values 5");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) its_values = story_subscribe (gstream_run_stream_get_values (child));
  g_autoptr (GstreamRunStream) sibling = story_next (subgraphs);
  g_autoptr (GstreamCursor) of_sibling = story_subscribe (gstream_run_stream_get_values (sibling));
  g_autoptr (GstreamPayload) output = NULL;

  gstream_run_stream_abort (child);
  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_ABORTED);
  story_assert (its_values, "1\nend");
  output = gstream_run_stream_output_sync (child, NULL, NULL);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "1");
  story_assert (of_sibling, "2\n4\nend");
  story_assert (values, "5\nend");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
assert_open_child_ends (const char      *last_line,
                        GstreamRunStatus expected,
                        const char      *message)
{
  g_autoptr (GstreamRunStream) run = story ("s:1/t:2 values 1", last_line);
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) of_child = subscribe_subgraphs (child);
  g_autoptr (GstreamRunStream) grandchild = story_next (of_child);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (run, NULL, &error);

  g_assert_cmpint (gstream_run_stream_get_status (child), ==, expected);
  g_assert_cmpint (gstream_run_stream_get_status (grandchild), ==, expected);
  g_assert_cmpstr (error ? error->message : NULL, ==, message);
  g_assert_cmpstr (gstream_run_stream_get_error (grandchild) ? gstream_run_stream_get_error (grandchild)->message
                                                             : NULL,
                   ==, message);
}

static void
test_parent_ends (void)
{
  assert_open_child_ends (". values 2", GSTREAM_RUN_STATUS_COMPLETED, NULL);
  assert_open_child_ends ("! gone", GSTREAM_RUN_STATUS_FAILED, "gone");
  assert_open_child_ends (". lifecycle {\"event\":\"failed\",\"error\":\"why\"}", GSTREAM_RUN_STATUS_FAILED, "why");
  assert_open_child_ends (". lifecycle {\"event\":\"drained\"}", GSTREAM_RUN_STATUS_DRAINED, NULL);
  assert_open_child_ends ("s:1/t:2 input.requested {\"interrupt_id\":\"i\",\"payload\":1}",
                          GSTREAM_RUN_STATUS_INTERRUPTED, NULL);
}

/* The JavaScript server says `completed` of a child that was interrupted (D3). */
static void
test_interrupts (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". lifecycle {\"event\":\"running\"}", "s:1 values 1",
             "s:1 input.requested {\"interrupt_id\":\"i\",\"payload\":\"Really?\"}",
             "s:1 input.requested {\"interrupt_id\":\"i\",\"payload\":\"Really?\"}",
             "s:1 lifecycle {\"event\":\"completed\"}", ". lifecycle {\"event\":\"interrupted\"}");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GPtrArray) its = gstream_run_stream_interrupts_sync (child, NULL, NULL);
  g_autoptr (GPtrArray) all = gstream_run_stream_interrupts_sync (run, NULL, NULL);
  GstreamInterrupt *interrupt;

  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_INTERRUPTED);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_INTERRUPTED);
  g_assert_cmpuint (its->len, ==, 1);
  g_assert_cmpuint (all->len, ==, 1);
  interrupt = g_ptr_array_index (all, 0);
  g_assert_cmpstr (gstream_interrupt_get_id (interrupt), ==, "i");
  g_assert_cmpstr (gstream_payload_get_string (gstream_interrupt_get_value (interrupt), ""), ==, "Really?");
  g_assert_cmpstr (gstream_interrupt_get_namespace (interrupt)[0], ==, "s:1");
}

/* Whoever receives a run late misses nothing of it, whoever does not subscribe keeps nothing (P11). */
static void
test_early (void)
{
  g_autoptr (GstreamRunStream) run = story ("s:1 values 1", ". values 2", "s:1 values 3", ". values 4", "s:1 values 5");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GstreamRunStream) child = NULL;
  g_autoptr (GstreamCursor) its_values = NULL;
  g_autoptr (GstreamCursor) its_log = NULL;
  g_autofree char *logged = NULL;

  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  child = story_next (subgraphs);
  its_values = story_subscribe (gstream_run_stream_get_values (child));
  story_assert (its_values, "1\n3\n5\nend");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  its_log = story_subscribe (gstream_run_stream_get_log (child));
  logged = story_read_log (its_log);
  g_assert_cmpstr (logged, ==, "");
}

static void
test_dropped_with_root (void)
{
  g_autoptr (GstreamRunStream) run = story ("s:1 values 1", "s:1 values 2");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) its_values = story_subscribe (gstream_run_stream_get_values (child));

  g_clear_object (&run);
  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_ABORTED);
  story_assert (its_values, "1\nend");
}

static void
test_unwatched (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("s:1 values 1", "s:1 custom 2", "s:1/t:2 custom 3", ". custom 4", "n:1 custom 5");
  g_autoptr (GstreamCursor) custom = story_subscribe (gstream_run_stream_get_custom (run));

  story_assert (custom, "4\n5\nend");
}

/* The root's lifecycle: what logs of others say in their data is theirs, and ends nobody else (D1b). */
static void
test_named_in_data (void)
{
  g_autoptr (GstreamRunStream) run = story (
      ". lifecycle {\"event\":\"started\",\"namespace\":[\"s:1\"],\"graph_name\":\"g\",\"trigger_call_id\":\"1\"}",
      "s:1 values 1", ". lifecycle {\"event\":\"completed\",\"namespace\":[\"s:1\"]}", "s:1 values 2", ". values 3",
      "! gone");
  g_autoptr (GstreamCursor) subgraphs = subscribe_subgraphs (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (child, NULL, NULL);

  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, "1");
  g_assert_cmpstr (gstream_subgraph_run_stream_get_graph_name (GSTREAM_SUBGRAPH_RUN_STREAM (child)), ==, "g");
  g_assert_cmpint (gstream_run_stream_get_status (child), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, NULL));
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
}

/* A namespace that lies deeper than anything can is told, and not taken apart. */
static void
test_too_deep (void)
{
  g_autoptr (GString) line = g_string_new ("a");
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 100000; i++)
    g_string_append (line, "/a");
  g_string_append (line, " values 1");
  run = story (". values 1", line->str);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
}

typedef struct
{
  guint    next;
  guint    n;       /* subgraphs */
  gboolean by_task; /* as D1 tells of them; else as D2 does */
} Shorts;

/* One short subgraph after the other, each with another in it, and three events or four. */
static GstreamEvent *
next_of_shorts (gpointer user_data,
                GError **error)
{
  static const char *const by_task[] = {
    "{}",
    "{\"id\":\"x\",\"name\":\"n\",\"input\":{}}",
    "{\"id\":\"%u\",\"name\":\"n\",\"result\":{}}",
  };
  static const char *const by_event[] = {
    "{\"event\":\"started\",\"trigger_call_id\":\"%u\"}",
    "{\"event\":\"running\"}",
    "{\"event\":\"completed\"}",
  };
  Shorts          *self = user_data;
  guint            id = self->next / 3;
  guint            step = self->next++ % 3;
  g_autofree char *data = NULL;
  g_autofree char *name = g_strdup_printf ("s:%u", id);
  const char      *path[] = { name, "t:1", NULL };
  g_autoptr (GstreamPayload) payload = NULL;

  if (id == self->n)
    return NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  data = g_strdup_printf ((self->by_task ? by_task : by_event)[step], id);
#pragma GCC diagnostic pop
  payload = gstream_payload_new (data, -1, NULL);
  if (step != 1)
    path[self->by_task && step == 2 ? 0 : 1] = NULL;
  if (self->by_task)
    return gstream_event_new (step == 0 ? "values" : "tasks", path, payload);

  return gstream_event_new ("lifecycle", path, payload);
}

/* What has ended long ago is forgotten, whether anybody watched or not (T6). */
static void
assert_flat (gboolean by_task,
             gboolean watched)
{
  Shorts shorts = { 0, 8000, by_task };
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new_func (next_of_shorts, &shorts, NULL);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) subgraphs = watched ? subscribe_subgraphs (run) : NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  if (watched)
    for (g_auto (GValue) item = G_VALUE_INIT; gstream_cursor_next_sync (subgraphs, &item, NULL, NULL);)
      n++;
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, watched ? 8000 : 0);
  g_assert_cmpuint (g_hash_table_size (gstream_run_stream_get_mux (run)->tree->scopes.table), <, 6000);
}

static void
test_flat (void)
{
  assert_flat (FALSE, FALSE);
  assert_flat (FALSE, TRUE);
  assert_flat (TRUE, FALSE);
  assert_flat (TRUE, TRUE);
}

/* --- which scope an event is of (D4) --- */

#define OWNER_TYPE (owner_get_type ())
G_DECLARE_FINAL_TYPE (Owner, owner, TEST, OWNER, GstreamTransformer)

struct _Owner
{
  GstreamTransformer parent_instance;
};

G_DEFINE_FINAL_TYPE (Owner, owner, GSTREAM_TYPE_TRANSFORMER)

static GString *owners; /* of each event: those that saw it, and `!` after those that own it */

static gboolean
owner_process (GstreamTransformer *transformer,
               GstreamEvent       *event,
               GError            **error)
{
  const char *const *scope = gstream_transformer_get_scope (transformer);

  g_string_append_printf (owners, "%u%s ", g_strv_length ((char **) scope),
                          gstream_transformer_owns (transformer, event) ? "!" : "");

  return TRUE;
}

static void
owner_class_init (OwnerClass *klass)
{
  GSTREAM_TRANSFORMER_CLASS (klass)->process = owner_process;
}

static void
owner_init (Owner *self)
{
}

static void
test_owns (void)
{
  const char *const lines[] = { ". values 1",
                                "n:1 custom 1",
                                "a:1/b:2 custom 1",
                                "a:1 custom 1",
                                "n:1 messages {\"event\":\"message-start\",\"id\":\"m\",\"run_id\":\"r\"}",
                                "n:1 values 1",
                                "n:1 messages {\"event\":\"message-finish\",\"run_id\":\"r\"}",
                                "n:1 messages {\"event\":\"message-start\",\"id\":\"o\"}",
                                ". lifecycle {\"event\":\"completed\",\"namespace\":[\"n:1\"]}",
                                NULL };
  GstreamStreamMux *mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamTransformer) alone = g_object_new (OWNER_TYPE, NULL);
  g_autoptr (GstreamEvent) event = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GstreamPayload) data = gstream_payload_new ("1", -1, NULL);
  g_autoptr (GError) error = NULL;

  owners = g_string_new (NULL);
  gstream_stream_mux_add_type (mux, OWNER_TYPE, &error);
  g_assert_no_error (error);
  run = story_new (mux, lines);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (owners->str, ==, "0! 0! 0 1! 0 1! 0! 0 1! 0! 1 0 1! 0 1! ");
  g_string_free (owners, TRUE);

  event = gstream_event_new ("values", NULL, data);
  g_assert_false (gstream_transformer_owns (alone, event));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dialect/D4/discovery", test_discovery);
  g_test_add_func ("/dialect/D4/unwatched", test_unwatched);
  g_test_add_func ("/dialect/D4/owns", test_owns);
  g_test_add_func ("/dialect/D4/too-deep", test_too_deep);
  g_test_add_func ("/dialect/D1b/named-in-data", test_named_in_data);
  g_test_add_func ("/projection/T6/flat", test_flat);
  g_test_add_func ("/dialect/D2/described-later", test_described_later);
  g_test_add_func ("/subgraphs/R7/described/drop", test_described_drop);
  g_test_add_func ("/subgraphs/R7/described/wait", test_described_wait);
  g_test_add_func ("/projection/T6/grandchildren", test_grandchildren);
  g_test_add_func ("/projection/T6/output-stops-at-terminal", test_output_stops_at_terminal);
  g_test_add_func ("/projection/T6/failure-is-its-own", test_failure_is_its_own);
  g_test_add_func ("/projection/T6/abort-harms-nobody", test_abort_harms_nobody);
  g_test_add_func ("/projection/T6/parent-ends", test_parent_ends);
  g_test_add_func ("/projection/T6/dropped-with-root", test_dropped_with_root);
  g_test_add_func ("/projection/T8/interrupts", test_interrupts);
  g_test_add_func ("/projection/P11/subgraph", test_early);

  return g_test_run ();
}
