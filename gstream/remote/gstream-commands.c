/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that a thread and its server exchange besides events: commands, their answers, and the thread's state.
 */
#include <gstream/remote/gstream-commands-private.h>

#include <stdlib.h>
#include <string.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-http-private.h>

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

static void
add_json (GString        *json,
          GstreamPayload *value)
{
  gsize       length = strlen ("null");
  const char *text = value != NULL ? gstream_payload_get_json (value, &length) : "null";

  g_string_append_len (json, text, length);
}

/* --- what a run is to be like (N9) --- */

static gboolean
expect_kind (GstreamPayload    *payload,
             GstreamPayloadKind kind,
             const char        *expected,
             GError           **error)
{
  if (payload == NULL || gstream_payload_get_kind (payload) == kind)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ (expected));

  return FALSE;
}

static gboolean
check_options (GstreamRunOptions *options,
               GError           **error)
{
  g_autoptr (GstreamPayload) config = gstream_run_options_get_config (options) != NULL
                                          ? gstream_payload_ref (gstream_run_options_get_config (options))
                                          : NULL;
  g_autoptr (GstreamPayload) configurable = config != NULL ? gstream_payload_lookup (config, "/configurable") : NULL;

  return expect_kind (config, GSTREAM_PAYLOAD_KIND_OBJECT,
                      N_ ("The config of a run is an object, and this is something else"), error) &&
         expect_kind (configurable, GSTREAM_PAYLOAD_KIND_OBJECT,
                      N_ ("The config's “configurable” of a run is an object, and this is something else"), error) &&
         expect_kind (gstream_run_options_get_metadata (options), GSTREAM_PAYLOAD_KIND_OBJECT,
                      N_ ("The metadata of a run is an object, and this is something else"), error) &&
         expect_kind (gstream_run_options_get_namespaces (options), GSTREAM_PAYLOAD_KIND_ARRAY,
                      N_ ("The namespaces of a run is an array, and this is something else"), error);
}

/* Writes the members of @object (nullable) except @except. */
static void
add_members (GString        *json,
             GstreamPayload *object,
             const char     *except)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *next;

  if (object == NULL)
    return;

  gstream_payload_iter_init (&iter, object);
  while (gstream_payload_iter_next (&iter, &key, &next))
    {
      g_autoptr (GstreamPayload) value = next;

      if (g_strcmp0 (key, except) != 0)
        gstream_json_add_payload (json, key, value);
    }
}

/* Whether the config itself has the checkpoint to continue from. */
static gboolean
names_checkpoint (GstreamPayload *config)
{
  return config != NULL && gstream_payload_has (config, "/configurable/checkpoint_id");
}

/*
 * Writes the config, which includes the checkpoint to continue from. On a thread that exists, the newest one is written as
 * null: some servers keep the config of a thread's last run for the next one, so a run without a checkpoint would continue
 * from that of the last run which had one.
 */
static void
add_config (GString           *json,
            GstreamRunOptions *options,
            gboolean           thread_exists)
{
  const char     *checkpoint_id = gstream_run_options_get_checkpoint_id (options);
  GstreamPayload *config = gstream_run_options_get_config (options);
  g_autoptr (GstreamPayload) configurable = NULL;

  if (checkpoint_id == NULL && (!thread_exists || names_checkpoint (config)))
    {
      gstream_json_add_payload (json, "config", config);
      return;
    }

  configurable = config != NULL ? gstream_payload_lookup (config, "/configurable") : NULL;
  gstream_json_write_member (json, "config");
  g_string_append_c (json, '{');
  add_members (json, config, "configurable");
  gstream_json_write_member (json, "configurable");
  g_string_append_c (json, '{');
  add_members (json, configurable, "checkpoint_id");
  gstream_json_write_member (json, "checkpoint_id");
  if (checkpoint_id != NULL)
    gstream_json_write_string (json, checkpoint_id);
  else
    g_string_append (json, "null");
  g_string_append (json, "}}");
}

static const char *
name_of_strategy (GstreamMultitaskStrategy strategy)
{
  switch (strategy)
    {
    case GSTREAM_MULTITASK_STRATEGY_ENQUEUE:
      return "enqueue";
    case GSTREAM_MULTITASK_STRATEGY_INTERRUPT:
      return "interrupt";
    case GSTREAM_MULTITASK_STRATEGY_ROLLBACK:
      return "rollback";
    case GSTREAM_MULTITASK_STRATEGY_REJECT:
      return "reject";
    case GSTREAM_MULTITASK_STRATEGY_DEFAULT:
    default:
      return NULL;
    }
}

static void
add_options (GString           *json,
             GstreamRunOptions *options,
             gboolean           thread_exists)
{
  add_config (json, options, thread_exists);
  gstream_json_add_payload (json, "metadata", gstream_run_options_get_metadata (options));
  gstream_json_add_string (json, "multitaskStrategy",
                           name_of_strategy (gstream_run_options_get_multitask_strategy (options)));
}

char *
gstream_command_start (const char        *assistant,
                       GstreamPayload    *input,
                       GstreamRunOptions *options,
                       gboolean           thread_exists,
                       GError           **error)
{
  GString *json = NULL;

  if (!check_options (options, error))
    return NULL;

  json = begin_command (GSTREAM_COMMAND_RUN, "run.start");
  gstream_json_add_string (json, "assistant_id", assistant);
  gstream_json_write_member (json, "input");
  add_json (json, input);
  add_options (json, options, thread_exists);

  return end_command (json);
}

/* A single response is written as members of the command, because not every server accepts an array of one. */
static void
add_responses (GString        *json,
               GstreamPayload *responses)
{
  g_autoptr (GstreamPayload) only = gstream_payload_lookup (responses, "/0");

  if (gstream_payload_has (responses, "/1"))
    gstream_json_add_payload (json, "responses", responses);
  else
    add_members (json, only, NULL);
}

char *
gstream_command_respond (const char        *assistant,
                         GstreamPayload    *responses,
                         GstreamRunOptions *options,
                         gboolean           thread_exists,
                         GError           **error)
{
  GString *json = NULL;

  if (!check_options (options, error))
    return NULL;

  json = begin_command (GSTREAM_COMMAND_RUN, "input.respond");
  gstream_json_add_string (json, "assistant_id", assistant);
  add_responses (json, responses);
  gstream_json_add_payload (json, "update", gstream_run_options_get_update (options));
  gstream_json_add_payload (json, "goto", gstream_run_options_get_goto (options));
  add_options (json, options, thread_exists);

  return end_command (json);
}

char *
gstream_command_resume (const char        *assistant,
                        GstreamPayload    *responses,
                        GstreamRunOptions *options,
                        GError           **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) input = NULL;
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, responses);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) entry = next;
      g_autoptr (GstreamPayload) response = gstream_payload_lookup (entry, "/response");

      gstream_json_add_payload (json, gstream_payload_get_string (entry, "/interrupt_id"), response);
    }
  g_string_append_c (json, '}');
  input = gstream_payload_new (json->str, json->len, NULL);

  return gstream_command_start (assistant, input, options, TRUE, error);
}

char *
gstream_command_tree (void)
{
  return end_command (begin_command (GSTREAM_COMMAND_TREE, "agent.getTree"));
}

/* The root's events are always included, because they have the status of the run. */
static void
add_namespaces (GString        *json,
                GstreamPayload *namespaces)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_json_write_member (json, "namespaces");
  g_string_append (json, "[[]");
  if (namespaces != NULL)
    gstream_payload_iter_init (&iter, namespaces);
  while (namespaces != NULL && (next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) path = next;

      g_string_append_c (json, ',');
      g_string_append (json, gstream_payload_get_json (path, NULL));
    }
  g_string_append_c (json, ']');
}

static void
add_filter (GString                   *json,
            const GstreamSubscription *wanted)
{
  gstream_json_write_member (json, "channels");
  gstream_json_write_strv (json, (const char *const *) wanted->channels);
  if (wanted->namespaces == NULL && wanted->depth < 0)
    return;

  add_namespaces (json, wanted->namespaces);
  gstream_json_add_integer (json, "depth", MAX (wanted->depth, 0));
}

char *
gstream_command_subscribe (const GstreamSubscription *wanted)
{
  GString *json = begin_command (GSTREAM_COMMAND_SUBSCRIBE, "subscription.subscribe");

  add_filter (json, wanted);

  return end_command (json);
}

char *
gstream_command_filter (const GstreamSubscription *wanted)
{
  GString *json = g_string_new ("{");

  add_filter (json, wanted);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* --- subscriptions --- */

static gboolean
is_channel (const char *mode)
{
  static const char *const known[] = {
    "values", "updates", "messages", "tools", "checkpoints", "tasks", "custom", NULL,
  };

  return g_strv_contains (known, mode) || (g_str_has_prefix (mode, "custom:") && mode[strlen ("custom:")] != '\0');
}

/* @modes: (nullable): stream modes. Returns: (transfer full): the channels among them, and lifecycle and input (N5). */
static char **
channels_of (const char *const *modes)
{
  g_autoptr (GStrvBuilder) channels = g_strv_builder_new ();

  for (gsize i = 0; modes != NULL && modes[i] != NULL; i++)
    if (is_channel (modes[i]))
      g_strv_builder_add (channels, modes[i]);
  g_strv_builder_add_many (channels, "lifecycle", "input", NULL);

  return g_strv_builder_end (channels);
}

GstreamSubscription *
gstream_subscription_new (GstreamStreamMux  *mux,
                          GstreamRunOptions *options)
{
  GstreamSubscription *self = g_new0 (GstreamSubscription, 1);
  GstreamPayload      *namespaces = gstream_run_options_get_namespaces (options);
  g_auto (GStrv) needed = gstream_stream_mux_list_channels (mux);
  const char *const *named = gstream_run_options_get_channels (options);

  self->channels = channels_of (named != NULL ? named : (const char *const *) needed);
  self->namespaces = namespaces != NULL ? gstream_payload_ref (namespaces) : NULL;
  self->depth = gstream_run_options_get_depth (options);

  g_ref_count_init (&self->ref_count);

  return self;
}

GstreamSubscription *
gstream_subscription_ref (GstreamSubscription *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
gstream_subscription_unref (GstreamSubscription *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_strfreev (self->channels);
  g_clear_pointer (&self->namespaces, gstream_payload_unref);
  g_free (self);
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

/*
 * Python's server answers "422: why" to a command where other requests get that HTTP status. Returns: the status; 0:
 * there is none.
 */
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
  GstreamError     kind = status != 0 ? gstream_origin_code_of_status (status) : code_of_refusal (code);
  GError          *error = NULL;

  /* TRANSLATORS: A colon stands before "HTTP", and behind the code in brackets: programs read it so. */
  /* TRANSLATORS: A colon stands before "HTTP", and behind the code in brackets: programs read it so. */
  if (status != 0)
    error = g_error_new (GSTREAM_ERROR, kind, _ ("The server refuses it: HTTP %u (%s): %s"), status, code, words);
  else if (code != NULL && !g_str_equal (code, words))
    error = g_error_new (GSTREAM_ERROR, kind, _ ("The server refuses it (%s): %s"), code, words);
  else
    error = g_error_new (GSTREAM_ERROR, kind, _ ("The server refuses it: %s"), words);
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
                           _ ("The server's answer is none to a command: an object with the type "
                              "\"success\" or \"error\" was expected"));
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
  GPtrArray  *path; /* the namespace of the current tasks; strings */
} OpenQuestions;

static GstreamPayload *
request_data (const char     *id,
              GstreamPayload *interrupt)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) value = gstream_payload_lookup (interrupt, "/value");

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
  g_autoptr (GstreamPayload) array = gstream_payload_lookup (payload, pointer);
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  gstream_payload_iter_init (&iter, array);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (items, item);

  return items;
}

static void add_tasks (OpenQuestions  *self,
                       GstreamPayload *state);

/* JavaScript's server does not remove the interrupts of a task that was answered and has a result. */
static gboolean
is_answered (GstreamPayload *task)
{
  g_autoptr (GstreamPayload) result = gstream_payload_lookup (task, "/result");

  return result != NULL && gstream_payload_get_kind (result) != GSTREAM_PAYLOAD_KIND_NULL;
}

/* The subgraph's own state comes first, because the task repeats its interrupts without their namespace. */
static void
add_task (OpenQuestions  *self,
          GstreamPayload *task)
{
  g_autoptr (GstreamPayload) state = gstream_payload_lookup (task, "/state");
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
