/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that a thread and its server exchange beside events: commands, their answers, and the thread's state.
 */
#include <gstream/remote/gstream-commands-private.h>

#include <stdlib.h>
#include <string.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-server-private.h>

#define MAX_DEPTH 64 /* of subgraphs within subgraphs */

/* --- commands --- */

static GString *
begin_command (int         id,
               const char *method)
{
  GString *json = g_string_new (NULL);

  g_string_append_printf (json, "{\"id\":%d,\"method\":\"%s\",\"params\":{", id, method);

  return json;
}

static char *
end_command (GString *json)
{
  g_string_append (json, "}}");

  return g_string_free (json, FALSE);
}

char *
gstream_command_start (const char     *assistant,
                       GstreamPayload *input,
                       GstreamPayload *config,
                       GstreamPayload *metadata)
{
  GString *json = begin_command (GSTREAM_COMMAND_RUN, "run.start");

  gstream_json_add_string (json, "assistant_id", assistant);
  if (input != NULL)
    gstream_json_add_payload (json, "input", input);
  else
    g_string_append (json, ",\"input\":null");
  gstream_json_add_payload (json, "config", config);
  gstream_json_add_payload (json, "metadata", metadata);

  return end_command (json);
}

static void
add_response (GString          *json,
              GstreamInterrupt *interrupt,
              GstreamPayload   *response)
{
  const char *const *namespace_ = gstream_interrupt_get_namespace (interrupt);

  gstream_json_write_member (json, "namespace");
  gstream_json_write_strv (json, namespace_ ? namespace_ : (const char *const[]) { NULL });
  gstream_json_add_string (json, "interrupt_id", gstream_interrupt_get_id (interrupt));
  gstream_json_add_payload (json, "response", response);
}

static void
add_responses (GString   *json,
               GPtrArray *interrupts,
               GPtrArray *responses)
{
  gstream_json_write_member (json, "responses");
  g_string_append_c (json, '[');
  for (guint i = 0; i < interrupts->len; i++)
    {
      g_string_append (json, i > 0 ? ",{" : "{");
      add_response (json, interrupts->pdata[i], responses->pdata[i]);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

char *
gstream_command_respond (const char     *assistant,
                         GPtrArray      *interrupts,
                         GPtrArray      *responses,
                         GstreamPayload *config,
                         GstreamPayload *metadata)
{
  GString *json = begin_command (GSTREAM_COMMAND_RUN, "input.respond");

  gstream_json_add_string (json, "assistant_id", assistant);
  if (interrupts->len == 1)
    add_response (json, interrupts->pdata[0], responses->pdata[0]);
  else
    add_responses (json, interrupts, responses);
  gstream_json_add_payload (json, "config", config);
  gstream_json_add_payload (json, "metadata", metadata);

  return end_command (json);
}

char *
gstream_command_resume (const char *assistant,
                        GPtrArray  *interrupts,
                        GPtrArray  *responses)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) input = NULL;

  for (guint i = 0; i < interrupts->len; i++)
    gstream_json_add_payload (json, gstream_interrupt_get_id (interrupts->pdata[i]), responses->pdata[i]);
  g_string_append_c (json, '}');
  input = gstream_payload_new (json->str, json->len, NULL);

  return gstream_command_start (assistant, input, NULL, NULL);
}

char *
gstream_command_tree (void)
{
  return end_command (begin_command (GSTREAM_COMMAND_TREE, "agent.getTree"));
}

char *
gstream_command_subscribe (const char *const *channels)
{
  GString *json = begin_command (GSTREAM_COMMAND_SUBSCRIBE, "subscription.subscribe");

  gstream_json_write_member (json, "channels");
  gstream_json_write_strv (json, channels);

  return end_command (json);
}

char *
gstream_command_filter (const char *const *channels)
{
  GString *json = g_string_new ("{");

  gstream_json_write_member (json, "channels");
  gstream_json_write_strv (json, channels);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* --- channels --- */

static gboolean
is_channel (const char *mode)
{
  static const char *const known[] = {
    "values", "updates", "messages", "tools", "checkpoints", "tasks", "custom", NULL,
  };

  return g_strv_contains (known, mode) || (g_str_has_prefix (mode, "custom:") && mode[strlen ("custom:")] != '\0');
}

char **
gstream_command_channels (const char *const *modes)
{
  g_autoptr (GStrvBuilder) channels = g_strv_builder_new ();

  for (gsize i = 0; modes != NULL && modes[i] != NULL; i++)
    if (is_channel (modes[i]))
      g_strv_builder_add (channels, modes[i]);
  g_strv_builder_add_many (channels, "lifecycle", "input", NULL);

  return g_strv_builder_end (channels);
}

/* --- answers --- */

static GstreamError
code_of_refusal (const char *code)
{
  static const struct
  {
    const char  *code;
    GstreamError error;
  } known[] = {
    { "invalid_argument", GSTREAM_ERROR_REFUSED },      { "permission_denied", GSTREAM_ERROR_PERMISSION_DENIED },
    { "unknown_command", GSTREAM_ERROR_NOT_SUPPORTED }, { "not_supported", GSTREAM_ERROR_NOT_SUPPORTED },
    { "unsupported", GSTREAM_ERROR_NOT_SUPPORTED },     { "unknown_error", GSTREAM_ERROR_SERVER },
  };

  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (code, known[i].code))
      return known[i].error;

  return code != NULL && g_str_has_prefix (code, "no_such_") ? GSTREAM_ERROR_NOT_FOUND : GSTREAM_ERROR_REFUSED;
}

/* Python's server says "422: why" where other requests get that HTTP status. Returns: the status; 0: there is none. */
static guint
find_status (const char  *code,
             const char **words)
{
  guint status = 0;

  if (g_strcmp0 (code, "unknown_error") != 0 || !g_ascii_isdigit ((*words)[0]))
    return 0;
  status = strtoul (*words, NULL, 10);
  if (status < 400 || status > 599 || !g_str_has_prefix (*words + strlen ("422"), ": "))
    return 0;
  *words += strlen ("422: ");

  return status;
}

static GError *
refusal (GstreamPayload *answer)
{
  gsize            length;
  const char      *json = gstream_payload_get_json (answer, &length);
  const char      *code = gstream_payload_get_string (answer, "/error");
  g_autofree char *found = gstream_error_find_words (json, length, NULL);
  const char      *words = found;
  guint            status = find_status (code, &words);
  g_autoptr (GString) text = g_string_new ("The server refuses it");
  GError *error = NULL;

  if (status != 0)
    g_string_append_printf (text, ": HTTP %u", status);
  if (code != NULL && !g_str_equal (code, words))
    g_string_append_printf (text, " (%s)", code);
  g_string_append_printf (text, ": %s", words);

  error =
      g_error_new_literal (GSTREAM_ERROR, status != 0 ? gstream_server_code_of_status (status) : code_of_refusal (code),
                           text->str);
  gstream_error_set_origin (error, status, code);

  return error;
}

gboolean
gstream_answer_parse (GstreamPayload *payload,
                      GstreamAnswer  *answer,
                      GError        **error)
{
  const char *type = gstream_payload_get_string (payload, "/type");

  if (g_strcmp0 (type, "error") == 0)
    {
      g_propagate_error (error, refusal (payload));
      return FALSE;
    }
  if (g_strcmp0 (type, "success") != 0)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           "The server's answer is none to a command: an object with the type "
                           "\"success\" or \"error\" was expected");
      return FALSE;
    }

  answer->run_id = g_strdup (gstream_payload_get_string (payload, "/result/run_id"));
  answer->applied_seq = gstream_payload_has (payload, "/meta/applied_through_seq")
                            ? gstream_payload_get_integer (payload, "/meta/applied_through_seq")
                            : -1;

  return TRUE;
}

/* --- open questions --- */

typedef struct
{
  GHashTable *known;     /* ids */
  gint64      timestamp; /* ms since the epoch */
  GQueue     *events;
  GPtrArray  *path; /* the namespace of the tasks being looked at; strings */
} OpenQuestions;

static GstreamPayload *
request_data (const char     *id,
              GstreamPayload *interrupt)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) value = gstream_payload_get (interrupt, "/value");

  gstream_json_add_string (json, "interrupt_id", id);
  gstream_json_add_payload (json, "payload", value);
  g_string_append_c (json, '}');

  return gstream_payload_new (json->str, json->len, NULL);
}

static void
add_interrupt (OpenQuestions  *self,
               GstreamPayload *interrupt)
{
  const char *id = gstream_payload_get_string (interrupt, "/id");
  g_autoptr (GstreamPayload) data = NULL;

  if (id == NULL || !g_hash_table_add (self->known, g_strdup (id)))
    return;

  data = request_data (id, interrupt);
  g_ptr_array_add (self->path, NULL);
  g_queue_push_tail (self->events, gstream_event_new_full ("input.requested", (const char *const *) self->path->pdata,
                                                           data, self->timestamp, NULL, NULL, NULL));
  g_ptr_array_set_size (self->path, self->path->len - 1);
}

/* Returns: (transfer full): the items of the array at @pointer. */
static GPtrArray *
list_items (GstreamPayload *payload,
            const char     *pointer)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  g_autoptr (GstreamPayload) array = gstream_payload_get (payload, pointer);
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  gstream_payload_iter_init (&iter, array);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (items, item);

  return items;
}

static void add_tasks (OpenQuestions  *self,
                       GstreamPayload *state);

/* JavaScript's server keeps the interrupts of a task that was answered and has a result. */
static gboolean
is_answered (GstreamPayload *task)
{
  g_autoptr (GstreamPayload) result = gstream_payload_get (task, "/result");

  return result != NULL && gstream_payload_get_kind (result) != GSTREAM_PAYLOAD_NULL;
}

/* The subgraph's own state first: the task repeats its interrupts, without their namespace. */
static void
add_task (OpenQuestions  *self,
          GstreamPayload *task)
{
  g_autoptr (GstreamPayload) state = gstream_payload_get (task, "/state");
  g_autoptr (GPtrArray) interrupts = list_items (task, "/interrupts");
  const char *name = gstream_payload_get_string (task, "/name");
  const char *id = gstream_payload_get_string (task, "/id");

  if (state != NULL && name != NULL && id != NULL && self->path->len < MAX_DEPTH)
    {
      g_ptr_array_add (self->path, g_strdup_printf ("%s:%s", name, id));
      add_tasks (self, state);
      g_ptr_array_set_size (self->path, self->path->len - 1);
    }
  for (guint i = 0; i < interrupts->len; i++)
    add_interrupt (self, interrupts->pdata[i]);
}

static void
add_tasks (OpenQuestions  *self,
           GstreamPayload *state)
{
  g_autoptr (GPtrArray) tasks = list_items (state, "/tasks");

  for (guint i = 0; i < tasks->len; i++)
    if (!is_answered (tasks->pdata[i]))
      add_task (self, tasks->pdata[i]);
}

void
gstream_open_questions_add_events (GstreamPayload *state,
                                   GHashTable     *known,
                                   gint64          timestamp,
                                   GQueue         *events)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new_with_free_func (g_free);
  OpenQuestions self = { known, timestamp, events, path };

  add_tasks (&self, state);
}
