/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread on a LangGraph Agent Server: its properties.
 */
#include <gstream/remote/gstream-thread-private.h>

#define MOST_DEPTH 1024   /* what a source of events allows */

/**
 * GstreamThread:
 *
 * A thread on a LangGraph Agent Server: a conversation whose state the server
 * keeps, and on which runs take place.
 *
 * ```c
 * g_autoptr (GstreamThread) thread = gstream_thread_new ("http://localhost:2024", "agent");
 * g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", -1, NULL);
 * g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, NULL, NULL, NULL, NULL, &error);
 * ```
 *
 * Each run is a [class@RunStream] like any other. When it has stopped to ask,
 * [method@Thread.respond] answers, and gives the run that goes on from there.
 * With [property@Thread:thread-id] an earlier conversation is taken up again;
 * without, the server makes a new thread when the first run is started.
 *
 * A connection that breaks is opened again, after
 * [property@Thread:retry-pause], which doubles each time, and at most
 * [property@Thread:retry-limit] times in a row without anything new (N3). The run goes on as if
 * nothing had happened, or fails with the last network error, or with
 * %GSTREAM_ERROR_INCOMPLETE. What has the server act is sent again only where the server
 * certainly did not act. Each new attempt is logged, at the level %G_LOG_LEVEL_INFO.
 *
 * The server is not read faster than the run is (N6). Aborting a run ends it on
 * the server too, unless [property@Thread:cancel-on-abort] is %FALSE; dropping it never does (N7).
 *
 * Headers and the API key go to the server's own origin alone: redirects are
 * not followed. They can be set, and not be read again, and are taken out of
 * errors (N8). TLS certificates are verified as [property@Thread:session] says:
 * to trust one of your own, give it a session with a #GTlsDatabase.
 *
 * A thread belongs to the main context that was the thread default when it was
 * made: from another thread, calls fail with %GSTREAM_ERROR_WRONG_CONTEXT. Errors come with a prefix that says which request failed, and with the server's own
 * words: 401, 403 and 407 as %GSTREAM_ERROR_PERMISSION_DENIED, 404 and 410 as %GSTREAM_ERROR_NOT_FOUND, 409 as
 * %GSTREAM_ERROR_CONFLICT, 429 as %GSTREAM_ERROR_RATE_LIMITED, other 4xx as %GSTREAM_ERROR_REFUSED, 5xx, 408 and 425
 * as %GSTREAM_ERROR_SERVER, a redirect as %GSTREAM_ERROR_NOT_SUPPORTED. [func@Error.get_status] gives the status,
 * [func@Error.dup_protocol_code] the protocol's code, such as `no_such_run` (N11).
 */

enum
{
  PROP_URL = 1,
  PROP_ASSISTANT,
  PROP_THREAD_ID,
  PROP_SESSION,
  PROP_TRANSPORT,
  PROP_API_KEY,
  PROP_CANCEL_ON_ABORT,
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

G_DEFINE_ENUM_TYPE (GstreamTransport, gstream_transport,
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRANSPORT_SSE, "sse"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRANSPORT_WEBSOCKET, "websocket"))

G_DEFINE_FINAL_TYPE (GstreamThread, gstream_thread, G_TYPE_OBJECT)

/* --- for its runs --- */

void
gstream_thread_take_thread_id (GstreamThread *self,
                               const char    *thread_id)
{
  self->thread_id = g_strdup (thread_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THREAD_ID]);
}

/* --- the object --- */

/* Where a property of these is kept that is a number; NULL: it is none. */
static guint *
find_number (GstreamThread *self,
             guint          property_id)
{
  switch (property_id)
    {
    case PROP_MAX_EVENT_SIZE:
      return &self->max_event_size;
    case PROP_MAX_DEPTH:
      return &self->max_depth;
    case PROP_RETRY_LIMIT:
      return &self->retry_limit;
    case PROP_RETRY_PAUSE:
      return &self->retry_pause;
    case PROP_RETRY_PAUSE_MAX:
      return &self->retry_pause_max;
    case PROP_SILENCE_TIMEOUT:
      return &self->silence_timeout;
    case PROP_ANSWER_TIMEOUT:
      return &self->answer_timeout;
    default:
      return NULL;
    }
}

static void
gstream_thread_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  GstreamThread *self = GSTREAM_THREAD (object);
  const guint *number = find_number (self, property_id);

  switch (property_id)
    {
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_ASSISTANT:
      g_value_set_string (value, self->assistant);
      break;
    case PROP_THREAD_ID:
      g_value_set_string (value, self->thread_id);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_TRANSPORT:
      g_value_set_enum (value, self->transport);
      break;
    case PROP_CANCEL_ON_ABORT:
      g_value_set_boolean (value, self->cancel_on_abort);
      break;
    default:
      if (number != NULL)
        g_value_set_uint (value, *number);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_set_property (GObject      *object,
                             guint         property_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  GstreamThread *self = GSTREAM_THREAD (object);
  guint *number = find_number (self, property_id);

  switch (property_id)
    {
    case PROP_URL:
      self->url = g_value_dup_string (value);
      break;
    case PROP_ASSISTANT:
      self->assistant = g_value_dup_string (value);
      break;
    case PROP_THREAD_ID:
      self->thread_id = g_value_dup_string (value);
      break;
    case PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;
    case PROP_TRANSPORT:
      self->transport = g_value_get_enum (value);
      break;
    case PROP_API_KEY:
      gstream_thread_set_api_key (self, g_value_get_string (value));
      break;
    case PROP_CANCEL_ON_ABORT:
      gstream_thread_set_cancel_on_abort (self, g_value_get_boolean (value));
      break;
    default:
      if (number != NULL)
        *number = g_value_get_uint (value);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_finalize (GObject *object)
{
  GstreamThread *self = GSTREAM_THREAD (object);

  g_ptr_array_unref (self->headers);
  g_clear_object (&self->session);
  g_main_context_unref (self->context);
  g_free (self->thread_id);
  g_free (self->assistant);
  g_free (self->url);

  G_OBJECT_CLASS (gstream_thread_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name,
             gboolean    construct_only)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              (construct_only ? G_PARAM_CONSTRUCT_ONLY | G_PARAM_READABLE : 0)
                              | G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name,
           guint       minimum,
           guint       maximum,
           guint       standard)
{
  return g_param_spec_uint (name, NULL, NULL, minimum, maximum, standard,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static void
gstream_thread_class_init (GstreamThreadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_thread_get_property;
  object_class->set_property = gstream_thread_set_property;
  object_class->finalize = gstream_thread_finalize;

  /**
   * GstreamThread:url: (getter get_url)
   *
   * The server's address, `http:` or `https:`; a path is the prefix of its routes.
   * That it is none is an error of the first thing asked of the server.
   */
  properties[PROP_URL] = string_spec ("url", TRUE);
  /**
   * GstreamThread:assistant: (getter get_assistant)
   *
   * The assistant, or the graph, whose runs are started.
   */
  properties[PROP_ASSISTANT] = string_spec ("assistant", TRUE);
  /**
   * GstreamThread:thread-id: (getter get_thread_id)
   *
   * The thread; %NULL until the server has made it, with the first run.
   */
  properties[PROP_THREAD_ID] = string_spec ("thread-id", TRUE);
  /**
   * GstreamThread:session: (getter get_session)
   *
   * The session through which the server is spoken to: its proxies, its TLS
   * settings and its cookies count. Where it allows few connections to a host, the runs'
   * streams do not take those, but have some of their own, set up alike. Without, the thread has its own.
   */
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION,
                                                  G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThread:transport: (getter get_transport)
   *
   * How the events come (N2).
   */
  properties[PROP_TRANSPORT] = g_param_spec_enum ("transport", NULL, NULL,
                                                  GSTREAM_TYPE_TRANSPORT, GSTREAM_TRANSPORT_SSE,
                                                  G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThread:api-key: (setter set_api_key)
   *
   * The key that the server asks for. It can be set and not be read (N8).
   */
  properties[PROP_API_KEY] = string_spec ("api-key", FALSE);
  /**
   * GstreamThread:cancel-on-abort: (getter get_cancel_on_abort) (setter set_cancel_on_abort)
   *
   * Whether [method@RunStream.abort] ends the run on the server too (N7).
   * Counts for the runs that are started from then on.
   */
  properties[PROP_CANCEL_ON_ABORT] = g_param_spec_boolean ("cancel-on-abort", NULL, NULL, TRUE,
                                                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT
                                                           | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThread:max-event-size:
   *
   * The most bytes of one event, one frame, one answer. Beyond it, the run fails
   * with %GSTREAM_ERROR_TOO_LARGE.
   */
  properties[PROP_MAX_EVENT_SIZE] = uint_spec ("max-event-size", 1, G_MAXINT, 64 * 1024 * 1024);
  /**
   * GstreamThread:max-depth:
   *
   * How deep arrays and objects may be nested in an event.
   */
  properties[PROP_MAX_DEPTH] = uint_spec ("max-depth", 1, MOST_DEPTH, 256);
  /**
   * GstreamThread:retry-limit:
   *
   * How often in a row something is tried again (N3); 0: never.
   */
  properties[PROP_RETRY_LIMIT] = uint_spec ("retry-limit", 0, G_MAXINT, 6);
  /**
   * GstreamThread:retry-pause:
   *
   * The pause before the first of these, in milliseconds; doubled each time. An event
   * stream that says what it is to be (`retry`) gets that, up to a minute.
   */
  properties[PROP_RETRY_PAUSE] = uint_spec ("retry-pause", 0, G_MAXINT, 250);
  /**
   * GstreamThread:retry-pause-max:
   *
   * What the pause does not grow beyond, in milliseconds. A server that asks for
   * a longer one (`Retry-After`) gets that; where that is more than a minute, nothing is tried
   * again, and the error says how long.
   */
  properties[PROP_RETRY_PAUSE_MAX] = uint_spec ("retry-pause-max", 0, G_MAXINT, 8000);
  /**
   * GstreamThread:silence-timeout:
   *
   * After how many milliseconds without an event, while somebody waits for one,
   * the connection is not trusted any more (N12): the server is asked how the run is, and
   * another connection is opened, instead of this one or, where the run goes on, beside it.
   * WebSockets are kept alive by pings, two in that time.
   */
  properties[PROP_SILENCE_TIMEOUT] = uint_spec ("silence-timeout", 1, G_MAXINT, 15000);
  /**
   * GstreamThread:answer-timeout:
   *
   * How many milliseconds the server has for the answer to a command or a question.
   */
  properties[PROP_ANSWER_TIMEOUT] = uint_spec ("answer-timeout", 1, G_MAXINT, 30000);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_thread_init (GstreamThread *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->headers = g_ptr_array_new_with_free_func (g_free);
}

/**
 * gstream_thread_new:
 * @url: the server's address
 * @assistant: the assistant, or the graph, whose runs will be started
 *
 * Makes an object for a thread that the server will make with the first run.
 * Everything else is a property: construct it with them.
 *
 * Returns: (transfer full): a new thread
 */
GstreamThread *
gstream_thread_new (const char *url,
                    const char *assistant)
{
  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (assistant != NULL, NULL);

  return g_object_new (GSTREAM_TYPE_THREAD, "url", url, "assistant", assistant, NULL);
}

/**
 * gstream_thread_set_cancel_on_abort: (set-property cancel-on-abort)
 * @self: a thread
 * @cancel_on_abort: whether to
 *
 * Sets whether aborting a run ends it on the server too.
 */
void
gstream_thread_set_cancel_on_abort (GstreamThread *self,
                                    gboolean       cancel_on_abort)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));

  if (self->cancel_on_abort == cancel_on_abort)
    return;

  self->cancel_on_abort = cancel_on_abort;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CANCEL_ON_ABORT]);
}
