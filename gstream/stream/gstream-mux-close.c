/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a mux: side work is waited for, transformers are finished or told
 * of the failure, projections and the main log are closed (M4, M5).
 */
#include "config.h"

#include <gstream/stream/gstream-stream-mux-private.h>

/* --- side work --- */

static gboolean
has_work (GstreamStreamMux *self)
{
  GPtrArray *works = self->root ? self->root->tree->works : NULL;

  for (guint i = 0; works != NULL && i < works->len; i++)
    if (self->root == self || gstream_side_work_get_owner (g_ptr_array_index (works, i)) == self)
      return TRUE;

  return FALSE;
}

static void finish_close (GstreamStreamMux *self);

static void
close_if_idle (GstreamStreamMux *self)
{
  if (self->state == GSTREAM_MUX_CLOSING && !has_work (self))
    finish_close (self);
}

static void
report (GstreamStreamMux *self,
        GstreamSideWork  *work,
        const GError     *error)
{
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (!gstream_side_work_get_fails_run (work))
    g_message ("Side work of a transformer failed: %s", error->message);
  else if (self->state == GSTREAM_MUX_OPEN && self->funcs != NULL)
    self->funcs->failed (self->owner, g_error_copy (error));
  else if (self->state == GSTREAM_MUX_CLOSING && self->error == NULL && !self->aborted)
    self->error = g_error_copy (error);
}

static void
on_work_done (GstreamSideWork *work,
              const GError    *error,
              gpointer         owner)
{
  GstreamStreamMux *self = g_object_ref (owner);
  GstreamStreamMux *root = self->root ? g_object_ref (self->root) : NULL;

  if (root != NULL)
    g_ptr_array_remove_fast (root->tree->works, work);
  report (self, work, error);
  close_if_idle (self);
  if (root != NULL && root != self && root->tree != NULL)
    close_if_idle (root);

  g_clear_object (&root);
  g_object_unref (self);
}

static void
add_work (GstreamMuxTree  *tree,
          GstreamSideWork *work)
{
  if (tree->works == NULL)
    tree->works = g_ptr_array_new ();
  g_ptr_array_add (tree->works, work);
}

GstreamSideWork *
gstream_mux_schedule (gpointer mux,
                      gboolean fails_run)
{
  GstreamStreamMux *self = mux;
  GstreamSideWork *work = gstream_side_work_new (fails_run, on_work_done, self);

  if (self->root == NULL || self->state >= GSTREAM_MUX_FINISHING)
    gstream_side_work_disown (work); /* the run is over, and waits for nothing */
  else
    add_work (self->root->tree, work);

  return work;
}

static GPtrArray *
works_of (GstreamStreamMux *self)
{
  GPtrArray *mine = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *works = self->root ? self->root->tree->works : NULL;

  for (guint i = 0; works != NULL && i < works->len; i++)
    {
      GstreamSideWork *work = g_ptr_array_index (works, i);

      if (self->root == self || gstream_side_work_get_owner (work) == self)
        g_ptr_array_add (mine, g_object_ref (work));
    }

  return mine;
}

static void
cancel_works (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) works = works_of (self);

  for (guint i = 0; i < works->len; i++)
    g_cancellable_cancel (gstream_side_work_get_cancellable (g_ptr_array_index (works, i)));
}

void
gstream_mux_disown_works (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) works = works_of (self);

  for (guint i = 0; i < works->len; i++)
    {
      GstreamSideWork *work = g_ptr_array_index (works, i);

      gstream_side_work_disown (work);
      g_ptr_array_remove_fast (self->root->tree->works, work);
      g_cancellable_cancel (gstream_side_work_get_cancellable (work));
    }
}

/* --- the end --- */

static void
finish_transformers (GstreamStreamMux *self)
{
  for (guint i = 0; i < self->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (self->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
      g_autoptr (GError) error = NULL;

      if (klass->finish == NULL || klass->finish (transformer, &error))
        continue;
      if (self->error == NULL)
        self->error = g_steal_pointer (&error);
    }
}

static void
fail_transformers (GstreamStreamMux *self)
{
  for (guint i = 0; i < self->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (self->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);

      if (klass->fail != NULL)
        klass->fail (transformer, self->error);
    }
}

void
gstream_mux_end_projection (GstreamStreamMux  *self,
                            GstreamProjection *projection)
{
  if (self->error != NULL)
    gstream_projection_fail (projection, self->error);
  else
    gstream_projection_close (projection);
}

static void
end_one (gpointer projection,
         gpointer mux)
{
  gstream_mux_end_projection (mux, projection);
}

static void
end_extensions (GstreamStreamMux *self)
{
  g_autoptr (GList) extensions = self->extensions ? g_hash_table_get_values (self->extensions) : NULL;

  g_list_foreach (extensions, end_one, self);
}

static void
end_projections (GstreamStreamMux *self)
{
  gstream_mux_foreach_projection (self, end_one, self);
  end_extensions (self);
  gstream_mux_end_projection (self, self->log);
}

static void
finish_close (GstreamStreamMux *self)
{
  GstreamPump *pump = self->pump ? gstream_pump_ref (self->pump) : NULL;

  g_object_ref (self);
  if (pump != NULL)
    gstream_pump_enter (pump);

  self->state = GSTREAM_MUX_FINISHING;
  if (self->error != NULL || self->aborted)
    fail_transformers (self);
  else
    finish_transformers (self);
  self->state = GSTREAM_MUX_ENDING;
  end_projections (self);
  self->state = GSTREAM_MUX_CLOSED;
  /* Whoever asks for a projection from now on gets one that has ended likewise. */
  if (self->funcs != NULL)
    self->funcs->closed (self->owner, self->error ? g_error_copy (self->error) : NULL);

  if (pump != NULL)
    gstream_pump_leave (pump);
  g_clear_pointer (&pump, gstream_pump_unref);
  g_object_unref (self);
}

void
gstream_stream_mux_close (GstreamStreamMux *self,
                          const GError     *error,
                          gboolean          aborted)
{
  if (self->state >= GSTREAM_MUX_FINISHING)
    return;

  if (self->state == GSTREAM_MUX_OPEN || aborted)
    {
      g_clear_error (&self->error);
      self->error = error && !aborted ? g_error_copy (error) : NULL;
      self->aborted = aborted;
    }
  self->state = GSTREAM_MUX_CLOSING;
  gstream_mux_changed (self);

  g_object_ref (self);
  if (error != NULL || aborted)
    {
      if (self->root == self)
        gstream_mux_cut_passage (self);
      cancel_works (self);
    }
  close_if_idle (self);
  g_object_unref (self);
}
