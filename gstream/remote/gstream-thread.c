/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread on a LangGraph Agent Server: its properties, the requests that start, answer and follow its runs (N1), and
 * its state.
 *
 * Each call is a task of the thread's. Those that end in a run share an operation: what the request is sent with, and
 * the steps from its answer to the run, which stand in the file from the last to the first, after what has just returned.
 */
#include <gstream/remote/gstream-thread.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-remote-run-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>
#include <gstream/stream/gstream-wait-internal.h>

#define MOST_DEPTH 1024 /* what a source of events allows */
#define API_KEY_HEADER "X-Api-Key"
#define USER_AGENT "gstream"
#define DOUBTS_WITHIN 20 /* of the time for an answer: as a part of that */
#define MAX_RUNS "100"   /* of a thread's, to find the newest among: not every server lists that first */

struct _GstreamThread
{
  GObject parent_instance;

  GMainContext    *context;
  char            *url;
  char            *assistant;
  char            *thread_id; /* NULL: the server has not made it yet */
  SoupSession     *session;   /* NULL until it is needed, unless it was given */
  GstreamTransport transport;
  GPtrArray       *headers; /* names and values in turn */

  guint    max_event_size;
  guint    max_depth;
  guint    retry_limit;
  guint    retry_pause;
  guint    retry_pause_max;
  guint    silence_timeout;
  guint    answer_timeout;
  gboolean cancel_on_abort;
};

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
 * made: from another thread, calls fail with %GSTREAM_ERROR_WRONG_CONTEXT. Errors come
 * with a prefix that says which request failed, and with the server's own
 * words: 401, 403 and 407 as %GSTREAM_ERROR_PERMISSION_DENIED, 404 and 410 as %GSTREAM_ERROR_NOT_FOUND, 409 as
 * %GSTREAM_ERROR_CONFLICT, 429 as %GSTREAM_ERROR_RATE_LIMITED, other 4xx as %GSTREAM_ERROR_REFUSED, 5xx, 408 and 425
 * as %GSTREAM_ERROR_SERVER, a redirect as %GSTREAM_ERROR_NOT_SUPPORTED. [func@Error.get_status] gives the status,
 * [func@Error.dup_protocol_code] the protocol's code, such as `no_such_run` (N11).
 */

/* --- the object --- */

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
  const guint   *number = find_number (self, property_id);

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
  guint         *number = find_number (self, property_id);

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
                              (construct_only ? G_PARAM_CONSTRUCT_ONLY | G_PARAM_READABLE : 0) | G_PARAM_WRITABLE |
                                  G_PARAM_STATIC_STRINGS);
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
  properties[PROP_TRANSPORT] =
      g_param_spec_enum ("transport", NULL, NULL, GSTREAM_TYPE_TRANSPORT, GSTREAM_TRANSPORT_SSE,
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
  properties[PROP_CANCEL_ON_ABORT] =
      g_param_spec_boolean ("cancel-on-abort", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
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

/* --- properties --- */

/**
 * gstream_thread_get_url: (get-property url)
 * @self: a thread
 *
 * Gets the server's address.
 *
 * Returns: (nullable): the URL
 */
const char *
gstream_thread_get_url (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->url;
}

/**
 * gstream_thread_get_assistant: (get-property assistant)
 * @self: a thread
 *
 * Gets the assistant, or the graph, whose runs are started.
 *
 * Returns: (nullable): its id or name
 */
const char *
gstream_thread_get_assistant (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->assistant;
}

/**
 * gstream_thread_get_thread_id: (get-property thread-id)
 * @self: a thread
 *
 * Gets the id that the server knows the thread by.
 *
 * Returns: (nullable): the id, or %NULL before the server has made the thread
 */
const char *
gstream_thread_get_thread_id (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->thread_id;
}

/**
 * gstream_thread_get_session: (get-property session)
 * @self: a thread
 *
 * Gets the session through which the server is spoken to.
 *
 * Returns: (transfer none) (nullable): the session that was given, or the
 *   thread's own; %NULL before that was needed
 */
SoupSession *
gstream_thread_get_session (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->session;
}

/**
 * gstream_thread_get_transport: (get-property transport)
 * @self: a thread
 *
 * Gets how the events come.
 *
 * Returns: the transport
 */
GstreamTransport
gstream_thread_get_transport (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), GSTREAM_TRANSPORT_SSE);

  return self->transport;
}

/**
 * gstream_thread_get_cancel_on_abort: (get-property cancel-on-abort)
 * @self: a thread
 *
 * Gets whether aborting a run ends it on the server too.
 *
 * Returns: whether it does
 */
gboolean
gstream_thread_get_cancel_on_abort (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), FALSE);

  return self->cancel_on_abort;
}

/* --- headers --- */

/**
 * gstream_thread_set_api_key: (set-property api-key)
 * @self: a thread
 * @api_key: (nullable): the key; %NULL: none
 *
 * Sets the key that the server asks for; it is sent as `X-Api-Key`, to the
 * server's own origin alone (N8).
 */
void
gstream_thread_set_api_key (GstreamThread *self,
                            const char    *api_key)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));

  gstream_thread_set_header (self, API_KEY_HEADER, api_key);
}

static void
remove_header (GstreamThread *self,
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
 * gstream_thread_set_header:
 * @self: a thread
 * @name: a header's name, such as `Authorization`
 * @value: (nullable): its value; %NULL: it is not sent any more
 *
 * Sets a header to send with every request to the server, and to no other
 * origin (N8). It counts for what is started from then on. That it cannot be
 * sent, because there is a line break in it for instance, is an error of what is started.
 */
void
gstream_thread_set_header (GstreamThread *self,
                           const char    *name,
                           const char    *value)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (name != NULL);

  remove_header (self, name);
  if (value == NULL)
    return;

  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

/* --- the server of a call --- */

static gboolean
is_header_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;

  return *name != '\0';
}

/* The error does not repeat the value, which is secret. */
static gboolean
check_header (const char *name,
              const char *value,
              GError    **error)
{
  if (!is_header_name (name))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "“%s” is no name of a header", name);
  else if (strpbrk (value, "\r\n") != NULL || !g_str_is_ascii (value))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 "The value of the header %s has a line break in it, or something else than ASCII", name);
  else
    return TRUE;

  return FALSE;
}

static gboolean
add_headers (GstreamThread *self,
             GstreamServer *server,
             GError       **error)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    {
      const char *name = self->headers->pdata[i];
      const char *value = self->headers->pdata[i + 1];

      if (!check_header (name, value, error))
        return FALSE;
      gstream_server_take_header (server, name, value);
    }

  return TRUE;
}

static SoupSession *
ensure_session (GstreamThread *self)
{
  if (self->session == NULL)
    self->session =
        g_object_new (SOUP_TYPE_SESSION, "user-agent", USER_AGENT, "timeout",
                      0, /* requests have their own; an event stream may be silent for long */
                      "max-conns", GSTREAM_SERVER_CONNECTIONS, "max-conns-per-host", GSTREAM_SERVER_CONNECTIONS, NULL);

  return self->session;
}

static GstreamServer *
new_server (GstreamThread *self,
            GError       **error)
{
  g_autoptr (GstreamServer) server =
      gstream_server_new (self->url, self->assistant, ensure_session (self), self->context, error);

  if (server == NULL || !add_headers (self, server, error))
    return NULL;

  server->max_event_size = self->max_event_size;
  server->max_depth = self->max_depth;
  server->retry_limit = self->retry_limit;
  server->retry_pause = self->retry_pause;
  server->retry_pause_max = self->retry_pause_max;
  server->silence_timeout = self->silence_timeout;
  server->answer_timeout = self->answer_timeout;
  server->cancel_on_abort = self->cancel_on_abort;

  return g_steal_pointer (&server);
}

/* --- calls --- */

static GTask *
new_task (GstreamThread      *self,
          gpointer            tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task;

  if (!g_main_context_acquire (self->context))
    {
      g_task_report_new_error (self, callback, user_data, tag, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                               "The main context of this GstreamThread belongs to another thread: call from there");
      return NULL;
    }

  task = gstream_run_context_new_task (self->context, self, cancellable, callback, user_data);
  g_main_context_release (self->context);
  g_task_set_source_tag (task, tag);

  return task;
}

static gboolean
expect_run (GstreamThread *self,
            GTask         *task,
            const char    *nothing)
{
  if (self->thread_id != NULL)
    return TRUE;

  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "There is %s: the thread has no run yet",
                           nothing);

  return FALSE;
}

static gboolean
begin_sync (GstreamThread *self,
            GstreamSync   *sync,
            GError       **error)
{
  return gstream_sync_begin_in (sync, self->context, "GstreamThread", error);
}

static gpointer
end_sync (GstreamSync *sync,
          GError     **error)
{
  gpointer given;

  gstream_sync_wait (sync);
  given = g_task_propagate_pointer (G_TASK (sync->result), error);
  gstream_sync_end (sync);

  return given;
}

/* --- operations --- */

/* What respond_all() sends instead if the server no longer knows the run that asked. */
typedef struct
{
  char   *command; /* starts a run whose input is the answers */
  char  **asked;   /* ids of the interrupts that it answers */
  GError *refusal; /* how the server said so; NULL: it has not */
} Resume;

/* One start, one answer or one attachment: the data of a task whose result is the run. */
typedef struct
{
  GstreamServer      *server;
  char               *thread_id; /* NULL: the server has not made the thread yet */
  char              **channels;
  GstreamStreamMux   *mux;
  char               *command;    /* NULL: the run exists already */
  GstreamEventSource *connection; /* the WebSocket that the command is sent through; NULL: there is none */
  gboolean            is_waiting; /* for the answer, over that */
  GSource            *doubt;      /* timer until the server is asked whether there is such an assistant */
  GError             *doubted;    /* that there is none; NULL: it is not known */
  GstreamAnswer       answer;
  Resume             *resume; /* NULL: it answers nothing */
} Operation;

static void
resume_free (gpointer data)
{
  Resume *resume = data;

  g_free (resume->command);
  g_strfreev (resume->asked);
  g_clear_error (&resume->refusal);
  g_free (resume);
}

static void
operation_free (gpointer data)
{
  Operation *op = data;

  gstream_timer_end (&op->doubt);
  g_clear_error (&op->doubted);
  g_clear_pointer (&op->server, gstream_server_unref);
  g_clear_object (&op->connection);
  g_clear_object (&op->mux);
  g_strfreev (op->channels);
  g_free (op->thread_id);
  g_free (op->command);
  g_free (op->answer.run_id);
  g_clear_pointer (&op->resume, resume_free);
  g_free (op);
}

static GTask *
begin_operation (GstreamThread      *self,
                 GstreamStreamMux   *mux,
                 gpointer            tag,
                 GCancellable       *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer            user_data)
{
  g_autoptr (GTask) task = new_task (self, tag, cancellable, callback, user_data);
  Operation *op = NULL;
  g_auto (GStrv) modes = NULL;
  GError *error = NULL;

  if (task == NULL)
    return NULL;
  op = g_new0 (Operation, 1);
  g_task_set_task_data (task, op, operation_free);

  op->server = new_server (self, &error);
  if (op->server == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  op->mux = mux != NULL ? g_object_ref (mux) : gstream_stream_mux_new (NULL);
  modes = gstream_stream_mux_list_channels (op->mux);
  op->channels = gstream_command_channels ((const char *const *) modes);
  op->thread_id = g_strdup (gstream_thread_get_thread_id (self));

  return g_steal_pointer (&task);
}

/* --- the run --- */

static void
complete (GTask *task)
{
  Operation        *op = g_task_get_task_data (task);
  GstreamThread    *self = g_task_get_source_object (task);
  gboolean          websocket = gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET;
  GstreamRunStream *run =
      gstream_remote_run_new (op->server, op->thread_id, op->answer.run_id, op->answer.applied_seq,
                              (const char *const *) op->channels,
                              websocket ? gstream_websocket_connection_new : gstream_sse_connection_new, op->connection,
                              op->mux);

  g_task_return_pointer (task, run, g_object_unref);
}

/* --- which run it is --- */

static char *
find_newest (GstreamPayload *runs)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;
  g_autofree char   *newest = NULL;
  g_autofree char   *when = NULL;

  gstream_payload_iter_init (&iter, runs);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) run = next;
      const char *id = gstream_payload_get_string (run, "/run_id");
      const char *created = gstream_payload_get_string (run, "/created_at");

      if (id == NULL || created == NULL || (when != NULL && g_strcmp0 (created, when) <= 0))
        continue;
      g_free (newest);
      g_free (when);
      newest = g_strdup (id);
      when = g_strdup (created);
    }

  return g_steal_pointer (&newest);
}

static void
on_runs_listed (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);

  if (runs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->answer.run_id = find_newest (runs);
  if (op->answer.run_id != NULL)
    complete (task);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "There is no run on the thread %s",
                             op->thread_id);
}

static void
find_newest_run (GTask *task)
{
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *path = gstream_request_path (op->thread_id, "/runs?limit=" MAX_RUNS);

  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_runs_listed, g_object_ref (task));
}

static void
find_run (GTask *task)
{
  Operation *op = g_task_get_task_data (task);

  if (op->answer.run_id != NULL)
    complete (task);
  else
    find_newest_run (task);
}

/* --- an assistant that there is not --- */

static void
on_assistant_known (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) assistant G_GNUC_UNUSED = gstream_request_finish (result, &error);

  if (!op->is_waiting || !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    return;
  op->doubted = g_steal_pointer (&error);
  gstream_event_source_close (op->connection); /* fails the command that waits */
}

static void
on_doubt (gpointer user_data)
{
  GTask           *task = user_data;
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *segment = g_uri_escape_string (op->server->assistant ? op->server->assistant : "", NULL, FALSE);
  g_autofree char *path = g_strconcat ("/assistants/", segment, NULL);

  gstream_timer_end (&op->doubt);
  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_assistant_known, g_object_ref (task));
}

/* JavaScript's server does not answer over a WebSocket where it knows no such assistant, and does so over HTTP. */
static void
start_doubt (GTask *task)
{
  Operation *op = g_task_get_task_data (task);

  op->doubt = gstream_timer_start (op->server->context, op->server->answer_timeout / DOUBTS_WITHIN, NULL,
                                   "[gstream] doubt", on_doubt, task, NULL);
}

/* --- the command --- */

static void answer_refused (GTask  *task,
                            GError *error);

/* @payload: (nullable): the answer; NULL: there is none. @error: (transfer full): why. */
static void
command_answered (GTask          *task,
                  GstreamPayload *payload,
                  GError         *error)
{
  Operation *op = g_task_get_task_data (task);

  if (payload == NULL)
    g_task_return_error (task, error);
  else if (gstream_answer_parse (payload, &op->answer, &error))
    find_run (task); /* an answered interrupt does not say which run goes on */
  else if (op->resume != NULL)
    answer_refused (task, error);
  else
    g_task_return_error (task, error);
}

static void
on_posted (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, &error);

  command_answered (task, payload, error);
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GstreamPayload) payload =
      gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, &error);

  op->is_waiting = FALSE;
  gstream_timer_end (&op->doubt);
  if (op->doubted != NULL)
    {
      g_clear_error (&error);
      error = g_steal_pointer (&op->doubted);
    }
  command_answered (task, payload, error);
}

static void
send_command (GTask *task)
{
  Operation     *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);

  if (gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET)
    {
      /* A second command goes over the connection of the first. */
      if (op->connection == NULL)
        op->connection =
            gstream_websocket_connection_new (op->server, op->thread_id, (const char *const *) op->channels);
      gstream_websocket_connection_command (GSTREAM_WEBSOCKET_CONNECTION (op->connection), op->command,
                                            g_task_get_cancellable (task), on_sent, g_object_ref (task));
      op->is_waiting = TRUE;
      start_doubt (task);
    }
  else
    {
      g_autofree char *path = gstream_request_path (op->thread_id, "/commands");

      gstream_request_send (op->server, "POST", path, op->command, GSTREAM_RETRY_UNSENT, g_task_get_cancellable (task),
                            on_posted, g_object_ref (task));
    }
}

/* --- starting a run --- */

static void
take_thread_id (GstreamThread *self,
                const char    *thread_id)
{
  self->thread_id = g_strdup (thread_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THREAD_ID]);
}

static void
on_thread_made (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation     *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);
  GError        *error = NULL;
  g_autoptr (GstreamPayload) thread = gstream_request_finish (result, &error);
  const char *thread_id = thread ? gstream_payload_get_string (thread, "/thread_id") : NULL;

  if (thread != NULL && thread_id == NULL)
    error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                 "The server made a thread and did not say which: a thread_id was expected");
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->thread_id = g_strdup (thread_id);
  if (gstream_thread_get_thread_id (self) == NULL)
    take_thread_id (self, thread_id);
  send_command (task);
}

/**
 * gstream_thread_start:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @config: (nullable): settings for this run, an object
 * @metadata: (nullable): what the server is to remember of this run, an object
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was started, or was not
 * @user_data: for @callback
 *
 * Starts a run.
 *
 * The events wait on the server until somebody waits for them. To give up does
 * not take a command back that the server has got.
 */
void
gstream_thread_start (GstreamThread      *self,
                      GstreamPayload     *input,
                      GstreamPayload     *config,
                      GstreamPayload     *metadata,
                      GstreamStreamMux   *mux,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Operation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin_operation (self, mux, gstream_thread_start, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  op->command = gstream_command_start (op->server->assistant ? op->server->assistant : "", input, config, metadata);
  if (op->thread_id != NULL)
    send_command (task);
  else
    gstream_request_send (op->server, "POST", "/threads", "{}", GSTREAM_RETRY_REPEATABLE, cancellable, on_thread_made,
                          g_object_ref (task));
}

/**
 * gstream_thread_start_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.start].
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_start_finish (GstreamThread *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_start_sync:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @config: (nullable): settings for this run, an object
 * @metadata: (nullable): what the server is to remember of this run, an object
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.start] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_start_sync (GstreamThread    *self,
                           GstreamPayload   *input,
                           GstreamPayload   *config,
                           GstreamPayload   *metadata,
                           GstreamStreamMux *mux,
                           GCancellable     *cancellable,
                           GError          **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_start (self, input, config, metadata, mux, cancellable, gstream_sync_done, &sync);

  return end_sync (&sync, error);
}

/* --- attaching to a run --- */

static void
on_run_known (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, &error);

  if (run != NULL)
    find_run (task);
  else
    g_task_return_error (task, error);
}

/* Without this, a run id that the server does not know would only show in that no events come. */
static void
check_run (GTask *task)
{
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *segment = g_uri_escape_string (op->answer.run_id, NULL, FALSE);
  g_autofree char *rest = g_strconcat ("/runs/", segment, NULL);
  g_autofree char *path = gstream_request_path (op->thread_id, rest);

  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_run_known, g_object_ref (task));
}

/* The answer says how far the thread's events have come; servers that do not say so are no error. */
static void
on_tree (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, NULL);
  GstreamAnswer answer = { 0 };

  op->answer.applied_seq = -1;
  if (payload != NULL && gstream_answer_parse (payload, &answer, NULL))
    op->answer.applied_seq = answer.applied_seq;
  g_free (answer.run_id);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (op->answer.run_id != NULL)
    check_run (task);
  else
    find_run (task);
}

/**
 * gstream_thread_attach:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was found, or was not
 * @user_data: for @callback
 *
 * Follows a run that was started elsewhere. It is seen from its beginning, as far
 * as its server has kept that; a run that is over too, as long as it has. That the server knows no
 * such run is an error at once, %GSTREAM_ERROR_NOT_FOUND.
 *
 * A server that does not say to which run an event belongs (JavaScript's) shows its newest.
 */
void
gstream_thread_attach (GstreamThread      *self,
                       const char         *run_id,
                       GstreamStreamMux   *mux,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *command = gstream_command_tree ();
  g_autofree char *path = NULL;
  Operation       *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin_operation (self, mux, gstream_thread_attach, cancellable, callback, user_data);
  if (task == NULL || !expect_run (self, task, "nothing to attach to"))
    return;

  op = g_task_get_task_data (task);
  op->answer.run_id = g_strdup (run_id);
  path = gstream_request_path (op->thread_id, "/commands");
  gstream_request_send (op->server, "POST", path, command, GSTREAM_RETRY_REPEATABLE, cancellable, on_tree,
                        g_object_ref (task));
}

/**
 * gstream_thread_attach_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.attach].
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_attach_finish (GstreamThread *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_attach_sync:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.attach] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_attach_sync (GstreamThread    *self,
                            const char       *run_id,
                            GstreamStreamMux *mux,
                            GCancellable     *cancellable,
                            GError          **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_attach (self, run_id, mux, cancellable, gstream_sync_done, &sync);

  return end_sync (&sync, error);
}

/* --- answering --- */

static gboolean
are_pending (char          **asked,
             GstreamPayload *state)
{
  g_autoptr (GHashTable) pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GQueue events = G_QUEUE_INIT;

  gstream_open_questions_add_events (state, pending, 0, &events);
  g_queue_clear_full (&events, (GDestroyNotify) gstream_event_unref);
  for (gsize i = 0; asked[i] != NULL; i++)
    if (!g_hash_table_contains (pending, asked[i]))
      return FALSE;

  return TRUE;
}

static void
on_state_for_answer (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  Resume    *resume = op->resume;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, NULL);

  if (state == NULL || !are_pending (resume->asked, state))
    {
      g_task_return_error (task, g_steal_pointer (&resume->refusal));
      return;
    }

  g_free (op->command);
  op->command = g_steal_pointer (&resume->command);
  g_clear_pointer (&op->resume, resume_free);
  send_command (task);
}

/*
 * JavaScript's server knows which run asked only as long as the connection that
 * started it lives. What the thread waits for it keeps, and a run whose input is
 * the answers goes on from there; but only while they are awaited.
 */
static void
answer_refused (GTask  *task,
                GError *error)
{
  Operation       *op = g_task_get_task_data (task);
  Resume          *resume = op->resume;
  g_autofree char *path = gstream_request_path (op->thread_id, "/state?subgraphs=true");

  if (!g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  resume->refusal = error;
  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_state_for_answer, g_object_ref (task));
}

static char **
list_ids (GPtrArray *interrupts)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < interrupts->len; i++)
    g_strv_builder_add (ids, gstream_interrupt_get_id (interrupts->pdata[i]));

  return g_strv_builder_end (ids);
}

static void
set_answers (Operation *op,
             GPtrArray *interrupts,
             GPtrArray *responses)
{
  const char *assistant = op->server->assistant ? op->server->assistant : "";
  Resume     *resume = g_new0 (Resume, 1);

  resume->command = gstream_command_resume (assistant, interrupts, responses);
  resume->asked = list_ids (interrupts);
  op->command = gstream_command_respond (assistant, interrupts, responses, NULL, NULL);
  op->resume = resume;
}

/**
 * gstream_thread_respond_all:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): what the agent asked, all at once
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was resumed, or was not
 * @user_data: for @callback
 *
 * Answers several interrupts at once, and gives the run that goes on from there.
 *
 * They need not be all that are pending. What is answered goes on, and what is not is pending again when
 * that run ends, as an interrupt of its own: to be answered then. To answer all together saves runs, and
 * leaves no branch waiting for another's answer. What is not pending any more
 * Python's server does not take an answer to: %GSTREAM_ERROR_NOT_FOUND.
 */
void
gstream_thread_respond_all (GstreamThread      *self,
                            GPtrArray          *interrupts,
                            GPtrArray          *responses,
                            GstreamStreamMux   *mux,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Operation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (interrupts != NULL);
  g_return_if_fail (responses != NULL);
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin_operation (self, mux, gstream_thread_respond_all, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  if (interrupts->len == 0 || interrupts->len != responses->len)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                               "There are %u interrupts and %u responses: one for each was expected, and one at least",
                               interrupts->len, responses->len);
      return;
    }
  if (!expect_run (self, task, "nothing to respond to"))
    return;
  set_answers (op, interrupts, responses);
  send_command (task);
}

/**
 * gstream_thread_respond_all_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond_all].
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_all_finish (GstreamThread *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_respond_all_sync:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): what the agent asked, all at once
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.respond_all] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_all_sync (GstreamThread    *self,
                                 GPtrArray        *interrupts,
                                 GPtrArray        *responses,
                                 GstreamStreamMux *mux,
                                 GCancellable     *cancellable,
                                 GError          **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (interrupts != NULL, NULL);
  g_return_val_if_fail (responses != NULL, NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_respond_all (self, interrupts, responses, mux, cancellable, gstream_sync_done, &sync);

  return end_sync (&sync, error);
}

static GPtrArray *
array_of (gpointer item)
{
  GPtrArray *array = g_ptr_array_new ();

  g_ptr_array_add (array, item);

  return array;
}

/**
 * gstream_thread_respond:
 * @self: a thread
 * @interrupt: what the agent asked
 * @response: the answer
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was resumed, or was not
 * @user_data: for @callback
 *
 * Answers an interrupt, and gives the run that goes on from there. Where several
 * are pending, the others stay so; [method@Thread.respond_all] answers them together.
 */
void
gstream_thread_respond (GstreamThread      *self,
                        GstreamInterrupt   *interrupt,
                        GstreamPayload     *response,
                        GstreamStreamMux   *mux,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GPtrArray) interrupts = array_of (interrupt);
  g_autoptr (GPtrArray) responses = array_of (response);

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  g_return_if_fail (interrupt != NULL);
  g_return_if_fail (response != NULL);

  gstream_thread_respond_all (self, interrupts, responses, mux, cancellable, callback, user_data);
}

/**
 * gstream_thread_respond_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond].
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_finish (GstreamThread *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_respond_sync:
 * @self: a thread
 * @interrupt: what the agent asked
 * @response: the answer
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.respond] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_sync (GstreamThread    *self,
                             GstreamInterrupt *interrupt,
                             GstreamPayload   *response,
                             GstreamStreamMux *mux,
                             GCancellable     *cancellable,
                             GError          **error)
{
  g_autoptr (GPtrArray) interrupts = array_of (interrupt);
  g_autoptr (GPtrArray) responses = array_of (response);

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (interrupt != NULL, NULL);
  g_return_val_if_fail (response != NULL, NULL);

  return gstream_thread_respond_all_sync (self, interrupts, responses, mux, cancellable, error);
}

/* --- the state --- */

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError         *error = NULL;
  GstreamPayload *state = gstream_request_finish (result, &error);

  if (state != NULL)
    g_task_return_pointer (task, state, (GDestroyNotify) gstream_payload_unref);
  else
    g_task_return_error (task, error);
}

/**
 * gstream_thread_state:
 * @self: a thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the state, or an error
 * @user_data: for @callback
 *
 * Asks for the thread's state as the server keeps it: an object with `values`,
 * `next` and `tasks`, each with its `interrupts`, and those of subgraphs within their task.
 */
void
gstream_thread_state (GstreamThread      *self,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstreamServer) server = NULL;
  g_autofree char *path = NULL;
  GError          *error = NULL;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_thread_state, cancellable, callback, user_data);
  if (task == NULL || !expect_run (self, task, "no state"))
    return;
  server = new_server (self, &error);
  if (server == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  path = gstream_request_path (gstream_thread_get_thread_id (self), "/state?subgraphs=true");
  gstream_request_send (server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, cancellable, on_state,
                        g_steal_pointer (&task));
}

/**
 * gstream_thread_state_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.state].
 *
 * Returns: (transfer full): the state
 */
GstreamPayload *
gstream_thread_state_finish (GstreamThread *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_state_sync:
 * @self: a thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.state] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the state
 */
GstreamPayload *
gstream_thread_state_sync (GstreamThread *self,
                           GCancellable  *cancellable,
                           GError       **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_state (self, cancellable, gstream_sync_done, &sync);

  return end_sync (&sync, error);
}
