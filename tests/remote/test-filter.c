/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of a thread's events are a run's; and when to try again (N3).
 */
#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-run-filter-private.h>

static GstreamEvent *
new_event (const char *id,
           guint       seq,
           const char *method,
           const char *data)
{
  g_autofree char *json = g_strdup_printf ("{\"type\":\"event\",\"event_id\":\"%s\",\"seq\":%u,\"method\":\"%s\","
                                           "\"params\":{\"namespace\":[],\"timestamp\":7,\"data\":%s}}",
                                           id, seq, method, data);
  GError          *error = NULL;
  GstreamEvent    *event = gstream_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);

  return event;
}

static GstreamEvent *
lifecycle (const char *id,
           guint       seq,
           const char *what)
{
  g_autofree char *data = g_strdup_printf ("{\"event\":\"%s\"}", what);

  return new_event (id, seq, "lifecycle", data);
}

static void
push (GstreamRunFilter *filter,
      GstreamEvent     *event)
{
  GError *error = NULL;

  gstream_run_filter_push (filter, event, &error);
  g_assert_no_error (error);
}

static void
assert_pops (GstreamRunFilter *filter,
             const char       *id)
{
  g_autoptr (GstreamEvent) event = gstream_run_filter_pop (filter);

  g_assert_cmpstr (event ? gstream_event_get_id (event) : NULL, ==, id);
}

/* Ids that name the run decide, whatever seq says. */
static void
test_named (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", 0);

  push (filter, lifecycle ("synth:a:lc||running", 1, "running"));
  push (filter, new_event ("1-0", 2, "values", "1"));
  push (filter, lifecycle ("synth:a:lc||completed", 3, "completed"));
  assert_pops (filter, NULL);
  g_assert_false (gstream_run_filter_is_inside (filter));
  push (filter, lifecycle ("synth:b:lc||running", 4, "running"));
  push (filter, new_event ("2-0", 5, "values", "2"));
  push (filter, lifecycle ("synth:b:lc||completed", 6, "completed"));
  push (filter, new_event ("3-0", 7, "values", "3"));
  assert_pops (filter, "synth:b:lc||running");
  assert_pops (filter, "2-0");
  assert_pops (filter, "synth:b:lc||completed");
  assert_pops (filter, NULL);
  g_assert_true (gstream_run_filter_is_over (filter));
}

/* Else it is the last start that the answer to the command may have seen. */
static void
test_counted (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", 6);

  push (filter, lifecycle ("1", 1, "running"));
  push (filter, lifecycle ("2", 2, "completed"));
  push (filter, lifecycle ("4", 4, "running"));
  push (filter, new_event ("5", 5, "values", "1"));
  assert_pops (filter, NULL); /* another start may follow */
  push (filter, new_event ("6", 6, "values", "2"));
  assert_pops (filter, "4");
  assert_pops (filter, "5");
  assert_pops (filter, "6");

  gstream_run_filter_rewind (filter);
  push (filter, lifecycle ("1", 1, "running"));
  push (filter, lifecycle ("4", 4, "running"));
  push (filter, new_event ("5", 5, "values", "1"));
  assert_pops (filter, NULL); /* seen before */
  push (filter, new_event ("7", 7, "values", "3"));
  assert_pops (filter, "7");
}

static void
test_another_run (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", -1);
  g_autoptr (GError) error = NULL;

  push (filter, lifecycle ("1", 1, "running"));
  g_assert_false (gstream_run_filter_push (filter, lifecycle ("9", 9, "running"), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

/* What has no id of its own is new as long as nothing comes twice; a new connection cannot tell. */
static void
test_without_ids (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", -1);
  g_autoptr (GError) error = NULL;

  push (filter, lifecycle ("synth:b:1", 1, "running"));
  g_assert_true (gstream_run_filter_can_rewind (filter));
  gstream_run_filter_rewind (filter);
  push (filter, lifecycle ("synth:b:1", 1, "running"));
  for (guint i = 0; i < 3; i++)
    push (filter, new_event ("", i + 2, "values", "1"));
  assert_pops (filter, "synth:b:1");
  for (guint i = 0; i < 3; i++)
    assert_pops (filter, "");
  assert_pops (filter, NULL);
  g_assert_false (gstream_run_filter_can_rewind (filter));

  gstream_run_filter_rewind (filter);
  push (filter, lifecycle ("synth:b:1", 1, "running"));
  push (filter, new_event ("1", 2, "values", "1"));
  assert_pops (filter, "1");
  g_assert_false (gstream_run_filter_push (filter, new_event ("", 2, "values", "1"), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

/* What differs is another event, whatever its id; what does not is the same one, whatever its seq. */
static void
test_one_id (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", -1);
  const char *const data[] = { "\"the first one\"", "\"the second 1\"", "\"the second 2\"" };

  push (filter, lifecycle ("1", 1, "running"));
  assert_pops (filter, "1");
  for (guint connection = 0; connection < 2; connection++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (data); i++)
        for (guint twice = 0; twice < 2; twice++)
          {
            push (filter, new_event ("2", 2 + i + 10 * connection, "values", data[i]));
            push (filter, new_event ("2", 2 + i + 10 * connection, "updates", data[i]));
            assert_pops (filter, connection == 0 && twice == 0 ? "2" : NULL);
            assert_pops (filter, connection == 0 && twice == 0 ? "2" : NULL);
          }
      gstream_run_filter_rewind (filter);
      push (filter, lifecycle ("1", 1, "running"));
      assert_pops (filter, NULL);
    }
}

/* Of a long run that another may follow only its beginning is kept; the rest is asked for again. */
static void
test_long (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", 100000);
  guint n_pushes = 0;

  for (guint connection = 0; connection < 2; connection++)
    {
      gstream_run_filter_rewind (filter);
      push (filter, lifecycle ("1", 1, "running"));
      push (filter, new_event ("2", 2, "values", "1"));
      push (filter, lifecycle ("3", 3, "completed"));
      push (filter, lifecycle ("4", 4, "running"));
      for (guint seq = 5; seq <= 100000 && !gstream_run_filter_must_rewind (filter); seq++, n_pushes++)
        {
          g_autofree char *id = g_strdup_printf ("%u", seq);

          push (filter, new_event (id, seq, "values", "1"));
        }
      g_assert_cmpint (gstream_run_filter_must_rewind (filter), ==, connection == 0);
    }
  g_assert_cmpuint (n_pushes, ==, 2 * (100000 - 4));
  for (guint seq = 4; seq <= 100000; seq++)
    {
      g_autofree char *id = g_strdup_printf ("%u", seq);

      assert_pops (filter, id);
    }
}

/* A run that was interrupted goes on being read; another one on the thread is its end. */
static void
test_asking (void)
{
  g_autoptr (GstreamRunFilter) filter = gstream_run_filter_new ("b", -1);

  push (filter, lifecycle ("1", 1, "running"));
  push (filter, lifecycle ("2", 2, "interrupted"));
  g_assert_true (gstream_run_filter_is_asking (filter));
  g_assert_false (gstream_run_filter_is_over (filter));
  push (filter, new_event ("3", 3, "values", "1"));
  push (filter, lifecycle ("4", 4, "running"));
  g_assert_true (gstream_run_filter_is_over (filter));
  assert_pops (filter, "1");
  assert_pops (filter, "2");
  assert_pops (filter, "3");
  assert_pops (filter, NULL);
}

/* An event stream's `retry` is where the pauses begin, up to a minute. */
static void
test_told_pauses (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GstreamOrigin) origin = gstream_origin_new ("http://localhost/", session, g_main_context_default (), NULL);
  g_autoptr (GError) broken = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "");
  const struct
  {
    gint64 told;
    int    expected[3];
  } cases[] = {
    { -1, { 100, 200, 400 } },
    { 7, { 7, 14, 28 } },
    { 0, { 0, 0, 0 } },
    { 2000, { 2000, 2000, 2000 } },
    { G_MAXINT64, { 60000, 60000, 60000 } },
  };

  origin->limits.retry_limit = 3;
  origin->limits.retry_pause = 100;
  origin->limits.retry_pause_max = 500;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GstreamRetry retry = { 0 };

      gstream_retry_tell (&retry, cases[i].told);
      for (gsize j = 0; j < 3; j++)
        g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_REPEATABLE, broken), ==,
                         cases[i].expected[j]);
    }
}

static void
test_pauses (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GstreamOrigin) origin = gstream_origin_new ("http://localhost/", session, g_main_context_default (), NULL);
  g_autoptr (GError) broken = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "");
  g_autoptr (SoupMessage) message = gstream_origin_new_message (origin, "GET", "/ok");
  g_autoptr (GError) busy = gstream_origin_new_error (origin, message, 503, NULL, 0);
  g_autoptr (GError) failed = gstream_origin_new_error (origin, message, 502, NULL, 0);
  g_autoptr (GError) wrong = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "");
  GstreamRetry retry = { 0 };
  const int    expected[] = { 100, 200, 400, 500, 500, -1 };

  origin->limits.retry_limit = 5;
  origin->limits.retry_pause = 100;
  origin->limits.retry_pause_max = 500;
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_REPEATABLE, broken), ==, expected[i]);

  retry.failures = 0;
  g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_UNSENT, broken), ==, -1);
  g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_REPEATABLE, wrong), ==, -1);
  g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_UNSENT, failed), ==, -1);
  g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_UNSENT, busy), ==, 100);
  retry.failures = 0;
  g_assert_cmpint (gstream_retry_next (&retry, origin, GSTREAM_RETRY_REPEATABLE, failed), ==, 100);
}

/* Whoever looks at the log sees that something is waited for, what for and how long. */
static void
test_logged (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GstreamOrigin) origin = gstream_origin_new ("http://localhost/", session, g_main_context_default (), NULL);
  g_autoptr (GError) broken = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "why");
  GstreamRetry retry = { 0 };

  origin->limits.retry_limit = 2;
  origin->limits.retry_pause = 100;
  origin->limits.retry_pause_max = 500;
  g_test_expect_message ("Gstream", G_LOG_LEVEL_INFO, "why; trying again in 100 ms (1 of 2)");
  g_test_expect_message ("Gstream", G_LOG_LEVEL_INFO, "why; trying again in 200 ms (2 of 2)");
  for (int i = 0; i < 3; i++)
    gstream_retry_next (&retry, origin, GSTREAM_RETRY_REPEATABLE, broken);
  g_test_assert_expected_messages ();
}

static char *
date_in (gint64 seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC + seconds);

  return soup_date_time_to_string (date, SOUP_DATE_HTTP);
}

/* Retry-After is a number of seconds, or a date. Never sooner, and for no more than a minute. */
static void
test_retry_after (void)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *soon = date_in (50);
  g_autofree char *late = date_in (3600);
  const struct
  {
    const char *value;
    gint64      at_least, at_most;
    gboolean    told;
  } cases[] = {
    { "30", 25000, 30000, TRUE }, { soon, 30000, 50000, TRUE }, { "nonsense", 0, 0, FALSE },
    { "-5", 0, 0, FALSE },        { "3600", -1, -1, TRUE },     { late, -1, -1, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamOrigin) origin =
          gstream_origin_new ("http://localhost", session, g_main_context_default (), NULL);
      g_autoptr (SoupMessage) message = gstream_origin_new_message (origin, "GET", "/ok");
      g_autoptr (GError) error = NULL;
      GstreamRetry retry = { 0 };
      gint64       pause;

      origin->limits.retry_limit = 1;
      soup_message_headers_append (soup_message_get_response_headers (message), "Retry-After", cases[i].value);
      error = gstream_origin_new_error (origin, message, 429, NULL, 0);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_RATE_LIMITED);
      g_assert_true ((strstr (error->message, "may be asked again in ") != NULL) == cases[i].told);
      pause = gstream_retry_next (&retry, origin, GSTREAM_RETRY_UNSENT, error);
      g_assert_cmpint (pause, >=, cases[i].at_least);
      g_assert_cmpint (pause, <=, cases[i].at_most);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/N3/filter/named", test_named);
  g_test_add_func ("/remote/N3/filter/counted", test_counted);
  g_test_add_func ("/remote/N3/filter/another-run", test_another_run);
  g_test_add_func ("/remote/N3/filter/without-ids", test_without_ids);
  g_test_add_func ("/remote/N3/filter/one-id", test_one_id);
  g_test_add_func ("/remote/N3/filter/long", test_long);
  g_test_add_func ("/remote/N4/filter/asking", test_asking);
  g_test_add_func ("/remote/N3/pauses", test_pauses);
  g_test_add_func ("/remote/N3/told-pauses", test_told_pauses);
  g_test_add_func ("/remote/N3/logged", test_logged);
  g_test_add_func ("/remote/N3/retry-after", test_retry_after);

  return g_test_run ();
}
