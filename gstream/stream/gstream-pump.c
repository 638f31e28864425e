/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pump: it drives a run's source, one event at a time, while somebody waits and
 * nothing blocks it (R1-R3, P6, P7), for no longer in one turn of the main loop than
 * its budget allows (R11).
 *
 * It has three main-loop sources. `drive` has the default priority, and is made ready when somebody starts to wait.
 * `turn` has a priority below redrawing: it is armed when the first time of the budget is used, and resets the budget
 * when it runs. `frame` limits notifications of properties that change with each token to one per frame.
 *
 * There are several kinds of waiting: a cursor waits for an item; a task waits for something that happens once, such as
 * the end of a message (a latch); a synchronous call waits for its asynchronous form by iterating the pump's main
 * context (R9).
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/stream/gstream-pump-internal.h>

#define MOMENT 1000      /* microseconds */
#define MOST_MOMENTS 200 /* until a context is taken to belong to another thread */

/* The members that are used for each event come first, so that they are in the same cache lines. */
struct _GstreamPump
{
  GstreamPumpHead              head;
  GQueue                       blockers; /* queues that are full */
  GstreamEventSource          *source;   /* NULL: a pump that only wakes */
  GstreamEventSourceInterface *iface;    /* of the source: looked up once, not per event */
  const GstreamPumpOwnerFuncs *funcs;    /* NULL once the owner is gone */
  gpointer                     owner;
  gpointer                     mux;
  guint64                      stamp;     /* arrivals so far */
  guint                        n_entered; /* running calls of the source, the dispatch of an event, or the run's end */
  guint                        budget;    /* microseconds per turn; 0: no limit */
  guint                        countdown; /* events until the next look at the clock */
  gboolean                     in_flight : 1;    /* the source's next() is pending */
  gboolean                     suspended : 1;    /* the dispatch of an event continues asynchronously */
  gboolean                     ended : 1;        /* nothing more is asked for */
  gboolean                     spent : 1;        /* the turn's budget is used up */
  gboolean                     unwired : 1;      /* waiting for a projection's items drives nothing */
  gboolean                     hold_changed : 1; /* the watchers have not been notified */
  guint                        n_waiting;        /* waiters that make the pump drive */
  guint                        n_looking_on;     /* waiters that do not make it drive (see gstream_pump_set_wired()) */
  GQueue                       ready;            /* waiters to be woken */

  grefcount     ref_count;
  guint         stride;       /* events between two looks at the clock */
  gint64        turn_started; /* monotonic; 0: nothing of the budget has been used */
  gint64        last_look;    /* at the clock */
  GMainContext *context;
  GCancellable *cancellable; /* of the request in flight */
  const char   *async_only;  /* interned; the transformer that refuses synchronous calls */

  GQueue watchers;   /* notifiers that notify what holds the pump */
  GQueue soon;       /* notifiers for the end of this drive */
  GQueue slow;       /* notifiers for the next frame */
  gint64 last_frame; /* monotonic time of the last one */

  GSource *drive;
  GSource *turn;
  GSource *frame;
};

/* A main-loop source of a pump, which outlives it. */
typedef struct
{
  GSource      source;
  GstreamPump *pump;
} GstreamPumpSource;

/* Schedules a run of the pump from the main loop: soon, or when the budget is reset. */
static void schedule (GstreamPump *self);
/* Notifies, wakes waiters, drives the source, and notifies about the changes. */
static void run (GstreamPump *self);

static GSource *
attach_source (GstreamPump  *self,
               GSourceFuncs *funcs,
               int           priority,
               const char   *name)
{
  GSource *source = g_source_new (funcs, sizeof (GstreamPumpSource));

  ((GstreamPumpSource *) source)->pump = self;
  g_source_set_priority (source, priority);
  /* A callback may wait synchronously (R9), which iterates the main context during the dispatch of this source. */
  g_source_set_can_recurse (source, TRUE);
  g_source_set_static_name (source, name);
  g_source_attach (source, self->context);

  return source;
}

/* On a source: its pump. PyGObject 3.50 beside GLib 2.84 calls back from a virtual function without the user data. */
static G_DEFINE_QUARK (gstream-pump, gstream_pump)

    GstreamPump *gstream_pump_new (GstreamEventSource *source,
                                   GMainContext       *context)
{
  GstreamPump *self = g_new0 (GstreamPump, 1);

  g_ref_count_init (&self->ref_count);
  self->context = context ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  self->head.thread = pthread_self ();
  self->budget = 4000;
  self->stride = 1;
  if (source != NULL)
    {
      self->source = g_object_ref (source);
      self->iface = GSTREAM_EVENT_SOURCE_GET_IFACE (source);
    }

  return self;
}

GstreamPump *
gstream_pump_ref (GstreamPump *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

static void
destroy_source (GSource *source)
{
  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

void
gstream_pump_unref (GstreamPump *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->n_waiting == 0);
  g_assert (g_queue_is_empty (&self->ready));
  g_assert (g_queue_is_empty (&self->blockers) && g_queue_is_empty (&self->watchers));
  g_assert (g_queue_is_empty (&self->soon) && g_queue_is_empty (&self->slow));
  g_assert (!self->in_flight);

  destroy_source (self->drive);
  destroy_source (self->turn);
  destroy_source (self->frame);
  if (self->cancellable != NULL)
    g_object_set_qdata (G_OBJECT (self->source), gstream_pump_quark (), NULL);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->source);
  g_main_context_unref (self->context);
  g_free (self);
}

void
gstream_pump_set_owner (GstreamPump                 *self,
                        const GstreamPumpOwnerFuncs *funcs,
                        gpointer                     owner,
                        gpointer                     mux)
{
  self->funcs = funcs;
  self->owner = owner;
  self->mux = mux;
}

GMainContext *
gstream_pump_get_context (GstreamPump *self)
{
  return self->context;
}

/* Makes this thread the owner's thread, if the context is not owned by another one. */
/*
 * Another thread may own a context for a moment: g_main_context_invoke() calls its function in the thread that it is called
 * in where nobody iterates the context, and GIO's threads for TLS do so. A thread that iterates it keeps it.
 */
static gboolean
acquire (GMainContext *context)
{
  for (guint n = 0; !g_main_context_acquire (context); n++)
    {
      if (n == MOST_MOMENTS)
        return FALSE;
      g_usleep (MOMENT);
    }

  return TRUE;
}

/* Whether it is the thread default, and need not be made so. */
static gboolean
is_default (GMainContext *context)
{
  GMainContext *current = g_main_context_get_thread_default ();

  return context == (current != NULL ? current : g_main_context_default ());
}

static G_NO_INLINE gboolean
come_here (GstreamPump *self,
           GError     **error)
{
  if (!acquire (self->context))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                           _ ("The main context of this run belongs to another thread: call from there"));
      return FALSE;
    }

  g_main_context_release (self->context);
  self->head.thread = pthread_self ();

  return TRUE;
}

gboolean
gstream_pump_check_thread (GstreamPump *self,
                           GError     **error)
{
  return G_LIKELY (gstream_pump_is_here (self)) || come_here (self, error);
}

GTask *
gstream_pump_new_task (GstreamPump        *self,
                       gpointer            object,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GError *error = NULL;

  if (gstream_pump_check_thread (self, &error))
    return gstream_context_new_task (self->context, object, cancellable, callback, user_data);

  g_task_report_error (object, callback, user_data, gstream_pump_new_task, error);

  return NULL;
}

void
gstream_pump_set_wired (GstreamPump *self,
                        gboolean     wired)
{
  self->unwired = !wired;
}

void
gstream_pump_set_async_only (GstreamPump *self,
                             const char  *name)
{
  self->async_only = g_intern_string (name);
}

const char *
gstream_pump_get_async_only (GstreamPump *self)
{
  return self->async_only;
}

guint64
gstream_pump_stamp (GstreamPump *self)
{
  return ++self->stamp;
}

/* --- who waits --- */

void
gstream_pump_wait (GstreamPump   *self,
                   GstreamWaiter *waiter)
{
  g_assert (waiter->state == GSTREAM_WAITER_IDLE);

  waiter->state = GSTREAM_WAITER_WAITING;
  waiter->drives = waiter->insists || !self->unwired;
  if (!waiter->drives)
    {
      self->n_looking_on++;
      return;
    }

  self->n_waiting++;
  schedule (self);
}

static void
stop_waiting (GstreamPump   *self,
              GstreamWaiter *waiter)
{
  if (waiter->state == GSTREAM_WAITER_WAITING && waiter->drives)
    {
      g_assert (self->n_waiting > 0);
      self->n_waiting--;
    }
  else if (waiter->state == GSTREAM_WAITER_WAITING)
    self->n_looking_on--;
  else if (waiter->state == GSTREAM_WAITER_READY)
    g_queue_unlink (&self->ready, &waiter->link);
}

gboolean
gstream_pump_is_awaited (GstreamPump *self)
{
  return self->n_waiting > 0 || self->n_looking_on > 0;
}

void
gstream_pump_ready (GstreamPump   *self,
                    GstreamWaiter *waiter)
{
  if (waiter->state == GSTREAM_WAITER_READY)
    return;

  stop_waiting (self, waiter);
  waiter->state = GSTREAM_WAITER_READY;
  waiter->link = (GList) { .data = waiter };
  g_queue_push_tail_link (&self->ready, &waiter->link);
  schedule (self);
}

void
gstream_pump_forget (GstreamPump   *self,
                     GstreamWaiter *waiter)
{
  stop_waiting (self, waiter);
  waiter->state = GSTREAM_WAITER_IDLE;
}

/* Wakes those that are ready now. Those that become ready meanwhile are woken in the next turn. */
static void
wake_ready (GstreamPump *self)
{
  for (guint n = self->ready.length; n > 0 && self->ready.length > 0; n--)
    {
      GstreamWaiter *waiter = g_queue_pop_head_link (&self->ready)->data;

      waiter->state = GSTREAM_WAITER_IDLE;
      waiter->wake (waiter);
    }
}

/* --- what blocks it --- */

static void
hold_changed (GstreamPump *self)
{
  self->hold_changed = self->watchers.length > 0;
  if (self->hold_changed || self->n_waiting > 0)
    schedule (self);
}

void
gstream_pump_block (GstreamPump    *self,
                    GstreamBlocker *blocker)
{
  if (blocker->blocking)
    return;

  blocker->blocking = TRUE;
  blocker->link = (GList) { .data = blocker };
  g_queue_push_tail_link (&self->blockers, &blocker->link);
  hold_changed (self);
}

void
gstream_pump_unblock (GstreamPump    *self,
                      GstreamBlocker *blocker)
{
  if (!blocker->blocking)
    return;

  blocker->blocking = FALSE;
  g_queue_unlink (&self->blockers, &blocker->link);
  hold_changed (self);
}

gpointer
gstream_pump_get_held_by (GstreamPump *self)
{
  GstreamBlocker *blocker = g_queue_peek_head (&self->blockers);

  return blocker ? blocker->what : NULL;
}

/* If the blocker changes and changes back between two runs, the watchers are not notified. */
static void
tell_watchers (GstreamPump *self)
{
  if (!self->hold_changed)
    return;

  self->hold_changed = FALSE;
  for (GList *link = self->watchers.head; link != NULL; link = link->next)
    gstream_pump_notify_soon (self, link->data);
}

void
gstream_pump_watch (GstreamPump *self,
                    GList       *link)
{
  g_queue_push_tail_link (&self->watchers, link);
}

void
gstream_pump_unwatch (GstreamPump *self,
                      GList       *link)
{
  g_queue_unlink (&self->watchers, link);
}

/* --- notifying --- */

/* Between two notifications of what changes with every token, in microseconds. */
#define FRAME_INTERVAL 16667
/* GTK redraws at G_PRIORITY_HIGH_IDLE + 20. */
#define FRAME_PRIORITY (G_PRIORITY_HIGH_IDLE + 19)

static void
notify_all (GQueue *notifiers)
{
  /* Those that are queued meanwhile are notified the next time. */
  for (guint n = notifiers->length; n > 0 && notifiers->length > 0; n--)
    {
      GstreamNotifier *notifier = g_queue_pop_head_link (notifiers)->data;

      notifier->queue = NULL;
      notifier->notify (notifier);
    }
}

static gboolean
frame_dispatch (GSource    *source,
                GSourceFunc callback,
                gpointer    user_data)
{
  GstreamPump *self = gstream_pump_ref (((GstreamPumpSource *) source)->pump);

  g_source_set_ready_time (source, -1);
  self->last_frame = g_get_monotonic_time ();
  notify_all (&self->slow);
  if (self->slow.length > 0)
    g_source_set_ready_time (source, self->last_frame + FRAME_INTERVAL);
  gstream_pump_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs frame_funcs = { NULL, NULL, frame_dispatch, NULL, NULL, NULL };

static gboolean
enqueue_notifier (GstreamNotifier *notifier,
                  GQueue          *queue)
{
  if (notifier->queue != NULL)
    return FALSE;

  notifier->queue = queue;
  notifier->link = (GList) { .data = notifier };
  g_queue_push_tail_link (queue, &notifier->link);

  return TRUE;
}

void
gstream_pump_notify_soon (GstreamPump     *self,
                          GstreamNotifier *notifier)
{
  if (enqueue_notifier (notifier, &self->soon))
    schedule (self);
}

void
gstream_pump_notify_slowly (GstreamPump     *self,
                            GstreamNotifier *notifier)
{
  if (!enqueue_notifier (notifier, &self->slow) || self->slow.length > 1)
    return;

  if (self->frame == NULL)
    self->frame = attach_source (self, &frame_funcs, FRAME_PRIORITY, "[gstream] frame");
  g_source_set_ready_time (self->frame, self->last_frame + FRAME_INTERVAL);
}

void
gstream_pump_cancel_notify (GstreamPump     *self,
                            GstreamNotifier *notifier)
{
  if (notifier->queue == NULL)
    return;

  g_queue_unlink (notifier->queue, &notifier->link);
  notifier->queue = NULL;
}

/* --- the turn's budget (R11) --- */

/*
 * The maximum number of events between two looks at the clock, which limits by how much slow events can exceed the
 * budget.
 */
#define MAX_STRIDE 8

static gboolean
turn_dispatch (GSource    *source,
               GSourceFunc callback,
               gpointer    user_data)
{
  GstreamPump *self = ((GstreamPumpSource *) source)->pump;
  gboolean     was_spent = self->spent;

  g_source_set_ready_time (source, -1);
  self->turn_started = 0;
  self->countdown = 0;
  self->spent = FALSE;
  /* Otherwise nothing has waited for this, and running would begin the next turn, in an endless loop. */
  if (was_spent)
    run (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs turn_funcs = { NULL, NULL, turn_dispatch, NULL, NULL, NULL };

static void
arm_turn (GstreamPump *self)
{
  if (self->turn == NULL)
    self->turn = attach_source (self, &turn_funcs, G_PRIORITY_DEFAULT_IDLE, "[gstream] turn");
  g_source_set_ready_time (self->turn, 0);
}

static gboolean
look_at_clock (GstreamPump *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->turn_started == 0)
    {
      self->turn_started = self->last_look = now;
      self->stride = 1;
      arm_turn (self);
      return TRUE;
    }

  if (now - self->turn_started >= self->budget)
    {
      self->spent = TRUE;
      return FALSE;
    }

  /* Looks at the clock so rarely that it costs little, but often enough to stop in time. */
  if ((now - self->last_look) * 16 < self->budget)
    self->stride = MIN (self->stride * 2, MAX_STRIDE);
  else
    self->stride = 1;
  self->last_look = now;
  self->countdown = self->stride;

  return TRUE;
}

/* Whether one more event may be asked for in this turn (R11). */
static inline gboolean
has_budget (GstreamPump *self)
{
  if (self->budget == 0)
    return TRUE;
  if (self->spent)
    return FALSE;
  if (self->countdown > 0)
    {
      self->countdown--;
      return TRUE;
    }

  return look_at_clock (self);
}

void
gstream_pump_set_budget (GstreamPump *self,
                         guint        microseconds)
{
  self->budget = microseconds;
}

guint
gstream_pump_get_budget (GstreamPump *self)
{
  return self->budget;
}

/* --- the source --- */

static inline gboolean
may_ask (GstreamPump *self)
{
  return self->source != NULL && !self->ended && !self->in_flight && self->n_entered == 0 && !self->suspended &&
         self->blockers.length == 0;
}

static void
finish (GstreamPump *self,
        GError      *error)
{
  if (self->ended)
    {
      g_clear_error (&error);
      return;
    }

  self->ended = TRUE;
  self->n_entered++;
  gstream_event_source_close (self->source);
  if (self->funcs != NULL)
    self->funcs->ended (self->owner, error);
  else
    g_clear_error (&error);
  self->n_entered--;
}

static inline void
accept (GstreamPump  *self,
        GstreamEvent *event)
{
  if (self->ended || self->funcs == NULL)
    {
      gstream_event_unref (event);
      return;
    }

  self->n_entered++;
  if (!self->funcs->dispatch (self->mux, event))
    self->suspended = TRUE;
  self->n_entered--;
}

static inline GstreamTry
ask_now (GstreamPump *self)
{
  GstreamEvent *event = NULL;
  GError       *error = NULL;
  GstreamTry    result;

  self->n_entered++;
  result = self->iface->try_next (self->source, &event, &error);
  self->n_entered--;

  if (G_UNLIKELY (result != GSTREAM_TRY_ITEM || event == NULL))
    result = gstream_event_source_check (self->source, result, &event, &error);
  if (result == GSTREAM_TRY_ITEM)
    accept (self, event);
  else if (result == GSTREAM_TRY_FAILED)
    finish (self, error);
  else if (result == GSTREAM_TRY_ENDED)
    finish (self, NULL);

  return result;
}

static void
on_source_next (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  GstreamPump *self =
      user_data ? user_data : g_object_get_qdata (object, gstream_pump_quark ()); /* the request's reference */
  GError       *error = NULL;
  GstreamEvent *event = gstream_event_source_next_finish (self->source, result, &error);

  g_main_context_push_thread_default (self->context);
  self->in_flight = FALSE;
  if (event != NULL)
    accept (self, event);
  else
    finish (self, error);

  /*
   * A source may call back from inside next(), or when it is cancelled. Then the pump must not run callbacks here (R7).
   */
  if (self->n_entered > 0 || self->ended)
    schedule (self);
  else
    run (self);
  g_main_context_pop_thread_default (self->context);
  gstream_pump_unref (self);
}

static void
start_request (GstreamPump *self)
{
  if (self->cancellable == NULL)
    {
      self->cancellable = g_cancellable_new ();
      g_object_set_qdata (G_OBJECT (self->source), gstream_pump_quark (), self);
    }

  self->in_flight = TRUE;
  self->n_entered++;
  gstream_event_source_next (self->source, self->cancellable, on_source_next, gstream_pump_ref (self));
  self->n_entered--;
}

void
gstream_pump_stop (GstreamPump *self)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  self->n_entered++;
  if (self->in_flight)
    g_cancellable_cancel (self->cancellable);
  if (self->source != NULL)
    gstream_event_source_close (self->source);
  self->n_entered--;
}

/* --- driving --- */

static void
drive_source (GstreamPump *self)
{
  while (self->n_waiting > 0 && self->ready.length == 0 && may_ask (self))
    {
      if (!has_budget (self))
        return;

      if (ask_now (self) == GSTREAM_TRY_PENDING)
        {
          /* The pump may have been stopped, or a queue filled, during the call. */
          if (self->n_waiting > 0 && may_ask (self))
            start_request (self);
          return;
        }
    }
}

/*
 * If there is no work, the clock must not be looked at: that would arm the turn source, which would run the pump again,
 * in an endless loop.
 */
static gboolean
has_work (GstreamPump *self)
{
  return self->ready.length > 0 || (self->n_waiting > 0 && may_ask (self));
}

static void
run (GstreamPump *self)
{
  gboolean has_to_push = !is_default (self->context) || !g_main_context_is_owner (self->context);

  gstream_pump_ref (self);
  if (has_to_push)
    g_main_context_push_thread_default (self->context);

  /* Notify before waking, so that changes have been notified when the callbacks run. */
  tell_watchers (self);
  notify_all (&self->soon);
  if (has_work (self) && has_budget (self))
    {
      wake_ready (self);
      drive_source (self);
    }
  tell_watchers (self);
  notify_all (&self->soon);
  if (self->ready.length > 0 || self->soon.length > 0)
    schedule (self);

  if (has_to_push)
    g_main_context_pop_thread_default (self->context);
  gstream_pump_unref (self);
}

static gboolean
drive_dispatch (GSource    *source,
                GSourceFunc callback,
                gpointer    user_data)
{
  g_source_set_ready_time (source, -1);
  run (((GstreamPumpSource *) source)->pump);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs drive_funcs = { NULL, NULL, drive_dispatch, NULL, NULL, NULL };

static void
schedule (GstreamPump *self)
{
  if (self->spent)
    return; /* the turn source is armed, and runs everything */

  if (self->drive == NULL)
    self->drive = attach_source (self, &drive_funcs, G_PRIORITY_DEFAULT, "[gstream] drive");
  g_source_set_ready_time (self->drive, 0);
}

void
gstream_pump_try (GstreamPump *self,
                  const guint *available,
                  guint        enough)
{
  if (self->unwired)
    return;

  while (*available < enough && may_ask (self) && has_budget (self))
    {
      GstreamTry result = ask_now (self);

      /* What was called may have iterated the main context, where the pump could not drive for those that wait. */
      if (G_UNLIKELY (self->n_waiting > 0))
        schedule (self);
      if (result == GSTREAM_TRY_PENDING)
        return;
    }
}

void
gstream_pump_resume (GstreamPump *self)
{
  g_return_if_fail (self->suspended);

  self->suspended = FALSE;
  schedule (self);
}

void
gstream_pump_enter (GstreamPump *self)
{
  self->n_entered++;
}

void
gstream_pump_leave (GstreamPump *self)
{
  g_assert (self->n_entered > 0);

  self->n_entered--;
  if (self->n_waiting > 0)
    schedule (self);
}

gboolean
gstream_pump_is_entered (GstreamPump *self)
{
  return self->n_entered > 0;
}

/* --- tasks and timers in a main context --- */

GTask *
gstream_context_new_task (GMainContext       *context,
                          gpointer            object,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task;

  if (is_default (context))
    return g_task_new (object, cancellable, callback, user_data);

  g_main_context_push_thread_default (context);
  task = g_task_new (object, cancellable, callback, user_data);
  g_main_context_pop_thread_default (context);

  return task;
}

GTask *
gstream_context_begin_task (GMainContext       *context,
                            gpointer            object,
                            gpointer            tag,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GTask *task;

  if (!acquire (context))
    {
      g_task_report_new_error (object, callback, user_data, tag, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                               _ ("The main context of this %s belongs to another thread: call from there"),
                               G_OBJECT_TYPE_NAME (object));
      return NULL;
    }

  task = gstream_context_new_task (context, object, cancellable, callback, user_data);
  g_main_context_release (context);
  g_task_set_source_tag (task, tag);

  return task;
}

void
gstream_task_on_cancel (GTask                 *task,
                        GCancellableSourceFunc func)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource      *source;

  if (cancellable == NULL)
    return;

  source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (func), task, NULL);
  g_source_set_static_name (source, "[gstream] call cancelled");
  g_source_attach (source, g_task_get_context (task));
  g_object_set_data_full (G_OBJECT (task), "gstream-cancelled", source, (GDestroyNotify) destroy_source);
}

typedef struct
{
  GMainContext   *context;
  GSourceOnceFunc func;
  gpointer        user_data;
  GDestroyNotify  destroy;
} Timer;

static void
timer_free (gpointer data)
{
  Timer *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
on_timer (gpointer user_data)
{
  Timer *self = user_data;
  g_autoptr (GMainContext) context = g_main_context_ref (self->context);

  g_main_context_push_thread_default (context);
  self->func (self->user_data); /* may end the timer */
  g_main_context_pop_thread_default (context);

  return G_SOURCE_REMOVE;
}

GSource *
gstream_timer_start (GMainContext   *context,
                     gint64          milliseconds,
                     GCancellable   *cancellable,
                     const char     *name,
                     GSourceOnceFunc func,
                     gpointer        user_data,
                     GDestroyNotify  destroy)
{
  GSource *source = g_timeout_source_new (milliseconds);
  Timer   *self = g_new (Timer, 1);

  *self = (Timer) { g_main_context_ref (context), func, user_data, destroy };
  g_source_set_static_name (source, name);
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  g_source_set_callback (source, on_timer, self, timer_free);
  g_source_attach (source, context);

  return source;
}

void
gstream_timer_end (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

/* --- synchronous waiting (R9) --- */

static gboolean
may_wait (GstreamPump *pump,
          GError     **error)
{
  const char *async_only = gstream_pump_get_async_only (pump);

  if (async_only != NULL)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ASYNC_ONLY,
                   _ ("%s only works asynchronously: wait with the asynchronous call instead"), async_only);
      return FALSE;
    }
  if (gstream_pump_is_entered (pump))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                           _ ("A synchronous call from inside a transformer or a source would wait for itself"));
      return FALSE;
    }

  return TRUE;
}

gboolean
gstream_sync_begin_in (GstreamSync  *self,
                       GMainContext *context,
                       const char   *whose,
                       GError      **error)
{
  if (!acquire (context))
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                   _ ("The main context of the %s belongs to another thread: call from there, or asynchronously"),
                   whose);
      return FALSE;
    }

  self->context = g_main_context_ref (context);
  self->result = NULL;
  g_main_context_push_thread_default (context);

  return TRUE;
}

gboolean
gstream_sync_begin (GstreamSync *self,
                    GstreamPump *pump,
                    GError     **error)
{
  if (!gstream_sync_begin_in (self, gstream_pump_get_context (pump), "run", error))
    return FALSE;
  if (may_wait (pump, error))
    return TRUE;

  gstream_sync_end (self);

  return FALSE;
}

void
gstream_sync_done (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GstreamSync *self = user_data;

  self->result = g_object_ref (result);
}

void
gstream_sync_wait (GstreamSync *self)
{
  while (self->result == NULL)
    g_main_context_iteration (self->context, TRUE);
}

void
gstream_sync_end (GstreamSync *self)
{
  g_clear_object (&self->result);
  g_main_context_pop_thread_default (self->context);
  g_main_context_release (self->context);
  g_main_context_unref (self->context);
}

/* --- waiting for what happens once: the latch --- */

typedef struct
{
  GstreamWaiter waiter;
  GList         link; /* in the latch's queue */
  GstreamLatch *latch;
  GstreamPump  *pump;          /* a reference */
  GTask        *task;          /* a reference */
  GSource      *cancel_source; /* NULL without a cancellable */
} Wait;

static GTask *
end_wait (Wait *wait)
{
  GTask *task = wait->task;

  if (wait->cancel_source != NULL)
    {
      g_source_destroy (wait->cancel_source);
      g_source_unref (wait->cancel_source);
    }
  gstream_pump_forget (wait->pump, &wait->waiter);
  gstream_pump_unref (wait->pump);
  g_queue_unlink (&wait->latch->waits, &wait->link);
  g_free (wait);

  return task;
}

static void
on_wait_ready (GstreamWaiter *waiter)
{
  g_autoptr (GTask) task = end_wait ((Wait *) waiter);

  g_task_return_boolean (task, TRUE);
}

static gboolean
on_wait_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = end_wait (user_data);

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
gstream_latch_wait (GstreamLatch *self,
                    GstreamPump  *pump,
                    GTask        *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait         *wait = g_new0 (Wait, 1);

  wait->waiter.wake = on_wait_ready;
  wait->waiter.insists = TRUE;
  wait->latch = self;
  wait->pump = gstream_pump_ref (pump);
  wait->task = g_object_ref (task);
  wait->link.data = wait;
  g_queue_push_tail_link (&self->waits, &wait->link);

  if (cancellable != NULL)
    {
      wait->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (wait->cancel_source, G_SOURCE_FUNC (on_wait_cancelled), wait, NULL);
      g_source_attach (wait->cancel_source, gstream_pump_get_context (pump));
    }

  if (self->open)
    gstream_pump_ready (pump, &wait->waiter);
  else
    gstream_pump_wait (pump, &wait->waiter);
}

void
gstream_latch_open (GstreamLatch *self)
{
  self->open = TRUE;
  for (GList *link = self->waits.head; link != NULL; link = link->next)
    {
      Wait *wait = link->data;

      gstream_pump_ready (wait->pump, &wait->waiter);
    }
}

/* An object that was made by g_object_new() does not belong to a run, and never ends. */
static GError *
make_error (gpointer object)
{
  return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("This %s belongs to no run: runs make them"),
                      G_OBJECT_TYPE_NAME (object));
}

void
gstream_latch_begin_wait (GstreamLatch       *self,
                          GstreamPump        *pump,
                          gpointer            object,
                          gpointer            tag,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = pump ? gstream_pump_new_task (pump, object, cancellable, callback, user_data)
                                : g_task_new (object, cancellable, callback, user_data);

  if (task == NULL)
    return;

  g_task_set_source_tag (task, tag);
  if (pump != NULL)
    gstream_latch_wait (self, pump, task);
  else
    g_task_return_error (task, make_error (object));
}

gboolean
gstream_latch_end_wait (GAsyncResult *result,
                        const GError *failure,
                        GError      **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_error_copy (failure));

  return FALSE;
}

GAsyncResult *
gstream_latch_wait_sync (GstreamLatch *self,
                         GstreamPump  *pump,
                         gpointer      object,
                         GCancellable *cancellable,
                         GError      **error)
{
  GstreamSync   sync;
  GAsyncResult *result;

  if (pump == NULL)
    {
      g_propagate_error (error, make_error (object));
      return NULL;
    }
  if (!gstream_sync_begin (&sync, pump, error))
    return NULL;

  gstream_latch_begin_wait (self, pump, object, gstream_latch_wait_sync, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  result = g_steal_pointer (&sync.result);
  gstream_sync_end (&sync);

  return result;
}
