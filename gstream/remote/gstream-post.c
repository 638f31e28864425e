/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One request whose answer is read as it comes.
 */
#include <gstream/remote/gstream-post-internal.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-body-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-run-context-private.h>

#define MOST_OF_REFUSAL (16 * 1024) /* bytes of a refusal, to see what it says */

struct _GstreamPost
{
  GObject parent_instance;

  GstreamOrigin *origin;
  char          *path; /* below the server's URL */
  GBytes        *body; /* what is sent */
  GstreamRetry   retry;

  /* of the latest attempt */
  SoupMessage  *message;
  GInputStream *refusing; /* the body of a refusal; NULL: it is none */
  char         *refusal;  /* what was read of it */
};

G_DEFINE_FINAL_TYPE (GstreamPost, gstream_post, G_TYPE_OBJECT)

static void start_attempt (GTask *task);

/* --- the object --- */

static void
end_attempt (GstreamPost *self)
{
  g_clear_object (&self->message);
  g_clear_object (&self->refusing);
  g_clear_pointer (&self->refusal, g_free);
}

static void
gstream_post_finalize (GObject *object)
{
  GstreamPost *self = GSTREAM_POST (object);

  end_attempt (self);
  g_clear_pointer (&self->origin, gstream_origin_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->path);

  G_OBJECT_CLASS (gstream_post_parent_class)->finalize (object);
}

static void
gstream_post_class_init (GstreamPostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_post_finalize;
}

static void
gstream_post_init (GstreamPost *self)
{
}

SoupSession *
gstream_post_new_session (void)
{
  return gstream_origin_new_session ();
}

GstreamPost *
gstream_post_new (const char              *url,
                  SoupSession             *session,
                  GMainContext            *context,
                  const GstreamPostLimits *limits,
                  GError                 **error)
{
  GstreamOrigin *origin = gstream_origin_new (url, session, context, error);
  GstreamPost   *self;

  if (origin == NULL)
    return NULL;

  origin->max_event_size = limits->max_size;
  origin->retry_limit = limits->retry_limit;
  origin->retry_pause = limits->retry_pause;
  origin->retry_pause_max = limits->retry_pause_max;
  self = g_object_new (GSTREAM_TYPE_POST, NULL);
  self->origin = origin;

  return self;
}

gboolean
gstream_post_add_header (GstreamPost *self,
                         const char  *name,
                         const char  *value,
                         GError     **error)
{
  return gstream_origin_add_header (self->origin, name, value, error);
}

/* --- an attempt, from its end to its start --- */

static void
on_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    start_attempt (task);
}

/* Takes @error. */
static void
attempt_failed (GTask  *task,
                GError *error)
{
  GstreamPost *self = g_task_get_source_object (task);
  gint64       pause = gstream_retry_next (&self->retry, self->origin, GSTREAM_RETRY_REPEATABLE, error);
  g_autoptr (GSource) timer = NULL;

  if (pause < 0 || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_task_return_error (task, error);
      return;
    }
  g_error_free (error);
  end_attempt (self);
  timer = gstream_timer_start (g_task_get_context (task), pause, g_task_get_cancellable (task), "[gstream] retry",
                               on_pause_over, g_object_ref (task), g_object_unref);
}

static void
on_refusal (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamPost *self = g_task_get_source_object (task);
  gsize        length = 0;

  g_input_stream_read_all_finish (G_INPUT_STREAM (object), result, &length, NULL);
  attempt_failed (task, gstream_origin_new_error (self->origin, self->message, soup_message_get_status (self->message),
                                                  self->refusal, length));
}

static void
read_refusal (GTask        *task,
              GInputStream *decoded)
{
  GstreamPost *self = g_task_get_source_object (task);

  self->refusing = g_object_ref (decoded);
  self->refusal = g_malloc (MOST_OF_REFUSAL);
  g_input_stream_read_all_async (decoded, self->refusal, MOST_OF_REFUSAL, G_PRIORITY_DEFAULT,
                                 g_task_get_cancellable (task), on_refusal, g_object_ref (task));
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamPost *self = g_task_get_source_object (task);
  GError      *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  g_autoptr (GInputStream) decoded = body != NULL ? gstream_request_decode (self->message, body, &error) : NULL;

  if (decoded == NULL)
    {
      gstream_origin_name_error (self->origin, self->message, error);
      attempt_failed (task, error);
    }
  else if (soup_message_get_status (self->message) != SOUP_STATUS_OK)
    read_refusal (task, decoded);
  else
    g_task_return_pointer (task, gstream_body_new (self->origin->nested, decoded, body), g_object_unref);
}

static void
start_attempt (GTask *task)
{
  GstreamPost        *self = g_task_get_source_object (task);
  SoupMessageHeaders *headers;

  self->message = gstream_origin_new_message (self->origin, "POST", self->path);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream, application/json");
  gstream_request_accept_encodings (self->message);
  soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);

  gstream_origin_begin_io (self->origin);
  soup_session_send_async (self->origin->streams, self->message, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                           on_sent, g_object_ref (task));
  gstream_origin_end_io (self->origin);
}

void
gstream_post_send (GstreamPost        *self,
                   const char         *path,
                   GBytes             *body,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_run_context_new_task (self->origin->context, self, cancellable, callback, user_data);

  g_assert (self->path == NULL);

  g_task_set_source_tag (task, gstream_post_send);
  self->path = g_strdup (path);
  self->body = g_bytes_ref (body);
  start_attempt (task);
}

GInputStream *
gstream_post_send_finish (GstreamPost  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
gstream_post_get_content_type (GstreamPost *self)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

void
gstream_post_name_error (GstreamPost *self,
                         GError      *error)
{
  /* Between two attempts there is no request. */
  if (self->message == NULL || g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    gstream_origin_hide_secrets (self->origin, error);
  else
    gstream_origin_name_error (self->origin, self->message, error);
}
