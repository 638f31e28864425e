/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a thread's events over a WebSocket.
 */
#include <gstream/remote/gstream-websocket-connection-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-farewell-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-retry-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/remote/gstream-websocket-handshake-private.h>
#include <gstream/sources/gstream-pending-next-internal.h>

#define PORTION (64 * 1024) /* bytes that may be read at a time, when something is wanted */
#define EVENT_PREFIX "{\"type\":\"event\""

struct _GstreamWebsocketConnection
{
  GObject                  parent_instance;

  GstreamServer           *server;
  char                    *path;
  char                    *subscribe;   /* the command that is sent first */
  gboolean                 subscribed;  /* it was granted */
  SoupMessage             *message;     /* of the handshake */
  GstreamRetry             retry;       /* of that, while a command waits for it */
  GSource                 *pause;       /* until it is tried again */
  GCancellable            *closing;     /* ends the handshake */
  gboolean                 asked;       /* the handshake was begun */
  SoupWebsocketConnection *connection;  /* NULL: not open */
  GstreamGate             *gate;        /* what it reads through */
  guint64                  whole_at;    /* how much had passed the gate at the last whole frame's end */
  GQueue                   frames;      /* GBytes: events that nobody has asked for yet */
  GstreamEventReader      *reader;
  GError                  *error;       /* why there will be no more frames */
  gboolean                 ended;       /* closed by the server, or by us */
  gboolean                 given_up;    /* it may be dead: no farewell */
  GstreamPendingNext       pending;

  GTask                   *command;     /* waits for the answer to one; NULL: none does */
  GSource                 *timeout;     /* ends that waiting */
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamWebsocketConnection, gstream_websocket_connection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

/* --- a command's answer --- */

static GTask *
steal_command (GstreamWebsocketConnection *self)
{
  gstream_timer_end (&self->timeout);

  return g_steal_pointer (&self->command);
}

static void
fail_command (GstreamWebsocketConnection *self,
              const GError               *error)
{
  g_autoptr (GTask) command = steal_command (self);

  if (command != NULL)
    g_task_return_error (command, g_error_copy (error));
}

static void
take_error (GstreamWebsocketConnection *self,
            GError                     *error)
{
  if (self->error != NULL || self->ended)
    {
      g_error_free (error);
      return;
    }
  self->error = error;
  fail_command (self, error);
}

/* Too late, or cancelled. Either way it is not known whether the server has acted: the connection goes. */
static void
on_command_timeout (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (self->command), &error))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server did not answer in time");
  gstream_server_name_error (self->server, self->message, error);
  take_error (self, error);
}

/* --- what comes --- */

/* The subscription's, which ends everything where it is a refusal, or to what was asked because that has not come. */
static void
take_subscription (GstreamWebsocketConnection *self,
                   GstreamPayload             *answer,
                   gboolean                    is_own)
{
  GstreamAnswer parsed = { 0 };
  GError *error = NULL;

  if (gstream_answer_parse (answer, &parsed, &error))
    self->subscribed |= is_own;
  else if (is_own || (!self->subscribed && g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND)))
    take_error (self, error);
  else
    g_error_free (error);
  g_free (parsed.run_id);
}

static void
take_answer (GstreamWebsocketConnection *self,
             GBytes                     *frame)
{
  GError *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_payload_new (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), &error);
  gint64 id = answer != NULL ? gstream_payload_get_integer (answer, "/id") : 0;

  if (answer == NULL)
    {
      gstream_server_name_error (self->server, self->message, error);
      take_error (self, error);
    }
  else if (id != GSTREAM_COMMAND_SUBSCRIBE && self->command != NULL)
    {
      g_autoptr (GTask) command = steal_command (self);

      g_task_return_pointer (command, g_steal_pointer (&answer), (GDestroyNotify) gstream_payload_unref);
    }
  else
    take_subscription (self, answer, id != GSTREAM_COMMAND_TREE);
}

static gboolean
is_event (GBytes *frame)
{
  gsize size;
  const char *text = g_bytes_get_data (frame, &size);
  g_autoptr (GstreamPayload) payload = NULL;

  if (size > strlen (EVENT_PREFIX) && memcmp (text, EVENT_PREFIX, strlen (EVENT_PREFIX)) == 0)
    return TRUE;

  /* Members may come in any order. What is no JSON at all is the event reader's to complain of. */
  payload = gstream_payload_new (text, size, NULL);

  return payload == NULL || g_strcmp0 (gstream_payload_get_string (payload, "/type"), "event") == 0;
}

static void
on_message (SoupWebsocketConnection    *connection,
            SoupWebsocketDataType       type,
            GBytes                     *frame,
            GstreamWebsocketConnection *self)
{
  self->whole_at = gstream_gate_get_passed (self->gate);
  if (is_event (frame))
    g_queue_push_tail (&self->frames, g_bytes_ref (frame));
  else
    take_answer (self, frame);

  gstream_pending_next_wake_later (&self->pending);
}

/*
 * libsoup takes codes that came after RFC 6455 for no codes: 1012 for instance, with which
 * servers restart. NULL: what came last is no closing frame with one of those.
 */
static GError *
find_close_error (GstreamWebsocketConnection *self)
{
  gsize length;
  const guint8 *tail = gstream_gate_get_tail (self->gate, &length);

  for (gsize i = 0; i + 4 <= length; i++)
    {
      guint code = tail[i + 2] << 8 | tail[i + 3];
      g_autofree char *reason = NULL;

      if (tail[i] != 0x88 || tail[i + 1] != length - i - 2 || code < 1012 || code > 1014)
        continue;
      reason = g_strndup ((const char *) tail + i + 4, length - i - 4);

      return gstream_server_new_close_error (self->server, self->message, code, reason);
    }

  return NULL;
}

static GError *
translate_error (GstreamWebsocketConnection *self,
                 GError                     *error)
{
  if (error->domain != SOUP_WEBSOCKET_ERROR)
    return g_error_copy (error);
  if (error->code == SOUP_WEBSOCKET_CLOSE_TOO_BIG)
    return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                        "a frame has more than %" G_GSIZE_FORMAT " bytes", self->server->max_event_size);

  return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "the frames are not a WebSocket's: %s", error->message);
}

static void
on_error (SoupWebsocketConnection    *connection,
          GError                     *error,
          GstreamWebsocketConnection *self)
{
  GError *translated = find_close_error (self);

  if (translated == NULL)
    {
      translated = translate_error (self, error);
      gstream_server_name_error (self->server, self->message, translated);
    }
  take_error (self, translated);
  gstream_pending_next_wake_later (&self->pending);
}

static void
fail_closed (GstreamWebsocketConnection *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                  "the server closed the connection");

  gstream_server_name_error (self->server, self->message, error);
  fail_command (self, error);
}

/* Whether the server closed it for a reason, and did not only go or break off. */
static gboolean
says_why (SoupWebsocketConnection *connection)
{
  const char *reason = soup_websocket_connection_get_close_data (connection);

  switch (soup_websocket_connection_get_close_code (connection))
    {
    case 0:
    case SOUP_WEBSOCKET_CLOSE_NO_STATUS:
    case SOUP_WEBSOCKET_CLOSE_ABNORMAL:
      return FALSE;
    case SOUP_WEBSOCKET_CLOSE_NORMAL:
    case SOUP_WEBSOCKET_CLOSE_GOING_AWAY:
      return reason != NULL && *reason != '\0';
    default:
      return TRUE;
    }
}

static void
on_closed (SoupWebsocketConnection    *connection,
           GstreamWebsocketConnection *self)
{
  if (says_why (connection))
    take_error (self, gstream_server_new_close_error (self->server, self->message,
                                                      soup_websocket_connection_get_close_code (connection),
                                                      soup_websocket_connection_get_close_data (connection)));
  fail_closed (self);
  self->ended = TRUE;
  gstream_pending_next_wake_later (&self->pending);
}

/* --- asking for more --- */

/* Lets one portion in. Whether it brought what was wanted is seen when it is used up. */
static void
read_more (GstreamWebsocketConnection *self)
{
  if (self->connection == NULL || gstream_gate_is_open (self->gate))
    return;
  if (gstream_gate_get_passed (self->gate) - self->whole_at > self->server->max_event_size + PORTION)
    {
      GError *error = g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                   "an event has more than %" G_GSIZE_FORMAT " bytes", self->server->max_event_size);

      gstream_server_name_error (self->server, self->message, error);
      take_error (self, error);
      gstream_pending_next_wake_later (&self->pending);
      return;
    }
  gstream_gate_open (self->gate, PORTION);
}

static void begin_handshake (GstreamWebsocketConnection *self);

static void
go_on (GstreamWebsocketConnection *self)
{
  if (self->asked)
    read_more (self);
  else
    begin_handshake (self);
}

/* The gate has shut itself; somebody may still be waiting. */
static gboolean
on_portion_over (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  if (self->error == NULL && !self->ended && (self->command != NULL || self->pending.task != NULL))
    read_more (self);

  return G_SOURCE_REMOVE;
}

static void
on_gate_shut (GstreamGate                *gate,
              GstreamWebsocketConnection *self)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_static_name (idle, "[gstream] websocket portion");
  g_source_set_callback (idle, on_portion_over, g_object_ref (self), g_object_unref);
  g_source_attach (idle, self->server->context);
}

/* --- opening --- */

static void
send (GstreamWebsocketConnection *self,
      const char                 *command)
{
  gstream_server_begin_io (self->server);
  soup_websocket_connection_send_text (self->connection, command);
  gstream_server_end_io (self->server);
}

static void
send_command (GstreamWebsocketConnection *self)
{
  if (self->command != NULL)
    send (self, g_task_get_task_data (self->command));
}

/* Seconds, of which two go into the silence that a connection may keep. */
static guint
get_ping_interval (GstreamWebsocketConnection *self)
{
  return MAX (self->server->silence_timeout / 2000, 1);
}

static void
use_connection (GstreamWebsocketConnection *self)
{
  soup_websocket_connection_set_max_incoming_payload_size (self->connection, self->server->max_event_size);
  gstream_server_begin_io (self->server);
  soup_websocket_connection_set_keepalive_interval (self->connection, get_ping_interval (self));
  gstream_server_end_io (self->server);
  g_signal_connect_object (self->connection, "message", G_CALLBACK (on_message), self, 0);
  g_signal_connect_object (self->connection, "error", G_CALLBACK (on_error), self, 0);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_closed), self, 0);
  g_signal_connect_object (self->gate, "shut", G_CALLBACK (on_gate_shut), self, 0);

  send (self, self->subscribe);
  send_command (self);
}

static void start_timeout (GstreamWebsocketConnection *self);

static void
on_pause_over (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  gstream_timer_end (&self->pause);
  start_timeout (self); /* of the command, which may have been cancelled */
  g_object_unref (self->message);
  self->message = gstream_server_new_message (self->server, "GET", self->path);
  begin_handshake (self);
}

/* Nothing has been sent yet: a command may wait for another handshake. FALSE: that does not help. */
static gboolean
try_again (GstreamWebsocketConnection *self,
           const GError               *error)
{
  gint64 milliseconds = self->command != NULL && !self->ended && self->error == NULL
                        ? gstream_retry_next (&self->retry, self->server, GSTREAM_RETRY_REPEATABLE, error) : -1;

  if (milliseconds < 0)
    return FALSE;

  gstream_timer_end (&self->timeout);
  self->pause = gstream_timer_start (self->server->context, milliseconds, g_task_get_cancellable (self->command),
                                     "[gstream] handshake", on_pause_over, self, NULL);

  return TRUE;
}

static void
on_handshake (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GstreamWebsocketConnection) self = user_data;
  GError *error = NULL;

  self->connection = gstream_websocket_handshake_finish (result, &self->gate, &error);
  if (self->connection == NULL && try_again (self, error))
    g_error_free (error);
  else if (self->connection == NULL)
    take_error (self, error);
  else if (!self->ended)
    {
      use_connection (self);
      if (self->command != NULL)
        read_more (self);
    }

  if (gstream_pending_next_wake (&self->pending))
    read_more (self);
}

static void
shake_hands (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  gstream_websocket_handshake (self->server, self->message, self->closing, on_handshake, g_object_ref (self));
}

/* A run that goes on cannot wait for a connection that may be dead; one that begins can. */
static void
begin_handshake (GstreamWebsocketConnection *self)
{
  self->asked = TRUE;
  if (self->command != NULL && gstream_farewell_is_under_way (self->server))
    gstream_farewell_wait (self->server, self->closing, shake_hands, g_object_ref (self), g_object_unref);
  else
    shake_hands (self);
}

/* --- the source --- */

static GstreamTry
read_frame (GstreamWebsocketConnection  *self,
            GstreamEvent               **event,
            GError                     **error)
{
  g_autoptr (GBytes) frame = g_queue_pop_head (&self->frames);
  GError *reason = NULL;
  gsize size;
  const char *text = g_bytes_get_data (frame, &size);

  *event = gstream_event_reader_read (self->reader, frame, text, size, &reason);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;

  if (!g_error_matches (reason, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    gstream_server_name_error (self->server, self->message, reason);
  g_propagate_error (error, g_error_copy (reason));
  take_error (self, reason);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);

  return GSTREAM_TRY_FAILED;
}

static GstreamTry
gstream_websocket_connection_try_next (GstreamEventSource  *source,
                                       GstreamEvent       **event,
                                       GError             **error)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  if (!g_queue_is_empty (&self->frames))
    return read_frame (self, event, error);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }

  return self->ended ? GSTREAM_TRY_ENDED : GSTREAM_TRY_PENDING;
}

static void
gstream_websocket_connection_next (GstreamEventSource  *source,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  if (gstream_pending_next_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

static gboolean
is_open (GstreamWebsocketConnection *self)
{
  return self->connection != NULL && soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
leave (GstreamWebsocketConnection *self)
{
  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_signal_handlers_disconnect_by_data (self->gate, self);
  if (is_open (self) && !self->given_up)
    gstream_farewell_say (self->server, g_steal_pointer (&self->connection), g_steal_pointer (&self->gate));
  g_clear_object (&self->connection);
}

/* Last of all: the callback may let go of the connection. */
static void
fail_left (GstreamWebsocketConnection *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                                  "the connection was closed before the server had answered");

  gstream_server_name_error (self->server, self->message, error);
  fail_command (self, error);
}

static void
gstream_websocket_connection_close (GstreamEventSource *source)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  self->ended = TRUE;
  gstream_timer_end (&self->pause);
  g_cancellable_cancel (self->closing);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  leave (self);
  gstream_pending_next_wake_later (&self->pending);
  fail_left (self);
}

void
gstream_websocket_connection_give_up (GstreamWebsocketConnection *self)
{
  self->given_up = TRUE;
}

guint64
gstream_websocket_connection_get_progress (GstreamWebsocketConnection *self)
{
  return self->gate != NULL ? gstream_gate_get_passed (self->gate) : 0;
}

gboolean
gstream_websocket_connection_is_subscribed (GstreamWebsocketConnection *self)
{
  return self->subscribed;
}

void
gstream_websocket_connection_ask_for_run (GstreamWebsocketConnection *self)
{
  g_autofree char *command = NULL;

  if (!is_open (self) || self->subscribed)
    return;

  command = gstream_command_tree ();
  send (self, command);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_websocket_connection_next;
  iface->next_finish = gstream_pending_next_finish;
  iface->try_next = gstream_websocket_connection_try_next;
  iface->close = gstream_websocket_connection_close;
}

/* --- commands --- */

static void
start_timeout (GstreamWebsocketConnection *self)
{
  self->timeout = gstream_timer_start (self->server->context, self->server->answer_timeout,
                                       g_task_get_cancellable (self->command), "[gstream] answer timeout",
                                       on_command_timeout, self, NULL);
}

void
gstream_websocket_connection_command (GstreamWebsocketConnection *self,
                                      const char                 *command,
                                      GCancellable               *cancellable,
                                      GAsyncReadyCallback         callback,
                                      gpointer                    user_data)
{
  g_assert (self->command == NULL);

  self->command = gstream_run_context_new_task (self->server->context, self, cancellable, callback, user_data);
  g_task_set_source_tag (self->command, gstream_websocket_connection_command);
  g_task_set_task_data (self->command, g_strdup (command), g_free);
  start_timeout (self);

  if (self->error != NULL)
    fail_command (self, self->error);
  else if (self->ended)
    fail_closed (self);
  else
    {
      if (is_open (self))
        send_command (self);
      go_on (self);
    }
}

GstreamPayload *
gstream_websocket_connection_command_finish (GstreamWebsocketConnection  *self,
                                             GAsyncResult                *result,
                                             GError                     **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the object --- */

static void
gstream_websocket_connection_finalize (GObject *object)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (object);

  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->error);
  leave (self);
  g_clear_object (&self->gate);
  g_clear_pointer (&self->reader, gstream_event_reader_free);
  g_object_unref (self->closing);
  g_object_unref (self->message);
  g_free (self->subscribe);
  g_free (self->path);
  gstream_server_unref (self->server);

  G_OBJECT_CLASS (gstream_websocket_connection_parent_class)->finalize (object);
}

static void
gstream_websocket_connection_class_init (GstreamWebsocketConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_websocket_connection_finalize;
}

static void
gstream_websocket_connection_init (GstreamWebsocketConnection *self)
{
  self->closing = g_cancellable_new ();
  self->reader = gstream_event_reader_new ();
}

GstreamEventSource *
gstream_websocket_connection_new (GstreamServer      *server,
                                  const char         *thread_id,
                                  const char * const *channels)
{
  GstreamWebsocketConnection *self = g_object_new (GSTREAM_TYPE_WEBSOCKET_CONNECTION, NULL);

  self->server = gstream_server_ref (server);
  self->path = gstream_request_path (thread_id, "/stream/events");
  self->message = gstream_server_new_message (server, "GET", self->path);
  self->subscribe = gstream_command_subscribe (channels);
  gstream_event_reader_set_limits (self->reader, server->max_event_size, server->max_depth);

  return GSTREAM_EVENT_SOURCE (self);
}
