/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the .ui files make of the properties they are bound to. GtkBuilder finds
 * these functions by name.
 */
#include <gstream.h>

gboolean chat_has_text (gpointer this,
                        const char *text);
gboolean chat_is_there (gpointer this,
                        gpointer value);
char    *chat_payload_text (gpointer this,
                            GstreamPayload *payload);
char    *chat_error_text (gpointer this,
                          const GError *error);
char    *chat_answer_hint (gpointer this,
                           gboolean live);
gboolean chat_goes_on (gpointer this,
                       GstreamRunStatus status);
gboolean chat_has_ended (gpointer this,
                         GstreamRunStatus status);
char    *chat_status_text (gpointer this,
                           GstreamRunStatus status);
gboolean chat_message_streams (gpointer this,
                               GstreamMessageStatus status);
gboolean chat_message_ended_badly (gpointer this,
                                   GstreamMessageStatus status);
char    *chat_message_end_text (gpointer this,
                                GstreamMessageStatus status);
char    *chat_tool_icon (gpointer this,
                         GstreamToolCallStatus status);

G_MODULE_EXPORT gboolean
chat_has_text (gpointer this,
               const char *text)
{
  return text != NULL && *text != '\0';
}

G_MODULE_EXPORT gboolean
chat_is_there (gpointer this,
               gpointer value)
{
  return value != NULL;
}

/* A string as it is, a tool's message as its content, anything else as JSON. */
G_MODULE_EXPORT char *
chat_payload_text (gpointer this,
                   GstreamPayload *payload)
{
  const char *text = payload ? gstream_payload_get_string (payload, "") : NULL;

  if (payload != NULL && text == NULL)
    text = gstream_payload_get_string (payload, "/content");

  return payload == NULL || text != NULL ? g_strdup (text) : gstream_payload_dup_json (payload);
}

G_MODULE_EXPORT char *
chat_error_text (gpointer this,
                 const GError *error)
{
  return g_strdup (error ? error->message : NULL);
}

G_MODULE_EXPORT char *
chat_answer_hint (gpointer this,
                  gboolean live)
{
  return g_strdup (live ? "Answer" : "A recorded run takes no answers");
}

G_MODULE_EXPORT gboolean
chat_goes_on (gpointer this,
              GstreamRunStatus status)
{
  return status == GSTREAM_RUN_STATUS_PENDING || status == GSTREAM_RUN_STATUS_RUNNING;
}

G_MODULE_EXPORT gboolean
chat_has_ended (gpointer this,
                GstreamRunStatus status)
{
  return !chat_goes_on (this, status);
}

G_MODULE_EXPORT char *
chat_status_text (gpointer this,
                  GstreamRunStatus status)
{
  static const char *const texts[] = {
    "Starting", "Working", "Done", "Failed", "Waiting for your answer", "Let go by the server", "Stopped",
  };

  return g_strdup (texts[status]);
}

G_MODULE_EXPORT gboolean
chat_message_streams (gpointer this,
                      GstreamMessageStatus status)
{
  return status == GSTREAM_MESSAGE_STATUS_STREAMING;
}

G_MODULE_EXPORT gboolean
chat_message_ended_badly (gpointer this,
                          GstreamMessageStatus status)
{
  return status == GSTREAM_MESSAGE_STATUS_INCOMPLETE || status == GSTREAM_MESSAGE_STATUS_FAILED;
}

G_MODULE_EXPORT char *
chat_message_end_text (gpointer this,
                       GstreamMessageStatus status)
{
  return g_strdup (status == GSTREAM_MESSAGE_STATUS_FAILED ? "Failed" : "Not complete");
}

G_MODULE_EXPORT char *
chat_tool_icon (gpointer this,
                GstreamToolCallStatus status)
{
  static const char *const icons[] = { "content-loading-symbolic", "emblem-ok-symbolic", "dialog-error-symbolic" };

  return g_strdup (icons[status]);
}
