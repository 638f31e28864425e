/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Projections: typed, ordered queues of a run's items. The class, the owner, the queues, early buffering (P11), pushing
 * (P5, P6), subscribing (P1, P8, P10), and the end.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-cursor-private.h>
#include <gstream/stream/gstream-projection-internal.h>
#include <gstream/stream/gstream-queue-private.h>

/**
 * GstreamProjection:
 *
 * One view of a run: its messages, its states, or an application's own items.
 *
 * Transformers push items into projections. Consumers subscribe to them, and read the items with the cursor that they
 * get:
 *
 * ```c
 * g_autoptr (GstreamCursor) messages =
 *   gstream_projection_subscribe (gstream_run_stream_get_messages (run), &error);
 * ```
 *
 * A projection has one consumer (P1); for more, [method@Projection.tee] makes several cursors that each return every
 * item (P8). Items that are pushed while there is no consumer are dropped (P2). A projection stores only the queued
 * items, whose number is limited by [property@Projection:max-buffered]: while a queue is full, the run does not ask its
 * source for events (P6).
 *
 * A projection may only be used in the main context of its run.
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ITEM_TYPE,
  PROP_MAX_BUFFERED,
  PROP_FORWARD,
  PROP_SUBSCRIBED,
  PROP_CLOSED,
  PROP_NATIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void handle_init (GstreamHandleInterface *iface);
static void let_in (GstreamProjection *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamProjection, gstream_projection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, handle_init))

/* Notifies that the projection was subscribed to, or unsubscribed from. */
static void
tell_subscribed (GstreamProjection *self)
{
  if (self->funcs != NULL)
    self->funcs->changed (self->owner);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUBSCRIBED]);
}

/* --- its place in a run: the pump that drives it, and the mux it tells --- */

static GstreamPump *
get_pump (GstreamProjection *self)
{
  if (self->pump == NULL)
    self->pump = gstream_pump_new (NULL, NULL);

  return self->pump;
}

void
gstream_projection_bind (GstreamProjection                 *self,
                         GstreamPump                       *pump,
                         const GstreamProjectionOwnerFuncs *funcs,
                         gpointer                           owner)
{
  gstream_pump_ref (pump);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  self->pump = pump;
  self->funcs = funcs;
  self->owner = owner;
  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_set_pump (self->queues[i], pump);
  if (self->early_queue != NULL)
    gstream_queue_set_pump (self->early_queue, pump);
}

void
gstream_projection_unbind (GstreamProjection *self)
{
  self->funcs = NULL;
  self->owner = NULL;
}

void
gstream_projection_set_registrar (GstreamProjection *self,
                                  const char        *registrar,
                                  gboolean           native)
{
  self->registrar = registrar;
  self->native = native;
}

const char *
gstream_projection_get_registrar (GstreamProjection *self)
{
  return self->registrar;
}

const char *
gstream_projection_get_method (GstreamProjection *self)
{
  if (self->native)
    return self->name;
  if (self->method == NULL)
    self->method = g_strconcat ("custom:", self->name, NULL);

  return self->method;
}

const GstreamItemType *
gstream_projection_peek_type (GstreamProjection *self)
{
  return &self->type;
}

/* --- push_async() calls that wait for room, oldest first --- */

typedef struct
{
  GQueue         *pushers;
  GList           link;
  GTask          *task;
  GSource        *cancel_source; /* of its cancellable; NULL without one */
  GstreamItemType type;
  GstreamItem     item;
} Pusher;

static GTask *
leave (Pusher *pusher)
{
  GTask *task = pusher->task;

  g_queue_unlink (pusher->pushers, &pusher->link);
  if (pusher->cancel_source != NULL)
    {
      g_source_destroy (pusher->cancel_source);
      g_source_unref (pusher->cancel_source);
    }
  g_free (pusher);

  return task;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  Pusher *pusher = user_data;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  gstream_item_free (&pusher->type, pusher->item);
  task = leave (pusher);
  g_task_return_error (task, error);

  return G_SOURCE_REMOVE;
}

static void
pushers_add (GQueue                *self,
             GTask                 *task,
             const GstreamItemType *type,
             GstreamItem            item)
{
  Pusher       *pusher = g_new0 (Pusher, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  *pusher = (Pusher) { .pushers = self, .task = g_object_ref (task), .type = *type, .item = item };
  pusher->link.data = pusher;
  g_queue_push_tail_link (self, &pusher->link);

  /* If the item has been pushed, the call succeeds even if it is cancelled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  if (cancellable == NULL)
    return;

  pusher->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (pusher->cancel_source, G_SOURCE_FUNC (on_cancelled), pusher, NULL);
  g_source_attach (pusher->cancel_source, g_task_get_context (task));
}

static gboolean
on_answer (gpointer user_data)
{
  GError *error = g_task_get_task_data (user_data);

  if (error != NULL)
    g_task_return_error (user_data, g_error_copy (error));
  else
    g_task_return_boolean (user_data, TRUE);

  return G_SOURCE_REMOVE;
}

/* The callback must not run inside the call that made room. */
static void
pushers_answer (GTask  *task,
                GError *error)
{
  GSource *source = g_idle_source_new ();

  g_task_set_task_data (task, error, error ? (GDestroyNotify) g_error_free : NULL);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, on_answer, task, g_object_unref);
  g_source_set_static_name (source, "[gstream] pushed");
  g_source_attach (source, g_task_get_context (task));
  g_source_unref (source);
}

static GTask *
pushers_pop (GQueue      *self,
             GstreamItem *item)
{
  Pusher *pusher = g_queue_peek_head (self);

  g_assert (pusher != NULL);

  *item = pusher->item;

  return leave (pusher);
}

static void
pushers_drop (GQueue *self)
{
  Pusher *pusher;

  while ((pusher = g_queue_peek_head (self)) != NULL)
    {
      gstream_item_free (&pusher->type, pusher->item);
      pushers_answer (leave (pusher), NULL);
    }
}

/* --- its queues: one for its cursor, or one for each branch of a tee --- */

/* takes it */
static void
drop_queue (GstreamQueue *queue)
{
  gstream_queue_disown (queue);
  gstream_queue_unref (queue);
}

/* Takes @queue. */
static void
insert_queue (GstreamProjection *self,
              GstreamQueue      *queue)
{
  if (self->n_queues == 0)
    self->queues = &self->only;
  else if (self->n_queues == 1)
    self->queues = g_memdup2 (self->queues, 2 * sizeof (GstreamQueue *));
  else
    self->queues = g_renew (GstreamQueue *, self->queues, self->n_queues + 1);
  self->queues[self->n_queues++] = queue;
}

static void
remove_queue (GstreamProjection *self,
              GstreamQueue      *queue)
{
  guint i = 0;

  while (self->queues[i] != queue)
    i++;
  for (self->n_queues--; i < self->n_queues; i++)
    self->queues[i] = self->queues[i + 1];
  if (self->n_queues == 1)
    {
      self->only = self->queues[0];
      g_free (self->queues);
      self->queues = &self->only;
    }
  drop_queue (queue);
}

/* Disowns all queues, which then belong to their readers. */
static void
drop_queues (GstreamProjection *self)
{
  while (self->n_queues > 0)
    remove_queue (self, self->queues[0]);
}

static void
on_room (gpointer owner)
{
  let_in (owner);
}

static void
on_left (gpointer      owner,
         GstreamQueue *queue)
{
  GstreamProjection *self = owner;

  g_object_ref (self);
  remove_queue (self, queue);
  let_in (self);
  if (self->n_queues == 0)
    {
      pushers_drop (&self->pushers); /* those that wait for room in the main log */
      tell_subscribed (self);
    }
  g_object_unref (self);
}

static const GstreamQueueFuncs queue_funcs = { on_room, on_left };

/* Makes a queue that is not in the list. */
static GstreamQueue *
make_queue (GstreamProjection *self)
{
  GstreamQueue *queue = gstream_queue_new (&self->type, self->name, &queue_funcs, self);

  gstream_queue_set_pump (queue, get_pump (self));

  return queue;
}

/* Adds a queue without a reader to the list, with the items that were buffered early. */
static GstreamQueue *
add_queue (GstreamProjection *self)
{
  GstreamQueue *queue = make_queue (self);

  if (self->early_queue != NULL)
    gstream_queue_copy_to (self->early_queue, queue);
  if (self->closed)
    gstream_queue_end (queue, self->error);
  insert_queue (self, queue);

  return queue;
}

/* --- early buffering (P11): what is pushed before the consumer of a handle could subscribe --- */

void
gstream_projection_start_early (GstreamProjection *self)
{
  self->early = TRUE;
}

void
gstream_projection_stop_early (GstreamProjection *self)
{
  self->early = FALSE;
  g_clear_pointer (&self->early_queue, drop_queue);
}

static void
handle_start_early (GstreamHandle *handle)
{
  GSTREAM_PROJECTION (handle)->n_early++;
}

static void
handle_stop_early (GstreamHandle *handle)
{
  GstreamProjection *self = GSTREAM_PROJECTION (handle);

  if (--self->n_early == 0)
    gstream_projection_stop_early (self);
}

static void
handle_init (GstreamHandleInterface *iface)
{
  iface->start_early = handle_start_early;
  iface->stop_early = handle_stop_early;
}

/* Handles a queue without a reader: it becomes the early queue, or is freed. */
static void
buffer_early (GstreamProjection *self,
              GstreamItem        item)
{
  if (!self->early)
    {
      gstream_item_free (&self->type, item);
      return;
    }

  if (self->early_queue == NULL)
    self->early_queue = make_queue (self);
  gstream_queue_push (self->early_queue, item);
}

/* --- pushing at once --- */

static gboolean
refuse_push (GstreamProjection *self,
             GstreamItem        item,
             GError           **error)
{
  gstream_item_free (&self->type, item);
  if (self->n_queues == 0)
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED, _ ("Projection “%s” is closed: nothing can be pushed to it"),
               self->name);

  return FALSE;
}

static inline gboolean
push_item (GstreamProjection *self,
           GstreamItem        item,
           GError           **error)
{
  guint n = self->n_queues;

  if (G_UNLIKELY (self->closed))
    return refuse_push (self, item, error);

  if (self->forward && self->funcs != NULL && !self->funcs->forward (self->owner, self, item, error))
    {
      gstream_item_free (&self->type, item);
      return FALSE;
    }

  if (n == 0)
    {
      buffer_early (self, item);
      return TRUE;
    }

  for (guint i = 1; i < n; i++)
    gstream_queue_push (self->queues[i], gstream_item_copy (&self->type, item));
  gstream_queue_push (self->queues[0], item);

  return TRUE;
}

/* A projection without a run may be used in any thread. */
static inline gboolean
may_push (GstreamProjection *self,
          GError           **error)
{
  return self->pump == NULL || gstream_pump_check_thread (self->pump, error);
}

gboolean
gstream_projection_push_item (GstreamProjection *self,
                              GstreamItem        item,
                              GError           **error)
{
  return push_item (self, item, error);
}

static inline GstreamItem
make_text (GstreamProjection *self,
           const char        *text,
           gsize              length)
{
  return (GstreamItem) { .p = gstream_text_new_in (&self->texts, text, length) };
}

void
gstream_projection_push_text (GstreamProjection *self,
                              const char        *text,
                              gsize              length)
{
  if (gstream_projection_is_wanted (self))
    push_item (self, make_text (self, text, length), NULL);
}

static gboolean
item_from_value (GstreamProjection *self,
                 const GValue      *value,
                 GstreamItem       *item,
                 GError           **error)
{
  if (gstream_item_from_value (&self->type, value, item))
    {
      if (self->type.kind != GSTREAM_ITEM_HANDLE || item->p != NULL)
        return TRUE;
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   _ ("Projection “%s” takes items of type %s, not nothing"), self->name,
                   g_type_name (self->type.type));
      return FALSE;
    }

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("Projection “%s” takes items of type %s, not %s"),
               self->name, g_type_name (self->type.type), G_VALUE_TYPE_NAME (value));

  return FALSE;
}

/**
 * gstream_projection_push:
 * @self: a projection
 * @item: the item; converted to the item type where GObject knows how
 * @error: return location for an error
 *
 * Appends an item, without waiting for room (P6). This is for transformers, which push while the run processes events.
 * Other callers should use [method@Projection.push_async], which waits for room.
 *
 * If nobody has subscribed, the item is dropped (P2), or only forwarded to the main log (M6).
 *
 * Fails with %GSTREAM_ERROR_CLOSED if the projection is closed and has a subscriber (P5), with %GSTREAM_ERROR_INVALID
 * if @item cannot be converted, or is to be forwarded and has no JSON form, and with %GSTREAM_ERROR_WRONG_CONTEXT in a
 * thread other than the run's (R7).
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push (GstreamProjection *self,
                         const GValue      *item,
                         GError           **error)
{
  GstreamItem pushed = { NULL };

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (item), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return may_push (self, error) && item_from_value (self, item, &pushed, error) &&
         gstream_projection_push_item (self, pushed, error);
}

/**
 * gstream_projection_push_string:
 * @self: a projection of strings
 * @item: the string
 * @error: return location for an error
 *
 * [method@Projection.push] for a string.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push_string (GstreamProjection *self,
                                const char        *item,
                                GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (self->type.kind == GSTREAM_ITEM_STRING, FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  if (!may_push (self, error))
    return FALSE;
  if (self->closed)
    return refuse_push (self, (GstreamItem) { .p = NULL }, error);

  return push_item (self, make_text (self, item, strlen (item)), error);
}

/**
 * gstream_projection_push_payload:
 * @self: a projection of payloads
 * @item: the payload
 * @error: return location for an error
 *
 * [method@Projection.push] for a payload.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push_payload (GstreamProjection *self,
                                 GstreamPayload    *item,
                                 GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (self->type.kind == GSTREAM_ITEM_PAYLOAD, FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  return may_push (self, error) &&
         gstream_projection_push_item (self, (GstreamItem) { .p = gstream_payload_ref (item) }, error);
}

/**
 * gstream_projection_push_event:
 * @self: a projection of events
 * @item: the event
 * @error: return location for an error
 *
 * [method@Projection.push] for an event.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push_event (GstreamProjection *self,
                               GstreamEvent      *item,
                               GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (self->type.kind == GSTREAM_ITEM_EVENT, FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  return may_push (self, error) &&
         gstream_projection_push_item (self, (GstreamItem) { .p = gstream_event_ref (item) }, error);
}

/**
 * gstream_projection_push_object:
 * @self: a projection of objects
 * @item: the object, of the projection's item type
 * @error: return location for an error
 *
 * [method@Projection.push] for an object.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push_object (GstreamProjection *self,
                                GObject           *item,
                                GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (item, self->type.type), FALSE);

  return may_push (self, error) &&
         gstream_projection_push_item (self, (GstreamItem) { .p = g_object_ref (item) }, error);
}

/* --- pushing when there is room (P6) --- */

static gboolean
is_full (GstreamProjection *self)
{
  for (guint i = 0; i < self->n_queues; i++)
    if (gstream_queue_is_full (self->queues[i]))
      return TRUE;

  return FALSE;
}

static void
follow (GstreamProjection *self,
        GstreamProjection *log)
{
  if (self->following)
    return;

  if (log->followers == NULL)
    log->followers = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (log->followers, g_object_ref (self));
  self->following = TRUE;
}

/*
 * Whether there is room in its queues and, if it forwards, in those of the main log. If the main log is full, follows
 * it, to be told when it has room.
 */
static gboolean
has_room (GstreamProjection *self)
{
  GstreamProjection *log = self->forward && self->funcs != NULL ? self->funcs->get_log (self->owner) : NULL;

  if (is_full (self))
    return FALSE;
  if (log == NULL || !is_full (log))
    return TRUE;

  follow (self, log);

  return FALSE;
}

static void
let_pushers_in (GstreamProjection *self)
{
  while (!g_queue_is_empty (&self->pushers) && has_room (self))
    {
      GstreamItem item;
      GTask      *task = pushers_pop (&self->pushers, &item);
      GError     *error = NULL;

      gstream_projection_push_item (self, item, &error);
      pushers_answer (task, error);
    }
}

/* Called when there may be room in a queue: completes pushes that wait for it (P6). */
static void
let_in (GstreamProjection *self)
{
  let_pushers_in (self);

  /* Each of the followers has a turn. One that finds the log full again is appended at the end. */
  for (guint n = self->followers ? self->followers->len : 0; n > 0 && !is_full (self); n--)
    {
      g_autoptr (GstreamProjection) follower = g_ptr_array_steal_index (self->followers, 0);

      follower->following = FALSE;
      let_pushers_in (follower);
    }
}

/**
 * gstream_projection_push_async:
 * @self: a projection
 * @item: the item; converted to the item type where GObject knows how
 * @cancellable: (nullable): to stop waiting; the item is then dropped
 * @callback: (scope async): called when the item was pushed, or dropped
 * @user_data: for @callback
 *
 * Appends an item when there is room for it (P6): in the projection and, with [property@Projection:forward], also in
 * the main log. This is for items that are pushed outside of the processing of events, for example by a transformer's
 * side work.
 *
 * The call also completes when the last cursor is closed, the run is aborted, or the projection is closed; the item is
 * then dropped.
 *
 * Since: 1.0
 */
void
gstream_projection_push_async (GstreamProjection  *self,
                               const GValue       *item,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GstreamItem pushed = { NULL };
  GError     *error = NULL;

  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (G_IS_VALUE (item));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_pump_new_task (get_pump (self), self, cancellable, callback, user_data);
  if (task == NULL)
    return;

  g_task_set_source_tag (task, gstream_projection_push_async);
  if (!item_from_value (self, item, &pushed, &error))
    g_task_return_error (task, error);
  else if (!g_queue_is_empty (&self->pushers) || !has_room (self))
    pushers_add (&self->pushers, task, &self->type, pushed);
  else if (gstream_projection_push_item (self, pushed, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * gstream_projection_push_finish:
 * @self: a projection
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Projection.push_async].
 *
 * Returns: %TRUE unless it failed, as [method@Projection.push] does, or was
 *   cancelled (%G_IO_ERROR_CANCELLED)
 *
 * Since: 1.0
 */
gboolean
gstream_projection_push_finish (GstreamProjection *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- subscribing (P1, P8, P10) --- */

static gboolean
check_free (GstreamProjection *self,
            GError           **error)
{
  if (self->pump != NULL && !gstream_pump_check_thread (self->pump, error))
    return FALSE;
  if (self->n_queues == 0)
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED,
               _ ("Projection “%s” is already subscribed: it has one consumer; use tee for several"), self->name);

  return FALSE;
}

static void
subscribed (GstreamProjection *self)
{
  g_clear_pointer (&self->early_queue, drop_queue);
  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_set_max (self->queues[i], self->max_buffered);
  tell_subscribed (self);
}

/**
 * gstream_projection_subscribe:
 * @self: a projection
 * @error: return location for an error
 *
 * Becomes the projection's consumer (P1). Items pushed from now on come out of
 * the returned cursor.
 *
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED while there is another cursor.
 *
 * Returns: (transfer full): the cursor
 *
 * Since: 1.0
 */
GstreamCursor *
gstream_projection_subscribe (GstreamProjection *self,
                              GError           **error)
{
  GstreamQueue  *queue;
  GstreamCursor *cursor;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_free (self, error))
    return NULL;

  queue = add_queue (self);
  cursor = gstream_cursor_new_for_queues (&queue, 1);
  subscribed (self);

  return cursor;
}

/**
 * gstream_projection_tee:
 * @self: a projection
 * @n: how many cursors, at least 1
 * @error: return location for an error
 *
 * Subscribes several consumers (P8): each of the cursors returns every item. If the projection is bounded, the slowest
 * of them blocks the run; closed cursors do not count.
 *
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED while there is another cursor, and with %GSTREAM_ERROR_INVALID if @n is
 * 0.
 *
 * Returns: (transfer container) (element-type GstreamCursor): the cursors, which the array owns
 *
 * Since: 1.0
 */
GPtrArray *
gstream_projection_tee (GstreamProjection *self,
                        guint              n,
                        GError           **error)
{
  g_autoptr (GPtrArray) cursors = NULL;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (n < 1)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   _ ("A tee of projection “%s” needs at least 1 branch, not 0"), self->name);
      return NULL;
    }
  if (!check_free (self, error))
    return NULL;

  cursors = g_ptr_array_new_full (n, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      GstreamQueue *queue = add_queue (self);

      g_ptr_array_add (cursors, gstream_cursor_new_for_queues (&queue, 1));
    }
  subscribed (self);

  return g_steal_pointer (&cursors);
}

GstreamCursor *
gstream_projection_interleave (GPtrArray *projections,
                               GError   **error)
{
  g_autoptr (GPtrArray) queues = g_ptr_array_new ();
  GstreamCursor *cursor;

  for (guint i = 0; i < projections->len; i++)
    if (!check_free (g_ptr_array_index (projections, i), error))
      return NULL;

  for (guint i = 0; i < projections->len; i++)
    g_ptr_array_add (queues, add_queue (g_ptr_array_index (projections, i)));
  cursor = gstream_cursor_new_for_queues ((GstreamQueue **) queues->pdata, queues->len);
  for (guint i = 0; i < projections->len; i++)
    subscribed (g_ptr_array_index (projections, i));

  return cursor;
}

gboolean
gstream_projection_is_awaited (GstreamProjection *self)
{
  for (guint i = 0; i < self->n_queues; i++)
    if (self->queues[i]->reader != NULL && self->queues[i]->reader->waiter.state == GSTREAM_WAITER_WAITING)
      return TRUE;

  return FALSE;
}

/* --- its end --- */

static void
end (GstreamProjection *self,
     const GError      *error)
{
  if (self->closed)
    return;

  self->closed = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  pushers_drop (&self->pushers); /* before the queues end, which would let them push, and fail */
  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_end (self->queues[i], error);
  g_clear_pointer (&self->texts, gstream_text_arena_finish);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}

/**
 * gstream_projection_close:
 * @self: a projection
 *
 * Ends the projection (P4): its cursors return the queued items, then the end. The run does this for the projections of
 * its transformers. Closing a projection that has ended does nothing.
 *
 * Since: 1.0
 */
void
gstream_projection_close (GstreamProjection *self)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));

  end (self, NULL);
}

/**
 * gstream_projection_fail:
 * @self: a projection
 * @error: the error that the cursors return after the queued items, for each further call
 *
 * Ends the projection with an error (P4).
 *
 * Since: 1.0
 */
void
gstream_projection_fail (GstreamProjection *self,
                         const GError      *error)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (error != NULL);

  end (self, error);
}

/* --- its properties --- */

/**
 * gstream_projection_get_name:
 * @self: a projection
 *
 * The name it is registered under.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
gstream_projection_get_name (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);

  return self->name;
}

/**
 * gstream_projection_get_item_type:
 * @self: a projection
 *
 * The type of its items.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
GType
gstream_projection_get_item_type (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), G_TYPE_INVALID);

  return self->type.type;
}

/**
 * gstream_projection_get_max_buffered:
 * @self: a projection
 *
 * Gets the number of queued items at which the run is blocked (P6).
 *
 * Returns: items; 0 for no bound
 *
 * Since: 1.0
 */
guint
gstream_projection_get_max_buffered (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), 0);

  return self->max_buffered;
}

/**
 * gstream_projection_set_max_buffered:
 * @self: a projection
 * @max_buffered: items; 0 for no bound
 *
 * Sets [property@Projection:max-buffered]. It may be changed at any time.
 *
 * Since: 1.0
 */
void
gstream_projection_set_max_buffered (GstreamProjection *self,
                                     guint              max_buffered)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));

  if (self->max_buffered == max_buffered)
    return;

  self->max_buffered = max_buffered;
  for (guint i = 0; i < self->n_queues; i++)
    gstream_queue_set_max (self->queues[i], max_buffered);
  let_in (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED]);
}

/**
 * gstream_projection_get_forward:
 * @self: a projection
 *
 * Whether pushes go to the main log too (M6).
 *
 * Returns: %TRUE if they do
 *
 * Since: 1.0
 */
gboolean
gstream_projection_get_forward (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->forward;
}

/**
 * gstream_projection_set_forward:
 * @self: a projection
 * @forward: whether pushes go to the main log too
 *
 * Sets [property@Projection:forward]. Only items that have a JSON form can be
 * forwarded: strings, numbers, booleans, payloads and variants.
 *
 * Since: 1.0
 */
void
gstream_projection_set_forward (GstreamProjection *self,
                                gboolean           forward)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (!forward || gstream_item_type_is_json (&self->type));

  forward = !!forward;
  if (self->forward == forward)
    return;

  self->forward = forward;
  let_in (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FORWARD]);
}

/**
 * gstream_projection_get_subscribed:
 * @self: a projection
 *
 * Whether it has a consumer now.
 *
 * Returns: %TRUE if it has
 *
 * Since: 1.0
 */
gboolean
gstream_projection_get_subscribed (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->n_queues > 0;
}

/**
 * gstream_projection_get_closed:
 * @self: a projection
 *
 * Whether it has ended, or failed.
 *
 * Returns: %TRUE if it has
 *
 * Since: 1.0
 */
gboolean
gstream_projection_get_closed (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->closed;
}

/**
 * gstream_projection_get_native:
 * @self: a projection
 *
 * Checks whether it belongs to a native transformer: then the method of forwarded items is the projection's name
 * without a prefix (M6), and in Python and JavaScript the projection is a property of the run (M2). This is only known
 * when its transformer is registered.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
gstream_projection_get_native (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->native;
}

/**
 * gstream_projection_get_n_buffered:
 * @self: a projection
 *
 * Gets the number of items that are queued; for a tee, those of the slowest cursor.
 *
 * Returns: items
 *
 * Since: 1.0
 */
guint
gstream_projection_get_n_buffered (GstreamProjection *self)
{
  guint most = 0;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), 0);

  for (guint i = 0; i < self->n_queues; i++)
    most = MAX (most, gstream_queue_get_length (self->queues[i]));

  return most;
}

/* --- its life --- */

static void
gstream_projection_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, self->type.type);
      break;
    case PROP_MAX_BUFFERED:
      g_value_set_uint (value, self->max_buffered);
      break;
    case PROP_FORWARD:
      g_value_set_boolean (value, self->forward);
      break;
    case PROP_SUBSCRIBED:
      g_value_set_boolean (value, self->n_queues > 0);
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, self->closed);
      break;
    case PROP_NATIVE:
      g_value_set_boolean (value, self->native);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_projection_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  switch (prop_id)
    {
    case PROP_NAME:
      /*
       * Not interned: in GLib 2.74, g_ref_string_new_intern() may return a string that another thread is just freeing.
       */
      self->name = g_ref_string_new (g_value_get_string (value) ? g_value_get_string (value) : "");
      break;
    case PROP_ITEM_TYPE:
      if (!gstream_item_type_init (&self->type, g_value_get_gtype (value)))
        {
          if (g_value_get_gtype (value) != G_TYPE_NONE) /* the default of the property */
            g_critical ("%s cannot be the type of a projection's items", g_type_name (g_value_get_gtype (value)));
          gstream_item_type_init (&self->type, GSTREAM_TYPE_PAYLOAD);
        }
      break;
    case PROP_MAX_BUFFERED:
      gstream_projection_set_max_buffered (self, g_value_get_uint (value));
      break;
    case PROP_FORWARD:
      gstream_projection_set_forward (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_projection_dispose (GObject *object)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  /* Remaining readers get the queued items, then the end. */
  gstream_projection_unbind (self);
  end (self, NULL);
  gstream_projection_stop_early (self);
  drop_queues (self);

  G_OBJECT_CLASS (gstream_projection_parent_class)->dispose (object);
}

static void
gstream_projection_finalize (GObject *object)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  g_clear_error (&self->error);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_clear_pointer (&self->followers, g_ptr_array_unref);
  g_ref_string_release (self->name);
  g_free (self->method);

  G_OBJECT_CLASS (gstream_projection_parent_class)->finalize (object);
}

static void
gstream_projection_class_init (GstreamProjectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_projection_get_property;
  object_class->set_property = gstream_projection_set_property;
  object_class->dispose = gstream_projection_dispose;
  object_class->finalize = gstream_projection_finalize;

  /**
   * GstreamProjection:name: (getter get_name)
   *
   * The name it is registered under.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:item-type: (getter get_item_type)
   *
   * The type of its items: a string, boolean or number, an enumeration, a boxed type such as [struct@Payload] and
   * [struct@Event], a variant, or a class. The default is [struct@Payload].
   *
   * Since: 1.0
   */
  properties[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_NONE,
                                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:max-buffered: (getter get_max_buffered) (setter set_max_buffered)
   *
   * The number of queued items at which the run is blocked (P6): while a consumer has that many unread items, the
   * source is not asked for events. 0 means no limit.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_BUFFERED] =
      g_param_spec_uint ("max-buffered", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:forward: (getter get_forward) (setter set_forward)
   *
   * Whether each push also goes to the main log, as an event whose method is the
   * projection's name, or `custom:NAME` (M6).
   *
   * Since: 1.0
   */
  properties[PROP_FORWARD] =
      g_param_spec_boolean ("forward", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:subscribed: (getter get_subscribed)
   *
   * Whether it has a consumer now.
   *
   * Since: 1.0
   */
  properties[PROP_SUBSCRIBED] =
      g_param_spec_boolean ("subscribed", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:closed: (getter get_closed)
   *
   * Whether it has ended, or failed.
   *
   * Since: 1.0
   */
  properties[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:native: (getter get_native)
   *
   * Whether it belongs to a native transformer (M2).
   *
   * Since: 1.0
   */
  properties[PROP_NATIVE] = g_param_spec_boolean ("native", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_projection_init (GstreamProjection *self)
{
}

/**
 * gstream_projection_new:
 * @name: its name
 * @item_type: the type of its items
 *
 * Makes a projection that does not belong to a run. A transformer makes its projections with
 * [method@Transformer.add_projection].
 *
 * Returns: (transfer full): the projection
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_projection_new (const char *name,
                        GType       item_type)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (item_type != G_TYPE_NONE && item_type != G_TYPE_INVALID, NULL);

  return g_object_new (GSTREAM_TYPE_PROJECTION, "name", name, "item-type", item_type, NULL);
}

/* --- the deltas of a handle: a projection of text that is made when somebody needs it --- */

void
gstream_deltas_init (GstreamDeltas *self,
                     const char    *name,
                     GstreamPump   *pump)
{
  self->name = name;
  self->pump = pump;
}

void
gstream_deltas_clear (GstreamDeltas *self)
{
  g_clear_object (&self->projection);
  g_clear_error (&self->error);
}

static void
end_deltas (GstreamDeltas *self)
{
  if (self->error != NULL)
    gstream_projection_fail (self->projection, self->error);
  else
    gstream_projection_close (self->projection);
}

GstreamProjection *
gstream_deltas_get (GstreamDeltas *self)
{
  if (self->projection != NULL)
    return self->projection;

  self->projection = gstream_projection_new (self->name ? self->name : "", G_TYPE_STRING);
  if (self->pump != NULL)
    gstream_projection_bind (self->projection, self->pump, NULL, NULL);
  if (self->n_early > 0)
    gstream_projection_start_early (self->projection);
  if (self->ended || self->pump == NULL)
    end_deltas (self);

  return self->projection;
}

void
gstream_deltas_start_early (GstreamDeltas *self)
{
  if (self->n_early++ == 0 && self->projection != NULL)
    gstream_projection_start_early (self->projection);
}

void
gstream_deltas_stop_early (GstreamDeltas *self)
{
  if (--self->n_early == 0 && self->projection != NULL)
    gstream_projection_stop_early (self->projection);
}

void
gstream_deltas_push (GstreamDeltas *self,
                     const char    *text,
                     gsize          length)
{
  if (self->projection == NULL && self->n_early > 0)
    gstream_deltas_get (self);
  if (self->projection != NULL)
    gstream_projection_push_text (self->projection, text, length);
}

void
gstream_deltas_end (GstreamDeltas *self,
                    const GError  *error)
{
  self->ended = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  if (self->projection != NULL)
    end_deltas (self);
}
