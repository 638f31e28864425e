/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application pushes: at once, with room to wait for, on demand,
 * from other threads.
 */
#include <gstream/sources/gstream-push-source.h>

#include "support.h"

static gboolean
push (GstreamPushSource *source,
      int                number,
      GError           **error)
{
  g_autoptr (GstreamEvent) event = test_event ("custom", number);

  return gstream_push_source_push (source, event, error);
}

static void
push_range (GstreamPushSource *source,
            int                first,
            int                n)
{
  for (int i = first; i < first + n; i++)
    g_assert_true (push (source, i, NULL));
}

/* What an asynchronous call brought. */
typedef struct
{
  gboolean done;
  gboolean queued;
  GError  *error;
} Pushed;

static void
pushed_clear (Pushed *pushed)
{
  g_clear_error (&pushed->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pushed, pushed_clear)

static void
on_pushed (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Pushed *pushed = user_data;

  g_assert_false (pushed->done);
  pushed->queued = gstream_push_source_push_finish (GSTREAM_PUSH_SOURCE (object), result, &pushed->error);
  pushed->done = TRUE;
}

static void
push_async (GstreamPushSource *source,
            int                number,
            GCancellable      *cancellable,
            Pushed            *pushed)
{
  g_autoptr (GstreamEvent) event = test_event ("custom", number);

  gstream_push_source_push_async (source, event, cancellable, on_pushed, pushed);
  g_assert_false (pushed->done);
}

static int
take (GstreamPushSource *source)
{
  g_autoptr (GstreamEvent) event = NULL;
  GError    *error = NULL;
  GstreamTry result = gstream_event_source_try_next (GSTREAM_EVENT_SOURCE (source), &event, &error);

  g_assert_no_error (error);
  g_assert_cmpint (result, ==, GSTREAM_TRY_ITEM);

  return test_event_number (event);
}

static GstreamTry
try
  (GstreamPushSource *source, GError **error)
  {
    GstreamEvent *event = NULL;
    GstreamTry    result = gstream_event_source_try_next (GSTREAM_EVENT_SOURCE (source), &event, error);

    g_assert_null (event);

    return result;
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

/* --- push --- */

static void
test_order (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
  push_range (source, 0, 100); /* more than max-buffered: push does not ask */
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 100);
  g_assert_cmpint (take (source), ==, 0);
  gstream_push_source_finish (source);

  got = test_drain (GSTREAM_EVENT_SOURCE (source), &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 1, 99);
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 0);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_ENDED);
}

static void
test_wakes (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  gstream_event_source_next (GSTREAM_EVENT_SOURCE (source), NULL, keep_result, &result);
  test_iterate_pending ();
  g_assert_null (result);

  push_range (source, 1, 2);
  g_assert_null (result); /* not from inside push (R7) */
  test_iterate_pending ();
  g_assert_nonnull (result);
  event = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (source), result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, 1);
  g_assert_cmpint (take (source), ==, 2);
}

static void
test_finish_wakes (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  gstream_event_source_next (GSTREAM_EVENT_SOURCE (source), NULL, keep_result, &result);
  gstream_push_source_finish (source);
  g_assert_null (result);
  test_iterate_pending ();
  g_assert_null (gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (source), result, &error));
  g_assert_no_error (error);
}

static void
test_fail (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GError) reason = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "the model is busy");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  push_range (source, 0, 2);
  gstream_push_source_fail (source, reason);
  gstream_push_source_finish (source); /* too late */
  got = test_drain (GSTREAM_EVENT_SOURCE (source), &error);
  test_assert_numbers (got, 0, 2);
  g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  g_assert_cmpstr (error->message, ==, "the model is busy");
  g_clear_error (&error);

  g_assert_cmpint (try (source, &error), ==, GSTREAM_TRY_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
}

static void
test_push_after_finish (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GError) reason = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "the model is busy");
  g_auto (Pushed) pushed = {
    FALSE,
  };
  GError *error = NULL;

  gstream_push_source_finish (source);
  gstream_push_source_fail (source, reason); /* too late */
  g_assert_false (push (source, 1, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_clear_error (&error);
  push_async (source, 1, NULL, &pushed);
  test_iterate_pending ();
  g_assert_true (pushed.done);
  g_assert_false (pushed.queued);
  g_assert_error (pushed.error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_ENDED);
}

/* --- push_async --- */

static void
test_room (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_auto (Pushed) first = {
    FALSE,
  };
  g_auto (Pushed) second = {
    FALSE,
  };
  g_auto (Pushed) third = {
    FALSE,
  };

  gstream_push_source_set_max_buffered (source, 1);
  push_async (source, 1, NULL, &first);
  push_async (source, 2, NULL, &second);
  push_async (source, 3, NULL, &third);
  g_assert_true (push (source, 4, NULL)); /* does not wait, nor overtake */
  test_iterate_pending ();
  g_assert_true (first.done && first.queued);
  g_assert_false (second.done || third.done);
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 4);

  g_assert_cmpint (take (source), ==, 1);
  g_assert_false (second.done); /* not from inside try_next (R7) */
  test_iterate_pending ();
  g_assert_true (second.done && second.queued);
  g_assert_false (third.done);

  g_assert_cmpint (take (source), ==, 2);
  g_assert_cmpint (take (source), ==, 3);
  g_assert_cmpint (take (source), ==, 4);
  test_iterate_pending ();
  g_assert_true (third.done && third.queued);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
}

static void
test_max_buffered (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_auto (Pushed) first = {
    FALSE,
  };
  g_auto (Pushed) second = {
    FALSE,
  };
  guint max_buffered;

  g_object_get (source, "max-buffered", &max_buffered, NULL);
  g_assert_cmpuint (max_buffered, ==, 64);

  g_object_set (source, "max-buffered", 2, NULL);
  g_assert_cmpuint (gstream_push_source_get_max_buffered (source), ==, 2);
  push_range (source, 0, 3);
  push_async (source, 3, NULL, &first);
  push_async (source, 4, NULL, &second);
  test_iterate_pending ();
  g_assert_false (first.done || second.done);

  gstream_push_source_set_max_buffered (source, 4);
  test_iterate_pending ();
  g_assert_true (first.done && first.queued);
  g_assert_false (second.done);

  gstream_push_source_set_max_buffered (source, 0);
  test_iterate_pending ();
  g_assert_true (second.done && second.queued);
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (take (source), ==, i);
}

static void
test_cancel_push (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Pushed) queued = {
    FALSE,
  };
  g_auto (Pushed) waiting = {
    FALSE,
  };
  g_auto (Pushed) before = {
    FALSE,
  };
  g_auto (Pushed) behind = {
    FALSE,
  };

  gstream_push_source_set_max_buffered (source, 1);
  push_async (source, 1, cancellable, &queued);
  push_async (source, 2, cancellable, &waiting);
  push_async (source, 3, NULL, &behind);
  g_cancellable_cancel (cancellable);
  push_async (source, 4, cancellable, &before);
  test_iterate_pending ();

  /* What was queued was queued; what waited is not there any more. */
  g_assert_true (queued.done && queued.queued);
  g_assert_true (waiting.done && before.done);
  g_assert_error (waiting.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (before.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (take (source), ==, 1);
  g_assert_cmpint (take (source), ==, 3);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
  test_iterate_pending ();
  g_assert_true (behind.done && behind.queued);
}

/* --- the run lets go --- */

static void
count (GObject    *object,
       GParamSpec *pspec,
       gpointer    user_data)
{
  g_assert_true (gstream_push_source_get_closed (GSTREAM_PUSH_SOURCE (object)));
  ++*(int *) user_data;
}

static void
test_close (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Pushed) pushed = {
    FALSE,
  };
  int      n_notified = 0;
  gboolean closed;
  GError  *error = NULL;

  g_signal_connect (source, "notify::closed", G_CALLBACK (count), &n_notified);
  gstream_push_source_set_max_buffered (source, 1);
  push_range (source, 1, 2);
  push_async (source, 3, cancellable, &pushed);
  g_assert_false (gstream_push_source_get_closed (source));

  gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  g_assert_cmpint (n_notified, ==, 1);
  g_object_get (source, "closed", &closed, NULL);
  g_assert_true (closed);
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 0);
  g_assert_false (pushed.done);
  test_iterate_pending ();
  g_assert_error (pushed.error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);

  g_assert_false (push (source, 4, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_ENDED);

  /* No matter any more. */
  g_cancellable_cancel (cancellable);
  gstream_push_source_finish (source);
  test_iterate_pending ();
}

static void
test_close_wakes (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  gstream_event_source_next (GSTREAM_EVENT_SOURCE (source), NULL, keep_result, &result);
  gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  g_assert_null (result);
  test_iterate_pending ();
  g_assert_null (gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (source), result, &error));
  g_assert_no_error (error);
}

static void
test_cancel_next (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  gstream_event_source_next (GSTREAM_EVENT_SOURCE (source), cancellable, keep_result, &result);
  test_iterate_pending ();
  g_cancellable_cancel (cancellable);
  push_range (source, 1, 1);
  test_iterate_pending ();
  g_assert_nonnull (result);

  g_assert_null (gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* The waiter is gone, the event is not. */
  g_assert_cmpint (take (source), ==, 1);
}

/* --- on demand --- */

typedef struct
{
  int      n;   /* made so far */
  int      end; /* -1: closes the source instead */
  int      n_asked;
  gboolean later; /* makes none at once */
} Maker;

static void
make (GstreamPushSource *source,
      gpointer           user_data)
{
  Maker *maker = user_data;

  maker->n_asked++;
  if (maker->later)
    return;
  if (maker->end < 0)
    gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  else if (maker->n == maker->end)
    gstream_push_source_finish (source);
  else
    g_assert_true (push (source, maker->n++, NULL));
}

static void
test_wanted (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  Maker maker = { .end = 10 };
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_signal_connect (source, "wanted", G_CALLBACK (make), &maker);
  g_assert_cmpint (take (source), ==, 0);
  g_assert_cmpint (maker.n, ==, 1); /* no further than asked for */

  /* Not while there is one. */
  push_range (source, 1, 1);
  maker.n++;
  g_assert_cmpint (take (source), ==, 1);
  g_assert_cmpint (maker.n_asked, ==, 1);

  got = test_drain (GSTREAM_EVENT_SOURCE (source), &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 2, 8);
  g_assert_cmpint (maker.n_asked, ==, 10);
}

static void
test_wanted_once (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstreamEvent) event = NULL;
  Maker maker = { .later = TRUE };

  g_signal_connect (source, "wanted", G_CALLBACK (make), &maker);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
  gstream_event_source_next (GSTREAM_EVENT_SOURCE (source), NULL, keep_result, &result);
  test_iterate_pending ();
  g_assert_cmpint (maker.n_asked, ==, 1);

  push_range (source, 5, 1);
  test_iterate_pending ();
  event = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (source), result, NULL);
  g_assert_cmpint (test_event_number (event), ==, 5);
  g_assert_cmpint (maker.n_asked, ==, 1);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_PENDING);
  g_assert_cmpint (maker.n_asked, ==, 2);
}

static void
test_wanted_closes (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  Maker maker = { .end = -1 };

  g_signal_connect (source, "wanted", G_CALLBACK (make), &maker);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_cmpint (try (source, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_cmpint (maker.n_asked, ==, 1);
}

/* A class derived from it, like a generator in another language. */

#define COUNTDOWN_TYPE (countdown_get_type ())
G_DECLARE_FINAL_TYPE (Countdown, countdown, TEST, COUNTDOWN, GstreamPushSource)

struct _Countdown
{
  GstreamPushSource parent_instance;
  int               n;
};

G_DEFINE_FINAL_TYPE (Countdown, countdown, GSTREAM_TYPE_PUSH_SOURCE)

static void
countdown_wanted (GstreamPushSource *source)
{
  Countdown *self = TEST_COUNTDOWN (source);

  if (self->n < 3)
    push_range (source, self->n++, 1);
  else
    gstream_push_source_finish (source);
}

static void
countdown_class_init (CountdownClass *klass)
{
  GSTREAM_PUSH_SOURCE_CLASS (klass)->wanted = countdown_wanted;
}

static void
countdown_init (Countdown *self)
{
}

static void
test_derived (void)
{
  g_autoptr (GstreamEventSource) source = g_object_new (COUNTDOWN_TYPE, NULL);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 3);
}

/* --- other threads --- */

#define PER_THREAD 500

typedef struct
{
  GstreamPushSource *source;
  int                first;  /* number */
  gboolean           waits;  /* pushes with push_async */
  gboolean           blocks; /* pushes with push_sync */
  int                n_queued;
  GMainLoop         *loop;
  GMainContext      *context;
} Pusher;

static void push_next (Pusher *pusher);

static void
on_thread_pushed (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Pusher *pusher = user_data;
  GError *error = NULL;

  g_assert_true (g_main_context_is_owner (pusher->context));
  if (!gstream_push_source_push_finish (pusher->source, result, &error))
    {
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
      g_clear_error (&error);
      g_main_loop_quit (pusher->loop);
      return;
    }

  pusher->n_queued++;
  push_next (pusher);
}

static void
push_next (Pusher *pusher)
{
  g_autoptr (GstreamEvent) event = NULL;

  if (pusher->n_queued == PER_THREAD)
    {
      g_main_loop_quit (pusher->loop);
      return;
    }
  event = test_event ("custom", pusher->first + pusher->n_queued);
  gstream_push_source_push_async (pusher->source, event, NULL, on_thread_pushed, pusher);
}

static void
push_all (Pusher *pusher)
{
  while (pusher->n_queued < PER_THREAD && push (pusher->source, pusher->first + pusher->n_queued, NULL))
    pusher->n_queued++;
}

static gboolean
push_sync (Pusher *pusher)
{
  g_autoptr (GstreamEvent) event = test_event ("custom", pusher->first + pusher->n_queued);
  g_autoptr (GError) error = NULL;

  if (gstream_push_source_push_sync (pusher->source, event, NULL, &error))
    return TRUE;

  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);

  return FALSE;
}

static gpointer
run_pusher (gpointer data)
{
  Pusher *pusher = data;

  if (pusher->blocks)
    {
      while (pusher->n_queued < PER_THREAD && push_sync (pusher))
        pusher->n_queued++;
      return NULL;
    }
  if (!pusher->waits)
    {
      push_all (pusher);
      return NULL;
    }

  pusher->context = g_main_context_new ();
  g_main_context_push_thread_default (pusher->context);
  pusher->loop = g_main_loop_new (pusher->context, FALSE);
  push_next (pusher);
  g_main_loop_run (pusher->loop);
  g_main_loop_unref (pusher->loop);
  g_main_context_pop_thread_default (pusher->context);
  g_main_context_unref (pusher->context);

  return NULL;
}

static void
start_threads (GstreamPushSource *source,
               Pusher            *pushers,
               GThread          **threads,
               guint              n)
{
  for (guint i = 0; i < n; i++)
    {
      pushers[i] = (Pusher) { .source = source, .first = i * PER_THREAD, .waits = i % 2 == 1 };
      threads[i] = g_thread_new ("pusher", run_pusher, &pushers[i]);
    }
}

/* Every event comes once, and those of a thread in their order. */
static void
test_threads (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  Pusher   pushers[4];
  GThread *threads[4];
  int      n_got[4] = {
    0,
  };

  gstream_push_source_set_max_buffered (source, 3);
  start_threads (source, pushers, threads, 4);
  for (int i = 0; i < 4 * PER_THREAD; i++)
    {
      g_autoptr (GstreamEvent) event = test_next (GSTREAM_EVENT_SOURCE (source), NULL, NULL);
      int thread = test_event_number (event) / PER_THREAD;

      g_assert_cmpint (test_event_number (event) % PER_THREAD, ==, n_got[thread]++);
    }
  for (guint i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (pushers[i].n_queued, ==, PER_THREAD);
      g_assert_cmpint (n_got[i], ==, PER_THREAD);
    }
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 0);
}

/* Threads that block are never ahead of the run by more than the bound; and are told when the run ends. */
static void
test_blocking (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  Pusher   pusher = { .source = source, .blocks = TRUE };
  GThread *thread;

  gstream_push_source_set_max_buffered (source, 3);
  thread = g_thread_new ("pusher", run_pusher, &pusher);
  for (int i = 0; i < PER_THREAD / 2; i++)
    {
      g_autoptr (GstreamEvent) event = test_next (GSTREAM_EVENT_SOURCE (source), NULL, NULL);

      g_assert_cmpint (test_event_number (event), ==, i);
      g_assert_cmpuint (gstream_push_source_get_n_buffered (source), <=, 3 + 1); /* and the one that waits */
    }
  gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  g_thread_join (thread);
  g_assert_cmpint (pusher.n_queued, <, PER_THREAD);
}

/* Where waiting for room would be for ever, it is refused; as long as there is room, there is nothing to wait for. */
static void
test_blocking_itself (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamEvent) event = test_event ("custom", 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  gstream_push_source_set_max_buffered (source, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (gstream_push_source_push_sync (source, event, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (gstream_push_source_push_sync (source, event, NULL, &error));
  g_assert_false (gstream_push_source_push_sync (source, event, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 1);
}

/* The run ends while they push: all of them are told. */
static void
test_close_under_threads (void)
{
  for (int round = 0; round < 20; round++)
    {
      g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
      Pusher   pushers[4];
      GThread *threads[4];

      gstream_push_source_set_max_buffered (source, 1);
      start_threads (source, pushers, threads, 4);
      for (int i = 0; i < round; i++)
        gstream_event_unref (test_next (GSTREAM_EVENT_SOURCE (source), NULL, NULL));
      gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
      for (guint i = 0; i < 4; i++)
        {
          g_thread_join (threads[i]);
          g_assert_true (!pushers[i].waits || pushers[i].n_queued < PER_THREAD);
        }
      g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 0);
      test_iterate_pending ();
    }
}

static gpointer
finish_soon (gpointer source)
{
  push_range (source, 1, 1);
  gstream_push_source_finish (source);

  return NULL;
}

/* Again and again, so that the push comes before, while and after it falls asleep. */
static void
test_wakes_from_thread (void)
{
  for (int round = 0; round < 300; round++)
    {
      g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
      GThread *thread = g_thread_new ("pusher", finish_soon, source);
      g_autoptr (GstreamEvent) event = test_next (GSTREAM_EVENT_SOURCE (source), NULL, NULL);

      g_assert_cmpint (test_event_number (event), ==, 1);
      g_assert_null (test_next (GSTREAM_EVENT_SOURCE (source), NULL, NULL));
      g_thread_join (thread);
    }
}

static void
test_json (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  const char *json =
      "{\"type\":\"event\",\"method\":\"custom\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":7}} ";

  g_assert_true (gstream_push_source_push_json (source, json, -1, &error));
  g_assert_cmpint (gstream_event_source_try_next (GSTREAM_EVENT_SOURCE (source), &event, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "custom");

  g_assert_false (gstream_push_source_push_json (source, json, 20, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (gstream_push_source_push_json (source, "{\"type\":\"error\",\"message\":\"gone\"}", -1, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_clear_error (&error);

  gstream_event_source_close (GSTREAM_EVENT_SOURCE (source));
  g_assert_false (gstream_push_source_push_json (source, json, -1, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sources/push/order", test_order);
  g_test_add_func ("/sources/push/json", test_json);
  g_test_add_func ("/run/R7/push/wakes", test_wakes);
  g_test_add_func ("/sources/push/finish-wakes", test_finish_wakes);
  g_test_add_func ("/run/R5/push/fail", test_fail);
  g_test_add_func ("/sources/push/push-after-finish", test_push_after_finish);
  g_test_add_func ("/projection/P6/push-source/room", test_room);
  g_test_add_func ("/projection/P6/push-source/max-buffered", test_max_buffered);
  g_test_add_func ("/projection/P6/push-source/cancel", test_cancel_push);
  g_test_add_func ("/run/R6/push/close", test_close);
  g_test_add_func ("/run/R6/push/close-wakes", test_close_wakes);
  g_test_add_func ("/run/R3/push/cancel", test_cancel_next);
  g_test_add_func ("/run/R1/push/wanted", test_wanted);
  g_test_add_func ("/run/R1/push/wanted-once", test_wanted_once);
  g_test_add_func ("/run/R7/push/wanted-closes", test_wanted_closes);
  g_test_add_func ("/sources/push/derived", test_derived);
  g_test_add_func ("/sources/push/threads", test_threads);
  g_test_add_func ("/projection/P6/push-source/blocking", test_blocking);
  g_test_add_func ("/run/R9/push/blocks-itself", test_blocking_itself);
  g_test_add_func ("/sources/push/close-under-threads", test_close_under_threads);
  g_test_add_func ("/sources/push/wakes-from-thread", test_wakes_from_thread);

  return g_test_run ();
}
