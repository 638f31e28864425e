/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pump drives the source of a run. It knows who waits, whether a request to the source is pending, what blocks it,
 * and how much of the time budget is left (R1-R3, R11, P6, P7). It asks the source for one event at a time, and passes
 * it to the owner's dispatch function; it does not depend on muxes, runs or projections.
 *
 * A pump belongs to one main context, and must only be used there.
 *
 * Internal, not private: messages and tool calls (projections/), rows (model/) and the runs of threads (thread/) notify by it, and
 * the first have an end that is waited for; the calls of a thread and of a conversation have synchronous forms (thread/, remote/,
 * conversation/), and what is asked of a server or a child process (remote/) has tasks and timers.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>
#include <pthread.h>

G_BEGIN_DECLS

typedef struct _GstreamPump     GstreamPump;
typedef struct _GstreamWaiter   GstreamWaiter;
typedef struct _GstreamBlocker  GstreamBlocker;
typedef struct _GstreamNotifier GstreamNotifier;

/*
 * A waiter for something that an event may bring. It is embedded in its owner, which removes it with
 * gstream_pump_forget() before it is freed.
 */
struct _GstreamWaiter
{
  enum
  {
    GSTREAM_WAITER_IDLE,    /* waits for nothing */
    GSTREAM_WAITER_WAITING, /* makes the pump drive the source */
    GSTREAM_WAITER_READY,   /* has what it waited for; woken in the pump's next turn */
  } state;
  gboolean insists; /* drives the source even if the pump is not wired (see gstream_pump_set_wired()) */
  gboolean drives;  /* while waiting: it is counted in n_waiting */
  GList    link;    /* in the pump's queue of ready waiters */
  void (*wake) (GstreamWaiter *self); /* from the main loop; may do anything */
};

/* A full queue, which blocks the pump. It is embedded in its owner. */
struct _GstreamBlocker
{
  GList    link; /* in the pump's queue of blockers */
  gboolean blocking;
  gpointer what; /* the projection, for gstream_pump_get_held_by() (P7) */
};

/*
 * An object with properties to notify. It is embedded in its owner, which removes it with gstream_pump_cancel_notify()
 * before it is freed.
 */
struct _GstreamNotifier
{
  GList   link;                           /* in the pump's queue, soon or slow */
  GQueue *queue;                          /* the one it is in; NULL: none */
  void (*notify) (GstreamNotifier *self); /* from the main loop; may do anything */
};

/* What the pump calls back. */
typedef struct
{
  gboolean (*dispatch) (
      gpointer      mux,
      GstreamEvent *event); /* transfer full; FALSE: asynchronous, gstream_pump_resume() will be called */
  void (*ended) (gpointer owner,
                 GError  *error); /* transfer full; NULL: the source has ended */
} GstreamPumpOwnerFuncs;

GstreamPump *gstream_pump_new (GstreamEventSource *source,
                               GMainContext       *context);
GstreamPump *gstream_pump_ref (GstreamPump *self);
void         gstream_pump_unref (GstreamPump *self);
void         gstream_pump_set_owner (GstreamPump                 *self,
                                     const GstreamPumpOwnerFuncs *funcs,
                                     gpointer                     owner,
                                     gpointer                     mux);
void         gstream_pump_set_budget (GstreamPump *self,
                                      guint        microseconds);
guint        gstream_pump_get_budget (GstreamPump *self);
/* If @wired is FALSE, waiting for a projection's items does not drive the source. The default is TRUE. */
void          gstream_pump_set_wired (GstreamPump *self,
                                      gboolean     wired);
GMainContext *gstream_pump_get_context (GstreamPump *self);

/* Closes the source: no more events are asked for, and a pending request is cancelled (R6). */
void gstream_pump_stop (GstreamPump *self);

void gstream_pump_wait (GstreamPump   *self,
                        GstreamWaiter *waiter);
void gstream_pump_ready (GstreamPump   *self,
                         GstreamWaiter *waiter);
void gstream_pump_forget (GstreamPump   *self,
                          GstreamWaiter *waiter);
/* Whether anybody waits, whether that drives the source or not. */
gboolean gstream_pump_is_awaited (GstreamPump *self);

void     gstream_pump_block (GstreamPump    *self,
                             GstreamBlocker *blocker);
void     gstream_pump_unblock (GstreamPump    *self,
                               GstreamBlocker *blocker);
gpointer gstream_pump_get_held_by (GstreamPump *self);
/*
 * Has the notifier that is the data of @link notify, from the main loop, whenever the blocker of the pump may have
 * changed, until gstream_pump_unwatch(). Each run that shares the pump does this.
 */
void gstream_pump_watch (GstreamPump *self,
                         GList       *link);
void gstream_pump_unwatch (GstreamPump *self,
                           GList       *link);

/*
 * Drives the source without waiting, until *@available reaches @enough, the source has no event ready, the pump is
 * blocked, or the budget is used up. The caller must hold a reference to the pump, because any callback may run.
 */
void gstream_pump_try (GstreamPump *self,
                       const guint *available,
                       guint        enough);
void gstream_pump_resume (GstreamPump *self);

/*
 * To be called around code during which the pump must not run, such as the hooks of transformers at a run's end: the
 * source is not asked for events, and synchronous calls fail.
 */
void     gstream_pump_enter (GstreamPump *self);
void     gstream_pump_leave (GstreamPump *self);
gboolean gstream_pump_is_entered (GstreamPump *self);

/* The public first part of a pump, which is used for each item. */
typedef struct
{
  pthread_t thread; /* the thread that was last found to own the context */
} GstreamPumpHead;

/* Whether this is that thread. If not, gstream_pump_check_thread() has to be called. */
static inline gboolean
gstream_pump_is_here (GstreamPump *self)
{
  return pthread_equal (((GstreamPumpHead *) self)->thread, pthread_self ()) != 0;
}

/* Fails if the main context is owned by another thread: then the run must not be used in this one (R7). */
gboolean gstream_pump_check_thread (GstreamPump *self,
                                    GError     **error);
/*
 * Makes a task whose callback is called in the pump's main context (R7). Returns NULL if that is owned by another
 * thread; then @callback gets an error, in the thread default context.
 */
GTask *gstream_pump_new_task (GstreamPump        *self,
                              gpointer            object,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);

/* The name of a transformer because of which synchronous calls must fail (M3), or NULL. */
void        gstream_pump_set_async_only (GstreamPump *self,
                                         const char  *name);
const char *gstream_pump_get_async_only (GstreamPump *self);

/* Has @notifier notify from the main loop, between events: soon, or at most once a frame. */
void gstream_pump_notify_soon (GstreamPump     *self,
                               GstreamNotifier *notifier);
void gstream_pump_notify_slowly (GstreamPump     *self,
                                 GstreamNotifier *notifier);
void gstream_pump_cancel_notify (GstreamPump     *self,
                                 GstreamNotifier *notifier);

/* Returns the next serial number of items, for merging queues in order (P10). */
guint64 gstream_pump_stamp (GstreamPump *self);

/* --- tasks and timers in a main context (R7) --- */

/* A task that is completed in @context, whatever the thread default is now. */
GTask *gstream_context_new_task (GMainContext       *context,
                                 gpointer            object,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
/* The same, for a call of @object. NULL: the context is another thread's, and @callback is told so. */
GTask *gstream_context_begin_task (GMainContext       *context,
                                   gpointer            object,
                                   gpointer            tag,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
/* Calls @func with @task when its cancellable is cancelled, as long as the task exists; in the task's context. */
void gstream_task_on_cancel (GTask                 *task,
                             GCancellableSourceFunc func);

/*
 * Calls @func once, in @context and with it as the thread default, after @milliseconds, or when @cancellable (nullable) is
 * cancelled.
 */
GSource *gstream_timer_start (GMainContext   *context,
                              gint64          milliseconds,
                              GCancellable   *cancellable,
                              const char     *name,
                              GSourceOnceFunc func,
                              gpointer        user_data,
                              GDestroyNotify  destroy);
/* Destroys and releases *@timer; does nothing where that is NULL. */
void gstream_timer_end (GSource **timer);

/* --- synchronous waiting --- */

typedef struct
{
  GMainContext *context; /* acquired, and the thread's default, from begin to end */
  GAsyncResult *result;  /* the result that the callback was given; a reference */
} GstreamSync;

/* Returns FALSE with an error if a synchronous call is not possible. */
gboolean gstream_sync_begin (GstreamSync *self,
                             GstreamPump *pump,
                             GError     **error);
/* The same without a pump. @whose: the type of object that the context belongs to, for the error. */
gboolean gstream_sync_begin_in (GstreamSync  *self,
                                GMainContext *context,
                                const char   *whose,
                                GError      **error);
/* The callback to give to the asynchronous call, with @self as its user data. */
void gstream_sync_done (GObject      *object,
                        GAsyncResult *result,
                        gpointer      user_data);
void gstream_sync_wait (GstreamSync *self);
void gstream_sync_end (GstreamSync *self);

/* --- the latch --- */

typedef struct
{
  GQueue   waits; /* of tasks that have not been woken */
  gboolean open;  /* it has happened */
} GstreamLatch;

/*
 * Opens the latch: all tasks that wait for it return TRUE, from the main loop. The latch must live as long as the
 * tasks' source object.
 */
void gstream_latch_open (GstreamLatch *self);

/* Starts a task of @object that waits until the latch is open, in the pump's context (R7). */
void gstream_latch_begin_wait (GstreamLatch       *self,
                               GstreamPump        *pump,
                               gpointer            object,
                               gpointer            tag,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
/* Finishes such a wait. If it was successful and @failure is not NULL, fails with a copy of that. */
gboolean gstream_latch_end_wait (GAsyncResult *result,
                                 const GError *failure,
                                 GError      **error);
/*
 * The synchronous form (R9). Returns the result, to be passed to gstream_latch_end_wait(); NULL with an error if a
 * synchronous call is not possible.
 */
GAsyncResult *gstream_latch_wait_sync (GstreamLatch *self,
                                       GstreamPump  *pump,
                                       gpointer      object,
                                       GCancellable *cancellable,
                                       GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamPump, gstream_pump_unref)

G_END_DECLS
