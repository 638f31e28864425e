/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A flood never freezes a window (R11).
 *
 * The clock that the run reads is this program's own: an event costs what the
 * test says, and whatever else happens costs nothing. So the main loop's turns
 * are counted exactly, on a busy machine as on an idle one. A window's frame is a
 * source at the priority of redrawing that is due every 1/60 second of that clock.
 */
#include "../support/calls.h"
#include "../support/transformers.h"

#define FRAME 16667
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

static gint64 now = 1000000;

/* Instead of GLib's, for all that is linked into this program. */
gint64
g_get_monotonic_time (void)
{
  return now;
}

/* --- events, each of which takes its time --- */

typedef struct
{
  GObject  parent_instance;
  guint    left;
  guint    cost;  /* of one event, in microseconds */
  guint    every; /* one in so many costs @more; 0: none */
  guint    more;
  gboolean waits; /* try_next never has one */
  guint    n;
} Flood;

typedef GObjectClass FloodClass;

static void flood_iface_init (GstreamEventSourceInterface *iface);

GType flood_get_type (void);
G_DEFINE_FINAL_TYPE_WITH_CODE (Flood, flood, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, flood_iface_init))

static GstreamEvent *
pour (Flood *self)
{
  static GstreamEvent *event = NULL;

  if (event == NULL)
    event = test_event ("custom", 1);
  self->n++;
  self->left--;
  now += self->every > 0 && self->n % self->every == 0 ? self->more : self->cost;

  return gstream_event_ref (event);
}

static GstreamTry
flood_try_next (GstreamEventSource *source,
                GstreamEvent      **event,
                GError            **error)
{
  Flood *self = (Flood *) source;

  if (self->left == 0)
    return GSTREAM_TRY_ENDED;
  if (self->waits)
    return GSTREAM_TRY_PENDING;

  *event = pour (self);

  return GSTREAM_TRY_ITEM;
}

static void
flood_next (GstreamEventSource *source,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_return_pointer (task, pour ((Flood *) source), (GDestroyNotify) gstream_event_unref);
}

static GstreamEvent *
flood_next_finish (GstreamEventSource *source,
                   GAsyncResult       *result,
                   GError            **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
flood_iface_init (GstreamEventSourceInterface *iface)
{
  iface->try_next = flood_try_next;
  iface->next = flood_next;
  iface->next_finish = flood_next_finish;
}

static void
flood_class_init (FloodClass *klass)
{
}

static void
flood_init (Flood *self)
{
}

/* --- a window --- */

typedef struct
{
  GSource source;
  gint64  due;
  gint64  latest; /* the longest that a frame was late */
  guint   n;
} Window;

static gboolean
window_check (GSource *source)
{
  return now >= ((Window *) source)->due;
}

static gboolean
window_prepare (GSource *source,
                int     *timeout)
{
  *timeout = 0;

  return window_check (source);
}

static gboolean
window_dispatch (GSource    *source,
                 GSourceFunc callback,
                 gpointer    user_data)
{
  Window *self = (Window *) source;

  self->latest = MAX (self->latest, now - self->due);
  self->n++;
  self->due = now + FRAME;

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs window_funcs = { window_prepare, window_check, window_dispatch, NULL, NULL, NULL };

typedef struct
{
  Flood            *flood;
  GstreamRunStream *run;
  Window           *window;
  guint             n_reads;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->flood = g_object_new (flood_get_type (), NULL);
  fixture->flood->left = 1000000;
  fixture->flood->cost = 1;
  fixture->run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (fixture->flood), NULL);
  fixture->window = (Window *) g_source_new (&window_funcs, sizeof (Window));
  fixture->window->due = now + FRAME;
  g_source_set_priority ((GSource *) fixture->window, REDRAW_PRIORITY);
  g_source_attach ((GSource *) fixture->window, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_source_destroy ((GSource *) fixture->window);
  g_source_unref ((GSource *) fixture->window);
  g_object_unref (fixture->run);
  g_object_unref (fixture->flood);
  test_iterate_pending (NULL);
}

static void
read_output (Fixture *fixture)
{
  g_auto (TestCall) output = { 0 };

  test_call_output (&output, fixture->run, NULL);
  test_wait (&output.done);
  g_assert_no_error (output.error);
}

static void
test_output (Fixture      *fixture,
             gconstpointer data)
{
  read_output (fixture);
  /* A second of events: some 60 frames, each no later than the budget. */
  g_assert_cmpuint (fixture->flood->n, ==, 1000000);
  g_assert_cmpuint (fixture->window->n, >=, 45);
  g_assert_cmpint (fixture->window->latest, <=, 4000 + 100);
}

static void
test_waiting_source (Fixture      *fixture,
                     gconstpointer data)
{
  fixture->flood->waits = TRUE;
  fixture->flood->left = 20000;
  fixture->flood->cost = 50;
  read_output (fixture);
  g_assert_cmpuint (fixture->window->n, >=, 45);
  g_assert_cmpint (fixture->window->latest, <=, 4000 + 200);
}

typedef struct
{
  TestCall       call;
  GstreamCursor *cursor;
  guint          n;
  gboolean       ended;
} Reader;

static void
on_read (gpointer data)
{
  Reader *reader = data;

  if (!reader->call.found)
    {
      reader->ended = TRUE;
      return;
    }
  reader->n++;
  test_call_clear (&reader->call);
  test_call_next (&reader->call, reader->cursor, NULL);
}

/* One request after another for one who waits. */
static void
test_next (Fixture      *fixture,
           gconstpointer data)
{
  Reader reader = { .call = { .then = on_read, .data = &reader } };

  fixture->flood->left = 20000;
  fixture->flood->cost = 50;
  reader.cursor = test_subscribe (gstream_run_stream_get_log (fixture->run));
  test_call_next (&reader.call, reader.cursor, NULL);
  test_wait (&reader.ended);
  test_call_clear (&reader.call);
  g_object_unref (reader.cursor);
  g_assert_cmpuint (reader.n, ==, 20000);
  g_assert_cmpuint (fixture->window->n, >=, 45);
  g_assert_cmpint (fixture->window->latest, <=, 4000 + 200);
}

/* One who tries until told to come back later: no more than the budget between two turns. */
static void
test_try (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamEvent) event = NULL;
  GstreamTry tried = GSTREAM_TRY_PENDING;
  guint      n_turns = 0;

  while (tried != GSTREAM_TRY_ENDED)
    {
      gint64 began = now;

      while ((tried = gstream_cursor_try_next_event (log, &event, NULL)) == GSTREAM_TRY_ITEM)
        g_clear_pointer (&event, gstream_event_unref);
      g_assert_cmpint (now - began, <=, 4000 + 100);
      n_turns++;
      test_iterate_pending (NULL);
    }
  g_assert_cmpuint (n_turns, >=, 1000000 / 4100);
  g_assert_cmpuint (n_turns, <=, 1000000 / 4000 + 2);
}

/* Events that suddenly take long are noticed soon. */
static void
test_uneven (Fixture      *fixture,
             gconstpointer data)
{
  fixture->flood->left = 200000;
  fixture->flood->every = 1000;
  fixture->flood->more = 3000;
  read_output (fixture);
  g_assert_cmpint (fixture->window->latest, <=, 4000 + 3000 + 100);
}

static void
test_slow_after_fast (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamEvent) event = NULL;
  gint64 began = now;

  for (guint i = 0; i < 300; i++)
    {
      g_assert_cmpint (gstream_cursor_try_next_event (log, &event, NULL), ==, GSTREAM_TRY_ITEM);
      g_clear_pointer (&event, gstream_event_unref);
    }
  fixture->flood->cost = 2000;
  while (gstream_cursor_try_next_event (log, &event, NULL) == GSTREAM_TRY_ITEM)
    g_clear_pointer (&event, gstream_event_unref);
  g_assert_cmpint (now - began, <=, 4000 + 8 * 2000);
}

static void
test_no_budget (Fixture      *fixture,
                gconstpointer data)
{
  gstream_run_stream_set_turn_budget (fixture->run, 0);
  read_output (fixture);
  /* As was asked for: the main loop has no turn before the end. */
  g_assert_cmpuint (fixture->window->n, <=, 1);
}

static void
test_small_budget (Fixture      *fixture,
                   gconstpointer data)
{
  gstream_run_stream_set_turn_budget (fixture->run, 500);
  read_output (fixture);
  g_assert_cmpint (fixture->window->latest, <=, 500 + 100);
}

static gboolean
count_idle (gpointer data)
{
  ++*(guint *) data;

  return G_SOURCE_CONTINUE;
}

/* It goes on below redrawing, and not below an ordinary idle for ever. */
static void
test_priority (Fixture      *fixture,
               gconstpointer data)
{
  guint n_idle = 0;
  guint id = g_idle_add_full (REDRAW_PRIORITY, count_idle, &n_idle, NULL);
  g_auto (TestCall) output = { 0 };

  /* A window that always has something to redraw: the run has its first turn, and then waits. */
  test_call_output (&output, fixture->run, NULL);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_idle, >=, 98);
  g_assert_cmpuint (fixture->flood->n, <=, 4100);
  g_source_remove (id);
  test_wait (&output.done);
}

/* When all is done, nothing goes on. */
static void
test_rests (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamEvent) event = NULL;
  guint n = 0;

  g_assert_cmpint (gstream_cursor_try_next_event (log, &event, NULL), ==, GSTREAM_TRY_ITEM);
  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (n++, <, 10);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/run/R11/output", test_output);
  ADD ("/run/R11/waiting-source", test_waiting_source);
  ADD ("/run/R11/next", test_next);
  ADD ("/run/R11/try", test_try);
  ADD ("/run/R11/uneven", test_uneven);
  ADD ("/run/R11/slow-after-fast", test_slow_after_fast);
  ADD ("/run/R11/no-budget", test_no_budget);
  ADD ("/run/R11/small-budget", test_small_budget);
  ADD ("/run/R11/priority", test_priority);
  ADD ("/run/R11/rests", test_rests);

  return g_test_run ();
}
