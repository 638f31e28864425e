/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A LangGraph Agent Server: its URL, the headers and limits of the requests to it, its threads, and the calls that are not a
 * thread's own (N13).
 */
#include <gstream/remote/gstream-server-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-server-thread.h>
#include <gstream/stream/gstream-pump-internal.h>

#define MOST_DEPTH 1024 /* the limit of event sources */
#define API_KEY_HEADER "X-Api-Key"

/**
 * GstreamServer:
 *
 * A LangGraph Agent Server, which has threads.
 *
 * ```c
 * g_autoptr (GstreamServer) server = gstream_server_new ("https://agents.example.com");
 * g_autoptr (GstreamThread) thread = NULL;
 *
 * gstream_server_set_api_key (server, key);
 * thread = gstream_server_create_thread (server, "agent");
 * run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);
 * ```
 *
 * A connection that breaks is reopened after [property@Server:retry-pause], which is doubled each time, at most
 * [property@Server:retry-limit] times in a row without a new event (N3). The run continues without a gap, or fails with
 * the last network error or with %GSTREAM_ERROR_INCOMPLETE. Requests with side effects are only repeated if the server
 * has certainly not executed them. Each new attempt is logged at the level %G_LOG_LEVEL_INFO.
 *
 * The connection is not read faster than the run is consumed (N6).
 *
 * Headers and the API key are only sent to the server's own origin: redirects are not followed. They can be set but not
 * read, and are removed from error messages (N8). TLS certificates are verified according to [property@Server:session]:
 * to trust your own certificate, set a session with a #GTlsDatabase.
 *
 * Error messages begin with the request that failed, and contain the server's error text: 401, 403 and 407 as
 * %GSTREAM_ERROR_PERMISSION_DENIED, 404 and 410 as %GSTREAM_ERROR_NOT_FOUND, 409 as %GSTREAM_ERROR_CONFLICT, 429 as
 * %GSTREAM_ERROR_RATE_LIMITED, other 4xx as %GSTREAM_ERROR_REFUSED, 5xx, 408 and 425 as %GSTREAM_ERROR_SERVER, a
 * redirect as %GSTREAM_ERROR_NOT_SUPPORTED. [func@Error.get_status] gives the status, [func@Error.dup_protocol_code]
 * the protocol's code, such as `no_such_run` (N11).
 *
 * Changes of a server's properties affect calls and runs that are started later.
 *
 * Since: 1.0
 */
struct _GstreamServer
{
  GObject parent_instance;

  GMainContext    *context; /* the context in which its calls call back */
  char            *url;
  SoupSession     *session; /* NULL until it is needed, unless it was given */
  GstreamTransport transport;
  GPtrArray       *headers; /* names and values alternately */

  GstreamLimits limits;
};

enum
{
  PROP_URL = 1,
  PROP_SESSION,
  PROP_TRANSPORT,
  PROP_API_KEY,
  PROP_MAX_EVENT_SIZE,
  PROP_MAX_DEPTH,
  PROP_RETRY_LIMIT,
  PROP_RETRY_PAUSE,
  PROP_RETRY_PAUSE_MAX,
  PROP_SILENCE_TIMEOUT,
  PROP_ANSWER_TIMEOUT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  THREAD_CHANGED,
  THREAD_DELETED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (GstreamTransport, gstream_transport,
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRANSPORT_SSE, "sse"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRANSPORT_WEBSOCKET, "websocket"))

G_DEFINE_FINAL_TYPE (GstreamServer, gstream_server, G_TYPE_OBJECT)

static void
gstream_server_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  GstreamServer *self = GSTREAM_SERVER (object);
  const guint   *number = gstream_limits_find (&self->limits, pspec->name);

  switch (property_id)
    {
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_TRANSPORT:
      g_value_set_enum (value, self->transport);
      break;
    default:
      if (number != NULL)
        g_value_set_uint (value, *number);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_number (GstreamServer *self,
            guint         *number,
            const GValue  *value,
            GParamSpec    *pspec)
{
  if (*number == g_value_get_uint (value))
    return;

  *number = g_value_get_uint (value);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
gstream_server_set_property (GObject      *object,
                             guint         property_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  GstreamServer *self = GSTREAM_SERVER (object);
  guint         *number = gstream_limits_find (&self->limits, pspec->name);

  switch (property_id)
    {
    case PROP_URL:
      self->url = g_value_dup_string (value);
      break;
    case PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;
    case PROP_TRANSPORT:
      self->transport = g_value_get_enum (value);
      break;
    case PROP_API_KEY:
      gstream_server_set_api_key (self, g_value_get_string (value));
      break;
    default:
      if (number != NULL)
        set_number (self, number, value, pspec);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_server_finalize (GObject *object)
{
  GstreamServer *self = GSTREAM_SERVER (object);

  g_ptr_array_unref (self->headers);
  g_clear_object (&self->session);
  g_main_context_unref (self->context);
  g_free (self->url);

  G_OBJECT_CLASS (gstream_server_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name,
             gboolean    construct_only)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              (construct_only ? G_PARAM_CONSTRUCT_ONLY | G_PARAM_READABLE : 0) | G_PARAM_WRITABLE |
                                  G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name,
           guint       minimum,
           guint       maximum,
           guint       standard)
{
  return g_param_spec_uint (name, NULL, NULL, minimum, maximum, standard,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
gstream_server_class_init (GstreamServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_server_get_property;
  object_class->set_property = gstream_server_set_property;
  object_class->finalize = gstream_server_finalize;

  /**
   * GstreamServer:url: (getter get_url)
   *
   * The server's URL, `http:` or `https:`; a path is the prefix of its routes. An invalid URL is an error of the first
   * request.
   *
   * Since: 1.0
   */
  properties[PROP_URL] = string_spec ("url", TRUE);
  /**
   * GstreamServer:session: (getter get_session)
   *
   * The session for all requests, with its proxies, TLS settings and cookies. If it allows only a few connections per
   * host, event streams use a separate session with the same configuration. By default, the server has its own session.
   *
   * Since: 1.0
   */
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION,
                                                  G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamServer:transport: (getter get_transport)
   *
   * The default transport of the events of its threads' runs (N2).
   *
   * Since: 1.0
   */
  properties[PROP_TRANSPORT] =
      g_param_spec_enum ("transport", NULL, NULL, GSTREAM_TYPE_TRANSPORT, GSTREAM_TRANSPORT_SSE,
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamServer:api-key: (setter set_api_key)
   *
   * The API key. It can be set but not read (N8).
   *
   * Since: 1.0
   */
  properties[PROP_API_KEY] = string_spec ("api-key", FALSE);
  /**
   * GstreamServer:max-event-size: (getter get_max_event_size) (setter set_max_event_size)
   *
   * The maximum size of an event, a frame or an answer in bytes. If it is exceeded, the run fails with
   * %GSTREAM_ERROR_TOO_LARGE.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_EVENT_SIZE] = uint_spec ("max-event-size", 1, G_MAXINT, 64 * 1024 * 1024);
  /**
   * GstreamServer:max-depth: (getter get_max_depth) (setter set_max_depth)
   *
   * The maximum nesting of arrays and objects in an event.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_DEPTH] = uint_spec ("max-depth", 1, MOST_DEPTH, 256);
  /**
   * GstreamServer:retry-limit: (getter get_retry_limit) (setter set_retry_limit)
   *
   * The maximum number of consecutive retries (N3); 0: none.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_LIMIT] = uint_spec ("retry-limit", 0, G_MAXINT, 6);
  /**
   * GstreamServer:retry-pause: (getter get_retry_pause) (setter set_retry_pause)
   *
   * The pause before the first retry, in milliseconds; doubled each time. If an event stream has a `retry` field, that
   * is used instead, up to a minute.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_PAUSE] = uint_spec ("retry-pause", 0, G_MAXINT, 250);
  /**
   * GstreamServer:retry-pause-max: (getter get_retry_pause_max) (setter set_retry_pause_max)
   *
   * The maximum of the pause, in milliseconds. If a server asks for a longer one (`Retry-After`), that is used; if it
   * is more than a minute, there is no retry, and the error says how long it is.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_PAUSE_MAX] = uint_spec ("retry-pause-max", 0, G_MAXINT, 8000);
  /**
   * GstreamServer:silence-timeout: (getter get_silence_timeout) (setter set_silence_timeout)
   *
   * The time in milliseconds without an event or a part of one, while somebody waits for one, after which the connection
   * may be dead (N12): then the server is asked for the status of the run, and another connection is opened, to replace
   * this one or, if the run goes on, in addition to it. WebSockets are kept alive by two pings in that time.
   *
   * Since: 1.0
   */
  properties[PROP_SILENCE_TIMEOUT] = uint_spec ("silence-timeout", 1, G_MAXINT, 15000);
  /**
   * GstreamServer:answer-timeout: (getter get_answer_timeout) (setter set_answer_timeout)
   *
   * The time in milliseconds that the server has for answering a request.
   *
   * Since: 1.0
   */
  properties[PROP_ANSWER_TIMEOUT] = uint_spec ("answer-timeout", 1, G_MAXINT, 30000);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * GstreamServer::thread-changed:
   * @self: the server
   * @thread: what the server says of it, an object with `thread_id`
   *
   * Emitted when a thread was made or changed by this object or one of its threads. Changes by others are not noticed.
   *
   * Since: 1.0
   */
  signals[THREAD_CHANGED] = g_signal_new ("thread-changed", GSTREAM_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, GSTREAM_TYPE_PAYLOAD);
  /**
   * GstreamServer::thread-deleted:
   * @self: the server
   * @thread_id: the thread's id
   *
   * Emitted when a thread was deleted by this object.
   *
   * Since: 1.0
   */
  signals[THREAD_DELETED] = g_signal_new ("thread-deleted", GSTREAM_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gstream_server_init (GstreamServer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->headers = g_ptr_array_new_with_free_func (g_free);
}

/**
 * gstream_server_new:
 * @url: the server's address
 *
 * Makes an object for a server. No request is sent yet. Everything else can be set as properties.
 *
 * Returns: (transfer full): a new server
 *
 * Since: 1.0
 */
GstreamServer *
gstream_server_new (const char *url)
{
  g_return_val_if_fail (url != NULL, NULL);

  return g_object_new (GSTREAM_TYPE_SERVER, "url", url, NULL);
}

/* --- properties --- */

/**
 * gstream_server_get_url: (get-property url)
 * @self: a server
 *
 * Gets the server's address.
 *
 * Returns: (nullable): the URL
 *
 * Since: 1.0
 */
const char *
gstream_server_get_url (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);

  return self->url;
}

/**
 * gstream_server_get_session: (get-property session)
 * @self: a server
 *
 * Gets the session that is used for requests.
 *
 * Returns: (transfer none) (nullable): the session that was given, or the
 *   thread's own; %NULL before that was needed
 *
 * Since: 1.0
 */
SoupSession *
gstream_server_get_session (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);

  return self->session;
}

/**
 * gstream_server_get_transport: (get-property transport)
 * @self: a server
 *
 * Gets the transport of the events.
 *
 * Returns: the transport
 *
 * Since: 1.0
 */
GstreamTransport
gstream_server_get_transport (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), GSTREAM_TRANSPORT_SSE);

  return self->transport;
}

/**
 * gstream_server_get_max_event_size: (get-property max-event-size)
 * @self: a server
 *
 * Gets the most bytes that one event, frame or answer may have.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint
gstream_server_get_max_event_size (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.max_event_size;
}

/**
 * gstream_server_set_max_event_size: (set-property max-event-size)
 * @self: a server
 * @max_event_size: a number of bytes
 *
 * Sets the most bytes that one event, frame or answer may have.
 *
 * Since: 1.0
 */
void
gstream_server_set_max_event_size (GstreamServer *self,
                                   guint          max_event_size)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (max_event_size > 0 && max_event_size <= G_MAXINT);

  g_object_set (self, "max-event-size", max_event_size, NULL);
}

/**
 * gstream_server_get_max_depth: (get-property max-depth)
 * @self: a server
 *
 * Gets how deep arrays and objects may be nested in an event.
 *
 * Returns: a number of levels
 *
 * Since: 1.0
 */
guint
gstream_server_get_max_depth (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.max_depth;
}

/**
 * gstream_server_set_max_depth: (set-property max-depth)
 * @self: a server
 * @max_depth: a number of levels
 *
 * Sets how deep arrays and objects may be nested in an event.
 *
 * Since: 1.0
 */
void
gstream_server_set_max_depth (GstreamServer *self,
                              guint          max_depth)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (max_depth > 0 && max_depth <= MOST_DEPTH);

  g_object_set (self, "max-depth", max_depth, NULL);
}

/**
 * gstream_server_get_retry_limit: (get-property retry-limit)
 * @self: a server
 *
 * Gets how often in a row something is tried again (N3).
 *
 * Returns: a number of attempts; 0: none
 *
 * Since: 1.0
 */
guint
gstream_server_get_retry_limit (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.retry_limit;
}

/**
 * gstream_server_set_retry_limit: (set-property retry-limit)
 * @self: a server
 * @retry_limit: a number of attempts; 0: none
 *
 * Sets how often in a row something is tried again (N3).
 *
 * Since: 1.0
 */
void
gstream_server_set_retry_limit (GstreamServer *self,
                                guint          retry_limit)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (retry_limit <= G_MAXINT);

  g_object_set (self, "retry-limit", retry_limit, NULL);
}

/**
 * gstream_server_get_retry_pause: (get-property retry-pause)
 * @self: a server
 *
 * Gets the pause before the first of these attempts, which is doubled each time.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_server_get_retry_pause (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.retry_pause;
}

/**
 * gstream_server_set_retry_pause: (set-property retry-pause)
 * @self: a server
 * @retry_pause: milliseconds
 *
 * Sets the pause before the first of these attempts, which is doubled each time.
 *
 * Since: 1.0
 */
void
gstream_server_set_retry_pause (GstreamServer *self,
                                guint          retry_pause)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (retry_pause <= G_MAXINT);

  g_object_set (self, "retry-pause", retry_pause, NULL);
}

/**
 * gstream_server_get_retry_pause_max: (get-property retry-pause-max)
 * @self: a server
 *
 * Gets what the pause does not grow beyond.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_server_get_retry_pause_max (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.retry_pause_max;
}

/**
 * gstream_server_set_retry_pause_max: (set-property retry-pause-max)
 * @self: a server
 * @retry_pause_max: milliseconds
 *
 * Sets what the pause does not grow beyond.
 *
 * Since: 1.0
 */
void
gstream_server_set_retry_pause_max (GstreamServer *self,
                                    guint          retry_pause_max)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (retry_pause_max <= G_MAXINT);

  g_object_set (self, "retry-pause-max", retry_pause_max, NULL);
}

/**
 * gstream_server_get_silence_timeout: (get-property silence-timeout)
 * @self: a server
 *
 * Gets after how long without an event the server is asked how the run is.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_server_get_silence_timeout (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.silence_timeout;
}

/**
 * gstream_server_set_silence_timeout: (set-property silence-timeout)
 * @self: a server
 * @silence_timeout: milliseconds
 *
 * Sets after how long without an event the server is asked how the run is.
 *
 * Since: 1.0
 */
void
gstream_server_set_silence_timeout (GstreamServer *self,
                                    guint          silence_timeout)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (silence_timeout > 0 && silence_timeout <= G_MAXINT);

  g_object_set (self, "silence-timeout", silence_timeout, NULL);
}

/**
 * gstream_server_get_answer_timeout: (get-property answer-timeout)
 * @self: a server
 *
 * Gets how long a whole answer may take.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_server_get_answer_timeout (GstreamServer *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), 0);

  return self->limits.answer_timeout;
}

/**
 * gstream_server_set_answer_timeout: (set-property answer-timeout)
 * @self: a server
 * @answer_timeout: milliseconds
 *
 * Sets how long a whole answer may take.
 *
 * Since: 1.0
 */
void
gstream_server_set_answer_timeout (GstreamServer *self,
                                   guint          answer_timeout)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (answer_timeout > 0 && answer_timeout <= G_MAXINT);

  g_object_set (self, "answer-timeout", answer_timeout, NULL);
}

/* --- headers --- */

/**
 * gstream_server_set_api_key: (set-property api-key)
 * @self: a server
 * @api_key: (nullable): the key; %NULL: none
 *
 * Sets the API key, which is sent as `X-Api-Key`, only to the server's own origin (N8).
 *
 * Since: 1.0
 */
void
gstream_server_set_api_key (GstreamServer *self,
                            const char    *api_key)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));

  gstream_server_set_header (self, API_KEY_HEADER, api_key);
}

static void
remove_header (GstreamServer *self,
               const char    *name)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    if (g_ascii_strcasecmp (self->headers->pdata[i], name) == 0)
      {
        g_ptr_array_remove_range (self->headers, i, 2);
        return;
      }
}

/**
 * gstream_server_set_header:
 * @self: a server
 * @name: a header's name, such as `Authorization`
 * @value: (nullable): its value; %NULL: it is not sent any more
 *
 * Sets a header that is sent with each request to the server, and to no other origin (N8). This affects calls and runs
 * that are started later. If the header is invalid, for example because it has a line break, these fail.
 *
 * Since: 1.0
 */
void
gstream_server_set_header (GstreamServer *self,
                           const char    *name,
                           const char    *value)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (name != NULL);

  remove_header (self, name);
  if (value == NULL)
    return;

  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

/* --- how it is spoken to --- */

static gboolean
add_headers (GstreamServer *self,
             GstreamOrigin *origin,
             GError       **error)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    if (!gstream_origin_add_header (origin, self->headers->pdata[i], self->headers->pdata[i + 1], error))
      return FALSE;

  return TRUE;
}

static SoupSession *
ensure_session (GstreamServer *self)
{
  if (self->session == NULL)
    self->session = gstream_origin_new_session ();

  return self->session;
}

GstreamOrigin *
gstream_server_open (GstreamServer *self,
                     GMainContext  *context,
                     GError       **error)
{
  g_autoptr (GstreamOrigin) origin = gstream_origin_new (self->url, ensure_session (self), context, error);

  if (origin == NULL || !add_headers (self, origin, error))
    return NULL;

  origin->limits = self->limits;

  return g_steal_pointer (&origin);
}

GMainContext *
gstream_server_get_context (GstreamServer *self)
{
  return self->context;
}

/* --- its threads --- */

gboolean
gstream_server_has_listeners (GstreamServer *self)
{
  return g_signal_has_handler_pending (self, signals[THREAD_CHANGED], 0, FALSE);
}

void
gstream_server_tell (GstreamServer      *self,
                     GstreamServerChange change,
                     const char         *thread_id,
                     GstreamPayload     *said)
{
  if (change == GSTREAM_SERVER_DELETED)
    g_signal_emit (self, signals[THREAD_DELETED], 0, thread_id);
  else if (change == GSTREAM_SERVER_CHANGED && gstream_payload_get_string (said, "/thread_id") != NULL)
    g_signal_emit (self, signals[THREAD_CHANGED], 0, said);
}

/**
 * gstream_server_create_thread:
 * @self: a server
 * @assistant: the assistant, or the graph, whose runs will be started
 *
 * Makes an object for a new thread. No request is sent: the server makes the thread when its first run is started.
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamThread *
gstream_server_create_thread (GstreamServer *self,
                              const char    *assistant)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (assistant != NULL, NULL);

  return gstream_server_open_thread (self, assistant, NULL);
}

/**
 * gstream_server_open_thread:
 * @self: a server
 * @assistant: the assistant, or the graph, whose runs will be started
 * @thread_id: (nullable): the thread; %NULL: a new one
 *
 * Makes an object for an existing thread. No request is sent: if the server does not know the thread, calls on it fail.
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamThread *
gstream_server_open_thread (GstreamServer *self,
                            const char    *assistant,
                            const char    *thread_id)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (assistant != NULL, NULL);

  return g_object_new (GSTREAM_TYPE_SERVER_THREAD, "server", self, "assistant", assistant, "thread-id", thread_id,
                       "transport", self->transport, NULL);
}

/* --- asking --- */

#define PAGE 100 /* items of a list: what every server allows */

/* A request to make. */
typedef struct
{
  const char         *method;
  char               *path;       /* owned, like the other strings */
  const char         *part;       /* of a thread that not every server has, "/copy"; or NULL */
  char               *body;       /* NULL: none */
  char               *thread_id;  /* the thread that it is about, if the answer does not have its id; or NULL */
  gboolean            repeatable; /* repeating the request is harmless */
  GstreamServerChange tells;      /* the change to be signalled when it was answered */
  GstreamOrigin      *origin;     /* that is asked; NULL: none yet */
  char               *graph_id;   /* with @lists: of that graph; NULL: of any */
  gboolean            lists;      /* the answer is an array, page by page */
  guint               offset;     /* of the page */
  GString            *items;      /* of the pages before, as JSON, with commas between; NULL: there was none */
  char               *first;      /* the first of them */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->path);
  g_free (question->body);
  g_free (question->thread_id);
  g_free (question->graph_id);
  g_free (question->first);
  if (question->items != NULL)
    g_string_free (question->items, TRUE);
  g_clear_pointer (&question->origin, gstream_origin_unref);
  g_free (question);
}

static void
on_explained (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_error (task, gstream_request_explain_finish (result));
}

/* @error: taken. */
static void
explain (GTask  *task,
         GError *error)
{
  Question *question = g_task_get_task_data (task);

  gstream_request_explain (question->origin, question->thread_id, question->part, error, g_task_get_cancellable (task),
                           on_explained, g_object_ref (task));
}

/* --- lists that come page by page --- */

static char *
write_page (const char *graph_id,
            guint       offset)
{
  GString *json = g_string_new ("{");

  gstream_json_add_integer (json, "limit", PAGE);
  gstream_json_add_integer (json, "offset", offset);
  gstream_json_add_string (json, "graph_id", graph_id);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static char *
dup_first (GstreamPayload *page)
{
  g_autoptr (GstreamPayload) first = gstream_payload_lookup (page, "/0");

  return first != NULL ? gstream_payload_dup_json (first) : NULL;
}

/* Whether the server gives the first page again, because it knows no others. */
static gboolean
begins_anew (Question       *question,
             GstreamPayload *page)
{
  g_autofree char *first = dup_first (page);

  return question->first != NULL && g_strcmp0 (first, question->first) == 0;
}

static void
add_items (Question       *question,
           GstreamPayload *page)
{
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  if (question->items == NULL)
    {
      question->items = g_string_new ("[");
      question->first = dup_first (page);
    }
  gstream_payload_iter_init (&iter, page);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      gsize       length;
      const char *json = gstream_payload_get_json (item, &length);

      if (question->items->len > 1)
        g_string_append_c (question->items, ',');
      g_string_append_len (question->items, json, length);
      gstream_payload_unref (item);
    }
}

/* A page that is full may have others behind it. */
static gboolean
is_full (GstreamPayload *page)
{
  return gstream_payload_get_kind (page) == GSTREAM_PAYLOAD_KIND_ARRAY && gstream_payload_get_size (page, "") >= PAGE;
}

/* The answer to a question, all of its pages. @page: (transfer full): the last one. */
static GstreamPayload *
join_pages (Question       *question,
            GstreamPayload *page)
{
  g_autoptr (GstreamPayload) last = page;

  if (question->items == NULL || gstream_payload_get_kind (last) != GSTREAM_PAYLOAD_KIND_ARRAY)
    return g_steal_pointer (&last);

  if (!begins_anew (question, last))
    add_items (question, last);
  g_string_append_c (question->items, ']');
  return gstream_payload_new (question->items->str, question->items->len, NULL);
}

static void send_question (GTask *task);

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Question       *question = g_task_get_task_data (task);
  GError         *error = NULL;
  GstreamPayload *answer = gstream_request_finish (result, &error);

  if (answer == NULL && question->part != NULL && gstream_request_is_no_path (error))
    {
      explain (task, error);
      return;
    }
  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (question->lists && is_full (answer) && !begins_anew (question, answer))
    {
      add_items (question, answer);
      gstream_payload_unref (answer);
      question->offset += PAGE;
      g_free (question->body);
      question->body = write_page (question->graph_id, question->offset);
      send_question (task);
      return;
    }

  if (question->lists)
    answer = join_pages (question, answer);
  gstream_server_tell (g_task_get_source_object (task), question->tells, question->thread_id, answer);
  g_task_return_pointer (task, answer, (GDestroyNotify) gstream_payload_unref);
}

static void
send_question (GTask *task)
{
  Question *question = g_task_get_task_data (task);

  gstream_request_send (question->origin, question->method, question->path, question->body,
                        question->repeatable ? GSTREAM_RETRY_REPEATABLE : GSTREAM_RETRY_UNSENT,
                        g_task_get_cancellable (task), on_answer, g_object_ref (task));
}

/* Takes ownership of the strings in @question. */
static void
begin (GstreamServer      *self,
       Question            question,
       gpointer            tag,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data)
{
  Question *own = g_memdup2 (&question, sizeof question);
  g_autoptr (GTask) task = gstream_context_begin_task (self->context, self, tag, cancellable, callback, user_data);
  GError *error = NULL;

  if (task == NULL)
    {
      question_free (own);
      return;
    }

  g_task_set_task_data (task, own, question_free);
  own->origin = gstream_server_open (self, gstream_server_get_context (self), &error);
  if (own->origin == NULL)
    g_task_return_error (task, error);
  else
    send_question (task);
}

static GAsyncResult *
wait_for (GstreamServer *self,
          Question       question,
          GCancellable  *cancellable,
          GError       **error)
{
  GstreamSync   sync;
  GAsyncResult *result;

  if (!gstream_sync_begin_in (&sync, gstream_server_get_context (self), "GstreamServer", error))
    {
      question_free (g_memdup2 (&question, sizeof question));
      return NULL;
    }

  begin (self, question, wait_for, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  result = g_object_ref (sync.result);
  gstream_sync_end (&sync);

  return result;
}

/* --- answers --- */

static GstreamPayload *
finish_payload (GAsyncResult *result,
                GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
finish_done (GAsyncResult *result,
             GError      **error)
{
  g_autoptr (GstreamPayload) answer = finish_payload (result, error);

  return answer != NULL;
}

static GPtrArray *
finish_array (GAsyncResult *result,
              GError      **error)
{
  g_autoptr (GstreamPayload) answer = finish_payload (result, error);
  GPtrArray         *items;
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  if (answer == NULL)
    return NULL;
  if (gstream_payload_get_kind (answer) != GSTREAM_PAYLOAD_KIND_ARRAY)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           _ ("The server's answer is something else than an array, which was expected"));
      return NULL;
    }

  items = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  gstream_payload_iter_init (&iter, answer);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (items, item);

  return items;
}

/* --- paths and bodies --- */

static char *
of_thread (const char *thread_id,
           const char *rest)
{
  return gstream_request_path (thread_id, rest);
}

static char *
runs_of (const char *thread_id,
         guint       limit)
{
  g_autofree char *rest = g_strdup_printf ("/runs?limit=%u", limit > 0 ? limit : 10);

  return of_thread (thread_id, rest);
}

static char *
cancel_of (const char *thread_id,
           const char *run_id)
{
  g_autofree char *rest = gstream_request_path_of_run (run_id, "/cancel?action=interrupt");

  return of_thread (thread_id, rest);
}

static char *
with_metadata (GstreamPayload *metadata)
{
  GString *json = g_string_new ("{");

  gstream_json_add_payload (json, "metadata", metadata);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* --- the calls --- */

/**
 * gstream_server_copy_thread:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Copies a thread with its states, and returns the server's description of the copy: an object with `thread_id`.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread, with what else the server may answer, and with an
 * error of GIO if it cannot be reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_copy_thread (GstreamServer      *self,
                            const char         *thread_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "POST",
                      .path = of_thread (thread_id, "/copy"),
                      .part = "/copy",
                      .thread_id = g_strdup (thread_id),
                      .body = g_strdup ("{}"),
                      .tells = GSTREAM_SERVER_CHANGED },
         gstream_server_copy_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_copy_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.copy_thread].
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_copy_thread_finish (GstreamServer *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (result, error);
}

/**
 * gstream_server_copy_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.copy_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_copy_thread_sync (GstreamServer *self,
                                 const char    *thread_id,
                                 GCancellable  *cancellable,
                                 GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "POST",
                                  .path = of_thread (thread_id, "/copy"),
                                  .part = "/copy",
                                  .thread_id = g_strdup (thread_id),
                                  .body = g_strdup ("{}"),
                                  .tells = GSTREAM_SERVER_CHANGED },
                     cancellable, error);

  return result != NULL ? finish_payload (result, error) : NULL;
}

/**
 * gstream_server_update_thread:
 * @self: a server
 * @thread_id: the thread
 * @metadata: an object, which is merged into the thread's metadata
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Changes a thread's metadata, such as its title, and returns the server's description of the thread.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread, with what else the server may answer, and with an
 * error of GIO if it cannot be reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_update_thread (GstreamServer      *self,
                              const char         *thread_id,
                              GstreamPayload     *metadata,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (metadata != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "PATCH",
                      .path = of_thread (thread_id, ""),
                      .body = with_metadata (metadata),
                      .tells = GSTREAM_SERVER_CHANGED },
         gstream_server_update_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_update_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.update_thread].
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_update_thread_finish (GstreamServer *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (result, error);
}

/**
 * gstream_server_update_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @metadata: an object, which is merged into the thread's metadata
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.update_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_update_thread_sync (GstreamServer  *self,
                                   const char     *thread_id,
                                   GstreamPayload *metadata,
                                   GCancellable   *cancellable,
                                   GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (metadata != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "PATCH",
                                  .path = of_thread (thread_id, ""),
                                  .body = with_metadata (metadata),
                                  .tells = GSTREAM_SERVER_CHANGED },
                     cancellable, error);

  return result != NULL ? finish_payload (result, error) : NULL;
}

/**
 * gstream_server_delete_thread:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Deletes a thread, with its states.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread, with what else the server may answer, and with an
 * error of GIO if it cannot be reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_delete_thread (GstreamServer      *self,
                              const char         *thread_id,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "DELETE",
                      .path = of_thread (thread_id, ""),
                      .thread_id = g_strdup (thread_id),
                      .tells = GSTREAM_SERVER_DELETED },
         gstream_server_delete_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_delete_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.delete_thread].
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_delete_thread_finish (GstreamServer *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_done (result, error);
}

/**
 * gstream_server_delete_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.delete_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_delete_thread_sync (GstreamServer *self,
                                   const char    *thread_id,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (thread_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  result = wait_for (self,
                     (Question) { .method = "DELETE",
                                  .path = of_thread (thread_id, ""),
                                  .thread_id = g_strdup (thread_id),
                                  .tells = GSTREAM_SERVER_DELETED },
                     cancellable, error);

  return result != NULL ? finish_done (result, error) : FALSE;
}

/**
 * gstream_server_list_assistants:
 * @self: a server
 * @graph_id: (nullable): of which graph; %NULL: of all
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Lists the assistants, each an object with `assistant_id`, `graph_id`, `name` and `metadata`.
 *
 * Fails with what the server may answer, such as %GSTREAM_ERROR_PERMISSION_DENIED, and with an error of GIO if it cannot be
 * reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_list_assistants (GstreamServer      *self,
                                const char         *graph_id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "POST",
                      .path = g_strdup ("/assistants/search"),
                      .body = write_page (graph_id, 0),
                      .graph_id = g_strdup (graph_id),
                      .lists = TRUE,
                      .repeatable = TRUE },
         gstream_server_list_assistants, cancellable, callback, user_data);
}

/**
 * gstream_server_list_assistants_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.list_assistants].
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_assistants_finish (GstreamServer *self,
                                       GAsyncResult  *result,
                                       GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_array (result, error);
}

/**
 * gstream_server_list_assistants_sync:
 * @self: a server
 * @graph_id: (nullable): of which graph; %NULL: of all
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.list_assistants] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_assistants_sync (GstreamServer *self,
                                     const char    *graph_id,
                                     GCancellable  *cancellable,
                                     GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "POST",
                                  .path = g_strdup ("/assistants/search"),
                                  .body = write_page (graph_id, 0),
                                  .graph_id = g_strdup (graph_id),
                                  .lists = TRUE,
                                  .repeatable = TRUE },
                     cancellable, error);

  return result != NULL ? finish_array (result, error) : NULL;
}

/**
 * gstream_server_list_runs:
 * @self: a server
 * @thread_id: the thread
 * @limit: how many at most; 0: 10
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Lists a thread's runs, in the server's order, each an object with `run_id`, `status`, `created_at` and `metadata`.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread, with what else the server may answer, and with an
 * error of GIO if it cannot be reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_list_runs (GstreamServer      *self,
                          const char         *thread_id,
                          guint               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, (Question) { .method = "GET", .path = runs_of (thread_id, limit), .repeatable = TRUE },
         gstream_server_list_runs, cancellable, callback, user_data);
}

/**
 * gstream_server_list_runs_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.list_runs].
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_runs_finish (GstreamServer *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_array (result, error);
}

/**
 * gstream_server_list_runs_sync:
 * @self: a server
 * @thread_id: the thread
 * @limit: how many at most; 0: 10
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.list_runs] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_runs_sync (GstreamServer *self,
                               const char    *thread_id,
                               guint          limit,
                               GCancellable  *cancellable,
                               GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, (Question) { .method = "GET", .path = runs_of (thread_id, limit), .repeatable = TRUE },
                     cancellable, error);

  return result != NULL ? finish_array (result, error) : NULL;
}

/**
 * gstream_server_cancel_run:
 * @self: a server
 * @thread_id: the thread
 * @run_id: the run
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or the request has failed
 * @user_data: for @callback
 *
 * Cancels a run. Its changes are kept.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread or run, with what else the server may answer, and with an
 * error of GIO if it cannot be reached: see [class@Server].
 *
 * Since: 1.0
 */
void
gstream_server_cancel_run (GstreamServer      *self,
                           const char         *thread_id,
                           const char         *run_id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (run_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, (Question) { .method = "POST", .path = cancel_of (thread_id, run_id) }, gstream_server_cancel_run,
         cancellable, callback, user_data);
}

/**
 * gstream_server_cancel_run_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.cancel_run].
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_cancel_run_finish (GstreamServer *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_done (result, error);
}

/**
 * gstream_server_cancel_run_sync:
 * @self: a server
 * @thread_id: the thread
 * @run_id: the run
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.cancel_run] does, and iterates the server's main context until then (R9).
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_cancel_run_sync (GstreamServer *self,
                                const char    *thread_id,
                                const char    *run_id,
                                GCancellable  *cancellable,
                                GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (thread_id != NULL, FALSE);
  g_return_val_if_fail (run_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  result = wait_for (self, (Question) { .method = "POST", .path = cancel_of (thread_id, run_id) }, cancellable, error);

  return result != NULL ? finish_done (result, error) : FALSE;
}
