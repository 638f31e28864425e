/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream that can be read without waiting: what has come is there at once, and
 * nothing is taken from it but when somebody asks.
 */
#include <string.h>
#include <sys/socket.h>

#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-sse-source.h>

#include "support.h"

typedef struct
{
  const char *name;
  GType (*get_type) (void);
  const char *before; /* an event */
  const char *after;
} Kind;

static const Kind kinds[] = {
  { "json-lines", gstream_json_lines_source_get_type, "", "\n" },
  { "sse", gstream_sse_source_get_type, "data: ", "\n\n" },
};

typedef struct
{
  const Kind         *kind;
  GSocket            *near_end;
  GSocket            *far_end; /* what is sent here, the source reads */
  GInputStream       *stream;
  GstreamEventSource *source;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = NULL;
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM, 0, ends));
  fixture->kind = data;
  fixture->near_end = g_socket_new_from_fd (ends[0], NULL);
  fixture->far_end = g_socket_new_from_fd (ends[1], NULL);
  connection = g_socket_connection_factory_create_connection (fixture->near_end);
  fixture->stream = g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  fixture->source = g_object_new (fixture->kind->get_type (), "stream", fixture->stream, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->source);
  while (!g_input_stream_is_closed (fixture->stream))
    g_main_context_iteration (NULL, TRUE);
  test_iterate_pending ();
  g_object_unref (fixture->stream);
  g_object_unref (fixture->near_end);
  g_object_unref (fixture->far_end);
}

static void
send_text (Fixture    *fixture,
           const char *text,
           gssize      length)
{
  GError *error = NULL;
  gsize   size = length < 0 ? strlen (text) : (gsize) length;

  g_assert_cmpint (g_socket_send (fixture->far_end, text, size, NULL, &error), ==, size);
  g_assert_no_error (error);
}

static char *
event_text (Fixture *fixture,
            int      number)
{
  g_autofree char *json = test_event_json ("custom", number);

  return g_strconcat (fixture->kind->before, json, fixture->kind->after, NULL);
}

static void
send_events (Fixture *fixture,
             int      first,
             int      n)
{
  for (int i = first; i < first + n; i++)
    {
      g_autofree char *text = event_text (fixture, i);

      send_text (fixture, text, -1);
    }
}

static void
assert_tries (Fixture *fixture,
              int      number)
{
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  g_assert_cmpint (gstream_event_source_try_next (fixture->source, &event, &error), ==, GSTREAM_TRY_ITEM);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, number);
}

static void
assert_pending (Fixture *fixture)
{
  GstreamEvent *event = NULL;

  g_assert_cmpint (gstream_event_source_try_next (fixture->source, &event, NULL), ==, GSTREAM_TRY_PENDING);
}

static void
keep_result (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

static void
assert_gave (Fixture      *fixture,
             GAsyncResult *result,
             int           number)
{
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  g_assert_nonnull (result);
  event = gstream_event_source_next_finish (fixture->source, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, number);
}

/* No turn of the main loop is needed for what is there. */
static void
test_try (Fixture      *fixture,
          gconstpointer data)
{
  g_autofree char *text = event_text (fixture, 3);

  assert_pending (fixture);
  send_events (fixture, 0, 3);
  send_text (fixture, text, 9);
  for (int i = 0; i < 3; i++)
    assert_tries (fixture, i);
  assert_pending (fixture);
  assert_pending (fixture);

  send_text (fixture, text + 9, -1);
  assert_tries (fixture, 3);
  assert_pending (fixture);
}

/* Nobody asks: nothing is read, however much the main loop runs. */
static void
test_unasked (Fixture      *fixture,
              gconstpointer data)
{
  gssize sent;

  send_events (fixture, 0, 3);
  sent = g_socket_get_available_bytes (fixture->near_end);
  test_iterate_pending ();
  g_assert_cmpint (g_socket_get_available_bytes (fixture->near_end), ==, sent);

  for (int i = 0; i < 3; i++)
    assert_tries (fixture, i);
  send_events (fixture, 3, 1);
  test_iterate_pending ();
  g_assert_cmpint (g_socket_get_available_bytes (fixture->near_end), >, 0);
}

/* However much there is, one call reads no more than fits into the buffer. */
static void
test_fixed_buffer (Fixture      *fixture,
                   gconstpointer data)
{
  const int n = 1200; /* about 100 KB */
  g_autoptr (GString) all = g_string_new (NULL);
  gssize left;

  for (int i = 0; i < n; i++)
    {
      g_autofree char *text = event_text (fixture, i);

      g_string_append (all, text);
    }
  send_text (fixture, all->str, all->len);

  assert_tries (fixture, 0);
  left = g_socket_get_available_bytes (fixture->near_end);
  g_assert_cmpint (left, >=, (gssize) all->len - 64 * 1024);
  g_assert_cmpint (left, >, 0);
  assert_tries (fixture, 1);
  test_iterate_pending ();
  g_assert_cmpint (g_socket_get_available_bytes (fixture->near_end), ==, left);

  for (int i = 2; i < n; i++)
    assert_tries (fixture, i);
  assert_pending (fixture);
}

static void
test_wait (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = event_text (fixture, 0);

  gstream_event_source_next (fixture->source, NULL, keep_result, &result);
  test_iterate_pending ();
  g_assert_null (result);

  /* A part of an event wakes nobody. */
  send_text (fixture, text, 12);
  test_iterate_pending ();
  g_assert_null (result);

  send_text (fixture, text + 12, -1);
  send_events (fixture, 1, 1);
  test_iterate_pending ();
  assert_gave (fixture, result, 0);
  assert_tries (fixture, 1);
}

/* Who gives up takes nothing along (R3); and what comes then stays where it is until somebody asks (N6). */
static void
test_cancel (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = event_text (fixture, 0);
  GError          *error = NULL;

  gstream_event_source_next (fixture->source, cancellable, keep_result, &cancelled);
  send_text (fixture, text, 12);
  test_iterate_pending ();
  g_cancellable_cancel (cancellable);
  test_iterate_pending ();
  g_assert_nonnull (cancelled);
  g_assert_null (gstream_event_source_next_finish (fixture->source, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  send_text (fixture, text + 12, -1);
  test_iterate_pending ();
  g_assert_cmpint (g_socket_get_available_bytes (fixture->near_end), ==, strlen (text) - 12);
  gstream_event_source_next (fixture->source, NULL, keep_result, &result);
  test_iterate_pending ();
  assert_gave (fixture, result, 0);
}

static void
test_close (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  gstream_event_source_next (fixture->source, NULL, keep_result, &result);
  gstream_event_source_close (fixture->source);
  g_assert_null (result);
  send_events (fixture, 0, 1);
  test_iterate_pending ();
  g_assert_nonnull (result);
  g_assert_null (gstream_event_source_next_finish (fixture->source, result, &error));
  g_assert_no_error (error);
}

/* The other side goes in the midst of an event: what was whole comes first (R8). */
static void
test_cut_off (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *text = event_text (fixture, 1);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  send_events (fixture, 0, 1);
  send_text (fixture, text, 30);
  g_assert_true (g_socket_shutdown (fixture->far_end, FALSE, TRUE, NULL));
  got = test_drain (fixture->source, &error);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
  test_assert_numbers (got, 0, 1);
  g_clear_error (&error);
}

static void
test_end (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  send_events (fixture, 0, 100);
  g_assert_true (g_socket_shutdown (fixture->far_end, FALSE, TRUE, NULL));
  got = test_drain (fixture->source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 100);
}

static void
add (const char *room,
     const char *name,
     void (*func) (Fixture *,
                   gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s/polled-%s", room, kinds[i].name, name);

      g_test_add (full, Fixture, &kinds[i], set_up, func, tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/sources", "try", test_try);
  add ("/sources", "wait", test_wait);
  add ("/sources", "end", test_end);
  add ("/run/R1", "unasked", test_unasked);
  add ("/remote/N6", "fixed-buffer", test_fixed_buffer);
  add ("/run/R3", "cancel", test_cancel);
  add ("/run/R6", "close", test_close);
  add ("/run/R8", "cut-off", test_cut_off);

  return g_test_run ();
}
