/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cursors: the read position of a consumer in one or several projections. The class; taking an item without waiting;
 * waiting for an item; and peeking at or taking many items at once.
 */
#include <gstream/stream/gstream-cursor-private.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-pump-internal.h>

/**
 * GstreamCursor:
 *
 * The read position of a consumer in a projection, which returns its items one after another.
 *
 * A cursor is what [method@Projection.subscribe], [method@Projection.tee] and
 * [method@RunStream.interleave] return. Asking it for an item is what drives
 * the run (R1):
 *
 * ```c
 * g_autoptr (GstreamCursor) values = gstream_projection_subscribe (gstream_run_stream_get_values (run), &error);
 * g_auto (GValue) item = G_VALUE_INIT;
 *
 * while (gstream_cursor_next_sync (values, &item, NULL, &error))
 *   show_state (g_value_get_boxed (&item));
 * ```
 *
 * [method@Cursor.next] waits asynchronously, [method@Cursor.next_sync] waits by iterating the main loop, and
 * [method@Cursor.try_next] never waits. The last is by far the cheapest, so a consumer that reads many items should
 * call it until it returns %GSTREAM_TRY_PENDING, and only then wait. Iterators and the like can use
 * [method@Cursor.wait], which does not take the item, and [method@Cursor.peek_texts], which returns many items at once.
 *
 * Items come in the order in which they were pushed, each once (P3). After the
 * last one the cursor ends: the calls return %FALSE without an error. If the
 * run failed, they give its error, now and every time after (P4).
 *
 * Closing a cursor, or dropping the last reference to it, unsubscribes (P9).
 *
 * Since: 1.0
 */

/* A batch ends with the item that brings its texts beyond this many bytes. */
#define MAX_BATCH_SIZE (64 * 1024)

/* The members that are used for each item come first, so that they are in the same cache lines. */
struct _GstreamCursor
{
  GObject parent_instance;

  GTask         *task;   /* the next() or wait() under way */
  GstreamHandle *newest; /* a handle whose projections still buffer, for its consumer to subscribe (P11) */
  char          *string; /* the item that try_next_string() lent; a GstreamText */
  GstreamQueue **queues; /* one; several in an interleave */
  GstreamQueue  *only;   /* what @queues points to where there is one */
  guint          n_queues;
  guint          n_calls;       /* calls that are running, during which the cursor must not be finalized */
  gboolean      unref_deferred; /* the last reference was dropped during one of them; it is released when they return */
  gboolean      closed;
  const char   *item_name;     /* projection of the newest item; the queue's string */
  guint64       item_stamp;    /* number of its arrival */
  GstreamReader reader;        /* the part of the cursor that its queues use */
  GSource      *cancel_source; /* of the task's cancellable */
  GSource      *newest_source; /* ends the turn of @newest */
  gboolean      takes;         /* the task takes the item; otherwise the item stays queued */
  gboolean      cut_short;     /* closed while somebody was waiting */
};

/* To be called around a call during which a callback may drop the last reference (R7). */
static inline void
enter (GstreamCursor *self)
{
  self->n_calls++;
}

static inline void
leave (GstreamCursor *self)
{
  if (--self->n_calls == 0 && G_UNLIKELY (self->unref_deferred))
    g_object_unref (self);
}

enum
{
  PROP_0,
  PROP_CLOSED,
  PROP_ITEM_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void release_queues (GstreamCursor *self);

G_DEFINE_FINAL_TYPE (GstreamCursor, gstream_cursor, G_TYPE_OBJECT)

/*
 * The turn of a handle's consumer (P11): the time in which it can subscribe to the handle's projections without missing
 * an item. It begins when the cursor returns the handle, and ends after one iteration of the main loop, or when the
 * cursor is asked for the next item.
 */

/* Ends the turn of the newest handle's consumer, if there is one. */
static void
end_turn (GstreamCursor *self)
{
  GstreamHandle *newest = g_steal_pointer (&self->newest);

  if (newest == NULL)
    return;

  g_source_destroy (self->newest_source);
  g_clear_pointer (&self->newest_source, g_source_unref);
  gstream_handle_stop_early (newest);
  g_object_unref (newest);
}

static gboolean
on_turn_over (gpointer user_data)
{
  end_turn (user_data);

  return G_SOURCE_REMOVE;
}

/* Begins the turn of the consumer of a handle that is returned now (P11). */
static void
begin_turn (GstreamCursor *self,
            GstreamHandle *newest)
{
  self->newest = g_object_ref (newest);
  self->newest_source = g_idle_source_new ();
  g_source_set_priority (self->newest_source, G_PRIORITY_LOW);
  g_source_set_callback (self->newest_source, on_turn_over, self, NULL);
  g_source_set_static_name (self->newest_source, "[gstream] handle's turn");
  g_source_attach (self->newest_source, gstream_pump_get_context (self->reader.pump));
}

/* --- finding the next item --- */

static GstreamQueue *
find_oldest (GstreamCursor *self)
{
  GstreamQueue *oldest = NULL;

  for (guint i = 0; i < self->n_queues; i++)
    {
      GstreamQueue *queue = self->queues[i];

      if (gstream_queue_is_empty (queue))
        continue;
      if (oldest == NULL || gstream_queue_peek (queue, 0)->stamp < gstream_queue_peek (oldest, 0)->stamp)
        oldest = queue;
    }

  return oldest;
}

static const GError *
find_error (GstreamCursor *self)
{
  for (guint i = 0; i < self->n_queues; i++)
    if (gstream_queue_get_error (self->queues[i]) != NULL)
      return gstream_queue_get_error (self->queues[i]);

  return NULL;
}

static GstreamTry
take_end (GstreamCursor *self,
          GError       **error)
{
  GstreamTry    result = GSTREAM_TRY_ENDED;
  const GError *why = find_error (self);

  if (why != NULL)
    {
      g_propagate_error (error, g_error_copy (why));
      result = GSTREAM_TRY_FAILED;
    }
  /*
   * If one of several projections failed, the others continue, and must not be blocked by this reader, which has ended
   * (P10).
   */
  if (self->n_queues > 1)
    release_queues (self);

  return result;
}

/* Looks for a queued item, without driving the source. */
static G_ALWAYS_INLINE inline GstreamTry
find_next (GstreamCursor *self,
           GstreamQueue **queue,
           GError       **error)
{
  if (self->closed)
    return GSTREAM_TRY_ENDED;
  if (self->reader.available == 0)
    return GSTREAM_TRY_PENDING;

  *queue = self->n_queues == 1 && !gstream_queue_is_empty (self->queues[0]) ? self->queues[0] : find_oldest (self);

  return *queue != NULL ? GSTREAM_TRY_ITEM : take_end (self, error);
}

/* Drives the source for one more item at a time, because the cursor may end meanwhile. */
static void
drive (GstreamCursor *self,
       guint          enough)
{
  guint available;

  do
    {
      available = self->reader.available;
      gstream_pump_try (self->reader.pump, &self->reader.available, available + 1);
    }
  while (self->reader.available > available && self->reader.available < enough && !self->reader.over && !self->closed);
}

static G_ALWAYS_INLINE inline GstreamTry
look (GstreamCursor *self,
      guint          enough,
      GstreamQueue **queue,
      GError       **error)
{
  if (self->reader.pump != NULL && G_UNLIKELY (!gstream_pump_is_here (self->reader.pump)) &&
      !gstream_pump_check_thread (self->reader.pump, error))
    return GSTREAM_TRY_FAILED;
  if (G_UNLIKELY (self->task != NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, _ ("Another call is waiting on this cursor"));
      return GSTREAM_TRY_FAILED;
    }

  if (self->newest != NULL)
    end_turn (self);
  if (self->reader.available < enough && !self->reader.over && !self->closed)
    drive (self, enough);

  return find_next (self, queue, error);
}

/* --- taking it without waiting --- */

static G_ALWAYS_INLINE inline GstreamItem
pop (GstreamCursor *self,
     GstreamQueue  *queue)
{
  GstreamItem item;

  self->item_name = gstream_queue_get_name (queue);
  self->item_stamp = gstream_queue_peek (queue, 0)->stamp;
  item = gstream_queue_pop (queue);
  if (gstream_queue_get_item_type (queue)->kind == GSTREAM_ITEM_HANDLE)
    begin_turn (self, item.p);

  return item;
}

static G_ALWAYS_INLINE inline GstreamTry
take (GstreamCursor          *self,
      const GstreamItemType **type,
      GstreamItem            *item,
      GError                **error)
{
  GstreamQueue *queue = NULL;
  GstreamTry    tried = look (self, 1, &queue, error);

  if (tried == GSTREAM_TRY_ITEM)
    {
      *type = gstream_queue_get_item_type (queue);
      *item = pop (self, queue);
    }

  return tried;
}

/* Initializes the value, because some bindings cannot handle an uninitialized one. */
static void
give_nothing (GstreamCursor *self,
              GValue        *item)
{
  if (G_IS_VALUE (item))
    g_value_unset (item);
  g_value_init (item, self->n_queues > 0 ? gstream_queue_get_item_type (self->queues[0])->type : GSTREAM_TYPE_PAYLOAD);
}

/**
 * gstream_cursor_try_next:
 * @self: a cursor
 * @item: (out caller-allocates): the item, for %GSTREAM_TRY_ITEM; must be initialised
 *   with `G_VALUE_INIT`, and may hold the previous item
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Gets the next item, if there is one, without waiting. If none is queued, drives the run's source as far as that is
 * possible without waiting (R1).
 *
 * %GSTREAM_TRY_PENDING means that there is none now: the source has no event ready, a full projection blocks the run
 * (P6), or the budget of this turn of the main loop is used up (R11). Return to the main loop then, or use
 * [method@Cursor.next].
 *
 * Fails with the run's error if the run has failed (R5), with %G_IO_ERROR_PENDING while another call waits on this
 * cursor, and with %GSTREAM_ERROR_WRONG_CONTEXT if the run's main context is owned by another thread (R7).
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_try_next (GstreamCursor *self,
                         GValue        *item,
                         GError       **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem            taken;
  GstreamTry             tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  enter (self); /* to keep the type, whoever is called meanwhile */
  tried = take (self, &type, &taken, error);
  if (tried == GSTREAM_TRY_ITEM)
    gstream_item_take_value (type, taken, item);
  else
    give_nothing (self, item);
  leave (self);

  return tried;
}

/*
 * In an interleave of projections of different types, the type of the next item is checked. It must have been found by
 * peek().
 */
static G_NO_INLINE gboolean
next_has_kind (GstreamCursor  *self,
               GstreamItemKind kind)
{
  GstreamQueue *queue = find_oldest (self);

  if (queue != NULL)
    return gstream_queue_get_item_type (queue)->kind == kind;

  for (guint i = 0; i < self->n_queues; i++)
    if (gstream_queue_get_item_type (self->queues[i])->kind != kind)
      return FALSE;

  return TRUE;
}

static inline gboolean
has_kind (GstreamCursor  *self,
          GstreamItemKind kind)
{
  return self->n_queues == 1 ? gstream_queue_get_item_type (self->queues[0])->kind == kind : next_has_kind (self, kind);
}

static inline void
drop_string (GstreamCursor *self)
{
  if (self->string != NULL)
    gstream_text_unref (g_steal_pointer (&self->string));
}

/**
 * gstream_cursor_try_next_string:
 * @self: a cursor over a projection of strings
 * @item: (out) (transfer none) (nullable): the string; valid until the next call on this cursor
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for strings, without a #GValue and without a copy.
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_try_next_string (GstreamCursor *self,
                                const char   **item,
                                GError       **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem            taken = { NULL };
  GstreamTry             tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_STRING), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  drop_string (self); /* so that the next string can use its memory */
  enter (self);       /* to keep the string */
  tried = take (self, &type, &taken, error);
  drop_string (self);
  self->string = taken.p;
  *item = taken.p;
  leave (self);

  return tried;
}

static inline GstreamTry
try_next_pointer (GstreamCursor *self,
                  gpointer      *item,
                  GError       **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem            taken = { NULL };
  GstreamTry             tried;

  enter (self); /* for what look() says */
  tried = take (self, &type, &taken, error);
  *item = taken.p;
  leave (self);

  return tried;
}

/**
 * gstream_cursor_try_next_payload:
 * @self: a cursor over a projection of payloads
 * @item: (out) (transfer full) (nullable): the payload
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for payloads, without a #GValue.
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_try_next_payload (GstreamCursor   *self,
                                 GstreamPayload **item,
                                 GError         **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_PAYLOAD), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, (gpointer *) item, error);
}

/**
 * gstream_cursor_try_next_event:
 * @self: a cursor over a projection of events, such as a run's main log
 * @item: (out) (transfer full) (nullable): the event
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for events, without a #GValue.
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_try_next_event (GstreamCursor *self,
                               GstreamEvent **item,
                               GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_EVENT), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, (gpointer *) item, error);
}

/**
 * gstream_cursor_try_next_object:
 * @self: a cursor over a projection of objects, such as a run's messages
 * @item: (out) (transfer full) (nullable) (type GObject.Object): the object
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for objects, without a #GValue.
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_try_next_object (GstreamCursor *self,
                                gpointer      *item,
                                GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_OBJECT) || has_kind (self, GSTREAM_ITEM_HANDLE),
                        GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, item, error);
}

/**
 * gstream_cursor_get_item_type:
 * @self: a cursor
 *
 * The type of its items.
 *
 * Returns: the type; %G_TYPE_INVALID in an interleave of projections that differ in it
 *
 * Since: 1.0
 */
GType
gstream_cursor_get_item_type (GstreamCursor *self)
{
  GType type;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), G_TYPE_INVALID);

  if (self->n_queues == 0)
    return G_TYPE_INVALID;

  type = gstream_queue_get_item_type (self->queues[0])->type;
  for (guint i = 1; i < self->n_queues; i++)
    if (gstream_queue_get_item_type (self->queues[i])->type != type)
      return G_TYPE_INVALID;

  return type;
}

/**
 * gstream_cursor_get_item_name:
 * @self: a cursor
 *
 * The name of the projection that the newest item came from: what tells the
 * items of an interleave apart (P10).
 *
 * Returns: (nullable): the name, or %NULL before the first item
 *
 * Since: 1.0
 */
const char *
gstream_cursor_get_item_name (GstreamCursor *self)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), NULL);

  return self->item_name;
}

guint64
gstream_cursor_get_item_stamp (GstreamCursor *self)
{
  return self->item_stamp;
}

gboolean
gstream_cursor_yields (GstreamCursor *self,
                       GType          type)
{
  for (guint i = 0; i < self->n_queues; i++)
    if (!g_type_is_a (gstream_queue_get_item_type (self->queues[i])->type, type))
      return FALSE;

  return TRUE;
}

GstreamPump *
gstream_cursor_get_pump (GstreamCursor *self)
{
  if (self->reader.pump == NULL)
    self->reader.pump = gstream_pump_new (NULL, NULL); /* it reads nothing */

  return self->reader.pump;
}

/* The result of next(), until next_finish() returns it. */
typedef struct
{
  GstreamItemType type;
  GstreamItem     item;
} Found;

/* --- waiting --- */

static void
free_found (gpointer data)
{
  Found *found = data;

  gstream_item_free (&found->type, found->item);
  g_free (found);
}

static GTask *
end_wait (GstreamCursor *self)
{
  if (self->cancel_source != NULL)
    {
      g_source_destroy (self->cancel_source);
      g_clear_pointer (&self->cancel_source, g_source_unref);
    }
  gstream_pump_forget (self->reader.pump, &self->reader.waiter);

  return g_steal_pointer (&self->task);
}

static Found *
take_found (GstreamCursor *self,
            GstreamQueue  *queue)
{
  Found *found = g_new (Found, 1);

  found->type = *gstream_queue_get_item_type (queue);
  found->item = pop (self, queue);

  return found;
}

/* The result of a task that does not take the item. */
static const char there_is_one;

static void
answer (GstreamCursor *self,
        GTask         *task)
{
  GstreamQueue *queue = NULL;
  GError       *error = NULL;
  GstreamTry    tried = find_next (self, &queue, &error);

  g_assert (tried != GSTREAM_TRY_PENDING);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (tried == GSTREAM_TRY_ENDED)
    g_task_return_pointer (task, NULL, NULL);
  else if (self->takes)
    g_task_return_pointer (task, take_found (self, queue), free_found);
  else
    g_task_return_pointer (task, (gpointer) &there_is_one, NULL);
}

/* Initializes @item with the cursor's type, without a value. */
static void
on_ready (GstreamWaiter *waiter)
{
  GstreamCursor *self = GSTREAM_CURSOR ((char *) waiter - G_STRUCT_OFFSET (GstreamCursor, reader.waiter));
  g_autoptr (GTask) task = NULL;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    return; /* @cancel_source will complete it, and the item stays queued (R3) */
  if (self->reader.available == 0 && !self->closed)
    {
      /* The wait was started during a try_next() on this cursor, which has taken the item that was available. */
      gstream_pump_wait (self->reader.pump, waiter);
      return;
    }

  task = end_wait (self);
  if (self->cut_short)
    {
      self->cut_short = FALSE;
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The cursor was closed"));
      return;
    }

  answer (self, task);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr (GTask) task = end_wait (user_data);
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  g_task_return_error (task, error);

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GstreamCursor *self,
                   GCancellable  *cancellable)
{
  if (cancellable == NULL)
    return;

  self->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (on_cancelled), self, NULL);
  g_source_attach (self->cancel_source, gstream_pump_get_context (self->reader.pump));
}

/* Waits for an item, the end or an error. @takes: whether to take the item; @tag: only for debugging. */
static void
start (GstreamCursor      *self,
       gboolean            takes,
       gpointer            tag,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data)
{
  g_autoptr (GTask) task =
      gstream_pump_new_task (gstream_cursor_get_pump (self), self, cancellable, callback, user_data);

  if (task == NULL)
    return;

  g_task_set_source_tag (task, tag);
  /* An item that has been taken is returned even if the cancellable is cancelled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);

  if (self->task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _ ("Another call is waiting on this cursor"));
      return;
    }

  end_turn (self);
  self->cut_short = FALSE;
  self->task = g_steal_pointer (&task);
  self->takes = takes;
  watch_cancellable (self, cancellable);
  if (self->reader.available > 0 || self->closed)
    gstream_pump_ready (self->reader.pump, &self->reader.waiter);
  else
    gstream_pump_wait (self->reader.pump, &self->reader.waiter);
}

/* --- waiting for the next item --- */

/**
 * gstream_cursor_next:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting; ends this call alone, and loses nothing (R3)
 * @callback: (scope async): called when there is an item, the end, or an error
 * @user_data: for @callback
 *
 * Waits for the next item. While it waits, the run's source is driven (R1, R2).
 *
 * One call at a time: a second one fails with %G_IO_ERROR_PENDING. @callback is
 * called from the run's main context, never from inside this call (R7).
 *
 * Since: 1.0
 */
void
gstream_cursor_next (GstreamCursor      *self,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  start (self, TRUE, gstream_cursor_next, cancellable, callback, user_data);
}

/**
 * gstream_cursor_next_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @item: (out caller-allocates): the item; must be initialised with `G_VALUE_INIT`,
 *   and may hold the previous item
 * @error: return location for an error
 *
 * Ends [method@Cursor.next].
 *
 * Fails with the run's error if the run has failed (R5), with %G_IO_ERROR_CANCELLED if the wait was cancelled or the
 * cursor closed (P9), with %GSTREAM_ERROR_CLOSED if the run was finalized meanwhile, to which a cursor holds no
 * reference (R6), with %G_IO_ERROR_PENDING if another wait was under way, and with %GSTREAM_ERROR_WRONG_CONTEXT if the
 * run's main context is owned by another thread than the caller (R7).
 *
 * Returns: %TRUE with an item; %FALSE at the end, without @error set, or with it
 *
 * Since: 1.0
 */
gboolean
gstream_cursor_next_finish (GstreamCursor *self,
                            GAsyncResult  *result,
                            GValue        *item,
                            GError       **error)
{
  Found *found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    {
      give_nothing (self, item);
      return FALSE;
    }

  gstream_item_take_value (&found->type, found->item, item);
  g_free (found);

  return TRUE;
}

/**
 * gstream_cursor_next_sync:
 * @self: a cursor
 * @item: (out caller-allocates): the item; must be initialised with `G_VALUE_INIT`,
 *   and may hold the previous item
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Waits for the next item by iterating the run's main context (R9). For scripts
 * and tests: a program with a main loop uses [method@Cursor.next].
 *
 * Fails like [method@Cursor.next_finish], with %GSTREAM_ERROR_WRONG_CONTEXT
 * where the run's main context belongs to another thread or the call comes from
 * inside a transformer, and with %GSTREAM_ERROR_ASYNC_ONLY where a transformer
 * of the run only works asynchronously (M3).
 *
 * Returns: %TRUE with an item; %FALSE at the end, without @error set, or with it
 *
 * Since: 1.0
 */
gboolean
gstream_cursor_next_sync (GstreamCursor *self,
                          GValue        *item,
                          GCancellable  *cancellable,
                          GError       **error)
{
  GstreamSync sync;
  GstreamTry  tried;
  gboolean    found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  give_nothing (self, item);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !gstream_sync_begin (&sync, gstream_cursor_get_pump (self), error))
    return FALSE;

  tried = gstream_cursor_try_next (self, item, error);
  found = tried == GSTREAM_TRY_ITEM;
  if (tried == GSTREAM_TRY_PENDING)
    {
      gstream_cursor_next (self, cancellable, gstream_sync_done, &sync);
      gstream_sync_wait (&sync);
      found = gstream_cursor_next_finish (self, sync.result, item, error);
    }
  gstream_sync_end (&sync);

  return found;
}

/* --- waiting without taking --- */

/**
 * gstream_cursor_wait:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting; ends this call alone, and loses nothing (R3)
 * @callback: (scope async): called when there is an item, the end, or an error
 * @user_data: for @callback
 *
 * Waits until there is an item, like [method@Cursor.next], but leaves it queued for the next [method@Cursor.try_next]
 * or [method@Cursor.peek_texts].
 *
 * One call at a time: while one is under way, another of this or of
 * [method@Cursor.next] fails with %G_IO_ERROR_PENDING. @callback is called from
 * the run's main context, never from inside this call (R7).
 *
 * Since: 1.0
 */
void
gstream_cursor_wait (GstreamCursor      *self,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  start (self, FALSE, gstream_cursor_wait, cancellable, callback, user_data);
}

/**
 * gstream_cursor_wait_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Cursor.wait]. Fails like [method@Cursor.next_finish].
 *
 * Returns: %TRUE if there is an item; %FALSE at the end, without @error set, or with it
 *
 * Since: 1.0
 */
gboolean
gstream_cursor_wait_finish (GstreamCursor *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * gstream_cursor_wait_sync:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Waits until there is an item by iterating the run's main context (R9), and
 * leaves it where it is. Fails like [method@Cursor.next_sync].
 *
 * Returns: %TRUE if there is an item; %FALSE at the end, without @error set, or with it
 *
 * Since: 1.0
 */
gboolean
gstream_cursor_wait_sync (GstreamCursor *self,
                          GCancellable  *cancellable,
                          GError       **error)
{
  GstreamSync sync;
  gboolean    found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !gstream_sync_begin (&sync, gstream_cursor_get_pump (self), error))
    return FALSE;

  gstream_cursor_wait (self, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  found = gstream_cursor_wait_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return found;
}

/* --- looking at, or taking, many items at once: what the iterators of the language bindings are made of --- */

/**
 * gstream_cursor_peek:
 * @self: a cursor
 * @name: (out) (transfer none) (nullable): the name of the projection that the next item is
 *   from, for %GSTREAM_TRY_ITEM
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Checks whether there is an item, without waiting, driving the run's source like [method@Cursor.try_next], and leaves
 * it queued. In an interleave (P10), the name tells which of the typed calls to use for it.
 *
 * Fails like [method@Cursor.try_next].
 *
 * Returns: what there is
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_peek (GstreamCursor *self,
                     const char   **name,
                     GError       **error)
{
  GstreamQueue *queue = NULL;
  GstreamTry    tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (name != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  enter (self);
  tried = look (self, 1, &queue, error);
  *name = tried == GSTREAM_TRY_ITEM ? gstream_queue_get_name (queue) : NULL;
  leave (self);

  return tried;
}

/* NULL: the item is a string that is not there. */
static char *
dup_text (const GstreamItemType *type,
          GstreamItem            item)
{
  g_autoptr (GstreamPayload) payload = NULL;

  if (type->kind == GSTREAM_ITEM_STRING)
    return g_strdup (item.p);

  payload = gstream_item_type_is_json (type) ? gstream_item_to_payload (type, item, NULL) : NULL;

  return payload ? gstream_payload_dup_json (payload) : g_strdup ("null");
}

static char **
dup_texts (GstreamQueue *queue,
           guint         max)
{
  const GstreamItemType *type = gstream_queue_get_item_type (queue);
  guint                  n_items = MIN (max, gstream_queue_get_length (queue));
  char                 **texts = g_new (char *, n_items + 1);
  gsize                  size = 0;
  guint                  n = 0;

  while (n < n_items && size < MAX_BATCH_SIZE &&
         (texts[n] = dup_text (type, gstream_queue_peek (queue, n)->item)) != NULL)
    size += strlen (texts[n++]) + 1;
  texts[n] = NULL;

  return texts;
}

/**
 * gstream_cursor_peek_texts:
 * @self: a cursor over a projection of strings, or of what has a JSON form: payloads,
 *   variants, numbers and booleans
 * @max: the most items to look at; 1 for the next one alone
 * @texts: (out) (transfer full) (array zero-terminated=1) (nullable): the strings, or the JSON of each
 *   item, for %GSTREAM_TRY_ITEM; else %NULL
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * For language bindings: in C, [method@Cursor.try_next] and its variants are cheaper.
 *
 * Gets the texts of the next items, and leaves the items queued. For bindings, each call is expensive, and one more
 * string is not: their iterators peek at a batch, and call [method@Cursor.skip] for the items that they return. So no
 * item is lost if the loop is left early, and items that have not been returned count as queued (P6).
 *
 * The run's source is driven without waiting until @max items are available, or as far as possible. With a @max of 1
 * that is no further than by [method@Cursor.try_next]. A batch ends early after 64 KiB of text, and before a string
 * that is %NULL: if that is the next item, @texts is empty.
 *
 * Fails like [method@Cursor.try_next].
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_peek_texts (GstreamCursor *self,
                           guint          max,
                           char        ***texts,
                           GError       **error)
{
  GstreamQueue *queue = NULL;
  GstreamTry    tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (max > 0, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (texts != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  *texts = NULL;
  if (self->n_queues > 1)
    max = 1; /* the next items may be from other projections */
  enter (self);
  tried = look (self, max, &queue, error);
  if (tried == GSTREAM_TRY_ITEM)
    {
      g_warn_if_fail (gstream_item_type_is_json (gstream_queue_get_item_type (queue)));
      *texts = dup_texts (queue, max);
    }
  leave (self);

  return tried;
}

/**
 * gstream_cursor_skip:
 * @self: a cursor
 * @n: how many items
 *
 * For language bindings: in C, [method@Cursor.try_next] and its variants are cheaper.
 *
 * Takes the next items without returning them, at most as many as are queued: those that [method@Cursor.peek_texts] has
 * returned.
 *
 * Since: 1.0
 */
void
gstream_cursor_skip (GstreamCursor *self,
                     guint          n)
{
  GstreamQueue *queue = NULL;

  g_return_if_fail (GSTREAM_IS_CURSOR (self));

  enter (self);
  while (n-- > 0 && self->task == NULL && self->reader.available > 0 &&
         look (self, 1, &queue, NULL) == GSTREAM_TRY_ITEM)
    {
      GstreamItemType type = *gstream_queue_get_item_type (queue);

      gstream_item_free (&type, pop (self, queue));
    }
  leave (self);
}

/**
 * gstream_cursor_take_texts:
 * @self: a cursor over a projection of strings, or of what has a JSON form: payloads,
 *   variants, numbers and booleans
 * @max: the most items to take; 1 for the next one alone
 * @texts: (out) (transfer full) (array zero-terminated=1) (nullable): the strings, or the JSON of each
 *   item, for %GSTREAM_TRY_ITEM; else %NULL
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * For language bindings: in C, [method@Cursor.try_next] and its variants are cheaper.
 *
 * Takes the next items and returns their texts: [method@Cursor.peek_texts] and [method@Cursor.skip] in one call. For
 * consumers that process a batch as a whole: the items are no longer queued (P3), so a bounded projection has room
 * again (P6).
 *
 * Drives the run's source like [method@Cursor.peek_texts]. If the next item is a string that is %NULL, it is taken, and
 * @texts is empty.
 *
 * Fails like [method@Cursor.try_next].
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_cursor_take_texts (GstreamCursor *self,
                           guint          max,
                           char        ***texts,
                           GError       **error)
{
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (max > 0, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (texts != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  enter (self); /* for what is skipped */
  tried = gstream_cursor_peek_texts (self, max, texts, error);
  if (tried == GSTREAM_TRY_ITEM)
    gstream_cursor_skip (self, MAX (1, g_strv_length (*texts)));
  leave (self);

  return tried;
}

/* --- its life --- */

/* Unsubscribes. */
static void
release_queues (GstreamCursor *self)
{
  g_object_ref (self);
  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_detach (self->queues[i]);
  g_object_unref (self);
}

/**
 * gstream_cursor_get_closed:
 * @self: a cursor
 *
 * Whether [method@Cursor.close] was called.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
gstream_cursor_get_closed (GstreamCursor *self)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);

  return self->closed;
}

/**
 * gstream_cursor_close:
 * @self: a cursor
 *
 * Unsubscribes (P9): queued items are dropped, a pending [method@Cursor.next] fails with %G_IO_ERROR_CANCELLED, later
 * calls return the end, and the projection may be subscribed to again. Closing a closed cursor does nothing. Dropping
 * the last reference closes the cursor, too.
 *
 * Since: 1.0
 */
void
gstream_cursor_close (GstreamCursor *self)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));

  if (self->closed)
    return;

  g_object_ref (self);
  self->closed = TRUE;
  end_turn (self);
  if (self->task != NULL)
    {
      self->cut_short = TRUE;
      gstream_pump_ready (self->reader.pump, &self->reader.waiter);
    }
  release_queues (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
  g_object_unref (self);
}

static void
gstream_cursor_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  switch (prop_id)
    {
    case PROP_CLOSED:
      g_value_set_boolean (value, self->closed);
      break;
    case PROP_ITEM_NAME:
      g_value_set_string (value, self->item_name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_cursor_dispose (GObject *object)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  /* Rarely needed, and cheaper than taking a reference for each item. */
  if (self->n_calls > 0)
    {
      self->unref_deferred = TRUE;
      g_object_ref (self);
      return;
    }

  gstream_cursor_close (self);

  G_OBJECT_CLASS (gstream_cursor_parent_class)->dispose (object);
}

static void
gstream_cursor_finalize (GObject *object)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_unref (self->queues[i]);
  if (self->queues != &self->only)
    g_free (self->queues);
  g_clear_pointer (&self->string, gstream_text_unref);
  g_clear_pointer (&self->reader.pump, gstream_pump_unref);

  G_OBJECT_CLASS (gstream_cursor_parent_class)->finalize (object);
}

static void
gstream_cursor_class_init (GstreamCursorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_cursor_get_property;
  object_class->dispose = gstream_cursor_dispose;
  object_class->finalize = gstream_cursor_finalize;

  /**
   * GstreamCursor:closed: (getter get_closed)
   *
   * Whether the cursor was closed by [method@Cursor.close]. A cursor that was made by `g_object_new()` has no
   * projection, and is closed from the beginning.
   *
   * Since: 1.0
   */
  properties[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamCursor:item-name: (getter get_item_name)
   *
   * The name of the projection that the newest item came from. Not notified: it
   * changes with every item.
   *
   * Since: 1.0
   */
  properties[PROP_ITEM_NAME] =
      g_param_spec_string ("item-name", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_cursor_init (GstreamCursor *self)
{
  self->reader.waiter.wake = on_ready;
  self->closed = TRUE; /* until it has something to read */
}

GstreamCursor *
gstream_cursor_new_for_queues (GstreamQueue **queues,
                               guint          n_queues)
{
  GstreamCursor *self = g_object_new (GSTREAM_TYPE_CURSOR, NULL);

  self->queues = n_queues == 1 ? &self->only : g_new (GstreamQueue *, n_queues);
  self->n_queues = n_queues;
  self->closed = FALSE;
  self->reader.n_open = n_queues; /* set before the first queue is attached, which may have ended already */
  for (guint i = 0; i < n_queues; i++)
    {
      self->queues[i] = gstream_queue_ref (queues[i]);
      gstream_queue_attach (queues[i], &self->reader);
    }

  return self;
}
