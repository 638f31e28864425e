/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pushing items into a projection: at once, or when there is room (P5, P6).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-projection-private.h>

/* --- at once --- */

static gboolean
refuse_push (GstreamProjection  *self,
             GstreamItem         item,
             GError            **error)
{
  gstream_item_free (&self->type, item);
  if (self->n_feeds == 0)
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
               "Projection “%s” is closed: nothing can be pushed to it", self->name);

  return FALSE;
}

static inline gboolean
push_item (GstreamProjection  *self,
           GstreamItem         item,
           GError            **error)
{
  guint n = self->n_feeds;

  if (G_UNLIKELY (self->closed))
    return refuse_push (self, item, error);

  if (self->forward && self->funcs != NULL && !self->funcs->forward (self->owner, self, item, error))
    {
      gstream_item_free (&self->type, item);
      return FALSE;
    }

  if (n == 0)
    {
      gstream_projection_keep_item (self, item);
      return TRUE;
    }

  for (guint i = 1; i < n; i++)
    gstream_feed_push (self->feeds[i], gstream_item_copy (&self->type, item));
  gstream_feed_push (self->feeds[0], item);

  return TRUE;
}

/* One that belongs to no run is nobody's. */
static inline gboolean
may_push (GstreamProjection  *self,
          GError            **error)
{
  return self->pump == NULL || gstream_pump_check_thread (self->pump, error);
}

gboolean
gstream_projection_push_item (GstreamProjection  *self,
                              GstreamItem         item,
                              GError            **error)
{
  return push_item (self, item, error);
}

static inline GstreamItem
make_text (GstreamProjection *self,
           const char        *text,
           gsize              length)
{
  return (GstreamItem) { .p = gstream_text_new_in (&self->page, text, length) };
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
item_from_value (GstreamProjection  *self,
                 const GValue       *value,
                 GstreamItem        *item,
                 GError            **error)
{
  if (gstream_item_from_value (&self->type, value, item))
    {
      if (self->type.kind != GSTREAM_ITEM_HANDLE || item->p != NULL)
        return TRUE;
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   "Projection “%s” takes items of type %s, not nothing", self->name, g_type_name (self->type.type));
      return FALSE;
    }

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
               "Projection “%s” takes items of type %s, not %s",
               self->name, g_type_name (self->type.type), G_VALUE_TYPE_NAME (value));

  return FALSE;
}

/**
 * gstream_projection_push:
 * @self: a projection
 * @item: the item; converted to the item type where GObject knows how
 * @error: return location for an error
 *
 * Appends an item. Never waits (P6): it is for transformers, which push while
 * the run is asking for events. From outside, [method@Projection.push_async]
 * waits for room.
 *
 * Where nobody has subscribed, the item is dropped (P2), or only forwarded to
 * the main log (M6).
 *
 * Fails with %GSTREAM_ERROR_CLOSED where the projection is closed and has a
 * subscriber (P5), with %GSTREAM_ERROR_INVALID where @item cannot be
 * converted, or has no JSON form although it is to be forwarded, and with
 * %GSTREAM_ERROR_WRONG_CONTEXT in another thread than the run's (R7).
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_projection_push (GstreamProjection  *self,
                         const GValue       *item,
                         GError            **error)
{
  GstreamItem pushed = { NULL };

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (item), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return may_push (self, error) && item_from_value (self, item, &pushed, error) && gstream_projection_push_item (self, pushed, error);
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
 */
gboolean
gstream_projection_push_string (GstreamProjection  *self,
                                const char         *item,
                                GError            **error)
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
 */
gboolean
gstream_projection_push_payload (GstreamProjection  *self,
                                 GstreamPayload     *item,
                                 GError            **error)
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
 */
gboolean
gstream_projection_push_event (GstreamProjection  *self,
                               GstreamEvent       *item,
                               GError            **error)
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
 */
gboolean
gstream_projection_push_object (GstreamProjection  *self,
                                GObject            *item,
                                GError            **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (item, self->type.type), FALSE);

  return may_push (self, error) &&
         gstream_projection_push_item (self, (GstreamItem) { .p = g_object_ref (item) }, error);
}

/* --- when there is room --- */

static gboolean
is_full (GstreamProjection *self)
{
  for (guint i = 0; i < self->n_feeds; i++)
    if (gstream_feed_is_full (self->feeds[i]))
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

/* In its own queues, and where it forwards, in the main log's; there it hears of it when there is. */
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
  while (!gstream_pushers_is_empty (&self->pushers) && has_room (self))
    {
      GstreamItem item;
      GTask *task = gstream_pushers_pop (&self->pushers, &item);
      GError *error = NULL;

      gstream_projection_push_item (self, item, &error);
      gstream_pushers_answer (task, error);
    }
}

void
gstream_projection_let_in (GstreamProjection *self)
{
  let_pushers_in (self);

  /* Each of the followers has its turn; who finds the log full again goes to the end. */
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
 * Appends an item when there is room for it (P6): in the projection and, with
 * [property@Projection:forward], in the main log too. For whoever pushes from
 * outside the run's own events, such as a transformer's side work.
 *
 * Closing the last cursor, aborting the run and closing the projection complete
 * it too; the item is then dropped.
 */
void
gstream_projection_push_async (GstreamProjection   *self,
                               const GValue        *item,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GstreamItem pushed = { NULL };
  GError *error = NULL;

  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (G_IS_VALUE (item));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_pump_new_task (gstream_projection_get_pump (self), self, cancellable, callback, user_data);
  if (task == NULL)
    return;

  g_task_set_source_tag (task, gstream_projection_push_async);
  if (!item_from_value (self, item, &pushed, &error))
    g_task_return_error (task, error);
  else if (!gstream_pushers_is_empty (&self->pushers) || !has_room (self))
    gstream_pushers_add (&self->pushers, task, &self->type, pushed);
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
 */
gboolean
gstream_projection_push_finish (GstreamProjection  *self,
                                GAsyncResult       *result,
                                GError            **error)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
