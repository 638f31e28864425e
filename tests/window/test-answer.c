/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * test-answer URL: a question of an agent on a server is answered in the
 * window, and the run goes on. Run by test-answer.py, which has the server.
 */
#include "widgets.h"

static GstreamRunStream *
get_run (RunWindow *window)
{
  GstreamRunStream *run;

  g_object_get (window, "run", &run, NULL);

  return run;
}

static void
wait_for_other (RunWindow        *window,
                GstreamRunStream *run)
{
  gboolean other = FALSE;

  while (!other)
    {
      g_autoptr (GstreamRunStream) newest = get_run (window);

      other = newest != run;
      if (!other)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
assert_heard (RunWindow *window)
{
  g_autoptr (GstreamRunStream) run = get_run (window);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_run_stream_output_sync (run, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (gstream_payload_get_json (state, NULL), "inner heard black ones"));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GstreamRunStream) run = NULL;
  RunWindow *window;

  g_assert_cmpint (argc, ==, 2);
  gtk_init ();
  window = open_window ();
  run_window_talk (window, argv[1], "nested_question", "{\"topic\":\"cats\",\"log\":[]}");
  wait_for_end (window);
  assert_shows (window, "Waiting for your answer");
  assert_shows (window, "cats");

  run = get_run (window);
  gtk_editable_set_text (GTK_EDITABLE (find_widget (window, "answer")), "black ones");
  gtk_widget_activate (find_widget (window, "answer_button"));
  wait_for_other (window, run);
  wait_for_end (window);
  assert_shows (window, "black ones");
  assert_shows (window, "Done");
  g_assert_false (gtk_revealer_get_reveal_child (find_widget (window, "question_bar")));
  assert_heard (window);
  close_window (window);

  return 0;
}
