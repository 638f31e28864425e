/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The window of a run shows what it says: the recorded one it comes with, and
 * every other.
 */
#include "widgets.h"

static void
play_file (RunWindow *window,
           GFile     *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autoptr (GstreamEventSource) source =
      g_str_has_suffix (name, ".sse") ? gstream_sse_source_new (file) : gstream_json_lines_source_new (file);

  run_window_play (window, source);
}

static void
play_trip (RunWindow *window)
{
  g_autoptr (GFile) file = g_file_new_for_uri ("resource:///org/gstream/run-gtk/trip.jsonl");

  play_file (window, file);
}

/* --- the run it comes with --- */

static const char *const trip[] = {
  "Waiting for your answer",
  "What should I do in Paris on Sunday?",
  "plan\nDone",
  "Reasoning",
  "Let me see what the weather will be.",
  "weather\n{\"city\": \"Paris\"}\nAsking the station in Paris … answered.\n14 °C, light rain until noon, then sun",
  "scout\nDone",
  "08:12 direct, 2 h 46 min, 54 €\n09:40 direct",
  "hotels\n{\"city\": \"Paris\"}\nThe hotel service does not answer",
  "On Sunday it rains in Paris until noon",
  "Shall I book the 09:40 to Paris for 64 €?",
};

static void
test_trip (void)
{
  RunWindow *window = open_window ();
  GtkWidget *stop = find_widget (window, "stop");

  play_trip (window);
  g_assert_true (gtk_widget_get_sensitive (stop));
  wait_for_end (window);
  for (gsize i = 0; i < G_N_ELEMENTS (trip); i++)
    assert_shows (window, trip[i]);
  g_assert_false (gtk_widget_get_sensitive (stop));
  g_assert_false (gtk_widget_is_sensitive (find_widget (window, "answer")));
  g_assert_false (gtk_widget_get_visible (find_widget (window, "prompt_bar")));
  g_assert_false (gtk_revealer_get_reveal_child (find_widget (window, "banner")));
  close_window (window);
}

/* Folded away, it is not seen; unfolded, it is. */
static void
test_reasoning (void)
{
  RunWindow       *window = open_window ();
  g_autofree char *folded = NULL;

  play_trip (window);
  wait_for_end (window);
  folded = read_window (window);
  g_assert_null (strstr (folded, "so nobody gets wet"));
  gtk_widget_activate (find_widget (window, "reasoning"));
  wait_for_frames (window, 3);
  assert_shows (window, "A Sunday in Paris.");
  close_window (window);
}

static void
test_accessible (void)
{
  RunWindow *window = open_window ();

  gtk_test_accessible_assert_role (find_widget (window, "stop"), GTK_ACCESSIBLE_ROLE_BUTTON);
  gtk_test_accessible_assert_property (find_widget (window, "stop"), GTK_ACCESSIBLE_PROPERTY_LABEL, "Stop the agent");
  gtk_test_accessible_assert_property (find_widget (window, "list"), GTK_ACCESSIBLE_PROPERTY_LABEL, "Conversation");
  gtk_test_accessible_assert_property (find_widget (window, "answer"), GTK_ACCESSIBLE_PROPERTY_LABEL, "Answer");
  gtk_test_accessible_assert_property (find_widget (window, "prompt"), GTK_ACCESSIBLE_PROPERTY_LABEL, "Message");
  close_window (window);
}

/* --- every recorded run --- */

static void
assert_messages (RunWindow      *window,
                 GstreamPayload *run)
{
  gsize n_messages = gstream_payload_get_size (run, "/messages");
  gsize n_subgraphs = gstream_payload_get_size (run, "/subgraphs");

  for (gsize i = 0; i < n_messages; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/messages/%" G_GSIZE_FORMAT "/text", i);

      assert_shows (window, gstream_payload_get_string (run, pointer));
    }
  for (gsize i = 0; i < n_subgraphs; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/subgraphs/%" G_GSIZE_FORMAT, i);
      g_autofree char *inner = g_strconcat (pointer, "/run", NULL);
      g_autofree char *name = g_strconcat (pointer, "/graph_name", NULL);
      g_autoptr (GstreamPayload) child = gstream_payload_lookup (run, inner);

      assert_shows (window, gstream_payload_get_string (run, name));
      assert_messages (window, child);
    }
}

static void
assert_end (RunWindow      *window,
            GstreamPayload *run)
{
  const char *error = gstream_payload_get_string (run, "/error");

  g_assert_true (gtk_revealer_get_reveal_child (find_widget (window, "banner")) == (error != NULL));
  if (error != NULL)
    assert_shows (window, error);
  g_assert_true (gtk_revealer_get_reveal_child (find_widget (window, "question_bar")) ==
                 (gstream_payload_get_size (run, "/interrupts") > 0));
}

static void
test_recording (gconstpointer path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GString) expected_path = g_string_new (path);
  g_autofree char *json = NULL;
  g_autoptr (GstreamPayload) expected = NULL;
  RunWindow *window = open_window ();

  g_string_truncate (expected_path, strrchr (expected_path->str, '.') - expected_path->str);
  g_string_append (expected_path, ".expected.json");
  g_assert_true (g_file_get_contents (expected_path->str, &json, NULL, NULL));
  expected = gstream_payload_new (json, -1, NULL);

  play_file (window, file);
  wait_for_end (window);
  assert_messages (window, expected);
  assert_end (window, expected);
  close_window (window);
}

static void
test_no_file (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/no/such/file");
  RunWindow *window = open_window ();

  play_file (window, file);
  wait_for_end (window);
  assert_shows (window, "No such file");
  assert_shows (window, "Failed");
  close_window (window);
}

/* --- stopping --- */

static void
push (GstreamPushSource *source,
      GstreamEvent      *event)
{
  g_autoptr (GstreamEvent) own = event;

  g_assert_true (gstream_push_source_push (source, own, NULL));
}

static void
test_stop (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "model", "m1");
  RunWindow *window = open_window ();

  push (source, gstream_message_writer_start (writer));
  push (source, gstream_message_writer_text (writer, "This will take "));
  run_window_play (window, GSTREAM_EVENT_SOURCE (source));
  wait_for_frames (window, 5);
  assert_shows (window, "Working");
  assert_shows (window, "This will take ");
  push (source, gstream_message_writer_text (writer, "a while"));
  wait_for_frames (window, 5);
  assert_shows (window, "This will take a while");

  gtk_widget_activate (find_widget (window, "stop"));
  wait_for_end (window);
  assert_shows (window, "Stopped");
  assert_shows (window, "Not complete");
  g_assert_true (gstream_push_source_get_closed (source));
  close_window (window);
}

/* A window that is closed while its run goes on lets it go (R6). */
static void
test_closed (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  RunWindow *window = open_window ();

  run_window_play (window, GSTREAM_EVENT_SOURCE (source));
  wait_for_frames (window, 3);
  close_window (window);
  while (!gstream_push_source_get_closed (source))
    g_main_context_iteration (NULL, TRUE);
}

static void
add_recordings (const char *folder)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".jsonl") || g_str_has_suffix (name, ".sse"))
      {
        g_autofree char *test = g_strdup_printf ("/window/T2/recordings/%s/%s", folder, name);

        g_test_add_data_func_full (test, g_build_filename (path, name, NULL), test_recording, g_free);
      }
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/window/T6/trip", test_trip);
  g_test_add_func ("/window/T3/reasoning-is-folded", test_reasoning);
  g_test_add_func ("/window/T8/accessible", test_accessible);
  g_test_add_func ("/window/R5/no-such-file", test_no_file);
  g_test_add_func ("/window/R6/stop", test_stop);
  g_test_add_func ("/window/R6/closed", test_closed);
  add_recordings ("python-inprocess");
  add_recordings ("python-server");
  add_recordings ("js-server");

  return g_test_run ();
}
