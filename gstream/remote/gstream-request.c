/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One question to the server over HTTP and its JSON answer, asked again where that can help.
 */
#include <gstream/remote/gstream-request-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-run-context-private.h>

#define READ_SIZE (64 * 1024) /* bytes */

/* --- decoding --- */

/*
 * Members of gzip, one after another (RFC 1952, 2.2): libsoup takes the first for all of them, and passes on what it cannot
 * decode as if it were plain.
 */

#define GSTREAM_TYPE_MEMBERS (gstream_members_get_type ())
G_DECLARE_FINAL_TYPE (GstreamMembers, gstream_members, GSTREAM, MEMBERS, GObject)

struct _GstreamMembers
{
  GObject parent_instance;

  GConverter *member;
  gboolean    between; /* the last one is whole; another may follow */
};

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMembers, gstream_members, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

static GConverterResult
gstream_members_convert (GConverter     *converter,
                         const void     *in,
                         gsize           in_size,
                         void           *out,
                         gsize           out_size,
                         GConverterFlags flags,
                         gsize          *bytes_read,
                         gsize          *bytes_written,
                         GError        **error)
{
  GstreamMembers  *self = GSTREAM_MEMBERS (converter);
  GConverterResult result;

  *bytes_read = *bytes_written = 0;
  if (self->between && in_size == 0)
    {
      if (flags & G_CONVERTER_INPUT_AT_END)
        return G_CONVERTER_FINISHED;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "Another member may follow");
      return G_CONVERTER_ERROR;
    }

  if (self->between)
    g_converter_reset (self->member);
  result = g_converter_convert (self->member, in, in_size, out, out_size, flags, bytes_read, bytes_written, error);
  self->between = result == G_CONVERTER_FINISHED;

  return self->between ? G_CONVERTER_CONVERTED : result;
}

static void
gstream_members_reset (GConverter *converter)
{
  GstreamMembers *self = GSTREAM_MEMBERS (converter);

  g_converter_reset (self->member);
  self->between = FALSE;
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = gstream_members_convert;
  iface->reset = gstream_members_reset;
}

static void
gstream_members_finalize (GObject *object)
{
  g_object_unref (GSTREAM_MEMBERS (object)->member);

  G_OBJECT_CLASS (gstream_members_parent_class)->finalize (object);
}

static void
gstream_members_class_init (GstreamMembersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_members_finalize;
}

static void
gstream_members_init (GstreamMembers *self)
{
  self->member = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
}

void
gstream_request_accept_encodings (SoupMessage *message)
{
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "gzip");
}

GInputStream *
gstream_request_decode (SoupMessage  *message,
                        GInputStream *body,
                        GError      **error)
{
  const char *encoding =
      soup_message_headers_get_list (soup_message_get_response_headers (message), "Content-Encoding");
  g_autoptr (GConverter) converter = NULL;

  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "identity") == 0)
    return g_object_ref (body);

  if (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0)
    converter = g_object_new (GSTREAM_TYPE_MEMBERS, NULL);
  else if (g_ascii_strcasecmp (encoding, "deflate") == 0)
    converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  else
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                   "the answer is encoded as %s, and gzip or nothing was expected", encoding);
      return NULL;
    }

  return g_converter_input_stream_new (body, converter);
}

/* --- requests --- */

typedef struct
{
  GstreamOrigin   *origin;
  char            *method;
  char            *path;
  char            *body; /* NULL: none */
  GstreamRetryKind kind;
  GstreamRetry     retry;

  /* of the attempt under way */
  SoupMessage  *message;
  GInputStream *stream;
  GByteArray   *answer;
  GCancellable *attempt; /* cancelled by the timeout, or with the caller's */
  GSource      *timeout;
  gulong        chained; /* handler of the caller's cancellable */
  gboolean      timed_out;
} Request;

static void start_attempt (GTask *task);
static void read_more (GTask *task);

static void
end_attempt (Request      *request,
             GCancellable *caller)
{
  gstream_timer_end (&request->timeout);
  if (request->chained != 0)
    g_cancellable_disconnect (caller, request->chained);
  request->chained = 0;
  g_clear_object (&request->attempt);
  g_clear_object (&request->message);
  g_clear_object (&request->stream);
  g_clear_pointer (&request->answer, g_byte_array_unref);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  end_attempt (request, NULL);
  gstream_origin_unref (request->origin);
  g_free (request->method);
  g_free (request->path);
  g_free (request->body);
  g_free (request);
}

static void
on_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    start_attempt (task);
}

static void
pause_then_retry (GTask *task,
                  gint64 milliseconds)
{
  GSource *pause = gstream_timer_start (g_task_get_context (task), milliseconds, g_task_get_cancellable (task),
                                        "[gstream] retry", on_pause_over, g_object_ref (task), g_object_unref);

  g_source_unref (pause);
}

static void
attempt_failed (GTask  *task,
                GError *error)
{
  Request *request = g_task_get_task_data (task);
  gint64   pause;

  if (request->timed_out)
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server did not answer in time");
      gstream_origin_name_error (request->origin, request->message, error);
    }
  end_attempt (request, g_task_get_cancellable (task));

  pause = gstream_retry_next (&request->retry, request->origin, request->kind, error);
  if (pause < 0 || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_task_return_error (task, error);
      return;
    }
  g_error_free (error);
  pause_then_retry (task, pause);
}

static GstreamPayload *
parse_answer (Request *request,
              GError **error)
{
  if (request->answer->len == 0)
    return gstream_payload_new ("null", -1, NULL);

  return gstream_payload_new ((const char *) request->answer->data, request->answer->len, error);
}

static void
answer_is_whole (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  guint    status = soup_message_get_status (request->message);
  g_autoptr (GstreamPayload) payload = NULL;
  GError *error = NULL;

  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      attempt_failed (task, gstream_origin_new_error (request->origin, request->message, status,
                                                      (const char *) request->answer->data, request->answer->len));
      return;
    }

  payload = parse_answer (request, &error);
  if (payload == NULL)
    {
      g_prefix_error_literal (&error, "the answer is not JSON: ");
      gstream_origin_name_error (request->origin, request->message, error);
      attempt_failed (task, error);
      return;
    }

  end_attempt (request, g_task_get_cancellable (task));
  g_task_return_pointer (task, g_steal_pointer (&payload), (GDestroyNotify) gstream_payload_unref);
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    {
      gstream_origin_name_error (request->origin, request->message, error);
      attempt_failed (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      answer_is_whole (task);
      return;
    }

  g_byte_array_append (request->answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (request->answer->len <= request->origin->max_event_size)
    {
      read_more (task);
      return;
    }

  error = g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, "the answer has more than %" G_GSIZE_FORMAT " bytes",
                       request->origin->max_event_size);
  gstream_origin_name_error (request->origin, request->message, error);
  attempt_failed (task, error);
}

static void
read_more (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (request->stream, READ_SIZE, G_PRIORITY_DEFAULT, request->attempt, on_read,
                                   g_object_ref (task));
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError  *error = NULL;

  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (object), result, &error);

  request->stream = body != NULL ? gstream_request_decode (request->message, body, &error) : NULL;
  if (request->stream == NULL)
    {
      gstream_origin_name_error (request->origin, request->message, error);
      attempt_failed (task, error);
      return;
    }

  request->answer = g_byte_array_new ();
  read_more (task);
}

static void
on_timeout (gpointer user_data)
{
  Request *request = user_data;

  request->timed_out = TRUE;
  g_cancellable_cancel (request->attempt);
}

static void
on_caller_cancelled (GCancellable *caller,
                     gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static void
start_attempt (GTask *task)
{
  Request      *request = g_task_get_task_data (task);
  GCancellable *caller = g_task_get_cancellable (task);

  request->timed_out = FALSE;
  request->attempt = g_cancellable_new ();
  request->timeout = gstream_timer_start (request->origin->context, request->origin->answer_timeout, NULL,
                                          "[gstream] answer timeout", on_timeout, request, NULL);
  if (caller != NULL)
    request->chained = g_cancellable_connect (caller, G_CALLBACK (on_caller_cancelled), g_object_ref (request->attempt),
                                              g_object_unref);

  request->message = gstream_origin_new_message (request->origin, request->method, request->path);
  gstream_request_accept_encodings (request->message);
  if (request->body != NULL)
    gstream_request_set_body (request->message, request->body);
  if (request->kind != GSTREAM_RETRY_REPEATABLE) /* an idle connection may be closed just as it is used: sent or not? */
    soup_message_add_flags (request->message, SOUP_MESSAGE_NEW_CONNECTION);
  gstream_origin_begin_io (request->origin);
  soup_session_send_async (request->origin->session, request->message, G_PRIORITY_DEFAULT, request->attempt, on_sent,
                           g_object_ref (task));
  gstream_origin_end_io (request->origin);
}

void
gstream_request_send (GstreamOrigin      *origin,
                      const char         *method,
                      const char         *path,
                      const char         *body,
                      GstreamRetryKind    kind,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_run_context_new_task (origin->context, NULL, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->origin = gstream_origin_ref (origin);
  request->method = g_strdup (method);
  request->path = g_strdup (path);
  request->body = g_strdup (body);
  request->kind = kind;
  g_task_set_source_tag (task, gstream_request_send);
  g_task_set_task_data (task, request, request_free);

  if (!g_task_return_error_if_cancelled (task))
    start_attempt (task);
}

GstreamPayload *
gstream_request_finish (GAsyncResult *result,
                        GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
gstream_request_path (const char *thread_id,
                      const char *rest)
{
  g_autofree char *segment = g_uri_escape_string (thread_id, NULL, FALSE);

  return g_strconcat ("/threads/", segment, rest, NULL);
}

void
gstream_request_set_body (SoupMessage *message,
                          const char  *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
}
