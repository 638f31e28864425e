/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Work that a transformer does beside the run.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-side-work-private.h>

/**
 * GstreamSideWork:
 *
 * Work that a transformer does beside the run, and that the run's end waits for
 * (M4).
 *
 * A transformer that has something to do that takes time, such as asking a
 * service about what it saw, starts it like this and goes on with the next
 * event:
 *
 * ```c
 * g_autoptr (GstreamSideWork) work = gstream_transformer_schedule (self, FALSE);
 *
 * look_up_async (name, gstream_side_work_get_cancellable (work), on_looked_up, g_object_ref (work));
 * ```
 *
 * and in `on_looked_up` calls [method@SideWork.complete] or [method@SideWork.fail]. Before the run ends its
 * transformers, it waits for all such work; where the run fails or is aborted,
 * it cancels the work first.
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
 * What to give to the operations of the work: it is cancelled when the run fails
 * or is aborted.
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
 * Says that the work is done. To be called once, in the run's main context;
 * after this or [method@SideWork.fail], a second call does nothing. Dropping the
 * last reference without it fails the work.
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
 * Says that the work is over, and failed; like [method@SideWork.complete].
 *
 * The error is logged, or fails the run if that was asked for when the work was
 * scheduled. Being cancelled is no error.
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
