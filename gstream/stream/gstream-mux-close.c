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

static void     finish_close (GstreamStreamMux *self);
static void     resume_root (GstreamStreamMux *root);
static gboolean has_enders (GstreamStreamMux *self);

static void
close_if_idle (GstreamStreamMux *self)
{
  if (self->state == GSTREAM_MUX_CLOSING && !has_work (self) && !has_enders (self))
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
gstream_stream_mux_schedule (gpointer mux,
                             gboolean fails_run)
{
  GstreamStreamMux *self = mux;
  GstreamSideWork  *work = gstream_side_work_new (fails_run, on_work_done, self);

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
gstream_stream_mux_disown_works (GstreamStreamMux *self)
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

void
gstream_stream_mux_end_projection (GstreamStreamMux  *self,
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
  gstream_stream_mux_end_projection (mux, projection);
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
  gstream_stream_mux_foreach_projection (self, end_one, self);
  end_extensions (self);
  gstream_stream_mux_end_projection (self, self->log);
}

/* --- the end of its transformers, one after another --- */

/* Those of children come to their end before the root goes on. */
static gboolean
has_enders (GstreamStreamMux *self)
{
  return self->root == self && self->tree->enders.length > (self->delayed ? 1 : 0);
}

static void
join_enders (GstreamStreamMux *self)
{
  if (self->delayed || self->root == NULL)
    return;

  self->delayed = TRUE;
  self->ender.data = self;
  g_queue_push_tail_link (&self->root->tree->enders, &self->ender);
}

void
gstream_stream_mux_leave_enders (GstreamStreamMux *self)
{
  GstreamScope *known;

  if (!self->delayed || self->root == NULL)
    return;

  g_queue_unlink (&self->root->tree->enders, &self->ender);
  self->delayed = FALSE;
  known = self->root != self ? gstream_mux_tree_find (self->root->tree, self->scope) : NULL;
  if (self->root != self && (known == NULL || known->mux != self))
    self->root = NULL; /* which let go of it while this lasted */
}

static void
cancel_endings (GstreamStreamMux *self)
{
  g_autoptr (GstreamStreamMux) root = self->root == self ? g_object_ref (self) : NULL;
  g_autoptr (GList) enders = root ? g_list_copy_deep (root->tree->enders.head, (GCopyFunc) g_object_ref, NULL) : NULL;

  for (GList *link = enders; link != NULL; link = link->next)
    {
      g_autoptr (GstreamStreamMux) mux = link->data;

      if (mux->ending != NULL)
        g_cancellable_cancel (mux->ending);
    }
  if (root == NULL && self->ending != NULL)
    g_cancellable_cancel (self->ending);
}

static void end_transformers (GstreamStreamMux *self);

/* A transformer that ends asynchronously has done so. */
static void
go_on (GstreamStreamMux *self)
{
  self->awaiting = FALSE;
  if (!self->stepping)
    end_transformers (self);
}

static void
take_error (GstreamStreamMux *self,
            GError           *error)
{
  if (self->error == NULL && !self->aborted && self->state == GSTREAM_MUX_FINISHING)
    self->error = error;
  else
    g_error_free (error);
}

static void
on_finished (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GstreamStreamMux) self = user_data;
  GError *error = NULL;

  if (!GSTREAM_TRANSFORMER_GET_CLASS (object)->finish_finish (GSTREAM_TRANSFORMER (object), result, &error) && error)
    take_error (self, error);
  go_on (self);
}

static void
on_told (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GstreamStreamMux) self = user_data;

  GSTREAM_TRANSFORMER_GET_CLASS (object)->fail_finish (GSTREAM_TRANSFORMER (object), result);
  go_on (self);
}

static void
begin_waiting (GstreamStreamMux *self)
{
  self->awaiting = TRUE;
  if (self->ending == NULL)
    self->ending = g_cancellable_new ();
  join_enders (self);
}

static void
finish_transformer (GstreamStreamMux   *self,
                    GstreamTransformer *transformer)
{
  GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
  GError                  *error = NULL;

  if (klass->finish != NULL)
    {
      if (!klass->finish (transformer, &error) && error != NULL)
        take_error (self, error);
    }
  else if (klass->finish_async != NULL)
    {
      begin_waiting (self);
      klass->finish_async (transformer, self->ending, on_finished, g_object_ref (self));
    }
}

/* Not cancelled where the run was aborted: it is what comes of that. */
static void
fail_transformer (GstreamStreamMux   *self,
                  GstreamTransformer *transformer,
                  const GError       *error)
{
  GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);

  if (klass->fail != NULL)
    klass->fail (transformer, error);
  else if (klass->fail_async != NULL)
    {
      begin_waiting (self);
      klass->fail_async (transformer, error, NULL, on_told, g_object_ref (self));
    }
}

static void
end_transformer (GstreamStreamMux   *self,
                 GstreamTransformer *transformer)
{
  if (self->failing)
    fail_transformer (self, transformer, self->error);
  else if (self->aborted)
    fail_transformer (self, transformer, NULL);
  else
    finish_transformer (self, transformer);
}

static void
close_projections (GstreamStreamMux *self)
{
  g_autoptr (GstreamStreamMux) root = self->root && self->root != self ? g_object_ref (self->root) : NULL;

  gstream_stream_mux_leave_enders (self);
  self->state = GSTREAM_MUX_ENDING;
  end_projections (self);
  self->state = GSTREAM_MUX_CLOSED;
  /* Whoever asks for a projection from now on gets one that has ended likewise. */
  if (self->funcs != NULL)
    self->funcs->closed (self->owner, self->error ? g_error_copy (self->error) : NULL);

  if (root != NULL && root->tree != NULL)
    resume_root (root);
}

static gboolean
has_to_wait (GstreamStreamMux *self)
{
  return self->awaiting || has_enders (self);
}

/* Until one of them has to be waited for; then go_on() comes back to this. */
static void
end_transformers (GstreamStreamMux *self)
{
  g_autoptr (GstreamPump) pump = self->pump ? gstream_pump_ref (self->pump) : NULL;

  if (self->state != GSTREAM_MUX_FINISHING)
    return;

  g_object_ref (self);
  if (pump != NULL)
    gstream_pump_enter (pump);
  self->stepping = TRUE;
  while (!has_to_wait (self) && self->n_ended < self->transformers->len)
    end_transformer (self, g_ptr_array_index (self->transformers, self->n_ended++));
  self->stepping = FALSE;
  if (has_to_wait (self))
    join_enders (self);
  else
    close_projections (self);
  if (pump != NULL)
    gstream_pump_leave (pump);
  g_object_unref (self);
}

static void
resume_root (GstreamStreamMux *root)
{
  if (root->state == GSTREAM_MUX_FINISHING && !root->stepping && !has_to_wait (root))
    end_transformers (root);
  else
    close_if_idle (root);
}

static void
finish_close (GstreamStreamMux *self)
{
  self->state = GSTREAM_MUX_FINISHING;
  self->failing = self->error != NULL;
  end_transformers (self);
}

gboolean
gstream_stream_mux_hurry (GstreamStreamMux *self)
{
  if (self->state != GSTREAM_MUX_FINISHING || !self->delayed)
    return FALSE;

  self->aborted = self->aborted || self->error == NULL;
  cancel_endings (self);

  return self->aborted;
}

void
gstream_stream_mux_close_now (GstreamStreamMux *self,
                              const GError     *error)
{
  if (self->state != GSTREAM_MUX_FINISHING || !self->delayed)
    return;

  g_object_ref (self);
  if (error != NULL && self->error == NULL && !self->aborted)
    {
      self->error = g_error_copy (error);
      self->failing = TRUE;
    }
  gstream_stream_mux_hurry (self);
  self->stepping = TRUE;
  while (self->n_ended < self->transformers->len)
    end_transformer (self, g_ptr_array_index (self->transformers, self->n_ended++));
  self->stepping = FALSE;
  if (self->state == GSTREAM_MUX_FINISHING)
    close_projections (self);
  g_object_unref (self);
}

void
gstream_stream_mux_close (GstreamStreamMux *self,
                          const GError     *error,
                          gboolean          aborted)
{
  if (self->state >= GSTREAM_MUX_FINISHING)
    return;

  if (self->state == GSTREAM_MUX_OPEN || aborted || (self->error == NULL && !self->aborted))
    {
      g_clear_error (&self->error);
      self->error = error && !aborted ? g_error_copy (error) : NULL;
      self->aborted = aborted;
    }
  self->state = GSTREAM_MUX_CLOSING;
  gstream_stream_mux_changed (self);

  g_object_ref (self);
  if (error != NULL || aborted)
    {
      if (self->root == self)
        gstream_stream_mux_cancel_dispatch (self);
      cancel_works (self);
      cancel_endings (self);
    }
  close_if_idle (self);
  g_object_unref (self);
}
