/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asynchronous work of a transformer.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-side-work-private.h>

/**
 * GstreamSideWork:
 *
 * Asynchronous work of a transformer, for which the end of the run waits (M4).
 *
 * A transformer that has to do something slow, such as sending a request to a service, can start it like this and
 * continue with the next event:
 *
 * ```c
 * g_autoptr (GstreamSideWork) work = gstream_transformer_schedule (self, FALSE);
 *
 * look_up_async (name, gstream_side_work_get_cancellable (work), on_looked_up, g_object_ref (work));
 * ```
 *
 * and in `on_looked_up` calls [method@SideWork.complete] or [method@SideWork.fail]. Before the run finishes its
 * transformers, it waits for all side work. If the run fails or is aborted, the work is cancelled first.
 *
 * Since: 1.0
 */

struct _GstreamSideWork
{
  GObject parent_instance;

  GCancellable       *cancellable;
  GstreamSideWorkDone done; /* NULL once it is complete, or nobody waits */
  gpointer            owner;
  gboolean            fails_run;
};

G_DEFINE_FINAL_TYPE (GstreamSideWork, gstream_side_work, G_TYPE_OBJECT)

/**
 * gstream_side_work_get_cancellable:
 * @self: side work
 *
 * Gets the cancellable to use for the operations of the work. It is cancelled when the run fails or is aborted.
 *
 * Returns: (transfer none): the cancellable
 *
 * Since: 1.0
 */
GCancellable *
gstream_side_work_get_cancellable (GstreamSideWork *self)
{
  g_return_val_if_fail (GSTREAM_IS_SIDE_WORK (self), NULL);

  return self->cancellable;
}

static void
end (GstreamSideWork *self,
     const GError    *error)
{
  GstreamSideWorkDone done = g_steal_pointer (&self->done);

  if (done != NULL)
    done (self, error, self->owner);
}

/**
 * gstream_side_work_complete:
 * @self: side work
 *
 * Says that the work is done. To be called once, in the run's main context; further calls of this or
 * [method@SideWork.fail] do nothing. If the last reference is dropped without it, the work fails.
 *
 * Since: 1.0
 */
void
gstream_side_work_complete (GstreamSideWork *self)
{
  g_return_if_fail (GSTREAM_IS_SIDE_WORK (self));

  end (self, NULL);
}

/**
 * gstream_side_work_fail:
 * @self: side work
 * @error: why it failed
 *
 * Says that the work has failed, like [method@SideWork.complete].
 *
 * The error is logged, or fails the run if that was requested when the work was scheduled. %G_IO_ERROR_CANCELLED is not
 * treated as an error.
 *
 * Since: 1.0
 */
void
gstream_side_work_fail (GstreamSideWork *self,
                        const GError    *error)
{
  g_return_if_fail (GSTREAM_IS_SIDE_WORK (self));
  g_return_if_fail (error != NULL);

  end (self, error);
}

gboolean
gstream_side_work_get_fails_run (GstreamSideWork *self)
{
  return self->fails_run;
}

gpointer
gstream_side_work_get_owner (GstreamSideWork *self)
{
  return self->owner;
}

void
gstream_side_work_disown (GstreamSideWork *self)
{
  self->done = NULL;
  self->owner = NULL;
}

static void
gstream_side_work_dispose (GObject *object)
{
  GstreamSideWork *self = GSTREAM_SIDE_WORK (object);

  if (self->done != NULL)
    {
      g_autoptr (GError) error =
          g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, _ ("Side work was dropped before it was complete"));

      end (self, error);
    }
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (gstream_side_work_parent_class)->dispose (object);
}

static void
gstream_side_work_class_init (GstreamSideWorkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gstream_side_work_dispose;
}

static void
gstream_side_work_init (GstreamSideWork *self)
{
  self->cancellable = g_cancellable_new ();
}

GstreamSideWork *
gstream_side_work_new (gboolean            fails_run,
                       GstreamSideWorkDone done,
                       gpointer            owner)
{
  GstreamSideWork *self = g_object_new (GSTREAM_TYPE_SIDE_WORK, NULL);

  self->fails_run = fails_run;
  self->done = done;
  self->owner = owner;

  return self;
}
