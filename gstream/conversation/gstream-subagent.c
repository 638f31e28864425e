/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An agent that works for another one: the run of a subgraph, with rows of its own.
 */
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-run-reader-private.h>
#include <gstream/conversation/gstream-subagent-private.h>
#include <string.h>

/**
 * GstreamSubagent:
 *
 * An agent that works for another one: what a chat window shows of a subgraph's
 * run (C9).
 *
 * It is in [property@ConversationToolCall:subagents] of the tool call that has started it, or, if there is none, in
 * [property@ConversationRow:subagents] of the row after which it began. It has rows like a conversation, with their own
 * tool calls and sub-agents.
 *
 * Sub-agents are only known from runs: if a conversation is opened after the run has ended, and the run cannot be
 * attached to, they are missing.
 *
 * Since: 1.0
 */
struct _GstreamSubagent
{
  GObject parent_instance;

  GstreamSubgraphRunStream *run;
  GstreamConversationRows  *rows;
  GstreamRunReader         *reader; /* NULL: it has ended */
  char                     *messages_key;
  GstreamConversationRows  *above; /* weak: the rows that it belongs to */
  GListStore               *place; /* weak: the list of a row or of a tool call that it is in; NULL: not placed yet */
  char                     *task;  /* its task; NULL: not known */
  char                     *name;  /* NULL: read from the run */
  GDateTime                *started;
  GDateTime                *ended; /* NULL: it has not */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TASK,
  PROP_PATH,
  PROP_STATUS,
  PROP_ERROR,
  PROP_STARTED,
  PROP_ENDED,
  PROP_ROWS,
  PROP_RUN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamSubagent, gstream_subagent, G_TYPE_OBJECT)

/* --- where it stands --- */

/* Returns the id of the tool call that caused it; NULL: none, or not known yet. */
static const char *
get_call_id (GstreamSubagent *self)
{
  GstreamPayload *cause = gstream_subgraph_run_stream_get_cause (self->run);
  const char     *id;

  if (cause == NULL || g_strcmp0 (gstream_payload_get_string (cause, "/type"), "toolCall") != 0)
    return NULL;

  id = gstream_payload_get_string (cause, "/tool_call_id");
  return id != NULL ? id : gstream_payload_get_string (cause, "/toolCallId");
}

/* Finds the task in the input of the tool, in one of the usual members. */
static char *
find_task (GstreamPayload *input)
{
  static const char *const pointers[] = { "/description", "/task",  "/prompt", "/query",
                                          "/question",    "/input", "/request" };

  for (gsize i = 0; input != NULL && i < G_N_ELEMENTS (pointers); i++)
    {
      const char *task = gstream_payload_get_string (input, pointers[i]);

      if (task != NULL)
        return g_strdup (task);
    }
  return NULL;
}

static void
set_task (GstreamSubagent *self,
          char            *task)
{
  if (task == NULL)
    return;

  g_free (self->task);
  self->task = task;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TASK]);
}

static void
place_in (GstreamSubagent *self,
          GListStore      *place)
{
  GListStore *before = self->place;
  guint       position;

  g_list_store_append (place, self);
  if (before != NULL && g_list_store_find (before, self, &position))
    g_list_store_remove (before, position);
  g_set_weak_pointer (&self->place, place);
}

static void
on_rows_changed (GListModel *rows,
                 guint       position,
                 guint       removed,
                 guint       added,
                 gpointer    user_data)
{
  g_autoptr (GstreamSubagent) self = g_object_ref (GSTREAM_SUBAGENT (user_data));

  if (gstream_conversation_rows_get_newest (GSTREAM_CONVERSATION_ROWS (rows)) == NULL)
    return;

  g_signal_handlers_disconnect_by_func (rows, on_rows_changed, self);
  if (self->above != NULL)
    gstream_subagent_place (self, self->above, NULL);
}

static void
unref_waiting (gpointer  data,
               GClosure *closure)
{
  g_object_unref (data);
}

/* Without a row yet, it stands beside @outer, or waits for the first row. */
static void
place_at_row (GstreamSubagent         *self,
              GstreamConversationRows *rows,
              GstreamSubagent         *outer)
{
  GstreamConversationRow *row = gstream_conversation_rows_get_newest (rows);

  if (row != NULL)
    place_in (self, G_LIST_STORE (gstream_conversation_row_get_subagents (row)));
  else if (outer != NULL && outer->place != NULL)
    place_in (self, outer->place);
  else
    g_signal_connect_data (rows, "items-changed", G_CALLBACK (on_rows_changed), g_object_ref (self), unref_waiting,
                           G_CONNECT_DEFAULT);
}

void
gstream_subagent_place (GstreamSubagent         *self,
                        GstreamConversationRows *rows,
                        GstreamSubagent         *outer)
{
  GstreamCallBook *book = gstream_conversation_rows_get_book (rows);
  const char      *id = get_call_id (self);

  g_set_weak_pointer (&self->above, rows);
  if (id != NULL)
    {
      g_clear_weak_pointer (&self->above);
      place_in (self, gstream_call_book_get_subagents (book, id));
      set_task (self, find_task (gstream_call_book_get_input (book, id)));
    }
  else if (self->place == NULL)
    {
      place_at_row (self, rows, outer);
    }
}

static void
on_cause (GstreamSubagent *self)
{
  g_autoptr (GstreamSubagent) keep = g_object_ref (self);

  if (self->above != NULL)
    gstream_subagent_place (self, self->above, NULL);
}

/* --- its course --- */

static gboolean
is_over (GstreamRunStatus status)
{
  return status != GSTREAM_RUN_STATUS_PENDING && status != GSTREAM_RUN_STATUS_RUNNING;
}

static void
on_status (GstreamSubagent *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  if (self->ended != NULL || !is_over (gstream_subagent_get_status (self)))
    return;

  self->ended = g_date_time_new_now_local ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDED]);
  if (gstream_subagent_get_error (self) != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
on_name (GstreamSubagent *self)
{
  g_clear_pointer (&self->name, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/* If it was not started by a tool call, its first message is the task. */
static void
on_values (gpointer        owner,
           GstreamPayload *values)
{
  GstreamSubagent        *self = owner;
  GstreamConversationRow *first = NULL;

  if (self->task == NULL && gstream_conversation_rows_get_n_state (self->rows) > 0)
    first = gstream_conversation_rows_get_state (self->rows, 0);
  if (first != NULL && first->role == GSTREAM_CONVERSATION_ROLE_HUMAN)
    set_task (self, g_strdup (gstream_conversation_row_get_text (first)));
}

static void
on_subgraph (gpointer                  owner,
             GstreamSubgraphRunStream *run)
{
  GstreamSubagent *self = owner;
  g_autoptr (GstreamSubagent) subagent = gstream_subagent_new (run, self->messages_key);

  gstream_subagent_place (subagent, self->rows, self);
}

static void
on_ended (gpointer owner)
{
  GstreamSubagent *self = owner;

  g_clear_pointer (&self->reader, gstream_run_reader_stop);
}

static const GstreamRunReaderFuncs reader_funcs = { NULL, on_values, on_subgraph, on_ended };

GstreamSubagent *
gstream_subagent_new (GstreamSubgraphRunStream *run,
                      const char               *messages_key)
{
  GstreamSubagent *self = g_object_new (GSTREAM_TYPE_SUBAGENT, NULL);

  self->run = g_object_ref (run);
  self->messages_key = g_strdup (messages_key);
  self->started = g_date_time_new_now_local ();
  g_signal_connect_object (run, "notify::status", G_CALLBACK (on_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::graph-name", G_CALLBACK (on_name), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::cause", G_CALLBACK (on_cause), self, G_CONNECT_SWAPPED);
  self->reader = gstream_run_reader_new (GSTREAM_RUN_STREAM (run), self->rows, messages_key, &reader_funcs, self);

  return self;
}

/* --- the object --- */

static void
gstream_subagent_dispose (GObject *object)
{
  GstreamSubagent *self = GSTREAM_SUBAGENT (object);

  g_clear_pointer (&self->reader, gstream_run_reader_stop);
  g_clear_weak_pointer (&self->above);
  g_clear_weak_pointer (&self->place);

  G_OBJECT_CLASS (gstream_subagent_parent_class)->dispose (object);
}

static void
gstream_subagent_finalize (GObject *object)
{
  GstreamSubagent *self = GSTREAM_SUBAGENT (object);

  g_clear_object (&self->run);
  g_object_unref (self->rows);
  g_free (self->messages_key);
  g_free (self->task);
  g_free (self->name);
  g_clear_pointer (&self->started, g_date_time_unref);
  g_clear_pointer (&self->ended, g_date_time_unref);

  G_OBJECT_CLASS (gstream_subagent_parent_class)->finalize (object);
}

static void
gstream_subagent_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  GstreamSubagent *self = GSTREAM_SUBAGENT (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, gstream_subagent_get_name (self));
      break;
    case PROP_TASK:
      g_value_set_string (value, self->task);
      break;
    case PROP_PATH:
      g_value_set_boxed (value, gstream_subagent_get_path (self));
      break;
    case PROP_STATUS:
      g_value_set_enum (value, gstream_subagent_get_status (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, gstream_subagent_get_error (self));
      break;
    case PROP_STARTED:
      g_value_set_boxed (value, self->started);
      break;
    case PROP_ENDED:
      g_value_set_boxed (value, self->ended);
      break;
    case PROP_ROWS:
      g_value_set_object (value, self->rows);
      break;
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_subagent_class_init (GstreamSubagentClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = gstream_subagent_dispose;
  object_class->finalize = gstream_subagent_finalize;
  object_class->get_property = gstream_subagent_get_property;

  /**
   * GstreamSubagent:name: (getter get_name)
   *
   * The name of its graph or, if that is not known, of the node that runs it.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * GstreamSubagent:task: (getter get_task)
   *
   * Its task; %NULL if it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_TASK] = g_param_spec_string ("task", NULL, NULL, NULL, flags);
  /**
   * GstreamSubagent:path: (getter get_path)
   *
   * Its namespace in the run.
   *
   * Since: 1.0
   */
  properties[PROP_PATH] = g_param_spec_boxed ("path", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamSubagent:status: (getter get_status)
   *
   * How it is.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] =
      g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_RUN_STATUS, GSTREAM_RUN_STATUS_PENDING, flags);
  /**
   * GstreamSubagent:error: (getter get_error)
   *
   * Why it failed; %NULL if it did not.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * GstreamSubagent:started: (getter get_started)
   *
   * The time when its first event was received.
   *
   * Since: 1.0
   */
  properties[PROP_STARTED] = g_param_spec_boxed ("started", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * GstreamSubagent:ended: (getter get_ended)
   *
   * The time when its end was received; %NULL before that.
   *
   * Since: 1.0
   */
  properties[PROP_ENDED] = g_param_spec_boxed ("ended", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * GstreamSubagent:rows: (getter get_rows)
   *
   * Its own rows, as a list of [class@ConversationRow].
   *
   * Since: 1.0
   */
  properties[PROP_ROWS] = g_param_spec_object ("rows", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  /**
   * GstreamSubagent:run: (getter get_run)
   *
   * Its run.
   *
   * Since: 1.0
   */
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_SUBGRAPH_RUN_STREAM, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_subagent_init (GstreamSubagent *self)
{
  self->rows = gstream_conversation_rows_new ();
}

/* --- public calls --- */

/**
 * gstream_subagent_get_name:
 * @self: a sub-agent
 *
 * The name of its graph or, if that is not known, of the node that runs it.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
gstream_subagent_get_name (GstreamSubagent *self)
{
  const char *const *path;
  const char        *last;

  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);
  g_return_val_if_fail (self->run != NULL, NULL);

  if (gstream_subgraph_run_stream_get_graph_name (self->run) != NULL)
    return gstream_subgraph_run_stream_get_graph_name (self->run);
  if (self->name == NULL)
    {
      path = gstream_subgraph_run_stream_get_path (self->run);
      last = *path != NULL ? path[g_strv_length ((char **) path) - 1] : "";
      self->name = g_strndup (last, strcspn (last, ":"));
    }

  return self->name;
}

/**
 * gstream_subagent_get_task:
 * @self: a sub-agent
 *
 * Gets its task: the text in the arguments of the tool call that has started it, or its first message.
 *
 * Returns: (transfer none) (nullable): the words; %NULL where nobody has said
 *
 * Since: 1.0
 */
const char *
gstream_subagent_get_task (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);

  return self->task;
}

/**
 * gstream_subagent_get_path:
 * @self: a sub-agent
 *
 * Its namespace in the run.
 *
 * Returns: (transfer none): the segments
 *
 * Since: 1.0
 */
const char *const *
gstream_subagent_get_path (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);
  g_return_val_if_fail (self->run != NULL, NULL);

  return gstream_subgraph_run_stream_get_path (self->run);
}

/**
 * gstream_subagent_get_status:
 * @self: a sub-agent
 *
 * How it is.
 *
 * Returns: the status of its run
 *
 * Since: 1.0
 */
GstreamRunStatus
gstream_subagent_get_status (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), GSTREAM_RUN_STATUS_PENDING);
  g_return_val_if_fail (self->run != NULL, GSTREAM_RUN_STATUS_PENDING);
  g_return_val_if_fail (self->run != NULL, GSTREAM_RUN_STATUS_PENDING);

  return gstream_run_stream_get_status (GSTREAM_RUN_STREAM (self->run));
}

/**
 * gstream_subagent_get_error:
 * @self: a sub-agent
 *
 * Why it failed.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if it did not fail
 *
 * Since: 1.0
 */
const GError *
gstream_subagent_get_error (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);
  g_return_val_if_fail (self->run != NULL, NULL);

  return gstream_run_stream_get_error (GSTREAM_RUN_STREAM (self->run));
}

/**
 * gstream_subagent_get_started:
 * @self: a sub-agent
 *
 * The time when its first event was received.
 *
 * Returns: (transfer none): the time, in the local time zone
 *
 * Since: 1.0
 */
GDateTime *
gstream_subagent_get_started (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);

  return self->started;
}

/**
 * gstream_subagent_get_ended:
 * @self: a sub-agent
 *
 * Gets the time when its end was received.
 *
 * Returns: (transfer none) (nullable): the time, in the local time zone; %NULL
 *   until then
 *
 * Since: 1.0
 */
GDateTime *
gstream_subagent_get_ended (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);

  return self->ended;
}

/**
 * gstream_subagent_get_rows:
 * @self: a sub-agent
 *
 * Its own rows, as a list of [class@ConversationRow], live.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_subagent_get_rows (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);

  return G_LIST_MODEL (self->rows);
}

/**
 * gstream_subagent_get_run:
 * @self: a sub-agent
 *
 * Its run.
 *
 * Returns: (transfer none): the run of the subgraph
 *
 * Since: 1.0
 */
GstreamSubgraphRunStream *
gstream_subagent_get_run (GstreamSubagent *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBAGENT (self), NULL);
  g_return_val_if_fail (self->run != NULL, NULL);
  g_return_val_if_fail (self->run != NULL, NULL);
  g_return_val_if_fail (self->run != NULL, NULL);

  return self->run;
}
