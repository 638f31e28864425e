/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a synchronous sibling waits for its asynchronous one (R9).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-sync-private.h>

static gboolean
may_wait (GstreamPump  *pump,
          GError      **error)
{
  const char *async_only = gstream_pump_get_async_only (pump);

  if (async_only != NULL)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ASYNC_ONLY,
                   "%s only works asynchronously: wait with the asynchronous call instead", async_only);
      return FALSE;
    }
  if (gstream_pump_is_entered (pump))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                           "A synchronous call from inside a transformer or a source would wait for itself");
      return FALSE;
    }

  return TRUE;
}

gboolean
gstream_sync_begin_in (GstreamSync   *self,
                       GMainContext  *context,
                       const char    *whose,
                       GError       **error)
{
  if (!g_main_context_acquire (context))
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                   "The main context of the %s belongs to another thread: call from there, or asynchronously", whose);
      return FALSE;
    }

  self->context = g_main_context_ref (context);
  self->result = NULL;
  g_main_context_push_thread_default (context);

  return TRUE;
}

gboolean
gstream_sync_begin (GstreamSync  *self,
                    GstreamPump  *pump,
                    GError      **error)
{
  if (!gstream_sync_begin_in (self, gstream_pump_get_context (pump), "run", error))
    return FALSE;
  if (may_wait (pump, error))
    return TRUE;

  gstream_sync_end (self);

  return FALSE;
}

void
gstream_sync_done (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GstreamSync *self = user_data;

  self->result = g_object_ref (result);
}

void
gstream_sync_wait (GstreamSync *self)
{
  while (self->result == NULL)
    g_main_context_iteration (self->context, TRUE);
}

void
gstream_sync_end (GstreamSync *self)
{
  g_clear_object (&self->result);
  g_main_context_pop_thread_default (self->context);
  g_main_context_release (self->context);
  g_main_context_unref (self->context);
}
