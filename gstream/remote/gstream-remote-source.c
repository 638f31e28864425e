/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run's events from its server, through as many connections as that takes.
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-event-internal.h>
#include <gstream/remote/gstream-run-context-private.h>

#define DROPS_PER_TURN 256 /* events of other runs, or seen before, that one call passes over */

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamRemoteSource, gstream_remote_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

/* --- events --- */

/* FALSE: nothing more comes from this connection. */
static gboolean
take_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  GError *error = NULL;

  if (!gstream_run_window_push (self->window, event, &error))
    gstream_remote_source_give_up (self, error);
  else if (gstream_run_window_must_rewind (self->window))
    gstream_remote_source_replace (self);
  else
    return TRUE;

  return FALSE;
}

/* FALSE: it is nothing to the run. */
static gboolean
is_read (GstreamRemoteSource *self,
         gpointer             connection,
         GstreamEvent        *event)
{
  if (connection == self->beside)
    {
      if (event == NULL)
        gstream_remote_source_drop_beside (self);
      else
        gstream_remote_source_adopt_beside (self);
    }

  return connection == self->connection && self->reading;
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamEvent) event = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (object), result, &error);

  if (!is_read (self, object, event))
    {
      g_clear_error (&error);
      return;
    }

  self->reading = FALSE;
  gstream_timer_end (&self->silence);
  if (event == NULL)
    gstream_remote_source_broke (self, error);
  else
    {
      gstream_remote_source_drop_beside (self);
      take_event (self, g_steal_pointer (&event));
    }

  if (gstream_pending_next_wake (&self->pending))
    gstream_remote_source_go_on (self);
}

void
gstream_remote_source_read (GstreamRemoteSource *self,
                            GstreamEventSource  *connection)
{
  gstream_event_source_next (connection, NULL, on_event, g_object_ref (self));
}

static void
read_more (GstreamRemoteSource *self)
{
  if (self->reading)
    return;

  self->reading = TRUE;
  self->waiting = g_get_monotonic_time ();
  gstream_remote_source_start_silence (self);
  gstream_remote_source_read (self, self->connection);
}

static void
note_interrupt (GstreamRemoteSource *self,
                GstreamEvent        *event)
{
  GstreamPayload *data = gstream_event_get_data (event);
  const char *id = gstream_payload_get_string (data, "/interrupt_id");

  if (id != NULL)
    g_hash_table_add (self->interrupts, g_strdup (id));
}

/* What the source itself has to know of an event that it gives. */
static void
note_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  self->retry.failures = 0;
  self->n_beside = 0;
  self->was_inside = TRUE;
  if (fields->method == GSTREAM_METHOD_INPUT_REQUESTED)
    note_interrupt (self, event);
  if (fields->method == GSTREAM_METHOD_LIFECYCLE && gstream_event_peek_namespace (event)->length == 0)
    self->end_time = gstream_event_get_timestamp (event);
}

/* --- the source --- */

void
gstream_remote_source_go_on (GstreamRemoteSource *self)
{
  if (self->state == GSTREAM_REMOTE_CONNECTED)
    read_more (self);
  else if (self->state == GSTREAM_REMOTE_BROKEN)
    gstream_remote_source_connect_again (self);

  if (gstream_run_window_is_asking (self->window)
      && (self->state == GSTREAM_REMOTE_CONNECTED || self->state == GSTREAM_REMOTE_IN_DOUBT))
    gstream_remote_source_see_to_end (self);
  else if (self->state == GSTREAM_REMOTE_INTERRUPTED)
    gstream_remote_source_ask_for_state (self);
}

static GstreamTry
end_or_failure (GstreamRemoteSource  *self,
                GstreamEvent        **event,
                GError              **error)
{
  *event = g_queue_pop_head (&self->late);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;
  if (self->error == NULL)
    return GSTREAM_TRY_ENDED;

  g_propagate_error (error, g_error_copy (self->error));

  return GSTREAM_TRY_FAILED;
}

/* FALSE: the connection has nothing now, or is none any more. */
static gboolean
pull (GstreamRemoteSource *self)
{
  GstreamEvent *event = NULL;
  GError *error = NULL;

  if (self->state != GSTREAM_REMOTE_CONNECTED || self->reading)
    return FALSE;

  switch (self->connection_iface->try_next (self->connection, &event, &error))
    {
    case GSTREAM_TRY_ITEM:
      return take_event (self, event);
    case GSTREAM_TRY_ENDED:
    case GSTREAM_TRY_FAILED:
      gstream_remote_source_broke (self, error);
      return FALSE;
    case GSTREAM_TRY_PENDING:
    default:
      return FALSE;
    }
}

static GstreamTry
gstream_remote_source_try_next (GstreamEventSource  *source,
                                GstreamEvent       **event,
                                GError             **error)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  for (guint i = 0; i < DROPS_PER_TURN; i++)
    {
      *event = gstream_run_window_pop (self->window);
      if (*event != NULL)
        {
          note_event (self, *event);
          return GSTREAM_TRY_ITEM;
        }
      if (gstream_run_window_is_over (self->window) && self->connection != NULL)
        gstream_remote_source_end (self);
      if (self->state == GSTREAM_REMOTE_ENDED)
        return end_or_failure (self, event, error);
      if (!pull (self))
        break;
    }
  if (self->state == GSTREAM_REMOTE_ENDED)
    return end_or_failure (self, event, error);

  return GSTREAM_TRY_PENDING;
}

static void
gstream_remote_source_next (GstreamEventSource  *source,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (gstream_pending_next_start (&self->pending, source, cancellable, callback, user_data))
    gstream_remote_source_go_on (self);
}

/* --- closing --- */

static gboolean
was_aborted (GstreamRemoteSource *self)
{
  return self->run != NULL && gstream_run_stream_get_status (self->run) == GSTREAM_RUN_STATUS_ABORTED;
}

static void
gstream_remote_source_close (GstreamEventSource *source)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (was_aborted (self) && self->server->cancel_on_abort && !self->over
      && !gstream_run_window_is_over (self->window))
    gstream_remote_source_cancel_run (self);
  gstream_remote_source_set_run (self, NULL);

  g_cancellable_cancel (self->closing);
  gstream_timer_end (&self->pause);
  gstream_timer_end (&self->ask_again);
  gstream_remote_source_leave (self);
  self->state = GSTREAM_REMOTE_ENDED;
  gstream_pending_next_wake_later (&self->pending);
}

void
gstream_remote_source_set_run (GstreamRemoteSource *self,
                               GstreamRunStream    *run)
{
  self->run = run;
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_remote_source_next;
  iface->next_finish = gstream_pending_next_finish;
  iface->try_next = gstream_remote_source_try_next;
  iface->close = gstream_remote_source_close;
}

/* --- the object --- */

static void
gstream_remote_source_finalize (GObject *object)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (object);

  gstream_timer_end (&self->pause);
  gstream_timer_end (&self->ask_again);
  gstream_remote_source_leave (self);
  g_ptr_array_unref (self->left);
  g_clear_pointer (&self->window, gstream_run_window_free);
  g_hash_table_unref (self->interrupts);
  g_queue_clear_full (&self->late, (GDestroyNotify) gstream_event_unref);
  g_clear_error (&self->broken);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  g_strfreev (self->channels);
  g_free (self->thread_id);
  g_free (self->run_id);
  gstream_server_unref (self->server);

  G_OBJECT_CLASS (gstream_remote_source_parent_class)->finalize (object);
}

static void
gstream_remote_source_class_init (GstreamRemoteSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_remote_source_finalize;
}

static void
gstream_remote_source_init (GstreamRemoteSource *self)
{
  self->closing = g_cancellable_new ();
  self->left = g_ptr_array_new_with_free_func (gstream_remote_source_close_connection);
  self->interrupts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GstreamEventSource *
gstream_remote_source_new (GstreamServer      *server,
                           const char         *thread_id,
                           const char         *run_id,
                           gint64              applied_seq,
                           const char * const *channels,
                           GstreamConnect      connect,
                           GstreamEventSource *first)
{
  GstreamRemoteSource *self = g_object_new (GSTREAM_TYPE_REMOTE_SOURCE, NULL);

  self->server = gstream_server_ref (server);
  self->thread_id = g_strdup (thread_id);
  self->run_id = g_strdup (run_id);
  self->channels = g_strdupv ((char **) channels);
  self->connect = connect;
  self->window = gstream_run_window_new (run_id, applied_seq);
  gstream_remote_source_connect (self, first);

  return GSTREAM_EVENT_SOURCE (self);
}
