/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The push_async() calls that wait for room in a projection.
 */
#include "config.h"

#include <gstream/stream/gstream-pushers-private.h>

typedef struct
{
  GstreamPushers *pushers;
  GList           link;
  GTask          *task;
  GSource        *cancel_source; /* of its cancellable; NULL without one */
  GstreamItemType type;
  GstreamItem     item;
} Pusher;

gboolean
gstream_pushers_is_empty (GstreamPushers *self)
{
  return g_queue_is_empty (&self->waiting);
}

static GTask *
leave (Pusher *pusher)
{
  GTask *task = pusher->task;

  g_queue_unlink (&pusher->pushers->waiting, &pusher->link);
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

void
gstream_pushers_add (GstreamPushers        *self,
                     GTask                 *task,
                     const GstreamItemType *type,
                     GstreamItem            item)
{
  Pusher *pusher = g_new0 (Pusher, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  *pusher = (Pusher) { .pushers = self, .task = g_object_ref (task), .type = *type, .item = item };
  pusher->link.data = pusher;
  g_queue_push_tail_link (&self->waiting, &pusher->link);

  /* What was pushed was pushed, whatever happens to the cancellable then. */
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

/* Whoever made room is in the middle of something: the callback must not run inside it. */
void
gstream_pushers_answer (GTask  *task,
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

GTask *
gstream_pushers_pop (GstreamPushers *self,
                     GstreamItem    *item)
{
  Pusher *pusher = g_queue_peek_head (&self->waiting);

  g_assert (pusher != NULL);

  *item = pusher->item;

  return leave (pusher);
}

void
gstream_pushers_drop (GstreamPushers *self)
{
  Pusher *pusher;

  while ((pusher = g_queue_peek_head (&self->waiting)) != NULL)
    {
      gstream_item_free (&pusher->type, pusher->item);
      gstream_pushers_answer (leave (pusher), NULL);
    }
}
