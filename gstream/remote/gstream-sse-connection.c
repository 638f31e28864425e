/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a thread's events over HTTP.
 */
#include <gstream/remote/gstream-sse-connection-private.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/sources/gstream-sse-source-internal.h>

#define GSTREAM_TYPE_SSE_CONNECTION (gstream_sse_connection_get_type ())
G_DECLARE_FINAL_TYPE (GstreamSseConnection, gstream_sse_connection, GSTREAM, SSE_CONNECTION, GObject)

struct _GstreamSseConnection
{
  GObject parent_instance;

  GstreamOrigin               *origin;
  char                        *path;
  char                        *body;    /* what is asked for */
  SoupMessage                 *message; /* NULL: it was not asked yet */
  GCancellable                *closing; /* cancels pending operations */
  GstreamEventSource          *events;  /* reads the answer's body; NULL: there is no answer yet, or it has no events */
  GstreamEventSourceInterface *events_iface; /* its interface, looked up once instead of for each event */
  GError                      *error;        /* why there are no more events */
  gboolean                     reading;      /* an event of `events` is being waited for */
  GstreamEvent                *arrived;      /* the result of that next() */
  GstreamNextCall              pending;
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamSseConnection, gstream_sse_connection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void go_on (GstreamSseConnection *self);
static void ask (GstreamSseConnection *self);

/* --- the answer --- */

static void
open_events (GstreamSseConnection *self,
             GInputStream         *body,
             GError              **error)
{
  g_autoptr (GInputStream) stream = gstream_body_new (self->origin, self->message, body, error);

  if (stream == NULL)
    return;

  self->events =
      g_object_new (GSTREAM_TYPE_SSE_SOURCE, "stream", stream, "max-event-size",
                    (guint) self->origin->limits.max_event_size, "max-depth", self->origin->limits.max_depth, NULL);
  self->events_iface = GSTREAM_EVENT_SOURCE_GET_IFACE (self->events);
}

static const char *
content_type (GstreamSseConnection *self)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

/*
 * Returns: (nullable): the error in a body that has the form of an answer to a refused command, although the HTTP
 * status is success.
 */
static GError *
read_refusal (const char *body,
              gsize       length)
{
  g_autoptr (GstreamPayload) payload = length > 0 ? gstream_payload_new (body, length, NULL) : NULL;
  GstreamAnswer answer = { 0 };
  GError       *error = NULL;

  if (payload != NULL && g_strcmp0 (gstream_payload_get_string (payload, "/type"), "error") == 0)
    gstream_answer_parse (payload, &answer, &error);

  return error;
}

static GError *
wrong_type (GstreamSseConnection *self,
            const char           *body,
            gsize                 length)
{
  const char      *type = content_type (self);
  g_autofree char *words = gstream_error_find_words (body, length, NULL);

  if (type == NULL && length == 0) /* libsoup treats truncated headers as complete ones */
    return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE, _ ("the answer ended within its headers"));

  if (type == NULL)
    type = _ ("of no type");

  return words != NULL ? g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                      _ ("the answer is %s, and text/event-stream was expected: %s"), type, words)
                       : g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                      _ ("the answer is %s, and text/event-stream was expected"), type);
}

static GError *
without_events (GstreamSseConnection *self,
                const char           *body,
                gsize                 length)
{
  guint   status = soup_message_get_status (self->message);
  GError *error = NULL;

  if (status != SOUP_STATUS_OK)
    return gstream_origin_new_error (self->origin, self->message, status, body, length);

  error = read_refusal (body, length);
  if (error == NULL)
    error = wrong_type (self, body, length);
  gstream_origin_name_error (self->origin, self->message, error);

  return error;
}

static void
on_refusal (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GstreamSseConnection) self = user_data;
  gsize            length;
  g_autofree char *body = gstream_refusal_read_finish (result, &length);

  if (!g_cancellable_is_cancelled (self->closing))
    self->error = without_events (self, body, length);
  gstream_next_call_wake (&self->pending);
}

static void
read_body_of_refusal (GstreamSseConnection *self,
                      GInputStream         *body,
                      GError              **error)
{
  g_autoptr (GInputStream) decoded = gstream_request_decode (self->message, body, error);

  if (decoded != NULL)
    gstream_refusal_read (decoded, self->closing, on_refusal, g_object_ref (self));
}

static void
take_answer (GstreamSseConnection *self,
             GInputStream         *body,
             GError              **error)
{
  const char *type = content_type (self);

  if (soup_message_get_status (self->message) == SOUP_STATUS_OK && type != NULL &&
      g_ascii_strcasecmp (type, "text/event-stream") == 0)
    open_events (self, body, error);
  else
    read_body_of_refusal (self, body, error);
}

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GstreamSseConnection) self = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (object), result, &error);

  if (body == NULL && gstream_stream_needs_http2 (self->origin, self->message, error))
    {
      g_error_free (error);
      ask (self);
      return;
    }
  if (body != NULL && !g_cancellable_is_cancelled (self->closing))
    take_answer (self, body, &error);
  if (error != NULL)
    {
      gstream_origin_name_error (self->origin, self->message, error);
      self->error = error;
    }

  g_main_context_push_thread_default (
      self->origin->context); /* this callback is called with the nested context as the thread default */
  if (gstream_next_call_wake (&self->pending))
    go_on (self);
  g_main_context_pop_thread_default (self->origin->context);
}

static SoupMessage *
new_message (GstreamSseConnection *self)
{
  SoupMessage *message = gstream_origin_new_message (self->origin, "POST", self->path);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "text/event-stream");
  gstream_request_accept_encodings (message);
  gstream_request_set_body (message, self->body);

  return message;
}

static void
ask (GstreamSseConnection *self)
{
  g_clear_object (&self->message);
  self->message = new_message (self);
  gstream_stream_send (self->origin, self->message, self->closing, on_answer, g_object_ref (self));
}

/* --- its events --- */

static void
take_error (GstreamSseConnection *self,
            GError               *error)
{
  /* The message of the run's own failure is not changed. */
  if (g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    gstream_origin_hide_secrets (self->origin, error);
  else
    gstream_origin_name_error (self->origin, self->message, error);
  self->error = error;
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamSseConnection) self = user_data;
  GError *error = NULL;

  self->arrived = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (object), result, &error);
  self->reading = FALSE;
  if (error != NULL)
    take_error (self, error);

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
go_on (GstreamSseConnection *self)
{
  if (self->message == NULL)
    ask (self);
  else if (self->events != NULL && !self->reading)
    {
      self->reading = TRUE;
      gstream_event_source_next (self->events, self->closing, on_event, g_object_ref (self));
    }
}

static GstreamTry
gstream_sse_connection_try_next (GstreamEventSource *source,
                                 GstreamEvent      **event,
                                 GError            **error)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);
  GError               *local_error = NULL;
  GstreamTry            result;

  *event = g_steal_pointer (&self->arrived);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }
  if (g_cancellable_is_cancelled (self->closing))
    return GSTREAM_TRY_ENDED;
  if (self->events == NULL || self->reading)
    return GSTREAM_TRY_PENDING;

  result = self->events_iface->try_next (self->events, event, &local_error);
  if (result != GSTREAM_TRY_FAILED)
    return result;

  take_error (self, local_error);
  g_propagate_error (error, g_error_copy (self->error));

  return result;
}

static void
gstream_sse_connection_next (GstreamEventSource *source,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);

  if (gstream_next_call_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

static void
gstream_sse_connection_close (GstreamEventSource *source)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);

  g_cancellable_cancel (self->closing);
  if (self->events != NULL)
    gstream_event_source_close (self->events);
  gstream_next_call_wake_later (&self->pending);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_sse_connection_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_sse_connection_try_next;
  iface->close = gstream_sse_connection_close;
}

/* --- the object --- */

static void
gstream_sse_connection_finalize (GObject *object)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (object);

  g_clear_pointer (&self->arrived, gstream_event_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->events);
  g_object_unref (self->closing);
  g_clear_object (&self->message);
  g_free (self->path);
  g_free (self->body);
  gstream_origin_unref (self->origin);

  G_OBJECT_CLASS (gstream_sse_connection_parent_class)->finalize (object);
}

static void
gstream_sse_connection_class_init (GstreamSseConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_sse_connection_finalize;
}

static void
gstream_sse_connection_init (GstreamSseConnection *self)
{
  self->closing = g_cancellable_new ();
}

static GstreamEventSource *
gstream_sse_connection_new (GstreamOrigin       *origin,
                            const char          *thread_id,
                            GstreamSubscription *wanted)
{
  GstreamSseConnection *self = g_object_new (GSTREAM_TYPE_SSE_CONNECTION, NULL);

  self->origin = gstream_origin_ref (origin);
  self->path = gstream_request_path (thread_id, "/stream/events");
  self->body = gstream_command_filter (wanted);

  return GSTREAM_EVENT_SOURCE (self);
}

GstreamEventSource *
gstream_sse_connection_start (GstreamOrigin       *origin,
                              const char          *thread_id,
                              GstreamSubscription *wanted)
{
  GstreamEventSource *self = gstream_sse_connection_new (origin, thread_id, wanted);

  ask (GSTREAM_SSE_CONNECTION (self));

  return self;
}

static guint64
get_progress (GstreamEventSource *source)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);

  return self->events != NULL ? gstream_sse_source_get_received (GSTREAM_SSE_SOURCE (self->events)) : 0;
}

static gboolean
is_within_event (GstreamEventSource *source)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);

  return self->events != NULL && gstream_sse_source_is_within_event (GSTREAM_SSE_SOURCE (self->events));
}

static gint64
get_retry (GstreamEventSource *source)
{
  GstreamSseConnection *self = GSTREAM_SSE_CONNECTION (source);

  return self->events != NULL ? gstream_sse_source_get_retry (GSTREAM_SSE_SOURCE (self->events)) : -1;
}

const GstreamConnectionFuncs gstream_sse_connection_funcs = {
  .open = gstream_sse_connection_new,
  .get_progress = get_progress,
  .is_within_event = is_within_event,
  .get_retry = get_retry,
  .opens_early = TRUE,
};
