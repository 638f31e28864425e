/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pump: who waits, what is in flight, what holds it, and how much of the
 * main loop's turn is left (R1-R3, R11, P6, P7). It asks the source for one
 * event at a time and hands it to the function it was given; it knows neither
 * mux nor run nor projection.
 *
 * A pump belongs to one main context and is used there only.
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
 * Somebody who waits for something that an event may bring. Embedded in its
 * owner, which takes it out (gstream_pump_forget) before it goes away.
 */
struct _GstreamWaiter
{
  enum
  {
    GSTREAM_WAITER_IDLE,    /* waits for nothing */
    GSTREAM_WAITER_WAITING, /* makes the pump drive the source */
    GSTREAM_WAITER_READY,   /* has what it waited for; woken on the pump's next turn */
  } state;
  gboolean insists;                   /* drives even where the pump is not wired to projections */
  gboolean drives;                    /* while waiting: it counts among those that make the pump drive */
  GList    link;                      /* in the pump's queue of the ready */
  void (*wake) (GstreamWaiter *self); /* from the main loop; may do anything */
};

/* A queue that is full. Embedded in its owner. */
struct _GstreamBlocker
{
  GList    link; /* in the pump's queue of blockers */
  gboolean blocking;
  gpointer what; /* the projection, for whoever asks what holds the run (P7) */
};

/*
 * Somebody with properties to notify. Embedded in its owner, which takes it out
 * (gstream_pump_cancel_notify) before it goes away.
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
  gboolean (*dispatch) (gpointer      mux,
                        GstreamEvent *event); /* transfer full; FALSE: goes on in gstream_pump_resume() */
  void (*ended) (gpointer owner,
                 GError  *error); /* transfer full; NULL: the source came to its end */
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
/* Without it, whoever waits for a projection's items takes what others' waiting brings. TRUE at first. */
void          gstream_pump_set_wired (GstreamPump *self,
                                      gboolean     wired);
GMainContext *gstream_pump_get_context (GstreamPump *self);

/* Lets go of the source: nothing more is asked for, and what is in flight is cancelled (R6). */
void gstream_pump_stop (GstreamPump *self);

void gstream_pump_wait (GstreamPump   *self,
                        GstreamWaiter *waiter);
void gstream_pump_ready (GstreamPump   *self,
                         GstreamWaiter *waiter);
void gstream_pump_forget (GstreamPump   *self,
                          GstreamWaiter *waiter);
/* Whether somebody waits, driving or not. */
gboolean gstream_pump_is_awaited (GstreamPump *self);

void     gstream_pump_block (GstreamPump    *self,
                             GstreamBlocker *blocker);
void     gstream_pump_unblock (GstreamPump    *self,
                               GstreamBlocker *blocker);
gpointer gstream_pump_get_held_by (GstreamPump *self);
/*
 * Lets the notifier that is @link's data notify, from the main loop, whenever what
 * holds the pump may have changed; until unwatch. Every run that shares the pump is such a one.
 */
void gstream_pump_watch (GstreamPump *self,
                         GList       *link);
void gstream_pump_unwatch (GstreamPump *self,
                           GList       *link);

/*
 * Drives the source without waiting until *@available is @enough, it has nothing
 * now, something holds the pump, or the turn's budget is used up. The caller
 * keeps the pump, whoever is called meanwhile.
 */
void gstream_pump_try (GstreamPump *self,
                       const guint *available,
                       guint        enough);
void gstream_pump_resume (GstreamPump *self);

/*
 * Around what must not be driven from inside, such as the hooks of transformers
 * at a run's end: nothing is asked for, and synchronous calls are refused.
 */
void     gstream_pump_enter (GstreamPump *self);
void     gstream_pump_leave (GstreamPump *self);
gboolean gstream_pump_is_entered (GstreamPump *self);

/* How every pump begins: with what is asked for with every item. */
typedef struct
{
  pthread_t thread; /* the last that was found to be the context's */
} GstreamPumpHead;

/* Whether this is that thread: if not, gstream_pump_check_thread() knows. */
static inline gboolean
gstream_pump_is_here (GstreamPump *self)
{
  return pthread_equal (((GstreamPumpHead *) self)->thread, pthread_self ()) != 0;
}

/* Whether the main context is not another thread's: if it is, nothing of the run may be touched here (R7). */
gboolean gstream_pump_check_thread (GstreamPump *self,
                                    GError     **error);
/* A task whose callback comes in the pump's main context, whoever calls (R7). NULL: that is another thread's, and
 * @callback is told so where this one is at home. */
GTask *gstream_pump_new_task (GstreamPump        *self,
                              gpointer            object,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);

/* The name of a transformer that synchronous calls have to refuse for (M3), or NULL. */
void        gstream_pump_set_async_only (GstreamPump *self,
                                         const char  *name);
const char *gstream_pump_get_async_only (GstreamPump *self);

/* Lets @notifier notify from the main loop, between events: soon, or once a frame at most. */
void gstream_pump_notify_soon (GstreamPump     *self,
                               GstreamNotifier *notifier);
void gstream_pump_notify_slowly (GstreamPump     *self,
                                 GstreamNotifier *notifier);
void gstream_pump_cancel_notify (GstreamPump     *self,
                                 GstreamNotifier *notifier);

/* The number of the next arrival, for merging queues in order (P10). */
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
  GAsyncResult *result;  /* what the callback brought; a reference */
} GstreamSync;

/* FALSE, with an error that says why, where a synchronous call cannot work. */
gboolean gstream_sync_begin (GstreamSync *self,
                             GstreamPump *pump,
                             GError     **error);
/* The same without a pump; @whose: what the context is the main one of. */
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
  GQueue   waits; /* of those that have not been woken */
  gboolean open;  /* it has happened */
} GstreamLatch;

/*
 * Returns TRUE to @task once the latch is open, or its cancellation; from the
 * main loop. The latch must live as long as the task's source object. Takes
 * a reference of @task.
 */
void gstream_latch_open (GstreamLatch *self);

/* The same with a new task, of @object's and in the pump's context (R7). */
void gstream_latch_begin_wait (GstreamLatch       *self,
                               GstreamPump        *pump,
                               gpointer            object,
                               gpointer            tag,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
/* What such a wait came to. Where it was not in vain, @failure is the error, if there is one. */
gboolean gstream_latch_end_wait (GAsyncResult *result,
                                 const GError *failure,
                                 GError      **error);
/* Waits likewise here and now (R9). The result is for the function that ends it; NULL, with an error, where that cannot work. */
GAsyncResult *gstream_latch_wait_sync (GstreamLatch *self,
                                       GstreamPump  *pump,
                                       gpointer      object,
                                       GCancellable *cancellable,
                                       GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamPump, gstream_pump_unref)

G_END_DECLS
