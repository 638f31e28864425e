/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run through whatever befalls its connections: the same as without, wherever
 * that can be, and else one clear error (N2, N3).
 */
#include <gstream/event/gstream-error.h>

#include <stdlib.h>
#include <string.h>

#include "fake-agent.h"

#define SHORT "python-server/interrupt-resume.sse"
#define SHORT_SILENCE 200 /* ms */
#define CHAT "python-server/chat.sse"

typedef struct
{
  FakeAgent       *agent;
  GstreamTransport transport;
  char            *expected; /* what the run gives when nothing befalls it */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->transport = GPOINTER_TO_INT (data);
  fixture->agent = fake_agent_new (CHAT);
  fixture->agent->keeps_open = TRUE;
  fixture->expected = fake_agent_run (fixture->agent, fixture->transport, NULL);
  g_assert_nonnull (fixture->expected);
  fixture->agent->n_streams = 0;
  fixture->agent->n_commands = 0;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_free (fixture->expected);
  fake_agent_free (fixture->agent);
}

static void
assert_recovers (Fixture *fixture,
                 guint    n_streams)
{
  GError          *error = NULL;
  g_autofree char *log = fake_agent_run (fixture->agent, fixture->transport, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, fixture->expected);
  g_assert_cmpuint (fixture->agent->n_streams, ==, n_streams);
  g_assert_cmpuint (fixture->agent->n_commands, ==, 1);
}

static void
assert_fails (Fixture *fixture,
              GQuark   domain,
              int      code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = fake_agent_run (fixture->agent, fixture->transport, &error);

  g_assert_null (log);
  g_assert_error (error, domain, code);
}

/* That were tried since the requests were last forgotten. */
static guint
count_connections (FakeAgent *agent)
{
  guint n = 0;

  for (guint i = 0; i < agent->requests->len; i++)
    n += strstr (agent->requests->pdata[i], "/stream/events") != NULL;

  return n;
}

/* Every offset of a short run, answers' headers and framing included. */
static void
test_cut (gconstpointer data)
{
  GstreamTransport transport = GPOINTER_TO_INT (data);
  g_autoptr (FakeAgent) agent = fake_agent_new (SHORT);
  g_autofree char *expected = NULL;
  gboolean         cut = TRUE;

  agent->keeps_open = TRUE;
  expected = fake_agent_run (agent, transport, NULL);
  g_assert_nonnull (expected);

  for (gsize offset = 1; cut; offset++)
    {
      GError          *error = NULL;
      g_autofree char *log = NULL;

      agent->n_streams = agent->n_commands = 0;
      g_ptr_array_set_size (agent->requests, 0);
      fake_agent_add_fault (agent, (Fault) { .cut_at = offset });
      log = fake_agent_run (agent, transport, &error);
      if (transport == GSTREAM_TRANSPORT_WEBSOCKET && agent->n_streams <= 1 && error != NULL)
        {
          /* Cut before the command's answer: it is not known whether the server has acted. */
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
          g_clear_error (&error);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->n_commands, ==, 1);
      cut = count_connections (agent) > 1;
      g_assert_true (cut || offset > 1000); /* in vain, if nothing is ever cut */
    }
}

/* Every offset once more: it only takes its time. */
static void
test_delay (gconstpointer data)
{
  GstreamTransport transport = GPOINTER_TO_INT (data);
  g_autoptr (FakeAgent) agent = fake_agent_new (SHORT);
  g_autofree char *expected = fake_agent_run (agent, transport, NULL);
  gsize            size = 0;

  for (guint i = 0; i < agent->events->len; i++)
    size += strlen (agent->events->pdata[i]);
  g_assert_cmpuint (size, >, 1000);
  agent->keeps_open = TRUE;
  for (gsize offset = 1; offset < size; offset++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      fake_agent_add_fault (agent, (Fault) { .cut_at = offset, .delay = 1 });
      log = fake_agent_run (agent, transport, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (log, ==, expected);
    }
}

/* Each event comes twice, and once more when all have come; and then the connection is cut besides. */
static void
test_doubled (Fixture      *fixture,
              gconstpointer data)
{
  GPtrArray *events = fixture->agent->events;
  guint      n_events = events->len;

  for (guint i = 0; i < n_events - 1; i++)
    for (guint j = i; j < n_events - 1; j = j < n_events - 2 ? n_events - 2 : n_events)
      {
        fixture->agent->n_streams = fixture->agent->n_commands = 0;
        g_ptr_array_insert (events, j + 1, g_strdup (events->pdata[i]));
        assert_recovers (fixture, 1);

        fixture->agent->n_streams = fixture->agent->n_commands = 0;
        fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = j + 2, .ends = TRUE });
        assert_recovers (fixture, 2);
        g_ptr_array_remove_index (events, j + 1);
      }
}

/* An end that looks proper, before the run's. */
static void
test_clean_end (Fixture      *fixture,
                gconstpointer data)
{
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 4, .ends = TRUE });
  assert_recovers (fixture, 2);
}

static void
test_only_ends (Fixture      *fixture,
                gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 4, .ends = TRUE });
  assert_fails (fixture, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

/* What is new in between begins the count anew. */
static void
test_limit_counts_in_a_row (Fixture      *fixture,
                            gconstpointer data)
{
  for (guint i = 1; i < 12; i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = i, .ends = TRUE });
  assert_recovers (fixture, 12);
}

static void
test_stall (Fixture      *fixture,
            gconstpointer data)
{
  fixture->agent->silence = SHORT_SILENCE;
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000, .stall = TRUE });
  assert_recovers (fixture, 2);
}

static void
test_stall_at_once (Fixture      *fixture,
                    gconstpointer data)
{
  fixture->agent->silence = SHORT_SILENCE;
  for (guint i = 0; i < 5; i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 190, .stall = TRUE });
  if (fixture->transport == GSTREAM_TRANSPORT_SSE)
    assert_fails (fixture, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

static void
test_pieces (Fixture      *fixture,
             gconstpointer data)
{
  fake_agent_add_fault (fixture->agent, (Fault) { .piece = 1 });
  assert_recovers (fixture, 1);
}

static void
test_statuses (Fixture      *fixture,
               gconstpointer data)
{
  static const char *const passing[] = {
    "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable",
    "408 Request Timeout",       "425 Too Early",   "429 Too Many Requests",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      fixture->agent->n_streams = fixture->agent->n_commands = 0;
      fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 3, .ends = TRUE });
      fake_agent_add_fault (fixture->agent, (Fault) { .status = passing[i], .headers = "Retry-After: 0\r\n" });
      assert_recovers (fixture, fixture->transport == GSTREAM_TRANSPORT_SSE ? 3 : 2);
    }
}

static void
test_final_statuses (Fixture      *fixture,
                     gconstpointer data)
{
  struct
  {
    const char  *status;
    GstreamError code;
  } finals[] = {
    { "401 Unauthorized", GSTREAM_ERROR_PERMISSION_DENIED },
    { "403 Forbidden", GSTREAM_ERROR_PERMISSION_DENIED },
    { "404 Not Found", GSTREAM_ERROR_NOT_FOUND },
    { "422 Unprocessable Content", GSTREAM_ERROR_REFUSED },
    { "200 OK", GSTREAM_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (finals); i++)
    {
      fixture->agent->n_commands = 0;
      fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 3, .ends = TRUE });
      fake_agent_add_fault (fixture->agent, (Fault) { .status = finals[i].status,
                                                      .headers = "Content-Type: text/html\r\n",
                                                      .body = "<html>Log in</html>" });
      assert_fails (fixture, GSTREAM_ERROR, finals[i].code);
      g_assert_cmpuint (fixture->agent->faults->len, ==, 0);
    }
}

/* Past the limit it is the network's own error. */
static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (fixture->agent, fixture->transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 3, .ends = TRUE });
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  if (fixture->transport == GSTREAM_TRANSPORT_WEBSOCKET)
    fake_server_stop (fixture->agent->server);
  else
    {
      g_autoptr (GstreamCursor) first = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
      GValue item = G_VALUE_INIT;

      g_assert_true (gstream_cursor_next_sync (first, &item, NULL, NULL));
      g_value_unset (&item);
      fake_server_stop (fixture->agent->server);
    }

  log = drain (run, &error);
  g_assert_null (log);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  fake_server_listen (fixture->agent->server);
}

/* A run that was begun anew is not the one that was seen: neither doubled nor mixed. */
static void
test_begun_anew (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (fixture->agent, fixture->transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  g_autoptr (GError) error = NULL;
  GValue item = G_VALUE_INIT;

  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 5, .ends = TRUE });
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  g_assert_true (gstream_cursor_next_sync (log, &item, NULL, NULL));
  g_value_unset (&item);

  for (guint i = 0; i < fixture->agent->events->len; i++)
    {
      g_autoptr (GString) event = g_string_new (fixture->agent->events->pdata[i]);

      g_string_replace (event, "\"event_id\":\"17", "\"event_id\":\"99", 0);
      g_free (fixture->agent->events->pdata[i]);
      fixture->agent->events->pdata[i] = g_strdup (event->str);
    }

  while (gstream_cursor_next_sync (log, &item, NULL, &error))
    g_value_unset (&item);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

/* --- events that cannot be told from one another --- */

static void
replace_in_events (Fixture    *fixture,
                   const char *pattern,
                   const char *replacement)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);

  for (guint i = 0; i < fixture->agent->events->len; i++)
    {
      char *event = fixture->agent->events->pdata[i];

      fixture->agent->events->pdata[i] = g_regex_replace_literal (regex, event, -1, 0, replacement, 0, NULL);
      g_free (event);
    }
}

/* Without ids all of them are seen; and when the connection breaks, one error and nothing twice. */
static void
test_without_ids (Fixture      *fixture,
                  gconstpointer data)
{
  const char *const ids[] = { "\"event_id\":\"\",", "\"event_id\":null,", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *log = NULL;
      g_auto (GStrv) lines = NULL;
      g_autoptr (GError) error = NULL;

      replace_in_events (fixture, "\"event_id\":[^,]*,", ids[i]);
      log = fake_agent_run (fixture->agent, fixture->transport, &error);
      g_assert_no_error (error);
      lines = g_strsplit (log, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, fixture->agent->events->len + 1);

      fixture->agent->n_commands = 0;
      fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 5, .ends = TRUE });
      assert_fails (fixture, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
      fixture->agent->n_commands = 0;
    }
}

/* --- silence --- */

/* A connection that says nothing is not trusted because the run goes on. */
static void
test_running (Fixture      *fixture,
              gconstpointer data)
{
  fixture->agent->silence = SHORT_SILENCE;
  for (guint n_stalls = 1; n_stalls < 3; n_stalls++)
    {
      fixture->agent->n_streams = fixture->agent->n_commands = 0;
      fixture->agent->n_running = 100;
      for (guint i = 0; i < n_stalls; i++)
        fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000 + i, .stall = TRUE });
      assert_recovers (fixture, 1 + n_stalls);
    }
}

/* It may say nothing for long, where there is nothing to say: it is the one that goes on. */
static void
test_quiet (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  fixture->agent->silence = 50;
  fixture->agent->n_running = 100;
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000, .delay = 3000 });
  for (guint i = 0; i < 10; i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 1, .stall = TRUE });
  log = fake_agent_run (fixture->agent, fixture->transport, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, fixture->expected);
  g_assert_cmpuint (fixture->agent->faults->len, <, 10); /* others were tried */
  g_array_set_size (fixture->agent->faults, 0);
}

static void
lengthen_event (char **json)
{
  g_autofree char *old = *json;
  gsize            length = strrchr (old, '}') - old;

  *json = g_strdup_printf ("%.*s%20000s%s", (int) length, old, "", old + length);
}

/* An event that takes longer than the timeout to arrive, while none of its pieces does. */
static void
test_slow_event (Fixture      *fixture,
                 gconstpointer data)
{
  GPtrArray *events = fixture->agent->events;

  lengthen_event ((char **) &events->pdata[events->len / 2]);
  g_free (fixture->expected);
  fixture->expected = fake_agent_run (fixture->agent, fixture->transport, NULL);
  fixture->agent->silence = SHORT_SILENCE;
  for (guint n_running = 0; n_running <= 100; n_running += 100)
    {
      fixture->agent->n_streams = fixture->agent->n_commands = 0;
      fixture->agent->n_running = n_running;
      fake_agent_add_fault (fixture->agent, (Fault) { .piece = 1000, .pause = 20 });
      assert_recovers (fixture, 1);
    }
}

/* A connection that says something and no events is not believed after the run is over. */
static void
test_chatter (Fixture      *fixture,
              gconstpointer data)
{
  fixture->agent->silence = SHORT_SILENCE;
  fake_agent_add_fault (fixture->agent, (Fault) { .only = 5, .chats = TRUE, .piece = 1000, .pause = 20 });
  assert_recovers (fixture, 2);
}

static void
test_unknown_run (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_clear_pointer (&fixture->agent->run_status, g_free);
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000 });
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 200, .stall = TRUE });
  log = fake_agent_run (fixture->agent, fixture->transport, &error);
  g_assert_null (log);
  g_assert_nonnull (strstr (error->message, "this run was forgotten"));
  g_assert_cmpuint (fixture->agent->n_streams, ==, 2); /* the silence of a minute was not waited for */
}

static void
test_pings (Fixture      *fixture,
            gconstpointer data)
{
  fixture->agent->silence = 3000;
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000, .delay = 2500 });
  assert_recovers (fixture, 1);
  g_assert_cmpuint (fake_server_get_n_pings (fixture->agent->server), >=, 1);
}

/* --- a run that asks while others of its branches work --- */

/* Whatever befalls the connection before the server says that it is over, all that it says is seen. */
static void
test_busy_question (Fixture      *fixture,
                    gconstpointer data)
{
  const Fault faults[] = {
    { 0 },
    { .cut_at = 3000, .delay = 300 },
    { .cut_at = 10, .ends = TRUE },
    { .cut_at = 3000 },
    { .cut_at = 3000, .stall = TRUE },
  };
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/busy-question.sse");

  agent->keeps_open = TRUE;
  agent->silence = SHORT_SILENCE;
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;
      g_auto (GStrv) lines = NULL;

      agent->n_running = 4;
      agent->n_commands = 0;
      fake_agent_add_fault (agent, faults[i]);
      log = fake_agent_run (agent, fixture->transport, &error);
      g_assert_no_error (error);
      lines = g_strsplit (log, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, agent->events->len + 1);
      g_assert_cmpint (atoi (lines[agent->events->len]), ==, GSTREAM_RUN_STATUS_INTERRUPTED);
      g_assert_cmpuint (agent->n_running, ==, 0);   /* it was read until it was over, */
      g_assert_cmpuint (agent->faults->len, ==, 0); /* and what was missed over a silent connection was asked for */
    }
}

#define SILENT { .cut_at = 1, .stall = TRUE }
#define REFUSED { .status = "503 Service Unavailable", .headers = "Retry-After: 0\r\n" }
#define MOST_FAULTS 3

/*
 * No event says that it is the last one of a run that is interrupted. So whatever may have swallowed some is not the end: a
 * connection that went silent, though it was opened to see about another one; one that was to be compared with, and does not
 * answer; two that stop at the same event, while a namespace has not ended.
 */
static void
test_end_of_question (Fixture      *fixture,
                      gconstpointer data)
{
  const Fault faults[][MOST_FAULTS] = {
    { { .only = 9 }, { .only = 11 } },
    { { .only = 9 }, SILENT },
    { { .only = 9 }, REFUSED, { .only = 11 } },
    { { .cut_at = 9, .ends = TRUE }, { .only = 9 } },
    { { .cut_at = 9, .ends = TRUE }, { .cut_at = 9, .ends = TRUE } },
  };
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/nested-interrupt.sse");
  g_autofree char *expected = NULL;

  agent->keeps_open = TRUE;
  expected = fake_agent_run (agent, fixture->transport, NULL);
  g_assert_nonnull (expected);
  agent->silence = SHORT_SILENCE;
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      agent->n_commands = 0;
      for (gsize j = 0; j < MOST_FAULTS && memcmp (&faults[i][j], &(Fault) { 0 }, sizeof (Fault)) != 0; j++)
        fake_agent_add_fault (agent, faults[i][j]);
      log = fake_agent_run (agent, fixture->transport, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (agent->faults->len, ==, 0);
      g_assert_cmpuint (agent->n_commands, ==, 1);
    }
}

/* Where no other connection can be had, it is not known that all events have come: that is an error. */
static void
test_end_of_question_unknown (Fixture      *fixture,
                              gconstpointer data)
{
  g_autoptr (FakeAgent) agent = fake_agent_new ("python-server/nested-interrupt.sse");
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  agent->keeps_open = TRUE;
  agent->silence = SHORT_SILENCE;
  fake_agent_add_fault (agent, (Fault) { .only = 9 });
  for (guint i = 0; i < 10; i++)
    fake_agent_add_fault (agent, (Fault) REFUSED);
  log = fake_agent_run (agent, fixture->transport, &error);
  g_assert_null (log);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_SERVER);
}

/* --- what the stream itself asks for --- */

static void
test_retry_field (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (fixture->agent, fixture->transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_object_set (server_of (thread), "retry-pause", 3600000u, "retry-pause-max", 3600000u, NULL);
  fixture->agent->retry = "retry: 1\n\n";
  fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = 2000 });
  run = start (thread);
  log = drain (run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, fixture->expected);
}

/* --- commands --- */

/* Before it is a WebSocket nothing has been sent. */
static void
test_handshake_retried (Fixture      *fixture,
                        gconstpointer data)
{
  static const char *const passing[] = { "502 Bad Gateway", "503 Service Unavailable", "429 Too Many Requests" };

  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .status = passing[i] });
  assert_recovers (fixture, 1);

  fixture->agent->n_commands = 0;
  for (gsize i = 0; i < 4; i++)
    fake_agent_add_fault (fixture->agent, (Fault) { .status = passing[0], .body = "not today" });
  assert_fails (fixture, GSTREAM_ERROR, GSTREAM_ERROR_SERVER);
  g_assert_cmpuint (fixture->agent->n_commands, ==, 0);
  g_assert_cmpuint (fixture->agent->faults->len, ==, 0);
}

static gboolean
on_listen (gpointer server)
{
  fake_server_listen (server);

  return G_SOURCE_REMOVE;
}

static void
test_handshake_refused (Fixture      *fixture,
                        gconstpointer data)
{
  g_autoptr (GstreamThread) thread = fake_agent_new_thread (fixture->agent, fixture->transport);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_object_set (server_of (thread), "retry-pause", 100u, NULL);
  fake_server_stop (fixture->agent->server);
  g_timeout_add (50, on_listen, fixture->agent->server);
  run = start (thread);
  log = drain (run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, fixture->expected);
  g_assert_cmpuint (fixture->agent->n_commands, ==, 1);
}

static void
test_command_retried (Fixture      *fixture,
                      gconstpointer data)
{
  Fault busy = { .status = "503 Service Unavailable", .headers = "Retry-After: 0\r\n" };
  Fault later = { .status = "429 Too Many Requests" };

  g_array_append_val (fixture->agent->command_faults, busy);
  g_array_append_val (fixture->agent->command_faults, later);
  assert_recovers (fixture, 1);
}

/* Whether the server has acted is not known: it is not asked twice. */
static void
test_command_not_repeated (Fixture      *fixture,
                           gconstpointer data)
{
  Fault faults[] = { { .status = "500 Internal Server Error" }, { .status = "502 Bad Gateway" }, { .cut_at = 10 } };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      fixture->agent->n_commands = 0;
      g_array_append_val (fixture->agent->command_faults, faults[i]);
      log = fake_agent_run (fixture->agent, fixture->transport, &error);
      g_assert_null (log);
      g_assert_nonnull (error);
      g_assert_cmpuint (fixture->agent->n_commands, <=, 1);
      g_assert_cmpuint (fixture->agent->command_faults->len, ==, 0);
    }
}

typedef void (*Test) (Fixture *,
                      gconstpointer);

static void
add (const char      *name,
     GstreamTransport transport,
     Test             test)
{
  g_autofree char *path =
      g_strdup_printf ("/remote/%s-%s", name, transport == GSTREAM_TRANSPORT_SSE ? "sse" : "websocket");

  g_test_add (path, Fixture, GINT_TO_POINTER (transport), set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/remote/N3/cut-at-every-byte-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_cut);
  g_test_add_data_func ("/remote/N3/cut-at-every-byte-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_cut);
  g_test_add_data_func ("/remote/N3/delayed-at-every-byte-sse", GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), test_delay);
  g_test_add_data_func ("/remote/N3/delayed-at-every-byte-websocket", GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET),
                        test_delay);
  for (GstreamTransport transport = GSTREAM_TRANSPORT_SSE; transport <= GSTREAM_TRANSPORT_WEBSOCKET; transport++)
    {
      add ("N3/clean-end", transport, test_clean_end);
      add ("N3/doubled", transport, test_doubled);
      add ("N3/only-ends", transport, test_only_ends);
      add ("N3/limit-counts-in-a-row", transport, test_limit_counts_in_a_row);
      add ("N3/stall", transport, test_stall);
      add ("N3/stall-at-once", transport, test_stall_at_once);
      add ("N3/byte-at-a-time", transport, test_pieces);
      add ("N3/statuses", transport, test_statuses);
      add ("N3/final-statuses", transport, test_final_statuses);
      add ("N3/refused", transport, test_refused);
      add ("N3/begun-anew", transport, test_begun_anew);
      add ("N3/without-ids", transport, test_without_ids);
      add ("N4/busy-question", transport, test_busy_question);
      add ("N4/end-of-question", transport, test_end_of_question);
      add ("N4/end-of-question-unknown", transport, test_end_of_question_unknown);
      add ("N12/running", transport, test_running);
      add ("N12/quiet", transport, test_quiet);
      add ("N12/slow-event", transport, test_slow_event);
      add ("N12/chatter", transport, test_chatter);
      add ("N12/unknown-run", transport, test_unknown_run);
      add ("N3/handshake-refused", transport, test_handshake_refused);
    }
  add ("N12/pings", GSTREAM_TRANSPORT_WEBSOCKET, test_pings);
  add ("N3/retry-field", GSTREAM_TRANSPORT_SSE, test_retry_field);
  add ("N3/handshake-retried", GSTREAM_TRANSPORT_WEBSOCKET, test_handshake_retried);
  add ("N3/command-retried", GSTREAM_TRANSPORT_SSE, test_command_retried);
  add ("N3/command-not-repeated", GSTREAM_TRANSPORT_SSE, test_command_not_repeated);

  return g_test_run ();
}
