/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the body of a request to an endpoint.
 */
#include <gstream/endpoint/gstream-chat-request-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h>

/* Returns why @parameters must not have a member @name with @value; NULL: it may. */
static const char *
refuse_parameter (const char      *name,
                  GstreamJsonValue value)
{
  gint64 n = 0;

  if (g_str_equal (name, "model") || g_str_equal (name, "messages") || g_str_equal (name, "tools"))
    return _ ("it is a property of its own");
  if (g_str_equal (name, "n") && gstream_json_is_number (value) && !(gstream_json_read_integer (value, &n) && n == 1))
    return _ ("an answer has one choice");

  return NULL;
}

/* A parameter that is null is not sent, even if it is one of the defaults. */
static gboolean
add_parameters (GString        *out,
                GstreamPayload *parameters,
                GError        **error)
{
  g_autoptr (GArray) members = gstream_json_members (gstream_payload_value (parameters), parameters->outline);
  const char *why = NULL;

  for (guint i = 0; i < members->len; i++)
    {
      const GstreamJsonMember *member = &g_array_index (members, GstreamJsonMember, i);

      why = refuse_parameter (member->name, member->value);
      if (why != NULL)
        {
          g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("The parameters may not have “%s”: %s"),
                       member->name, why);
          return FALSE;
        }
      if (*member->value.start == 'n')
        continue;
      gstream_json_write_member (out, member->name);
      g_string_append_len (out, member->value.start, member->value.end - member->value.start);
    }

  return TRUE;
}

static gboolean
has_parameter (GstreamPayload *parameters,
               const char     *pointer)
{
  GstreamJsonValue value;

  return parameters != NULL && gstream_json_find (gstream_payload_value (parameters), pointer, &value);
}

/* Requests a stream, with the usage at the end. */
static void
add_stream (GString        *out,
            GstreamPayload *parameters)
{
  GstreamJsonValue stream;
  gboolean is_set = parameters != NULL && gstream_json_find (gstream_payload_value (parameters), "/stream", &stream);

  if (is_set && *stream.start != 't')
    return;
  if (!is_set)
    {
      gstream_json_write_member (out, "stream");
      g_string_append (out, "true");
    }
  if (!has_parameter (parameters, "/stream_options"))
    {
      gstream_json_write_member (out, "stream_options");
      g_string_append (out, "{\"include_usage\":true}");
    }
}

static gboolean
check_kind (GstreamPayload    *payload,
            GstreamPayloadKind kind,
            const char        *wrong,
            GError           **error)
{
  if (payload == NULL || gstream_payload_get_kind (payload) == kind)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ (wrong));

  return FALSE;
}

static gboolean
check (const char     *model,
       GstreamPayload *messages,
       GstreamPayload *tools,
       GstreamPayload *parameters,
       GError        **error)
{
  if (model == NULL || messages == NULL)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           model == NULL ? _ ("The chat source was given no model")
                                         : _ ("The chat source was given no messages"));
      return FALSE;
    }

  return check_kind (messages, GSTREAM_PAYLOAD_KIND_ARRAY,
                     N_ ("The messages are not a list, and [{\"role\": …, \"content\": …}, …] was expected"), error) &&
         check_kind (tools, GSTREAM_PAYLOAD_KIND_ARRAY,
                     N_ ("The tools are not a list, and [{\"type\": \"function\", \"function\": …}, …] was expected"),
                     error) &&
         check_kind (parameters, GSTREAM_PAYLOAD_KIND_OBJECT,
                     N_ ("The parameters are not an object, and {\"temperature\": 0, …} was expected"), error);
}

GBytes *
gstream_chat_request_new (const char     *model,
                          GstreamPayload *messages,
                          GstreamPayload *tools,
                          GstreamPayload *parameters,
                          GError        **error)
{
  g_autoptr (GString) out = NULL;

  if (!check (model, messages, tools, parameters, error))
    return NULL;

  out = g_string_new ("{");
  gstream_json_add_string (out, "model", model);
  gstream_json_add_payload (out, "messages", messages);
  if (tools != NULL && gstream_payload_get_size (tools, "") > 0)
    gstream_json_add_payload (out, "tools", tools);
  if (parameters != NULL && !add_parameters (out, parameters, error))
    return NULL;
  add_stream (out, parameters);
  g_string_append_c (out, '}');

  return g_string_free_to_bytes (g_steal_pointer (&out));
}
