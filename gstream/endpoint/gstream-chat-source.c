/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's endpoint as a source: its properties, the request, and reading the answer.
 *
 * The answer's body is read by a source of Server-Sent Events, whose data is passed to the chat answer, or as a whole
 * document.
 */
#include <gstream/endpoint/gstream-chat-source.h>

#include <string.h>

#include <gstream/endpoint/gstream-chat-answer-private.h>
#include <gstream/endpoint/gstream-chat-request-private.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-http-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/sources/gstream-sse-source-internal.h>

#define PATH "/chat/completions"
#define MOST_DEPTH 1024     /* the limit of event sources */
#define PORTION (64 * 1024) /* bytes of a document that are read at a time */

/**
 * GstreamChatSource:
 *
 * One answer of a model, from an endpoint that speaks the OpenAI chat-completions
 * protocol: llama.cpp's server, Ollama, vLLM, LM Studio, OpenRouter and the hosted ones (O1).
 *
 * ```c
 * g_autoptr (GstreamPayload) messages = gstream_payload_new ("[{\"role\":\"user\",\"content\":\"Why?\"}]", -1, NULL);
 * g_autoptr (GstreamEventSource) source = gstream_chat_source_new ("http://localhost:11434/v1", "qwen3", messages);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 * ```
 *
 * The run has one message, [class@Message], with the text, the reasoning and the tool calls, the usage, and the reason
 * why the model stopped. A refusal is a block of the message's content, `{"type": "refusal", "refusal": …}`; cited
 * pages are `annotations` of its text. Spoken answers (`audio`) are ignored. The run's output is `{"messages": […]}`:
 * the given messages followed by the answer, in the protocol's format. To continue, append the user's next message, or
 * a message `{"role": "tool", "tool_call_id": …, "content": …}` with the result of each tool call, and make another
 * source.
 *
 * The request is sent when the run asks for the first event. If the server answers with a temporary error (429, 5xx),
 * or cannot be reached, the request is repeated up to [property@ChatSource:retry-limit] times, but not after an answer
 * has begun. The connection is not read faster than the run is consumed, and is closed when the run is aborted.
 *
 * Errors are those of a server's run (see [class@Thread]), with the server's words and
 * the status; a rate limit says when to ask again, where the server does. An error that
 * comes within the stream is %GSTREAM_ERROR_FAILED. An answer that is cut off is %GSTREAM_ERROR_INCOMPLETE, one
 * that is not the protocol's %GSTREAM_ERROR_INVALID, one with several choices
 * %GSTREAM_ERROR_NOT_SUPPORTED, one beyond [property@ChatSource:max-event-size] %GSTREAM_ERROR_TOO_LARGE, and where the
 * server is silent for [property@ChatSource:silence-timeout] %G_IO_ERROR_TIMED_OUT (O2). What came before is delivered.
 *
 * Headers and the API key can be set but not read, are only sent to the URL's origin, and are removed from errors (N8).
 *
 * A source belongs to the main context that was the thread default when it was made.
 *
 * Since: 1.0
 */

struct _GstreamChatSource
{
  GObject parent_instance;

  GMainContext   *context;
  char           *url;
  char           *model;
  GstreamPayload *messages;
  GstreamPayload *tools;      /* NULL: none */
  GstreamPayload *parameters; /* NULL: none */
  SoupSession    *session;    /* NULL until it is needed, unless it was given */
  GPtrArray      *headers;    /* names and values alternately */

  GstreamLimits limits;

  GCancellable       *closing;  /* cancels pending operations */
  GBytes             *request;  /* NULL until the first event is asked for */
  GstreamChatAnswer  *answer;   /* NULL until then */
  GstreamPost        *post;     /* NULL: nothing has been sent yet */
  GstreamEventSource *events;   /* of the answer's body; NULL: it has not come yet, or is a document */
  gboolean            reading;  /* a next() of @events is pending */
  GstreamEvent       *arrived;  /* the result of that next() */
  GInputStream       *document; /* an answer that is not a stream, as far as is known; or NULL */
  GByteArray         *read;     /* of @document, so far, without the white space that it begins with */
  guint64             n_read;   /* bytes, with that */
  GError             *error;    /* why there are no more events */
  GstreamNextCall     pending;
  gint64   waiting_since; /* monotonic µs: when the pending call began to wait, or the server was heard later */
  guint64  heard;         /* bytes of the answer, when that was */
  GSource *watchdog;      /* timer that checks whether that is too long ago; NULL: nobody waits */
};

enum
{
  PROP_URL = 1,
  PROP_MODEL,
  PROP_MESSAGES,
  PROP_TOOLS,
  PROP_PARAMETERS,
  PROP_SESSION,
  PROP_API_KEY,
  PROP_MAX_EVENT_SIZE,
  PROP_MAX_DEPTH,
  PROP_RETRY_LIMIT,
  PROP_RETRY_PAUSE,
  PROP_RETRY_PAUSE_MAX,
  PROP_SILENCE_TIMEOUT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamChatSource, gstream_chat_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void go_on (GstreamChatSource *self);

/* --- silence --- */

static guint64
count_heard (GstreamChatSource *self)
{
  if (self->events != NULL)
    return gstream_sse_source_get_received (GSTREAM_SSE_SOURCE (self->events));

  return self->n_read;
}

/*
 * A server may send comments, empty pieces, or a large one slowly, for as long as it likes: only nothing at all is silence.
 * And it has nothing to say before it is asked again.
 */
static void
listen_back (GstreamChatSource *self)
{
  guint64 heard = count_heard (self);

  if (heard != self->heard)
    self->waiting_since = g_get_monotonic_time ();
  else if (self->post != NULL)
    self->waiting_since = MAX (self->waiting_since, gstream_post_get_asked (self->post));
  self->heard = heard;
}

static gboolean
on_watchdog (gpointer user_data)
{
  g_autoptr (GstreamChatSource) self = g_object_ref (user_data);
  gint64 due;

  if (self->pending.task == NULL)
    {
      g_clear_pointer (&self->watchdog, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  listen_back (self);
  due = self->waiting_since + self->limits.silence_timeout * G_GINT64_CONSTANT (1000);
  if (g_get_monotonic_time () < due)
    {
      g_source_set_ready_time (self->watchdog, due);
      return G_SOURCE_CONTINUE;
    }

  g_clear_pointer (&self->watchdog, g_source_unref);
  self->error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("the server was silent for %u ms"),
                             self->limits.silence_timeout);
  if (self->post != NULL)
    gstream_post_name_error (self->post, self->error);
  g_cancellable_cancel (self->closing);
  gstream_next_call_wake (&self->pending);

  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_watchdog (GSource    *source,
                   GSourceFunc func,
                   gpointer    user_data)
{
  return func (user_data);
}

static GSourceFuncs watchdog_funcs = { NULL, NULL, dispatch_watchdog, NULL, NULL, NULL };

/* One timer is used for many waits: when it expires, it checks the start of the latest one. */
static void
watch (GstreamChatSource *self)
{
  self->waiting_since = g_get_monotonic_time ();
  self->heard = count_heard (self);
  if (self->watchdog != NULL || self->limits.silence_timeout == 0)
    return;

  self->watchdog = g_source_new (&watchdog_funcs, sizeof (GSource));
  g_source_set_static_name (self->watchdog, "[gstream] silence");
  g_source_set_priority (self->watchdog, G_PRIORITY_DEFAULT + 1); /* what has arrived is read first */
  g_source_set_ready_time (self->watchdog,
                           self->waiting_since + self->limits.silence_timeout * G_GINT64_CONSTANT (1000));
  g_source_set_callback (self->watchdog, on_watchdog, self, NULL);
  g_source_attach (self->watchdog, self->context);
}

static void
stop_watching (GstreamChatSource *self)
{
  g_autoptr (GSource) watchdog = g_steal_pointer (&self->watchdog);

  if (watchdog != NULL)
    g_source_destroy (watchdog);
}

/* --- the end --- */

/* Whether the connection broke, in any layer. */
static gboolean
is_cut (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

/* Takes @error. */
static void
take_error (GstreamChatSource *self,
            GError            *error)
{
  if (is_cut (error))
    {
      self->error =
          g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE, _ ("the answer is cut off: %s"), error->message);
      g_error_free (error);
    }
  else
    self->error = error;
  gstream_post_name_error (self->post, self->error);
}

/* Closes the connection, which is not needed any more. */
static void
let_go (GstreamChatSource *self)
{
  if (self->events != NULL)
    gstream_event_source_close (self->events);
  stop_watching (self);
}

/* --- a document --- */

static void read_document (GstreamChatSource *self);
static void open_events (GstreamChatSource *self,
                         GInputStream      *body);

static gboolean
has_type (GstreamChatSource *self,
          const char        *wanted)
{
  const char *type = gstream_post_get_content_type (self->post);

  return type != NULL && g_ascii_strcasecmp (type, wanted) == 0;
}

static gboolean
has_json_type (GstreamChatSource *self)
{
  const char *type = gstream_post_get_content_type (self->post);

  return has_type (self, "application/json") || (type != NULL && g_str_has_suffix (type, "+json"));
}

/* Not all servers send the right type: whether it is a stream can be seen from its first byte. */
static gboolean
is_stream (GstreamChatSource *self)
{
  char first = self->read->data[0];

  if (has_json_type (self))
    return first == 'd' || first == 'e' || first == ':'; /* data, event, a comment */

  return first != '{' && first != '[';
}

/* White space before a document keeps a connection open; before a stream it means nothing. */
static void
add_portion (GstreamChatSource *self,
             GBytes            *bytes)
{
  gsize         size;
  const guint8 *portion = g_bytes_get_data (bytes, &size);

  self->n_read += size;
  for (; self->read->len == 0 && size > 0 && g_ascii_isspace (*portion); size--)
    portion++;
  g_byte_array_append (self->read, portion, size);
}

/* The beginning of the stream has been read. */
static void
go_on_as_stream (GstreamChatSource *self)
{
  open_events (self, self->document);
  gstream_sse_source_prepend (GSTREAM_SSE_SOURCE (self->events), (const char *) self->read->data, self->read->len);
  g_clear_object (&self->document);
  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
document_is_whole (GstreamChatSource *self)
{
  GError *error = NULL;

  if (self->read->len == 0 && !has_json_type (self))
    {
      gstream_chat_answer_end (self->answer, &error);
      take_error (self, error);
    }
  else if (!gstream_chat_answer_read_whole (self->answer, (const char *) self->read->data, self->read->len, &error))
    {
      if (error->code == GSTREAM_ERROR_INVALID)
        g_prefix_error_literal (&error, _ ("the answer is not a chat completion: "));
      take_error (self, error);
    }
}

static void
on_document_read (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GstreamChatSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  gsize    size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  gboolean is_first = self->read->len == 0;

  if (g_cancellable_is_cancelled (self->closing))
    {
      g_clear_error (&error);
      return;
    }
  if (size > 0)
    {
      add_portion (self, bytes);
      if (is_first && self->read->len > 0 && is_stream (self))
        {
          go_on_as_stream (self);
          return;
        }
      if (self->read->len <= self->limits.max_event_size)
        {
          read_document (self);
          return;
        }
      error = g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("the answer has more than %u bytes"),
                           self->limits.max_event_size);
    }

  if (error != NULL)
    take_error (self, error);
  else
    document_is_whole (self);
  gstream_next_call_wake (&self->pending);
}

static void
read_document (GstreamChatSource *self)
{
  g_input_stream_read_bytes_async (self->document, PORTION, G_PRIORITY_DEFAULT, self->closing, on_document_read,
                                   g_object_ref (self));
}

/* --- a stream --- */

static GstreamEvent *
read_chunk (gpointer    user_data,
            const char *data,
            gsize       length,
            GError    **error)
{
  GstreamChatSource *self = user_data;
  GError            *local_error = NULL;
  GstreamEvent      *event;

  gstream_chat_answer_read (self->answer, data, length, &local_error);
  event = gstream_chat_answer_take (self->answer);
  if (local_error == NULL)
    return event;

  /* Events from before the error are delivered first. */
  if (event != NULL)
    take_error (self, local_error);
  else
    g_propagate_error (error, local_error);

  return event;
}

static void
open_events (GstreamChatSource *self,
             GInputStream      *body)
{
  self->events =
      g_object_new (GSTREAM_TYPE_SSE_SOURCE, "stream", body, "max-event-size", self->limits.max_event_size, NULL);
  gstream_sse_source_set_read_func (GSTREAM_SSE_SOURCE (self->events), read_chunk, self);
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamChatSource) self = user_data;
  GError *error = NULL;

  self->arrived = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (object), result, &error);
  self->reading = FALSE;
  g_clear_error (&error); /* try_next() returns it again */

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

/* --- the request --- */

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GstreamChatSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream) body = gstream_post_send_finish (GSTREAM_POST (object), result, &error);

  if (self->error != NULL || g_cancellable_is_cancelled (self->closing))
    g_clear_error (&error);
  else if (body == NULL)
    self->error = error;
  else if (has_type (self, "text/event-stream"))
    open_events (self, body);
  else
    {
      self->document = g_object_ref (body);
      self->read = g_byte_array_new ();
      read_document (self);
    }

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static gboolean
add_headers (GstreamChatSource *self,
             GError           **error)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    if (!gstream_post_add_header (self->post, self->headers->pdata[i], self->headers->pdata[i + 1], error))
      return FALSE;

  return TRUE;
}

/* Returns the base of the URL; @path is what is asked for below it: the URL's query, if it has one, stands behind that. */
static char *
split_url (GstreamChatSource *self,
           char             **path)
{
  const char *url = self->url != NULL ? self->url : "";
  gsize length = strchr (url, '#') == NULL ? strcspn (url, "?") : strlen (url); /* a fragment is told as an error */

  *path = g_strconcat (PATH, url + length, NULL);

  return g_strndup (url, length);
}

static void
ask (GstreamChatSource *self)
{
  g_autofree char *path = NULL;
  g_autofree char *base = split_url (self, &path);

  if (self->session == NULL)
    self->session = gstream_post_new_session ();
  self->post = gstream_post_new (base, self->session, self->context, &self->limits, &self->error);
  if (self->post == NULL || !add_headers (self, &self->error))
    {
      gstream_next_call_wake_later (&self->pending);
      return;
    }

  gstream_post_send (self->post, path, self->request, self->closing, on_answer, g_object_ref (self));
}

/* Checks the source's properties and sends the request, when the first event is asked for. */
static void
begin (GstreamChatSource *self)
{
  self->request = gstream_chat_request_new (self->model, self->messages, self->tools, self->parameters, &self->error);
  if (self->request != NULL)
    self->answer = gstream_chat_answer_new (self->messages, self->limits.max_event_size, self->limits.max_depth);
}

static void
go_on (GstreamChatSource *self)
{
  watch (self);
  if (self->post == NULL)
    ask (self);
  else if (self->events != NULL && !self->reading)
    {
      self->reading = TRUE;
      gstream_event_source_next (self->events, self->closing, on_event, g_object_ref (self));
    }
}

/* --- the source --- */

static GstreamTry
fail (GstreamChatSource *self,
      GError           **error)
{
  let_go (self);
  g_propagate_error (error, g_error_copy (self->error));

  return GSTREAM_TRY_FAILED;
}

/* Handles the end of the stream: the answer is complete, or was cut off. Consumes @error. */
static void
take_end (GstreamChatSource *self,
          GError            *error)
{
  gboolean is_unfinished = g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE) || is_cut (error);

  /* Not all servers send the empty line after the last event, or end the body as HTTP has it. */
  if (error != NULL && !(is_unfinished && gstream_chat_answer_has_stopped (self->answer)))
    {
      take_error (self, error);
      return;
    }

  g_clear_error (&error);
  if (!gstream_chat_answer_end (self->answer, &error))
    take_error (self, error);
}

static GstreamTry
try_events (GstreamChatSource *self,
            GstreamEvent     **event,
            GError           **error)
{
  GError    *local_error = NULL;
  GstreamTry result = gstream_event_source_try_next (self->events, event, &local_error);

  if (result == GSTREAM_TRY_ITEM || result == GSTREAM_TRY_PENDING)
    return result;

  take_end (self, local_error);
  *event = gstream_chat_answer_take (self->answer);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;

  return fail (self, error);
}

static GstreamTry
gstream_chat_source_try_next (GstreamEventSource *source,
                              GstreamEvent      **event,
                              GError            **error)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (source);

  if (self->request == NULL && self->error == NULL)
    begin (self);

  *event = g_steal_pointer (&self->arrived);
  if (*event == NULL && self->answer != NULL)
    *event = gstream_chat_answer_take (self->answer);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;
  if (self->error != NULL)
    return fail (self, error);
  if (g_cancellable_is_cancelled (self->closing))
    return GSTREAM_TRY_ENDED;
  if (gstream_chat_answer_is_over (self->answer))
    {
      let_go (self);
      return GSTREAM_TRY_ENDED;
    }
  if (self->events == NULL || self->reading)
    return GSTREAM_TRY_PENDING;

  return try_events (self, event, error);
}

static void
gstream_chat_source_next (GstreamEventSource *source,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (source);

  if (gstream_next_call_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

static void
gstream_chat_source_close (GstreamEventSource *source)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (source);

  g_cancellable_cancel (self->closing);
  let_go (self);
  gstream_next_call_wake_later (&self->pending);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_chat_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_chat_source_try_next;
  iface->close = gstream_chat_source_close;
}

/* --- the object --- */

static void
gstream_chat_source_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (object);
  const guint       *number = gstream_limits_find (&self->limits, pspec->name);

  switch (property_id)
    {
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_MESSAGES:
      g_value_set_boxed (value, self->messages);
      break;
    case PROP_TOOLS:
      g_value_set_boxed (value, self->tools);
      break;
    case PROP_PARAMETERS:
      g_value_set_boxed (value, self->parameters);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    default:
      if (number != NULL)
        g_value_set_uint (value, *number);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_chat_source_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (object);
  guint             *number = gstream_limits_find (&self->limits, pspec->name);

  switch (property_id)
    {
    case PROP_URL:
      self->url = g_value_dup_string (value);
      break;
    case PROP_MODEL:
      self->model = g_value_dup_string (value);
      break;
    case PROP_MESSAGES:
      self->messages = g_value_dup_boxed (value);
      break;
    case PROP_TOOLS:
      gstream_chat_source_set_tools (self, g_value_get_boxed (value));
      break;
    case PROP_PARAMETERS:
      gstream_chat_source_set_parameters (self, g_value_get_boxed (value));
      break;
    case PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;
    case PROP_API_KEY:
      if (g_value_get_string (value) != NULL)
        gstream_chat_source_set_api_key (self, g_value_get_string (value));
      break;
    default:
      if (number != NULL)
        *number = g_value_get_uint (value);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_chat_source_dispose (GObject *object)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (object);

  let_go (self);

  G_OBJECT_CLASS (gstream_chat_source_parent_class)->dispose (object);
}

static void
gstream_chat_source_finalize (GObject *object)
{
  GstreamChatSource *self = GSTREAM_CHAT_SOURCE (object);

  g_clear_pointer (&self->arrived, gstream_event_unref);
  g_clear_pointer (&self->answer, gstream_chat_answer_free);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_pointer (&self->read, g_byte_array_unref);
  g_clear_object (&self->document);
  g_clear_object (&self->events);
  g_clear_object (&self->post);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  g_ptr_array_unref (self->headers);
  g_clear_object (&self->session);
  g_clear_pointer (&self->messages, gstream_payload_unref);
  g_clear_pointer (&self->tools, gstream_payload_unref);
  g_clear_pointer (&self->parameters, gstream_payload_unref);
  g_main_context_unref (self->context);
  g_free (self->model);
  g_free (self->url);

  G_OBJECT_CLASS (gstream_chat_source_parent_class)->finalize (object);
}

static GParamSpec *
payload_spec (const char *name,
              GParamFlags flags)
{
  return g_param_spec_boxed (name, NULL, NULL, GSTREAM_TYPE_PAYLOAD,
                             flags | G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
string_spec (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name,
           guint       minimum,
           guint       maximum,
           guint       standard)
{
  return g_param_spec_uint (name, NULL, NULL, minimum, maximum, standard,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
install_limits (void)
{
  /**
   * GstreamChatSource:max-event-size: (getter get_max_event_size)
   *
   * The maximum size of a chunk of the answer, and of the whole answer, in bytes. If it is exceeded, the run fails with
   * %GSTREAM_ERROR_TOO_LARGE.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_EVENT_SIZE] = uint_spec ("max-event-size", 1, G_MAXINT, 64 * 1024 * 1024);
  /**
   * GstreamChatSource:max-depth: (getter get_max_depth)
   *
   * The maximum nesting of arrays and objects in a chunk.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_DEPTH] = uint_spec ("max-depth", 1, MOST_DEPTH, 256);
  /**
   * GstreamChatSource:retry-limit: (getter get_retry_limit)
   *
   * The maximum number of retries before an answer has begun; 0: none.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_LIMIT] = uint_spec ("retry-limit", 0, G_MAXINT, 2);
  /**
   * GstreamChatSource:retry-pause: (getter get_retry_pause)
   *
   * The pause before the first retry, in milliseconds; doubled each time.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_PAUSE] = uint_spec ("retry-pause", 0, G_MAXINT, 500);
  /**
   * GstreamChatSource:retry-pause-max: (getter get_retry_pause_max)
   *
   * The maximum of the pause, in milliseconds. If a server asks for a longer one (`Retry-After`), that is used; if it
   * is more than a minute, there is no retry, and the error says how long it is.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_PAUSE_MAX] = uint_spec ("retry-pause-max", 0, G_MAXINT, 8000);
  /**
   * GstreamChatSource:silence-timeout: (getter get_silence_timeout)
   *
   * The time in milliseconds without anything from the server, while somebody waits, after which the run fails with
   * %G_IO_ERROR_TIMED_OUT; 0: no limit. The server may be silent for a long time while a model is loaded or a long
   * conversation is read.
   *
   * Since: 1.0
   */
  properties[PROP_SILENCE_TIMEOUT] = uint_spec ("silence-timeout", 0, G_MAXINT, 10 * 60 * 1000);
}

static void
gstream_chat_source_class_init (GstreamChatSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_chat_source_get_property;
  object_class->set_property = gstream_chat_source_set_property;
  object_class->dispose = gstream_chat_source_dispose;
  object_class->finalize = gstream_chat_source_finalize;

  /**
   * GstreamChatSource:url: (getter get_url)
   *
   * The endpoint's base, `http:` or `https:`, such as `http://localhost:11434/v1`: `/chat/completions` is appended to its path.
   * A query is kept, as Azure's `?api-version=…`; errors do not show it. A URL that cannot be used is an error of the run.
   *
   * Since: 1.0
   */
  properties[PROP_URL] = string_spec ("url");
  /**
   * GstreamChatSource:model: (getter get_model)
   *
   * The model's name at the endpoint.
   *
   * Since: 1.0
   */
  properties[PROP_MODEL] = string_spec ("model");
  /**
   * GstreamChatSource:messages: (getter get_messages)
   *
   * The conversation so far: an array of the protocol's messages.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGES] = payload_spec ("messages", G_PARAM_CONSTRUCT_ONLY);
  /**
   * GstreamChatSource:tools: (getter get_tools) (setter set_tools)
   *
   * The tools that the model may call, an array as the protocol has it; %NULL: none.
   *
   * Since: 1.0
   */
  properties[PROP_TOOLS] = payload_spec ("tools", 0);
  /**
   * GstreamChatSource:parameters: (getter get_parameters) (setter set_parameters)
   *
   * Further members of the request, an object: `temperature`, `tool_choice`, `response_format`, `reasoning_effort` or
   * others that the endpoint supports; %NULL: none. They override the defaults, `stream` and `stream_options`; a member
   * that is null is not sent.
   *
   * Since: 1.0
   */
  properties[PROP_PARAMETERS] = payload_spec ("parameters", 0);
  /**
   * GstreamChatSource:session: (getter get_session)
   *
   * The session for the request, with its proxies and TLS settings. Sources with the same session share connections. By
   * default, the source has its own session.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION,
                                                  G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamChatSource:api-key: (setter set_api_key)
   *
   * The API key. It can be set but not read (N8).
   *
   * Since: 1.0
   */
  properties[PROP_API_KEY] = g_param_spec_string ("api-key", NULL, NULL, NULL,
                                                  G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  install_limits ();

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_chat_source_init (GstreamChatSource *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->closing = g_cancellable_new ();
}

/**
 * gstream_chat_source_new:
 * @url: the endpoint's base, such as `http://localhost:11434/v1`
 * @model: the model's name at the endpoint
 * @messages: the conversation so far, an array such as `[{"role": "user", "content": "Why?"}]`
 *
 * Makes a source that requests one answer. If @url or @messages is invalid, the run fails.
 *
 * Returns: (transfer full) (type GstreamChatSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_chat_source_new (const char     *url,
                         const char     *model,
                         GstreamPayload *messages)
{
  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (model != NULL, NULL);
  g_return_val_if_fail (messages != NULL, NULL);

  return g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", url, "model", model, "messages", messages, NULL);
}

/* --- properties --- */

/**
 * gstream_chat_source_get_url: (get-property url)
 * @self: a source
 *
 * Gets the endpoint's base.
 *
 * Returns: (nullable): the URL
 *
 * Since: 1.0
 */
const char *
gstream_chat_source_get_url (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->url;
}

/**
 * gstream_chat_source_get_model: (get-property model)
 * @self: a source
 *
 * Gets the model's name.
 *
 * Returns: (nullable): the name
 *
 * Since: 1.0
 */
const char *
gstream_chat_source_get_model (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->model;
}

/**
 * gstream_chat_source_get_messages: (get-property messages)
 * @self: a source
 *
 * Gets the conversation that the source was given.
 *
 * Returns: (transfer none) (nullable): the messages
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_chat_source_get_messages (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->messages;
}

/**
 * gstream_chat_source_get_tools: (get-property tools)
 * @self: a source
 *
 * Gets the tools that the model may call.
 *
 * Returns: (transfer none) (nullable): the tools
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_chat_source_get_tools (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->tools;
}

/**
 * gstream_chat_source_get_parameters: (get-property parameters)
 * @self: a source
 *
 * Gets the further members of the request.
 *
 * Returns: (transfer none) (nullable): the parameters
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_chat_source_get_parameters (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->parameters;
}

/**
 * gstream_chat_source_get_session: (get-property session)
 * @self: a source
 *
 * Gets the session that is used for the request.
 *
 * Returns: (transfer none) (nullable): the session that was given, or the
 *   source's own; %NULL before that was needed
 *
 * Since: 1.0
 */
SoupSession *
gstream_chat_source_get_session (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), NULL);

  return self->session;
}

/**
 * gstream_chat_source_get_max_event_size: (get-property max-event-size)
 * @self: a source
 *
 * Gets the maximum size of a chunk, and of the whole answer.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_max_event_size (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.max_event_size;
}

/**
 * gstream_chat_source_get_max_depth: (get-property max-depth)
 * @self: a source
 *
 * Gets the maximum nesting of arrays and objects in a chunk.
 *
 * Returns: a number of levels
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_max_depth (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.max_depth;
}

/**
 * gstream_chat_source_get_retry_limit: (get-property retry-limit)
 * @self: a source
 *
 * Gets the maximum number of retries (N3).
 *
 * Returns: a number of attempts; 0: none
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_retry_limit (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.retry_limit;
}

/**
 * gstream_chat_source_get_retry_pause: (get-property retry-pause)
 * @self: a source
 *
 * Gets the pause before the first retry, which is doubled each time.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_retry_pause (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.retry_pause;
}

/**
 * gstream_chat_source_get_retry_pause_max: (get-property retry-pause-max)
 * @self: a source
 *
 * Gets the maximum of the pause.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_retry_pause_max (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.retry_pause_max;
}

/**
 * gstream_chat_source_get_silence_timeout: (get-property silence-timeout)
 * @self: a source
 *
 * Gets the time without anything from the server after which the run fails (O2).
 *
 * Returns: milliseconds; 0: never
 *
 * Since: 1.0
 */
guint
gstream_chat_source_get_silence_timeout (GstreamChatSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_CHAT_SOURCE (self), 0);

  return self->limits.silence_timeout;
}

static void
set_payload (GstreamChatSource *self,
             GstreamPayload   **place,
             GstreamPayload    *payload,
             guint              property_id)
{
  if (*place == payload)
    return;

  g_clear_pointer (place, gstream_payload_unref);
  *place = payload != NULL ? gstream_payload_ref (payload) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property_id]);
}

/**
 * gstream_chat_source_set_tools: (set-property tools)
 * @self: a source
 * @tools: (nullable): an array of the protocol's tools; %NULL: none
 *
 * Sets the tools that the model may call, before the run asks for its first event.
 *
 * Since: 1.0
 */
void
gstream_chat_source_set_tools (GstreamChatSource *self,
                               GstreamPayload    *tools)
{
  g_return_if_fail (GSTREAM_IS_CHAT_SOURCE (self));

  set_payload (self, &self->tools, tools, PROP_TOOLS);
}

/**
 * gstream_chat_source_set_parameters: (set-property parameters)
 * @self: a source
 * @parameters: (nullable): an object; %NULL: nothing
 *
 * Sets further members of the request, before the run asks for its first event.
 *
 * Since: 1.0
 */
void
gstream_chat_source_set_parameters (GstreamChatSource *self,
                                    GstreamPayload    *parameters)
{
  g_return_if_fail (GSTREAM_IS_CHAT_SOURCE (self));

  set_payload (self, &self->parameters, parameters, PROP_PARAMETERS);
}

/* --- headers --- */

/**
 * gstream_chat_source_set_api_key: (set-property api-key)
 * @self: a source
 * @api_key: (nullable): the key; %NULL: none
 *
 * Sets the API key, which is sent as `Authorization: Bearer KEY`, only to the URL's origin (N8). For another header,
 * use [method@ChatSource.set_header].
 *
 * Since: 1.0
 */
void
gstream_chat_source_set_api_key (GstreamChatSource *self,
                                 const char        *api_key)
{
  g_autofree char *value = api_key != NULL ? g_strconcat ("Bearer ", api_key, NULL) : NULL;

  g_return_if_fail (GSTREAM_IS_CHAT_SOURCE (self));

  gstream_chat_source_set_header (self, "Authorization", value);
}

static void
remove_header (GstreamChatSource *self,
               const char        *name)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    if (g_ascii_strcasecmp (self->headers->pdata[i], name) == 0)
      {
        g_ptr_array_remove_range (self->headers, i, 2);
        return;
      }
}

/**
 * gstream_chat_source_set_header:
 * @self: a source
 * @name: a header's name, such as `HTTP-Referer`
 * @value: (nullable): its value; %NULL: it is not sent
 *
 * Sets a header that is sent with the request, and to no other origin (N8). If it is invalid, for example because it
 * has a line break, the run fails.
 *
 * Since: 1.0
 */
void
gstream_chat_source_set_header (GstreamChatSource *self,
                                const char        *name,
                                const char        *value)
{
  g_return_if_fail (GSTREAM_IS_CHAT_SOURCE (self));
  g_return_if_fail (name != NULL);

  remove_header (self, name);
  if (value == NULL)
    return;
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}
