/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of every namespace below the scope (T5, T7, D1, D6).
 */
#include "story.h"

#define START(path) path " tasks {\"id\":\"t\",\"name\":\"n\",\"input\":{},\"triggers\":[]}"
#define RESULT(path, id, more) path " tasks {\"id\":\"" id "\",\"name\":\"n\",\"result\":{}" more "}"

static void
assert_lifecycle (GstreamRunStream *run,
                  const char       *expected)
{
  g_autoptr (GstreamCursor) lifecycle = story_subscribe (gstream_run_stream_get_lifecycle (run));

  story_assert (lifecycle, expected);
}

static void
test_tasks (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("."), START ("left:1"), START ("left:1/leaf:2"), START ("left:1/leaf:2"),
             RESULT ("left:1", "2", ""), RESULT (".", "1", ",\"error\":\"broken\""));

  assert_lifecycle (
      run, "{\"event\":\"started\",\"namespace\":[\"left:1\"],\"graph_name\":\"left\",\"trigger_call_id\":\"1\"}\n"
           "{\"event\":\"started\",\"namespace\":[\"left:1\",\"leaf:2\"],\"graph_name\":\"leaf\",\"trigger_call_id\":"
           "\"2\"}\n"
           "{\"event\":\"completed\",\"namespace\":[\"left:1\",\"leaf:2\"]}\n"
           "{\"event\":\"failed\",\"namespace\":[\"left:1\"],\"error\":\"broken\"}\n"
           "end");
}

static void
test_interrupts_before_error (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("a:1"), RESULT (".", "1", ",\"error\":\"GraphInterrupt()\",\"interrupts\":[{\"id\":\"i\"}]"));

  assert_lifecycle (run,
                    "{\"event\":\"started\",\"namespace\":[\"a:1\"],\"graph_name\":\"a\",\"trigger_call_id\":\"1\"}\n"
                    "{\"event\":\"interrupted\",\"namespace\":[\"a:1\"]}\n"
                    "end");
}

/* An agent of its own is known by its name, and by the tool call that it answers. */
static void
test_agent (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". tasks {\"id\":\"1\",\"name\":\"tools\",\"input\":{\"tool_call\":{\"id\":\"call_7\"}}}",
             "tools:1 tasks {\"id\":\"2\",\"name\":\"n\",\"metadata\":{\"lc_agent_name\":\"scout\"}}");

  assert_lifecycle (
      run, "{\"event\":\"started\",\"namespace\":[\"tools:1\"],\"graph_name\":\"scout\",\"trigger_call_id\":\"1\","
           "\"cause\":{\"type\":\"toolCall\",\"tool_call_id\":\"call_7\"}}\n"
           "{\"event\":\"completed\",\"namespace\":[\"tools:1\"]}\n"
           "end");
}

static void
test_events (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". lifecycle {\"event\":\"running\",\"graph_name\":\"g\"}",
             "a:1 lifecycle {\"event\":\"started\",\"graph_name\":\"a\",\"extra\":[1]}",
             "a:1 lifecycle {\"event\":\"started\",\"graph_name\":\"a\"}", "a:1/b:2 lifecycle {\"event\":\"started\"}",
             "a:1/b:2 lifecycle "
             "{\"event\":\"failed\",\"error\":\"{\\\"error\\\":\\\"Error\\\",\\\"message\\\":\\\"lost\\\"}\"}",
             "a:1 lifecycle {\"event\":\"completed\"}", "a:1 lifecycle {\"event\":\"completed\"}",
             ". lifecycle {\"event\":\"completed\"}");

  assert_lifecycle (run, "{\"event\":\"started\",\"namespace\":[\"a:1\"],\"graph_name\":\"a\",\"extra\":[1]}\n"
                         "{\"event\":\"started\",\"namespace\":[\"a:1\",\"b:2\"]}\n"
                         "{\"event\":\"failed\",\"namespace\":[\"a:1\",\"b:2\"],\"error\":\"lost\"}\n"
                         "{\"event\":\"completed\",\"namespace\":[\"a:1\"]}\n"
                         "end");
}

/* Once lifecycle was seen, tasks say nothing of subgraphs. */
static void
test_not_twice (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". lifecycle {\"event\":\"running\"}", START ("a:1"), "a:1 lifecycle {\"event\":\"started\"}",
             RESULT (".", "1", ""), "a:1 lifecycle {\"event\":\"completed\"}", ". lifecycle {\"event\":\"completed\"}");

  assert_lifecycle (run, "{\"event\":\"started\",\"namespace\":[\"a:1\"]}\n"
                         "{\"event\":\"completed\",\"namespace\":[\"a:1\"]}\n"
                         "end");
}

static void
assert_log (GstreamRunStream *run,
            const char       *expected)
{
  g_autoptr (GstreamCursor) log = story_subscribe (gstream_run_stream_get_log (run));
  g_autofree char *logged = story_read_log (log);

  g_assert_cmpstr (logged, ==, expected);
}

/* What is inferred goes to the main log, before its cause could (E4); the tasks do not (T7). */
static void
test_log_of_tasks (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". values 1", START ("."), START ("a:1"), "a:1 debug 1", RESULT (".", "1", ""), ". debug 2");

  assert_log (run, "1 . values\n2 . lifecycle\n3 a:1 debug\n4 . lifecycle\n5 . debug\n");
}

static void
test_log_of_events (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". lifecycle {\"event\":\"running\"}", START ("a:1"), "a:1 lifecycle {\"event\":\"started\"}",
             "a:1 lifecycle {\"event\":\"completed\"}", ". lifecycle {\"event\":\"completed\"}");

  assert_log (run, "1 . lifecycle\n2 a:1 lifecycle\n3 a:1 lifecycle\n4 . lifecycle\n");
}

/* Whatever is open at the end has its terminal before the main log closes (T6). */
static void
test_open_at_end (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("a:1"), "b:2 input.requested {\"interrupt_id\":\"i\",\"payload\":1}", START ("b:2"),
             "b:2 input.requested {\"interrupt_id\":\"j\",\"payload\":2}");
  const char *const names[] = { "lifecycle", "log", NULL };
  g_autoptr (GstreamCursor) both = gstream_run_stream_interleave (run, names, NULL);
  g_autoptr (GString) told = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (both, &item, NULL, NULL))
    g_string_append_printf (told, "%s ",
                            g_str_equal (gstream_cursor_get_item_name (both), "log")
                                ? gstream_event_get_method (g_value_get_boxed (&item))
                                : gstream_payload_get_string (g_value_get_boxed (&item), "/event"));
  g_assert_cmpstr (told->str, ==,
                   "lifecycle started input.requested lifecycle started input.requested "
                   "lifecycle completed lifecycle interrupted ");
}

static void
test_open_at_failure (void)
{
  g_autoptr (GstreamRunStream) run = story (START ("a:1"), "! gone");

  assert_lifecycle (run,
                    "{\"event\":\"started\",\"namespace\":[\"a:1\"],\"graph_name\":\"a\",\"trigger_call_id\":\"1\"}\n"
                    "{\"event\":\"failed\",\"namespace\":[\"a:1\"],\"error\":\"gone\"}\n"
                    "failed: gone");
}

static void
test_open_at_drain (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("a:1 lifecycle {\"event\":\"started\",\"trigger_call_id\":\"1\"}", ". lifecycle {\"event\":\"drained\"}");

  assert_lifecycle (run, "{\"event\":\"started\",\"namespace\":[\"a:1\"],\"trigger_call_id\":\"1\"}\n"
                         "{\"event\":\"drained\",\"namespace\":[\"a:1\"]}\n"
                         "end");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_DRAINED);
}

/* What lies in what ends, ends with it, after it; what holds a question is interrupted (T6). */
static void
test_below_ends (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". lifecycle {\"event\":\"running\"}", "a:1 lifecycle {\"event\":\"started\"}",
             "a:1/b:2/c:3 lifecycle {\"event\":\"started\"}", "a:1/d:4 lifecycle {\"event\":\"started\"}",
             "a:1/b:2 lifecycle {\"event\":\"started\"}", "e:5 lifecycle {\"event\":\"started\"}",
             "a:1/d:4 input.requested {\"interrupt_id\":\"i\",\"payload\":1}",
             "a:1 lifecycle {\"event\":\"completed\"}", "a:1/b:2 lifecycle {\"event\":\"failed\",\"error\":\"late\"}",
             ". lifecycle {\"event\":\"failed\",\"error\":\"why\"}");

  assert_lifecycle (run, "{\"event\":\"started\",\"namespace\":[\"a:1\"]}\n"
                         "{\"event\":\"started\",\"namespace\":[\"a:1\",\"b:2\",\"c:3\"]}\n"
                         "{\"event\":\"started\",\"namespace\":[\"a:1\",\"d:4\"]}\n"
                         "{\"event\":\"started\",\"namespace\":[\"a:1\",\"b:2\"]}\n"
                         "{\"event\":\"started\",\"namespace\":[\"e:5\"]}\n"
                         "{\"event\":\"completed\",\"namespace\":[\"a:1\"]}\n"
                         "{\"event\":\"completed\",\"namespace\":[\"a:1\",\"b:2\"]}\n"
                         "{\"event\":\"completed\",\"namespace\":[\"a:1\",\"b:2\",\"c:3\"]}\n"
                         "{\"event\":\"interrupted\",\"namespace\":[\"a:1\",\"d:4\"]}\n"
                         "{\"event\":\"failed\",\"namespace\":[\"e:5\"],\"error\":\"why\"}\n"
                         "failed: why");
}

/* A task's result ends what its parent's task started, and no namesake elsewhere. */
static void
test_same_task (void)
{
  g_autoptr (GstreamRunStream) run = story (START ("a:1"), START ("a:1/x:7"), START ("b:2/y:7"), START ("a:1/z:7"),
                                            RESULT ("a:1", "7", ",\"error\":\"broken\""));

  assert_lifecycle (
      run, "{\"event\":\"started\",\"namespace\":[\"a:1\"],\"graph_name\":\"a\",\"trigger_call_id\":\"1\"}\n"
           "{\"event\":\"started\",\"namespace\":[\"a:1\",\"x:7\"],\"graph_name\":\"x\",\"trigger_call_id\":\"7\"}\n"
           "{\"event\":\"started\",\"namespace\":[\"b:2\",\"y:7\"],\"graph_name\":\"y\",\"trigger_call_id\":\"7\"}\n"
           "{\"event\":\"started\",\"namespace\":[\"a:1\",\"z:7\"],\"graph_name\":\"z\",\"trigger_call_id\":\"7\"}\n"
           "{\"event\":\"failed\",\"namespace\":[\"a:1\",\"z:7\"],\"error\":\"broken\"}\n"
           "{\"event\":\"failed\",\"namespace\":[\"a:1\",\"x:7\"],\"error\":\"broken\"}\n"
           "{\"event\":\"completed\",\"namespace\":[\"a:1\"]}\n"
           "{\"event\":\"completed\",\"namespace\":[\"b:2\",\"y:7\"]}\n"
           "end");
}

/* A run's own main log, played again, tells the same; the failure that follows a child's end counts (D1b). */
static void
test_log_again (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("a:1"), "a:1 values 1", START ("a:1/b:2"),
             RESULT ("a:1", "2", ",\"error\":\"{\\\"message\\\":1}\""), RESULT (".", "1", ""), ". values 2", "! gone");
  g_autoptr (GstreamCursor) log = story_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamCursor) lifecycle = story_subscribe (gstream_run_stream_get_lifecycle (run));
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GstreamRunStream) again = NULL;
  g_autofree char *told = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (log, &item, NULL, NULL))
    {
      GstreamEvent    *event = g_value_get_boxed (&item);
      g_autofree char *path = g_strjoinv ("/", (char **) gstream_event_get_namespace (event));

      g_ptr_array_add (lines, g_strdup_printf ("%s %s %s", *path ? path : ".", gstream_event_get_method (event),
                                               gstream_payload_get_json (gstream_event_get_data (event), NULL)));
    }
  told = story_read (lifecycle);
  g_ptr_array_add (lines, g_strdup ("! gone"));
  g_ptr_array_add (lines, NULL);

  again = story_new (NULL, (const char *const *) lines->pdata);
  assert_lifecycle (again, told);
  g_assert_nonnull (strstr (told, "\"completed\",\"namespace\":[\"a:1\"]"));
  g_assert_nonnull (strstr (told, "failed: gone"));
}

static void
test_malformed (void)
{
  g_autoptr (GstreamRunStream) run =
      story (RESULT (".", "1", ""), RESULT ("a:1", "9", ""), "a:1 tasks 5", START ("a:1"), RESULT ("b:2", "1", ""),
             "c:3 lifecycle {\"event\":\"dancing\"}", "c:3 lifecycle []", ". tasks {\"result\":{}}");
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T5/tasks", test_tasks);
  g_test_add_func ("/projection/T5/interrupts-before-error", test_interrupts_before_error);
  g_test_add_func ("/projection/T5/agent", test_agent);
  g_test_add_func ("/projection/T5/events", test_events);
  g_test_add_func ("/projection/T5/open-at-end", test_open_at_end);
  g_test_add_func ("/projection/T5/open-at-failure", test_open_at_failure);
  g_test_add_func ("/projection/T5/open-at-drain", test_open_at_drain);
  g_test_add_func ("/projection/T5/malformed", test_malformed);
  g_test_add_func ("/projection/T6/below-ends", test_below_ends);
  g_test_add_func ("/dialect/D1/same-task", test_same_task);
  g_test_add_func ("/dialect/D1b/log-again", test_log_again);
  g_test_add_func ("/dialect/D6/not-twice", test_not_twice);
  g_test_add_func ("/projection/T7/tasks-are-not-logged", test_log_of_tasks);
  g_test_add_func ("/projection/T7/events-are-logged-once", test_log_of_events);

  return g_test_run ();
}
