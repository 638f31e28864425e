/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread for a chat window: its rows as a list model, the runs that change them, and the data of the thread: the
 * state, which is authoritative, the questions, and the history with its branches.
 */
#include <gstream/conversation/gstream-checkpoint-tree-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation.h>
#include <gstream/conversation/gstream-question-private.h>
#include <gstream/conversation/gstream-run-reader-private.h>
#include <gstream/conversation/gstream-subagent-private.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h> /* what is sent is JSON */
#include <gstream/event/gstream-payload-internal.h>     /* and known to be; the parts of a state are payloads */
#include <gstream/stream/gstream-pump-internal.h>       /* the synchronous forms, and cancelled calls */
#include <gstream/thread/gstream-thread-internal.h>     /* iterate the thread's main context */

#define HISTORY_PAGE 16                 /* states at most */
#define HISTORY_BYTES (4 * 1024 * 1024) /* of a page, about: what is parsed at once */
#define READ_BUDGET 4000                /* microseconds of a turn (C11) */

/**
 * GstreamConversation:
 *
 * A thread for a chat window: a list of rows, the actions of the user, and the questions of the agent (C1).
 *
 * It works with all kinds of threads: on a server, in a child process, or an application's own kind. It is a list model
 * of [class@ConversationRow], in the order of the messages in the thread's state:
 *
 * ```c
 * conversation = gstream_conversation_new (thread);
 * selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (conversation)));
 * gtk_list_view_set_model (view, GTK_SELECTION_MODEL (selection));
 * g_object_bind_property (conversation, "busy", stop, "visible", G_BINDING_SYNC_CREATE);
 *
 * gstream_conversation_open (conversation, cancellable, on_opened, window);
 * gstream_conversation_send (conversation, "And on Monday?", NULL);
 * ```
 *
 * The state is authoritative (C3). A message that the user sends becomes a row at once, and an answer when it begins;
 * when they are in the state, the same rows show that. Messages that are removed from the state are removed from the
 * list, and the state is read again after each run. Changes never include rows that stay, and are made at most once per
 * iteration of the main loop.
 *
 * There is one run at a time: [property@Conversation:policy] determines what happens to messages that are sent during a
 * run. If a run fails or is stopped, its rows stay and are marked, and the conversation can continue;
 * [property@Conversation:error] is the last error.
 *
 * If the thread has a history, each row knows the checkpoint before it: [method@Conversation.regenerate] and
 * [method@Conversation.edit] start there, and the previous messages become another branch (C7).
 *
 * ```python
 * conversation = Gstream.Conversation(thread=thread)
 * await conversation.open()  # or conversation.open_sync()
 * conversation.send("And on Monday?")
 * await conversation.wait()
 * for row in conversation:
 *     print(row.props.role, row.props.text)
 * ```
 *
 * It may only be used in the main context of its thread. If it is dropped during a run, the run continues on the
 * thread.
 *
 * Since: 1.0
 */
typedef struct _Attempt Attempt;

/* The steps of reading the state. */
typedef enum
{
  READING_NONE,   /* nothing is read */
  READING_FETCH,  /* it is being fetched */
  READING_SHOW,   /* its rows are being shown */
  READING_END,    /* rows that are not in it are being removed */
  READING_ATTACH, /* checking for a run to attach to */
} ReadingStage;

struct _GstreamConversation
{
  GObject parent_instance;

  GstreamThread           *thread;
  char                    *messages_key;
  gboolean                 tool_rows;
  GstreamMultitaskStrategy policy;
  GstreamRunOptions       *options; /* for all runs; NULL: none */
  guint                    history_limit;

  GstreamConversationRows *rows;
  GListStore              *questions; /* of GstreamQuestion */
  GListStore              *queue;     /* of GstreamConversationRow */
  GstreamPayload          *values;    /* of the newest state; NULL: there was none */
  GError                  *error;
  GCancellable            *closing; /* cancelled when it is disposed of */

  /* runs */
  GstreamRunStream *run;     /* the current run; NULL: none */
  GstreamRunReader *reader;  /* of @run */
  Attempt          *attempt; /* the pending request to start a run; NULL: none */
  GQueue            waiting; /* of Attempt: the next ones */
  gboolean   is_attached;    /* @run was not started here, so it may have events from before the state that was read */
  gboolean   is_held;        /* the queue is paused, because a run was stopped or failed */
  gboolean   is_whole;       /* the last run was not stopped */
  char      *base;           /* the checkpoint that @run started from; NULL: not known */
  GPtrArray *answered;       /* of GstreamInterrupt: those answered by @run, which may report them again */

  /* the state */
  ReadingStage stage;
  gboolean     attaches;     /* after reading the state, a current run is attached to */
  gboolean     stops_found;  /* and aborted: it was stopped, and the answer to its start was lost */
  gboolean     reads_again;  /* it was to be read while it was being read, so it may be older than that */
  gboolean     has_list;     /* the state has the list of messages */
  GTask       *reading;      /* of the call that reads it; NULL: none */
  char        *head;         /* the checkpoint that is shown; NULL: not known */
  gboolean     is_chosen;    /* @head is not the thread's newest checkpoint, so the next run must start from it */
  gboolean     is_current;   /* @head has been read since the last run began */
  char        *choice;       /* the checkpoint to be read; NULL: the newest */
  gboolean     reads_newest; /* the newest one is being fetched */

  /* the history */
  GstreamCheckpointTree *tree;
  gboolean               keeps_history; /* as far as is known */
  guint                  n_states;      /* of the history, read so far */
  GCancellable          *pages;         /* cancels reading it; NULL: it is not being read */
  GPtrArray             *page;          /* of GstreamPayload: states that are being read; NULL: none */
  GSource               *paging;        /* reads them */
  GSource               *describing;    /* sets the branches of rows; NULL: all are set */

  GPtrArray *idle; /* of GTask that wait until everything is done */
  gboolean   shown_busy;
  gboolean   shown_loading;
};

enum
{
  PROP_0,
  PROP_THREAD,
  PROP_MESSAGES_KEY,
  PROP_TOOL_ROWS,
  PROP_POLICY,
  PROP_OPTIONS,
  PROP_HISTORY_LIMIT,
  PROP_N_ITEMS,
  PROP_BUSY,
  PROP_LOADING,
  PROP_ERROR,
  PROP_RUN,
  PROP_VALUES,
  PROP_CHECKPOINT_ID,
  PROP_QUESTIONS,
  PROP_QUEUE,
  N_PROPS
};

static void notify (GstreamConversation *self,
                    guint                property);
static void go_on (GstreamConversation *self);
static void leave_run (GstreamConversation *self);
static void read_state (GstreamConversation *self,
                        gboolean             attaches);
static void fetch_state (GstreamConversation *self,
                         gboolean             newest);
static void take_settled (GstreamConversation *self);
static void follow (GstreamConversation *self,
                    GstreamRunStream    *run,
                    gboolean             is_attached);
static void begin_next (GstreamConversation *self);

static GParamSpec *properties[N_PROPS];

static void gstream_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamConversation, gstream_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gstream_conversation_list_model_init))

/* --- as a list model --- */

static GType
get_item_type (GListModel *list)
{
  return GSTREAM_TYPE_CONVERSATION_ROW;
}

static guint
get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (GSTREAM_CONVERSATION (list)->rows));
}

static gpointer
get_item (GListModel *list,
          guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (GSTREAM_CONVERSATION (list)->rows), position);
}

static void
gstream_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
on_rows_changed (gpointer owner,
                 guint    position,
                 guint    removed,
                 guint    added)
{
  g_autoptr (GstreamConversation) self = g_object_ref (owner);

  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed != added)
    notify (self, PROP_N_ITEMS);
}

static void
on_rows_settled (gpointer owner)
{
  g_autoptr (GstreamConversation) self = g_object_ref (owner);

  take_settled (self);
}

static const GstreamConversationRowsFuncs rows_funcs = { on_rows_changed, on_rows_settled };

/* --- what it tells --- */

static void
notify (GstreamConversation *self,
        guint                property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_error (GstreamConversation *self,
           const GError        *error)
{
  g_autoptr (GError) before = self->error;

  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (before != NULL || error != NULL)
    notify (self, PROP_ERROR);
}

static void
set_values (GstreamConversation *self,
            GstreamPayload      *values)
{
  g_clear_pointer (&self->values, gstream_payload_unref);
  self->values = gstream_payload_ref (values);
  notify (self, PROP_VALUES);
}

static void
notify_work (GstreamConversation *self)
{
  gboolean busy = gstream_conversation_get_busy (self);
  gboolean loading = gstream_conversation_get_loading (self);

  if (self->shown_busy != busy)
    {
      self->shown_busy = busy;
      notify (self, PROP_BUSY);
    }
  if (self->shown_loading != loading)
    {
      self->shown_loading = loading;
      notify (self, PROP_LOADING);
    }
}

static gboolean
is_idle (GstreamConversation *self)
{
  return !gstream_conversation_get_busy (self) && !gstream_conversation_get_loading (self) && self->pages == NULL &&
         self->describing == NULL && gstream_conversation_rows_is_settled (self->rows);
}

static void
tell_idle (GstreamConversation *self)
{
  g_autoptr (GPtrArray) idle = NULL;

  if (!is_idle (self) || self->idle->len == 0)
    return;

  idle = g_steal_pointer (&self->idle);
  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < idle->len; i++)
    if (self->error != NULL)
      g_task_return_error (idle->pdata[i], g_error_copy (self->error));
    else
      g_task_return_boolean (idle->pdata[i], TRUE);
}

static void
go_on (GstreamConversation *self)
{
  g_autoptr (GstreamConversation) keep = g_object_ref (self);

  if (g_cancellable_is_cancelled (self->closing))
    return;

  begin_next (self);
  notify_work (self);
  tell_idle (self);
}

/* --- what is asked --- */

static GstreamQuestion *
find_question (GstreamConversation *self,
               GstreamInterrupt    *interrupt)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GstreamQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i);

      if (gstream_question_is (question, interrupt))
        return question; /* owned by the list */
    }
  return NULL;
}

static gboolean
is_among (GPtrArray       *interrupts,
          GstreamQuestion *question)
{
  for (guint i = 0; i < interrupts->len; i++)
    if (gstream_question_is (question, interrupts->pdata[i]))
      return TRUE;

  return FALSE;
}

static void
drop_question (GstreamConversation *self,
               GstreamQuestion     *question)
{
  guint position;

  if (question == NULL)
    g_list_store_remove_all (self->questions);
  else if (g_list_store_find (self->questions, question, &position))
    g_list_store_remove (self->questions, position);
}

static void
drop_others (GstreamConversation *self,
             GPtrArray           *interrupts)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->questions)); i > 0; i--)
    {
      g_autoptr (GstreamQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i - 1);

      if (!gstream_question_get_answering (question) && !is_among (interrupts, question))
        g_list_store_remove (self->questions, i - 1);
    }
}

static void
take_interrupts (GstreamConversation *self,
                 GPtrArray           *interrupts,
                 gboolean             is_all)
{
  if (is_all)
    {
      g_ptr_array_set_size (self->answered, 0);
      drop_others (self, interrupts);
    }
  for (guint i = 0; i < interrupts->len; i++)
    {
      g_autoptr (GstreamQuestion) question = gstream_question_new (interrupts->pdata[i]);

      if (find_question (self, interrupts->pdata[i]) == NULL && !is_among (self->answered, question))
        g_list_store_append (self->questions, question);
    }
}

static GstreamPayload *
get_first (GstreamPayload *payload,
           const char     *pointer,
           const char     *alternative)
{
  GstreamPayload *found = gstream_payload_lookup (payload, pointer);

  return found != NULL ? found : gstream_payload_lookup (payload, alternative);
}

static void
add_interrupt (GPtrArray      *interrupts,
               GstreamPayload *json)
{
  const char *id = gstream_payload_get_string (json, "/id");
  g_autoptr (GstreamPayload) value = get_first (json, "/value", "/payload");
  g_autoptr (GstreamPayload) schema = get_first (json, "/response_schema", "/responseSchema");

  if (id == NULL)
    id = gstream_payload_get_string (json, "/interrupt_id");
  if (value == NULL)
    value = gstream_payload_new_checked ("null", 4);
  g_ptr_array_add (interrupts, gstream_interrupt_new (id != NULL ? id : "", value, NULL, schema));
}

static void
add_interrupts (GPtrArray      *interrupts,
                GstreamPayload *array)
{
  GstreamPayloadIter iter;
  GstreamPayload    *json;

  if (array == NULL || gstream_payload_get_kind (array) != GSTREAM_PAYLOAD_KIND_ARRAY)
    return;

  gstream_payload_iter_init (&iter, array);
  while ((json = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      if (gstream_payload_get_kind (json) == GSTREAM_PAYLOAD_KIND_OBJECT)
        add_interrupt (interrupts, json);
      gstream_payload_unref (json);
    }
}

static gboolean
is_open (GstreamPayload *task)
{
  g_autoptr (GstreamPayload) result = gstream_payload_lookup (task, "/result");

  return result == NULL || gstream_payload_get_kind (result) == GSTREAM_PAYLOAD_KIND_NULL;
}

/* Returns the interrupts of tasks without a result; if there is no list of tasks, the state's own list. */
static GPtrArray *
list_interrupts (const GstreamStateParts *state)
{
  GPtrArray         *interrupts = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  GstreamPayloadIter iter;
  GstreamPayload    *task;

  if (state->tasks != NULL && gstream_payload_get_kind (state->tasks) == GSTREAM_PAYLOAD_KIND_ARRAY)
    {
      gstream_payload_iter_init (&iter, state->tasks);
      while ((task = gstream_payload_iter_next_value (&iter)) != NULL)
        {
          g_autoptr (GstreamPayload) asked = is_open (task) ? gstream_payload_lookup (task, "/interrupts") : NULL;

          add_interrupts (interrupts, asked);
          gstream_payload_unref (task);
        }
    }
  else
    {
      add_interrupts (interrupts, state->interrupts);
    }

  return interrupts;
}

/* --- the history --- */

static void read_page (GstreamConversation *self,
                       const char          *before);

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Has a lower priority than redrawing, because it may take long. */
static GSource *
go_on_later (GstreamConversation *self,
             GSourceFunc          func)
{
  GSource *source = g_idle_source_new ();

  g_source_set_callback (source, func, self, NULL);
  g_source_set_static_name (source, "[gstream] history");
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

static gboolean
on_describing (gpointer user_data)
{
  g_autoptr (GstreamConversation) self = g_object_ref (GSTREAM_CONVERSATION (user_data));
  GSource *source = self->describing;

  if (!gstream_checkpoint_tree_describe (self->tree, g_get_monotonic_time () + READ_BUDGET))
    return G_SOURCE_CONTINUE;

  if (self->describing == source) /* otherwise it was begun anew in between */
    drop_source (&self->describing);
  go_on (self);
  return G_SOURCE_REMOVE;
}

/* Sets the branches of rows, at once if they are few. */
static void
describe (GstreamConversation *self)
{
  drop_source (&self->describing);
  gstream_checkpoint_tree_begin_describing (self->tree, self->head, self->rows);
  if (!gstream_checkpoint_tree_describe (self->tree, g_get_monotonic_time () + READ_BUDGET) && self->describing == NULL)
    self->describing = go_on_later (self, on_describing);
}

static void
end_history (GstreamConversation *self)
{
  g_clear_object (&self->pages);
  describe (self);
  go_on (self);
}

static guint
get_page_size (GstreamConversation *self)
{
  gsize state = self->values != NULL ? MAX (self->values->length, 1) : 1;

  return CLAMP (HISTORY_BYTES / state, 1, MIN (HISTORY_PAGE, self->history_limit));
}

static void
end_page (GstreamConversation *self)
{
  g_autoptr (GPtrArray) page = g_steal_pointer (&self->page);
  guint n_new = gstream_checkpoint_tree_get_n_new (self->tree);

  self->n_states += page->len;
  if (n_new == page->len && n_new > 0 && !gstream_checkpoint_tree_reaches_root (self->tree, self->head) &&
      self->n_states < self->history_limit)
    {
      g_auto (GstreamStateParts) oldest;

      gstream_state_parts_init (&oldest, page->pdata[page->len - 1]);
      read_page (self, gstream_state_parts_get_id (&oldest));
    }
  else
    end_history (self);
}

static gboolean
on_paging (gpointer user_data)
{
  g_autoptr (GstreamConversation) self = g_object_ref (GSTREAM_CONVERSATION (user_data));

  if (!gstream_checkpoint_tree_read (self->tree, g_get_monotonic_time () + READ_BUDGET))
    return G_SOURCE_CONTINUE;

  drop_source (&self->paging);
  end_page (self);
  return G_SOURCE_REMOVE;
}

static void
begin_page (GstreamConversation *self,
            GPtrArray           *states)
{
  self->page = g_ptr_array_ref (states);
  gstream_checkpoint_tree_begin (self->tree, states, self->messages_key);
  self->paging = go_on_later (self, on_paging);
}

/* Whatever was asked for is not read any more. */
static void
drop_history (GstreamConversation *self)
{
  if (self->pages != NULL)
    g_cancellable_cancel (self->pages);
  g_clear_object (&self->pages);
  drop_source (&self->paging);
  g_clear_pointer (&self->page, g_ptr_array_unref);
  drop_source (&self->describing);
}

/* Also what was read: parts of it do not exist any more. */
static void
forget_history (GstreamConversation *self)
{
  drop_history (self);
  gstream_checkpoint_tree_clear (self->tree);
}

static void
on_history (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states = gstream_thread_fetch_history_finish (GSTREAM_THREAD (object), result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->pages) /* asked for before drop_history() */
    return;
  if (states == NULL)
    {
      /* Any other error may be temporary: it is read again after the next run. */
      if (g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
        self->keeps_history = FALSE;
      end_history (self);
      return;
    }

  begin_page (self, states);
}

static void
read_page (GstreamConversation *self,
           const char          *before)
{
  gstream_thread_fetch_history (self->thread, get_page_size (self), before, self->pages, on_history,
                                g_object_ref (self));
}

static void
read_history (GstreamConversation *self)
{
  if (self->pages != NULL || !self->keeps_history || self->history_limit == 0 || self->head == NULL)
    return;

  self->pages = g_cancellable_new ();
  self->n_states = 0;
  read_page (self, NULL);
}

/* --- the state --- */

static void
set_head (GstreamConversation *self,
          const char          *head)
{
  if (g_strcmp0 (self->head, head) == 0)
    return;

  g_free (self->head);
  self->head = g_strdup (head);
  notify (self, PROP_CHECKPOINT_ID);
}

/* @error: (nullable) (transfer full). */
static void
end_reading (GstreamConversation *self,
             GError              *error)
{
  g_autoptr (GTask) task = NULL;

  self->stage = READING_NONE;
  self->attaches = FALSE;
  g_clear_pointer (&self->choice, g_free);
  if (self->reads_again)
    {
      self->reads_again = FALSE;
      g_clear_error (&error);
      read_state (self, TRUE);
      return;
    }
  self->stops_found = FALSE;
  task = g_steal_pointer (&self->reading);
  describe (self);
  read_history (self);
  if (task != NULL && error != NULL)
    g_task_return_error (task, error);
  else if (task != NULL)
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    {
      set_error (self, error);
      g_error_free (error);
    }
  go_on (self);
}

static gboolean
is_no_run (const GError *error)
{
  return g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND) ||
         g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
}

static void
on_attached (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_attach_finish (GSTREAM_THREAD (object), result, &error);

  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (run != NULL)
    follow (self, run, TRUE);
  if (run != NULL && self->stops_found)
    gstream_run_stream_abort (run);
  end_reading (self, run == NULL && !is_no_run (error) ? g_steal_pointer (&error) : NULL);
}

static GCancellable *
get_cancellable (GstreamConversation *self)
{
  GCancellable *own = self->reading != NULL ? g_task_get_cancellable (self->reading) : NULL;

  return own != NULL ? own : self->closing;
}

static void
attach (GstreamConversation *self)
{
  self->stage = READING_ATTACH;
  gstream_thread_attach (self->thread, NULL, self->options, get_cancellable (self), on_attached, g_object_ref (self));
}

static void
take_settled (GstreamConversation *self)
{
  if (self->stage == READING_SHOW)
    {
      self->stage = READING_END;
      if (self->run == NULL && self->has_list)
        gstream_conversation_rows_end_run (self->rows, self->is_whole);
    }
  if (!gstream_conversation_rows_is_settled (self->rows))
    return; /* will be called again */

  if (self->stage == READING_END && self->attaches && self->run == NULL)
    attach (self);
  else if (self->stage == READING_END)
    end_reading (self, NULL);
  else
    go_on (self);
}

static void
take_state (GstreamConversation     *self,
            const GstreamStateParts *state)
{
  GstreamPayload *values = state->values;
  g_autoptr (GstreamPayload) messages = values ? gstream_run_reader_get_messages (values, self->messages_key) : NULL;
  g_autoptr (GPtrArray) interrupts = list_interrupts (state);
  const char *id = gstream_state_parts_get_id (state);

  set_head (self, id != NULL ? id : self->choice);
  self->is_current = TRUE;
  self->is_chosen =
      self->choice != NULL && g_strcmp0 (self->head, gstream_checkpoint_tree_get_newest (self->tree)) != 0;
  self->has_list = messages != NULL || self->choice != NULL;
  if (self->has_list)
    gstream_conversation_rows_set_state (self->rows, messages);
  if (values != NULL)
    set_values (self, values);
  take_interrupts (self, interrupts, TRUE);
}

static void
show_state (GstreamConversation *self)
{
  self->stage = READING_SHOW;
  if (gstream_conversation_rows_is_settled (self->rows))
    take_settled (self);
}

static void
read_parts (GstreamConversation *self,
            GstreamPayload      *state)
{
  g_auto (GstreamStateParts) parts;

  gstream_state_parts_init (&parts, state);
  if (self->reads_newest && self->choice != NULL && g_strcmp0 (gstream_state_parts_get_id (&parts), self->choice) != 0)
    {
      fetch_state (self, FALSE); /* the thread has gone on from another one */
      return;
    }
  take_state (self, &parts);
  show_state (self);
}

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_thread_fetch_state_finish (GSTREAM_THREAD (object), result, &error);

  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (state == NULL && !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
    {
      end_reading (self, g_steal_pointer (&error));
      return;
    }

  self->has_list = FALSE;
  if (state != NULL && self->run == NULL)
    read_parts (self, state);
  else
    show_state (self); /* a run that has been started since says what is newer */
}

static void
fetch_state (GstreamConversation *self,
             gboolean             newest)
{
  self->reads_newest = newest;
  gstream_thread_fetch_state (self->thread, newest ? NULL : self->choice, get_cancellable (self), on_state,
                              g_object_ref (self));
}

/*
 * The thread's newest state also has the results of nodes that have finished in a step that has not, because the run
 * was stopped; the same state fetched by its id does not have them. So the newest one is always fetched as such.
 */
static gboolean
is_newest (GstreamConversation *self)
{
  return self->choice == NULL || g_strcmp0 (self->choice, gstream_checkpoint_tree_get_newest (self->tree)) == 0;
}

static void
begin_reading (GstreamConversation *self)
{
  if (gstream_thread_get_thread_id (self->thread) != NULL)
    {
      fetch_state (self, is_newest (self));
      return;
    }

  self->attaches = FALSE; /* no thread yet, so no run */
  self->has_list = FALSE;
  show_state (self);
}

static void
on_others_started (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;

  gstream_thread_wait_started_finish (GSTREAM_THREAD (object), result, &error);
  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (error != NULL)
    end_reading (self, g_steal_pointer (&error));
  else
    begin_reading (self);
}

/* What a conversation that was closed had just sent is not in the state yet, and no run to attach to. */
static void
read_state (GstreamConversation *self,
            gboolean             attaches)
{
  if (self->stage != READING_NONE)
    {
      self->reads_again = TRUE;
      return;
    }

  self->stage = READING_FETCH;
  self->attaches = attaches;
  if (self->attempt == NULL && gstream_thread_is_starting (self->thread))
    gstream_thread_wait_started (self->thread, get_cancellable (self), on_others_started, g_object_ref (self));
  else
    begin_reading (self);
}

/* A run that is to be started, or is being started. */
struct _Attempt
{
  GstreamConversation     *conversation;  /* held while the request is pending; NULL: it is waiting */
  GstreamConversationRow  *row;           /* the user's message; NULL: none */
  GstreamConversationRow  *replaced;      /* this row, and those after it, are hidden; NULL: none */
  GstreamPayload          *input;         /* NULL: continues from the checkpoint, or answers questions */
  GstreamRunOptions       *options;       /* its own */
  GstreamMultitaskStrategy strategy;      /* what to do with the current run */
  char                    *checkpoint_id; /* the checkpoint to start from; NULL: the current one */
  GPtrArray               *questions;     /* of GstreamQuestion that are answered; NULL: none */
  GPtrArray               *responses;     /* of GstreamPayload */
  GPtrArray               *tasks;         /* of GTask: the calls that have requested it */
  GCancellable            *cancellable;   /* cancels the request */
  gboolean                 waits;         /* the thread could not end the current run, so it is ended first */
  gboolean                 rolls_back;    /* the thread undoes the run that is current when it is asked */
  gboolean                 is_stopped;    /* its run is to be aborted as soon as it is known */
};

/* --- options --- */

static GstreamRunOptions *
copy_options (GstreamRunOptions *options)
{
  GstreamRunOptions      *copy = gstream_run_options_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint                   n = 0;

  if (options == NULL)
    return copy;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (options), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, pspecs[i]->value_type);
      g_object_get_property (G_OBJECT (options), pspecs[i]->name, &value);
      g_object_set_property (G_OBJECT (copy), pspecs[i]->name, &value);
    }

  return copy;
}

/* --- attempts --- */

static Attempt *
attempt_new (GstreamConversation *self,
             GstreamRunOptions   *options,
             GTask               *task)
{
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->options = copy_options (options != NULL ? options : self->options);
  attempt->strategy = gstream_run_options_get_multitask_strategy (attempt->options);
  if (attempt->strategy == GSTREAM_MULTITASK_STRATEGY_DEFAULT)
    attempt->strategy = self->policy;
  attempt->cancellable = g_cancellable_new ();
  attempt->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  if (task != NULL)
    g_ptr_array_add (attempt->tasks, g_object_ref (task));

  return attempt;
}

static void
attempt_free (Attempt *attempt)
{
  g_clear_object (&attempt->conversation);
  g_clear_object (&attempt->row);
  g_clear_object (&attempt->replaced);
  g_clear_pointer (&attempt->input, gstream_payload_unref);
  g_object_unref (attempt->options);
  g_free (attempt->checkpoint_id);
  g_clear_pointer (&attempt->questions, g_ptr_array_unref);
  g_clear_pointer (&attempt->responses, g_ptr_array_unref);
  g_ptr_array_unref (attempt->tasks);
  g_object_unref (attempt->cancellable);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static void
return_all (Attempt      *attempt,
            const GError *error)
{
  for (guint i = 0; i < attempt->tasks->len; i++)
    if (error != NULL)
      g_task_return_error (attempt->tasks->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (attempt->tasks->pdata[i], TRUE);
}

static void
set_answering (Attempt      *attempt,
               gboolean      answering,
               const GError *error)
{
  for (guint i = 0; attempt->questions != NULL && i < attempt->questions->len; i++)
    gstream_question_set_answering (attempt->questions->pdata[i], answering, error);
}

/* Handles a failed attempt: the row or the questions get the error. */
static void
refuse (GstreamConversation *self,
        Attempt             *attempt,
        const GError        *error)
{
  g_assert (error != NULL);

  set_answering (attempt, FALSE, error);
  if (attempt->row != NULL && !attempt->row->in_state)
    {
      gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_FAILED, error);
      gstream_conversation_rows_cut (self->rows, NULL);
      gstream_conversation_rows_settle (self->rows);
    }
  else
    gstream_conversation_rows_cut (self->rows, NULL);
  if (attempt->row != NULL)
    self->is_held = TRUE;
  return_all (attempt, error);
}

static void
drop_attempts (GstreamConversation *self,
               const GError        *error)
{
  Attempt *attempt;

  while ((attempt = g_queue_pop_head (&self->waiting)) != NULL)
    {
      refuse (self, attempt, error);
      attempt_free (attempt);
    }
}

/* --- the run under way --- */

static void
on_n_interrupts (GstreamConversation *self)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_list_interrupts (self->run);

  take_interrupts (self, interrupts, FALSE);
}

static gboolean
has_message (GstreamPayload *messages,
             const char     *id)
{
  GstreamMessageJson message;
  GstreamJsonValue   element;
  GstreamJsonIter    iter;
  gboolean           found = FALSE;

  gstream_json_iter_init (&iter, gstream_payload_value (messages));
  while (!found && gstream_json_iter_element (&iter, &element))
    {
      g_autofree char *own = NULL;

      gstream_message_json_read (&message, element);
      own = gstream_message_json_dup (message.id);
      found = g_strcmp0 (own, id) == 0;
    }
  return found;
}

/*
 * A run that was attached to may have states that are older than the one that was read: those without its last message.
 */
static gboolean
on_accept (gpointer        owner,
           GstreamPayload *messages)
{
  GstreamConversation    *self = owner;
  guint                   n = gstream_conversation_rows_get_n_state (self->rows);
  GstreamConversationRow *last = n > 0 ? gstream_conversation_rows_get_state (self->rows, n - 1) : NULL;

  if (self->is_attached && last != NULL && gstream_payload_get_kind (messages) == GSTREAM_PAYLOAD_KIND_ARRAY &&
      !has_message (messages, last->id))
    return FALSE;

  self->is_attached = FALSE;
  return TRUE;
}

static void
on_values (gpointer        owner,
           GstreamPayload *values)
{
  set_values (owner, values);
}

static gboolean
replaces (Attempt *attempt)
{
  return !attempt->waits &&
         (attempt->strategy == GSTREAM_MULTITASK_STRATEGY_INTERRUPT ||
          attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK) &&
         attempt->questions == NULL;
}

static void
on_subgraph (gpointer                  owner,
             GstreamSubgraphRunStream *run)
{
  GstreamConversation *self = owner;
  g_autoptr (GstreamSubagent) subagent = gstream_subagent_new (run, self->messages_key);

  gstream_subagent_place (subagent, self->rows, NULL);
}

/* If the run was ended for another one, by the thread or here, that is not a failure. */
static gboolean
is_replaced (GstreamConversation *self)
{
  Attempt *next = g_queue_peek_head (&self->waiting);

  if (self->attempt != NULL)
    return !self->attempt->is_stopped && replaces (self->attempt);

  return next != NULL && next->waits;
}

/* Messages stay, and are marked (C10). Who is told of that may begin the next run (R7). */
static void
on_ended (gpointer owner)
{
  g_autoptr (GstreamConversation) self = g_object_ref (GSTREAM_CONVERSATION (owner));
  g_autoptr (GstreamRunStream) run = g_object_ref (self->run);
  GstreamRunStatus status = gstream_run_stream_get_status (run);
  const GError    *error = is_replaced (self) ? NULL : gstream_run_stream_get_error (run);

  self->is_whole = status == GSTREAM_RUN_STATUS_COMPLETED || status == GSTREAM_RUN_STATUS_INTERRUPTED;
  if (self->is_whole)
    {
      gstream_conversation_rows_complete (self->rows);
    }
  else
    {
      self->is_held = !is_replaced (self);
      gstream_conversation_rows_stop (self->rows, error);
      gstream_conversation_rows_settle (self->rows);
    }
  if (error != NULL)
    set_error (self, error);
  gstream_conversation_rows_cut (self->rows, NULL);
  if (self->run == run)
    leave_run (self);
  read_state (self, FALSE);
  go_on (self);
}

static const GstreamRunReaderFuncs reader_funcs = { on_accept, on_values, on_subgraph, on_ended };

static void
leave_run (GstreamConversation *self)
{
  g_autoptr (GstreamRunStream) run = g_steal_pointer (&self->run);

  if (run == NULL)
    return;

  g_signal_handlers_disconnect_by_func (run, on_n_interrupts, self);
  g_clear_pointer (&self->reader, gstream_run_reader_stop);
  notify (self, PROP_RUN);
}

static void
follow (GstreamConversation *self,
        GstreamRunStream    *run,
        gboolean             is_attached)
{
  self->run = g_object_ref (run);
  self->is_attached = is_attached;
  g_free (self->base);
  self->base = g_strdup (self->head);
  self->is_current = FALSE;
  g_signal_connect_object (run, "notify::n-interrupts", G_CALLBACK (on_n_interrupts), self, G_CONNECT_SWAPPED);
  self->reader = gstream_run_reader_new (run, self->rows, self->messages_key, &reader_funcs, self);
  notify (self, PROP_RUN);
}

/* --- asking the thread --- */

static void on_begun (GObject      *object,
                      GAsyncResult *result,
                      gpointer      user_data);

static void
ask_with_answers (GstreamConversation *self,
                  Attempt             *attempt)
{
  g_autoptr (GPtrArray) interrupts = g_ptr_array_new ();

  for (guint i = 0; i < attempt->questions->len; i++)
    g_ptr_array_add (interrupts, gstream_question_get_interrupt (attempt->questions->pdata[i]));
  gstream_thread_respond_all (self->thread, interrupts, attempt->responses, attempt->options, attempt->cancellable,
                              on_begun, attempt);
}

/*
 * An agent that waits for an answer takes a run's input as the answer, unless the run starts from a checkpoint. That of
 * the question is named, so that the input is what it is, and the question is skipped.
 */
static gboolean
skips_questions (GstreamConversation *self,
                 Attempt             *attempt)
{
  return attempt->input != NULL && self->run == NULL && self->is_current &&
         g_list_model_get_n_items (G_LIST_MODEL (self->questions)) > 0 &&
         gstream_run_options_get_checkpoint_id (attempt->options) == NULL;
}

static void
prepare_options (GstreamConversation *self,
                 Attempt             *attempt)
{
  const char *checkpoint_id = attempt->checkpoint_id;

  attempt->rolls_back =
      self->run != NULL && replaces (attempt) && attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK;

  if (checkpoint_id == NULL && (self->is_chosen || skips_questions (self, attempt)))
    checkpoint_id = self->head;
  if (attempt->waits && attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    checkpoint_id = self->base;
  if (checkpoint_id != NULL)
    gstream_run_options_set_checkpoint_id (attempt->options, checkpoint_id);
  gstream_run_options_set_multitask_strategy (attempt->options,
                                              attempt->waits ? GSTREAM_MULTITASK_STRATEGY_DEFAULT : attempt->strategy);
}

/* Consumes @attempt. */
static void
begin (GstreamConversation *self,
       Attempt             *attempt)
{
  attempt->conversation = g_object_ref (self);
  self->attempt = attempt;
  set_error (self, NULL);
  if (attempt->row != NULL)
    gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  if (attempt->replaced != NULL)
    gstream_conversation_rows_cut (self->rows, attempt->replaced);
  prepare_options (self, attempt);
  if (attempt->questions != NULL)
    ask_with_answers (self, attempt);
  else
    gstream_thread_start (self->thread, attempt->input, attempt->options, attempt->cancellable, on_begun, attempt);
  go_on (self);
}

/* Removes previous questions, which were answered or skipped. */
static void
drop_questions (GstreamConversation *self,
                Attempt             *attempt)
{
  for (guint i = 0; attempt->questions != NULL && i < attempt->questions->len; i++)
    {
      GstreamQuestion *question = attempt->questions->pdata[i];

      g_ptr_array_add (self->answered, gstream_interrupt_ref (gstream_question_get_interrupt (question)));
      drop_question (self, question);
    }
  if (attempt->questions == NULL)
    drop_question (self, NULL);
}

/* The thread has ended the previous run as requested, which may have been noticed already. */
static void
replace_run (GstreamConversation *self,
             Attempt             *attempt)
{
  gboolean was_running = self->run != NULL;

  leave_run (self);
  if (attempt->rolls_back)
    {
      gstream_conversation_rows_end_run (self->rows, TRUE);
      forget_history (self);
    }
  else if (was_running)
    {
      gstream_conversation_rows_stop (self->rows, NULL);
      gstream_conversation_rows_settle (self->rows);
    }
}

static void
take_run (GstreamConversation *self,
          Attempt             *attempt,
          GstreamRunStream    *run)
{
  replace_run (self, attempt);
  if (attempt->row != NULL && !attempt->row->in_state)
    gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_SENT, NULL);
  drop_questions (self, attempt);
  self->is_chosen = FALSE;
  self->is_held = attempt->is_stopped;
  follow (self, run, FALSE);
  return_all (attempt, NULL);
  if (attempt->is_stopped && self->run == run)
    gstream_run_stream_abort (run);
}

/*
 * If the thread cannot end a run for another one, the run is stopped here, and the other one is started when it has
 * ended.
 */
static gboolean
begin_later (GstreamConversation *self,
             Attempt             *attempt,
             const GError        *error)
{
  if (attempt->waits || attempt->is_stopped || attempt->strategy == GSTREAM_MULTITASK_STRATEGY_DEFAULT ||
      !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
    return FALSE;

  attempt->waits = TRUE;
  g_clear_object (&attempt->conversation);
  g_queue_push_head (&self->waiting, attempt);
  if (self->run != NULL)
    gstream_run_stream_abort (self->run);
  return TRUE;
}

static void
take_refusal (GstreamConversation *self,
              Attempt             *attempt,
              const GError        *error)
{
  refuse (self, attempt, error);
  if (attempt->row != NULL)
    set_error (self, error);
  /* The run may have started, if only the answer was lost. */
  self->stops_found = attempt->is_stopped && error->domain != GSTREAM_ERROR;
  if (self->run == NULL)
    read_state (self, TRUE);
}

static void
on_begun (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Attempt *attempt = user_data;
  g_autoptr (GstreamConversation) self = g_object_ref (attempt->conversation);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = attempt->questions != NULL
                                         ? gstream_thread_respond_all_finish (GSTREAM_THREAD (object), result, &error)
                                         : gstream_thread_start_finish (GSTREAM_THREAD (object), result, &error);

  self->attempt = NULL;
  if (g_cancellable_is_cancelled (self->closing)) /* the conversation is disposed */
    {
      if (run != NULL && attempt->is_stopped)
        gstream_run_stream_abort (run);
      attempt_free (attempt);
      return;
    }
  if (run == NULL && begin_later (self, attempt, error))
    {
      go_on (self);
      return;
    }
  if (run != NULL)
    take_run (self, attempt, run);
  else
    take_refusal (self, attempt, error);
  attempt_free (attempt);
  go_on (self);
}

/* --- what comes next --- */

/* Answers that were given separately are sent together, because a thread continues after the first one that it gets. */
static void
join_answers (GstreamConversation *self,
              Attempt             *attempt)
{
  for (GList *link = self->waiting.head, *next; attempt->questions != NULL && link != NULL; link = next)
    {
      Attempt *other = link->data;

      next = link->next;
      if (other->questions == NULL)
        continue;
      g_ptr_array_extend_and_steal (attempt->questions, g_steal_pointer (&other->questions));
      g_ptr_array_extend_and_steal (attempt->responses, g_steal_pointer (&other->responses));
      g_ptr_array_extend (attempt->tasks, other->tasks, (GCopyFunc) g_object_ref, NULL);
      g_queue_delete_link (&self->waiting, link);
      attempt_free (other);
    }
}

/* What the caller has sent @row with; NULL: nothing. */
static GstreamRunOptions *
recall_options (GstreamConversationRow *row)
{
  return g_object_get_data (G_OBJECT (row), "gstream-options");
}

static void
remember_options (GstreamConversationRow *row,
                  GstreamRunOptions      *options)
{
  g_object_set_data_full (G_OBJECT (row), "gstream-options", options != NULL ? g_object_ref (options) : NULL,
                          g_object_unref);
}

static GstreamPayload *
make_input (GstreamConversation    *self,
            GstreamConversationRow *row)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_write_member (json, self->messages_key);
  g_string_append_c (json, '[');
  g_string_append_len (json, row->payload->json, row->payload->length);
  g_string_append (json, "]}");

  return gstream_payload_new_checked (json->str, json->len);
}

/*
 * Makes an attempt to send @row. The row remembers what it is sent with, for when it is sent later, or again.
 * @checkpoint_id: the checkpoint to start from; NULL: the current one.
 */
static Attempt *
attempt_new_for_row (GstreamConversation    *self,
                     GstreamConversationRow *row,
                     GstreamRunOptions      *options,
                     const char             *checkpoint_id,
                     GTask                  *task)
{
  Attempt *attempt = attempt_new (self, options, task);

  attempt->row = g_object_ref (row);
  attempt->input = make_input (self, row);
  attempt->checkpoint_id = g_strdup (checkpoint_id);
  remember_options (row, options);
  g_object_set_data_full (G_OBJECT (row), "gstream-checkpoint", g_strdup (checkpoint_id), g_free);

  return attempt;
}

static void
show_sending (GstreamConversation    *self,
              GstreamConversationRow *row)
{
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  gstream_conversation_row_set_time (row, g_get_real_time ());
  gstream_conversation_rows_add (self->rows, row);
}

static void
begin_queued (GstreamConversation *self)
{
  g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->queue), 0);
  Attempt *attempt = attempt_new_for_row (self, row, recall_options (row), NULL, NULL);

  g_list_store_remove (self->queue, 0);
  show_sending (self, row);
  begin (self, attempt);
}

static void
begin_next (GstreamConversation *self)
{
  Attempt *attempt = g_queue_peek_head (&self->waiting);

  if (self->attempt != NULL || self->stage != READING_NONE)
    return;

  if (attempt != NULL && (self->run == NULL || replaces (attempt)))
    {
      g_queue_pop_head (&self->waiting);
      join_answers (self, attempt);
      begin (self, attempt);
    }
  else if (attempt == NULL && self->run == NULL && !self->is_held &&
           g_list_model_get_n_items (G_LIST_MODEL (self->questions)) == 0 &&
           g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0)
    begin_queued (self);
}

static void
push (GstreamConversation *self,
      Attempt             *attempt)
{
  g_queue_push_tail (&self->waiting, attempt);
  go_on (self);
}

/* --- the object --- */

static void
gstream_conversation_constructed (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->constructed (object);
  gstream_conversation_rows_set_owner (self->rows, &rows_funcs, self);
}

static void
end_waits (GstreamConversation *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The conversation was dropped"));

  drop_attempts (self, error);
  for (guint i = 0; i < self->idle->len; i++)
    g_task_return_error (self->idle->pdata[i], g_error_copy (error));
  g_ptr_array_set_size (self->idle, 0);
  if (self->reading != NULL)
    g_task_return_error (self->reading, g_error_copy (error));
  g_clear_object (&self->reading);
}

static void
gstream_conversation_dispose (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  g_cancellable_cancel (self->closing);
  end_waits (self);
  leave_run (self);
  gstream_conversation_rows_close (self->rows);
  drop_history (self);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->dispose (object);
}

static void
gstream_conversation_finalize (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  g_clear_object (&self->thread);
  g_free (self->messages_key);
  g_clear_object (&self->options);
  g_object_unref (self->rows);
  g_object_unref (self->questions);
  g_object_unref (self->queue);
  g_clear_pointer (&self->values, gstream_payload_unref);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  g_free (self->base);
  g_ptr_array_unref (self->answered);
  g_free (self->head);
  g_free (self->choice);
  gstream_checkpoint_tree_free (self->tree);
  g_ptr_array_unref (self->idle);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->finalize (object);
}

static void
get_course (GstreamConversation *self,
            guint                prop_id,
            GValue              *value)
{
  switch (prop_id)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, gstream_conversation_get_busy (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, gstream_conversation_get_loading (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case PROP_VALUES:
      g_value_set_boxed (value, self->values);
      break;
    case PROP_CHECKPOINT_ID:
      g_value_set_string (value, self->head);
      break;
    case PROP_QUESTIONS:
      g_value_set_object (value, self->questions);
      break;
    default:
      g_value_set_object (value, self->queue);
    }
}

static void
gstream_conversation_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_THREAD:
      g_value_set_object (value, self->thread);
      break;
    case PROP_MESSAGES_KEY:
      g_value_set_string (value, self->messages_key);
      break;
    case PROP_TOOL_ROWS:
      g_value_set_boolean (value, self->tool_rows);
      break;
    case PROP_POLICY:
      g_value_set_enum (value, self->policy);
      break;
    case PROP_OPTIONS:
      g_value_set_object (value, self->options);
      break;
    case PROP_HISTORY_LIMIT:
      g_value_set_uint (value, self->history_limit);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, get_n_items (G_LIST_MODEL (self)));
      break;
    case PROP_BUSY:
    case PROP_LOADING:
    case PROP_ERROR:
    case PROP_RUN:
    case PROP_VALUES:
    case PROP_CHECKPOINT_ID:
    case PROP_QUESTIONS:
    case PROP_QUEUE:
      get_course (self, prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_THREAD:
      self->thread = g_value_dup_object (value);
      break;
    case PROP_MESSAGES_KEY:
      self->messages_key = g_strdup (g_value_get_string (value) ? g_value_get_string (value) : "messages");
      break;
    case PROP_TOOL_ROWS:
      gstream_conversation_set_tool_rows (self, g_value_get_boolean (value));
      break;
    case PROP_POLICY:
      gstream_conversation_set_policy (self, g_value_get_enum (value));
      break;
    case PROP_OPTIONS:
      gstream_conversation_set_options (self, g_value_get_object (value));
      break;
    case PROP_HISTORY_LIMIT:
      gstream_conversation_set_history_limit (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_class_init (GstreamConversationClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = gstream_conversation_constructed;
  object_class->dispose = gstream_conversation_dispose;
  object_class->finalize = gstream_conversation_finalize;
  object_class->get_property = gstream_conversation_get_property;
  object_class->set_property = gstream_conversation_set_property;

  /**
   * GstreamConversation:thread: (getter get_thread)
   *
   * The thread that it shows.
   *
   * Since: 1.0
   */
  properties[PROP_THREAD] = g_param_spec_object ("thread", NULL, NULL, GSTREAM_TYPE_THREAD, once);
  /**
   * GstreamConversation:messages-key: (getter get_messages_key)
   *
   * The member of the thread's state that has the messages.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGES_KEY] = g_param_spec_string ("messages-key", NULL, NULL, "messages", once);
  /**
   * GstreamConversation:tool-rows: (getter get_tool_rows) (setter set_tool_rows)
   *
   * Whether the results of tool calls have separate rows. They are always available at their calls, too (C5).
   *
   * Since: 1.0
   */
  properties[PROP_TOOL_ROWS] = g_param_spec_boolean ("tool-rows", NULL, NULL, TRUE, writable);
  /**
   * GstreamConversation:policy: (getter get_policy) (setter set_policy)
   *
   * What to do with messages that are sent during a run (C6). By default they are enqueued.
   *
   * Since: 1.0
   */
  properties[PROP_POLICY] = g_param_spec_enum ("policy", NULL, NULL, GSTREAM_TYPE_MULTITASK_STRATEGY,
                                               GSTREAM_MULTITASK_STRATEGY_DEFAULT, writable);
  /**
   * GstreamConversation:options: (getter get_options) (setter set_options)
   *
   * The options of its runs: configuration, metadata and so on; %NULL: none.
   *
   * Since: 1.0
   */
  properties[PROP_OPTIONS] = g_param_spec_object ("options", NULL, NULL, GSTREAM_TYPE_RUN_OPTIONS, writable);
  /**
   * GstreamConversation:history-limit: (getter get_history_limit) (setter set_history_limit)
   *
   * The maximum number of checkpoints of the thread's history to read, for the branches of rows; 0: none.
   *
   * Since: 1.0
   */
  properties[PROP_HISTORY_LIMIT] = g_param_spec_uint ("history-limit", NULL, NULL, 0, G_MAXUINT, 128, writable);
  /**
   * GstreamConversation:n-items:
   *
   * How many rows there are.
   *
   * Since: 1.0
   */
  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, readable);
  /**
   * GstreamConversation:busy: (getter get_busy)
   *
   * Whether there is a current run, or one is about to be started.
   *
   * Since: 1.0
   */
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, readable);
  /**
   * GstreamConversation:loading: (getter get_loading)
   *
   * Whether the thread's state is being read.
   *
   * Since: 1.0
   */
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, readable);
  /**
   * GstreamConversation:error: (getter get_error)
   *
   * The last error; %NULL if there was none since the last action was started.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);
  /**
   * GstreamConversation:run: (getter get_run)
   *
   * The current run; %NULL if there is none.
   *
   * Since: 1.0
   */
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_RUN_STREAM, readable);
  /**
   * GstreamConversation:values: (getter get_values)
   *
   * The newest state, with the messages and all other members; %NULL if there is none.
   *
   * Since: 1.0
   */
  properties[PROP_VALUES] = g_param_spec_boxed ("values", NULL, NULL, GSTREAM_TYPE_PAYLOAD, readable);
  /**
   * GstreamConversation:checkpoint-id: (getter get_checkpoint_id)
   *
   * The checkpoint that is shown; %NULL where it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_CHECKPOINT_ID] = g_param_spec_string ("checkpoint-id", NULL, NULL, NULL, readable);
  /**
   * GstreamConversation:questions: (getter get_questions)
   *
   * The questions of the agent, as a list of [class@Question] (C8).
   *
   * Since: 1.0
   */
  properties[PROP_QUESTIONS] = g_param_spec_object ("questions", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  /**
   * GstreamConversation:queue: (getter get_queue)
   *
   * The messages that wait until the current run has ended, as a list of [class@ConversationRow] (C6).
   *
   * Since: 1.0
   */
  properties[PROP_QUEUE] = g_param_spec_object ("queue", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_conversation_init (GstreamConversation *self)
{
  self->tool_rows = TRUE;
  self->history_limit = 128;
  self->keeps_history = TRUE;
  self->rows = gstream_conversation_rows_new ();
  gstream_conversation_rows_set_keeps_list (self->rows, TRUE); /* part of @values */
  self->questions = g_list_store_new (GSTREAM_TYPE_QUESTION);
  self->queue = g_list_store_new (GSTREAM_TYPE_CONVERSATION_ROW);
  self->closing = g_cancellable_new ();
  self->answered = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  self->tree = gstream_checkpoint_tree_new ();
  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->waiting);
}

/* --- calls that wait --- */

static Attempt *
find_attempt (GstreamConversation *self,
              GTask               *task)
{
  if (self->attempt != NULL && g_ptr_array_find (self->attempt->tasks, task, NULL))
    return self->attempt;

  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    if (g_ptr_array_find (((Attempt *) link->data)->tasks, task, NULL))
      return link->data;

  return NULL;
}

/*
 * Handles the cancellation of a call: a waiting call returns; a pending request is cancelled, unless other calls wait
 * for it, too.
 */
static void
give_up (GstreamConversation *self,
         Attempt             *attempt,
         GTask               *task)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Operation was cancelled"));

  if (attempt->tasks->len > 1)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_ptr_array_remove (attempt->tasks, task);
    }
  else if (attempt == self->attempt)
    g_cancellable_cancel (attempt->cancellable); /* on_begun() returns it */
  else
    {
      g_queue_remove (&self->waiting, attempt);
      refuse (self, attempt, error);
      attempt_free (attempt);
      go_on (self);
    }
}

static gboolean
on_given_up (GCancellable *cancellable,
             gpointer      user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  g_autoptr (GstreamConversation) self = g_object_ref (g_task_get_source_object (task));
  Attempt *attempt = find_attempt (self, task);

  if (attempt != NULL)
    give_up (self, attempt, task);
  else if (g_ptr_array_remove (self->idle, task))
    g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

/* Makes the task of a call that may wait for a long time, and returns at once when its cancellable is cancelled. */
static GTask *
new_task (GstreamConversation *self,
          gpointer             tag,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  gstream_task_on_cancel (task, on_given_up);

  return task;
}

/* Returns FALSE with an error if the main context is owned by another thread. */
static gboolean
begin_sync (GstreamConversation *self,
            GstreamSync         *sync,
            GError             **error)
{
  return gstream_sync_begin_in (sync, gstream_thread_get_context (self->thread), "conversation", error);
}

/* Returns: (transfer full): the result of the asynchronous form. */
static GAsyncResult *
end_sync (GstreamSync *sync)
{
  GAsyncResult *result;

  gstream_sync_wait (sync);
  result = g_steal_pointer (&sync->result);
  gstream_sync_end (sync);

  return result;
}

static gboolean
end_sync_boolean (GstreamSync *sync,
                  GError     **error)
{
  g_autoptr (GAsyncResult) result = end_sync (sync);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- public calls --- */

/**
 * gstream_conversation_new:
 * @thread: a thread, of any kind
 *
 * Makes a conversation of a thread. Nothing is read until [method@Conversation.open] is called, which is not needed for
 * a new thread.
 *
 * Returns: (transfer full): the conversation
 *
 * Since: 1.0
 */
GstreamConversation *
gstream_conversation_new (GstreamThread *thread)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (thread), NULL);

  return g_object_new (GSTREAM_TYPE_CONVERSATION, "thread", thread, NULL);
}

/**
 * gstream_conversation_get_thread:
 * @self: a conversation
 *
 * The thread that it shows.
 *
 * Returns: (transfer none): the thread
 *
 * Since: 1.0
 */
GstreamThread *
gstream_conversation_get_thread (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->thread;
}

/**
 * gstream_conversation_get_messages_key:
 * @self: a conversation
 *
 * The member of the thread's state that has the messages.
 *
 * Returns: (transfer none): its name
 *
 * Since: 1.0
 */
const char *
gstream_conversation_get_messages_key (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->messages_key;
}

/**
 * gstream_conversation_get_tool_rows:
 * @self: a conversation
 *
 * Gets whether the results of tool calls have separate rows.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_tool_rows (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->tool_rows;
}

/**
 * gstream_conversation_set_tool_rows:
 * @self: a conversation
 * @tool_rows: whether they are
 *
 * Sets [property@Conversation:tool-rows].
 *
 * Since: 1.0
 */
void
gstream_conversation_set_tool_rows (GstreamConversation *self,
                                    gboolean             tool_rows)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  tool_rows = !!tool_rows;
  if (self->tool_rows == tool_rows)
    return;

  self->tool_rows = tool_rows;
  gstream_conversation_rows_set_tool_rows (self->rows, tool_rows);
  notify (self, PROP_TOOL_ROWS);
}

/**
 * gstream_conversation_get_policy:
 * @self: a conversation
 *
 * Gets what to do with messages that are sent during a run (C6).
 *
 * Returns: the policy
 *
 * Since: 1.0
 */
GstreamMultitaskStrategy
gstream_conversation_get_policy (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), GSTREAM_MULTITASK_STRATEGY_DEFAULT);

  return self->policy;
}

/**
 * gstream_conversation_set_policy:
 * @self: a conversation
 * @policy: the policy
 *
 * Sets [property@Conversation:policy].
 *
 * Since: 1.0
 */
void
gstream_conversation_set_policy (GstreamConversation     *self,
                                 GstreamMultitaskStrategy policy)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (self->policy == policy)
    return;

  self->policy = policy;
  notify (self, PROP_POLICY);
}

/**
 * gstream_conversation_get_options:
 * @self: a conversation
 *
 * Gets the options of its runs.
 *
 * Returns: (transfer none) (nullable): the options; %NULL: nothing
 *
 * Since: 1.0
 */
GstreamRunOptions *
gstream_conversation_get_options (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->options;
}

/**
 * gstream_conversation_set_options:
 * @self: a conversation
 * @options: (nullable): the options; %NULL: nothing
 *
 * Sets [property@Conversation:options], for the runs that are started from now on.
 *
 * Since: 1.0
 */
void
gstream_conversation_set_options (GstreamConversation *self,
                                  GstreamRunOptions   *options)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));

  if (g_set_object (&self->options, options))
    notify (self, PROP_OPTIONS);
}

/**
 * gstream_conversation_get_history_limit:
 * @self: a conversation
 *
 * Gets the maximum number of checkpoints of the thread's history to read.
 *
 * Returns: the limit; 0: none
 *
 * Since: 1.0
 */
guint
gstream_conversation_get_history_limit (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), 0);

  return self->history_limit;
}

/**
 * gstream_conversation_set_history_limit:
 * @self: a conversation
 * @limit: the limit; 0: none
 *
 * Sets [property@Conversation:history-limit]. It is used when the history is read the next time.
 *
 * Since: 1.0
 */
void
gstream_conversation_set_history_limit (GstreamConversation *self,
                                        guint                limit)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (self->history_limit == limit)
    return;

  self->history_limit = limit;
  notify (self, PROP_HISTORY_LIMIT);
}

/**
 * gstream_conversation_get_busy:
 * @self: a conversation
 *
 * Gets whether there is a current run, or one is about to be started. Queued messages do not count while the queue is
 * paused ([method@Conversation.stop]) or there are questions.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_busy (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->run != NULL || self->attempt != NULL || self->waiting.length > 0;
}

/**
 * gstream_conversation_get_loading:
 * @self: a conversation
 *
 * Whether the thread's state is being read.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_loading (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->stage != READING_NONE;
}

/**
 * gstream_conversation_get_error:
 * @self: a conversation
 *
 * Gets the last error of a run, or of the start of one. It is reset when the next one is started.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if nothing failed
 *
 * Since: 1.0
 */
const GError *
gstream_conversation_get_error (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->error;
}

/**
 * gstream_conversation_get_run:
 * @self: a conversation
 *
 * Gets the current run. The conversation subscribes to its messages, tool calls, values and subgraphs; its other
 * projections may be used by the application.
 *
 * Returns: (transfer none) (nullable): the run; %NULL if none is
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_conversation_get_run (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->run;
}

/**
 * gstream_conversation_get_values:
 * @self: a conversation
 *
 * Gets the newest state, with the messages and all other members.
 *
 * Returns: (transfer none) (nullable): the state's values; %NULL where there were none
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_conversation_get_values (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->values;
}

/**
 * gstream_conversation_get_checkpoint_id:
 * @self: a conversation
 *
 * The checkpoint that is shown.
 *
 * Returns: (transfer none) (nullable): its id; %NULL where it is not known
 *
 * Since: 1.0
 */
const char *
gstream_conversation_get_checkpoint_id (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->head;
}

/**
 * gstream_conversation_get_questions:
 * @self: a conversation
 *
 * Gets the questions of the agent, as a list of [class@Question], which is updated (C8).
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_get_questions (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return G_LIST_MODEL (self->questions);
}

/**
 * gstream_conversation_get_queue:
 * @self: a conversation
 *
 * Gets the messages that wait until the current run has ended, as a list of [class@ConversationRow], which is updated
 * (C6). A row can be changed ([method@Conversation.edit_queued]), moved ([method@Conversation.move_queued]) and removed
 * ([method@Conversation.take_back]); when it is sent, it is moved from the queue to the conversation.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_get_queue (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return G_LIST_MODEL (self->queue);
}

/**
 * gstream_conversation_wait:
 * @self: a conversation
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when all is done
 * @user_data: for @callback
 *
 * Waits until everything is done: sending, the current run, and reading the state and the history afterwards. This is
 * for scripts and tests; windows should use [property@Conversation:busy].
 *
 * Since: 1.0
 */
void
gstream_conversation_wait (GstreamConversation *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_conversation_wait, cancellable, callback, user_data);
  g_ptr_array_add (self->idle, task);
  tell_idle (self);
}

/**
 * gstream_conversation_wait_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.wait].
 *
 * Fails with [property@Conversation:error] if something failed, or with %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if all is done, and well; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_wait_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_wait_sync:
 * @self: a conversation
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.wait] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.wait_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if all is done, and well; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_wait_sync (GstreamConversation *self,
                                GCancellable        *cancellable,
                                GError             **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_wait (self, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/* --- opening, and other branches --- */

static void
return_at_work (GTask *task)
{
  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT,
                           _ ("The conversation is at work: wait until it is idle, or stop it"));
}

/* Fails if the action is not possible now. */
static gboolean
check_quiet (GstreamConversation *self,
             GTask               *task)
{
  if (self->run == NULL && self->attempt == NULL && self->waiting.length == 0 && self->stage == READING_NONE)
    return TRUE;

  return_at_work (task);
  return FALSE;
}

/**
 * gstream_conversation_open:
 * @self: a conversation
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the old messages are shown, or there is an error
 * @user_data: for @callback
 *
 * Reads the thread: its messages become rows, its pending interrupts become questions, and a current run is attached
 * to, so that its rows continue to grow (C2). Afterwards, the history is read for the branches of rows (C7).
 *
 * A long conversation is read in slices, so that the main loop is not blocked (C11). A thread that has not been made
 * yet is empty. This may be called again at any time, for example after a network error; during a run of this
 * conversation, it does nothing. If another conversation has just sent something to the thread, it waits until that has
 * begun, so that it is found.
 *
 * Since: 1.0
 */
void
gstream_conversation_open (GstreamConversation *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_open);
  if (self->run != NULL && self->stage == READING_NONE)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (!check_quiet (self, task))
    return;

  self->reading = g_steal_pointer (&task);
  self->is_whole = FALSE;
  read_state (self, TRUE);
  go_on (self);
}

/**
 * gstream_conversation_open_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.open].
 *
 * Fails with the thread's error, with %G_IO_ERROR_CANCELLED, or with %GSTREAM_ERROR_CONFLICT if the conversation is
 * being opened or a run is being started. Existing rows are kept.
 *
 * Returns: %TRUE if it is open; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_open_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_open_sync:
 * @self: a conversation
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.open] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.open_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if it is open; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_open_sync (GstreamConversation *self,
                                GCancellable        *cancellable,
                                GError             **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_open (self, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/**
 * gstream_conversation_choose_branch:
 * @self: a conversation
 * @row: one of its rows
 * @branch: which version of the conversation is to be shown from that row on, less than
 *   [property@ConversationRow:n-branches]
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it is shown, or there is an error
 * @user_data: for @callback
 *
 * Shows another branch of the conversation: the newest state of the chosen branch at @row. Messages that are sent then
 * continue from there.
 *
 * Since: 1.0
 */
void
gstream_conversation_choose_branch (GstreamConversation    *self,
                                    GstreamConversationRow *row,
                                    guint                   branch,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  const char *leaf;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_choose_branch);
  leaf = gstream_checkpoint_tree_get_leaf (self->tree, self->head, row->id, branch);
  if (!self->keeps_history)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, _ ("The thread keeps no history"));
  else if (leaf == NULL)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             _ ("There is no branch %u at row “%s”, which has %u"), branch, row->id ? row->id : "",
                             row->n_branches);
  else if (check_quiet (self, task))
    {
      self->reading = g_steal_pointer (&task);
      self->choice = g_strdup (leaf);
      self->is_whole = TRUE;
      read_state (self, FALSE);
      go_on (self);
    }
}

/**
 * gstream_conversation_choose_branch_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.choose_branch].
 *
 * Fails with %GSTREAM_ERROR_NOT_SUPPORTED if the thread has no history, %GSTREAM_ERROR_NOT_FOUND if there is no such
 * branch, %GSTREAM_ERROR_CONFLICT during a run, and with the thread's error.
 *
 * Returns: %TRUE if it is shown; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_choose_branch_finish (GstreamConversation *self,
                                           GAsyncResult        *result,
                                           GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_choose_branch_sync:
 * @self: a conversation
 * @row: one of its rows
 * @branch: which version, as [method@Conversation.choose_branch] has it
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.choose_branch] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.choose_branch_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if it is shown; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_choose_branch_sync (GstreamConversation    *self,
                                         GstreamConversationRow *row,
                                         guint                   branch,
                                         GCancellable           *cancellable,
                                         GError                **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_choose_branch (self, row, branch, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/* --- sending --- */

/* Returns the type of a message that has none; @class_name: its class as LangChain's serializer has it, or NULL. */
static const char *
find_type (const char *class_name)
{
  static const char *const classes[][2] = {
    { "HumanMessage", "human" },
    { "AIMessage", "ai" },
    { "SystemMessage", "system" },
    { "ToolMessage", "tool" },
  };

  for (gsize i = 0; class_name != NULL && i < G_N_ELEMENTS (classes); i++)
    if (g_str_has_prefix (class_name, classes[i][0])) /* and maybe "Chunk" */
      return classes[i][1];

  return class_name != NULL ? class_name : "human";
}

/* Returns the message in what LangChain's serializer has written; NULL: it has not. @class_name: (out). */
static GstreamPayload *
get_serialized (GstreamPayload *message,
                const char    **class_name)
{
  GstreamPayload  *kwargs = gstream_payload_has (message, "/lc") ? gstream_payload_lookup (message, "/kwargs") : NULL;
  gsize            n = gstream_payload_get_size (message, "/id");
  g_autofree char *last = g_strdup_printf ("/id/%" G_GSIZE_FORMAT, MAX (n, 1) - 1);

  if (kwargs != NULL && gstream_payload_get_kind (kwargs) != GSTREAM_PAYLOAD_KIND_OBJECT)
    g_clear_pointer (&kwargs, gstream_payload_unref);
  if (kwargs != NULL)
    *class_name = gstream_payload_get_string (message, last);

  return kwargs;
}

/* Adds an id, and the user's role if there is none. */
static GstreamPayload *
complete_message (GstreamPayload *given)
{
  const char *class_name = NULL;
  g_autoptr (GstreamPayload) serialized = get_serialized (given, &class_name);
  GstreamPayload  *message = serialized != NULL ? serialized : given;
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (GString) json = g_string_new ("{");
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *value;

  if (!gstream_payload_has (message, "/type") && !gstream_payload_has (message, "/role"))
    gstream_json_add_string (json, "type", find_type (class_name));
  if (gstream_payload_get_string (message, "/id") == NULL)
    gstream_json_add_string (json, "id", id);
  gstream_payload_iter_init (&iter, message);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      if (!g_str_equal (name, "id") || gstream_payload_get_kind (value) == GSTREAM_PAYLOAD_KIND_STRING)
        gstream_json_add_payload (json, name, value);
      gstream_payload_unref (value);
    }
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

static gboolean
is_text (GstreamPayload *block)
{
  return gstream_payload_get_kind (block) == GSTREAM_PAYLOAD_KIND_STRING ||
         g_strcmp0 (gstream_payload_get_string (block, "/type"), "text") == 0;
}

/* Writes an array of content blocks: one of @text at the beginning, and those of @content that are not text. */
static void
write_blocks (GString        *json,
              const char     *text,
              GstreamPayload *content)
{
  GstreamPayloadIter iter;
  GstreamPayload    *block;

  g_string_append (json, "[{");
  gstream_json_add_string (json, "type", "text");
  gstream_json_add_string (json, "text", text);
  g_string_append_c (json, '}');
  gstream_payload_iter_init (&iter, content);
  while ((block = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      if (!is_text (block))
        {
          g_string_append_c (json, ',');
          g_string_append_len (json, block->json, block->length);
        }
      gstream_payload_unref (block);
    }
  g_string_append_c (json, ']');
}

/* Returns @message with another text; what else it has, such as pictures, stays. */
static GstreamPayload *
change_text (GstreamPayload *message,
             const char     *text)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) content = gstream_payload_lookup (message, "/content");
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *value;

  gstream_payload_iter_init (&iter, message);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      if (!g_str_equal (name, "content"))
        gstream_json_add_payload (json, name, value);
      gstream_payload_unref (value);
    }
  gstream_json_write_member (json, "content");
  if (content != NULL && gstream_payload_get_kind (content) == GSTREAM_PAYLOAD_KIND_ARRAY)
    write_blocks (json, text, content);
  else
    gstream_json_write_string (json, text);
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

static GstreamPayload *
make_message (const char *text,
              const char *id)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_add_string (json, "type", "human");
  gstream_json_add_string (json, "id", id);
  gstream_json_add_string (json, "content", text);
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

/* @message: with id and role. */
static GstreamConversationRow *
make_row (GstreamPayload *message)
{
  GstreamMessageJson      read;
  GstreamConversationRow *row;

  gstream_message_json_read (&read, gstream_payload_value (message));
  row = gstream_conversation_row_new (gstream_payload_get_string (message, "/id"), read.role,
                                      GSTREAM_CONVERSATION_ROW_STATUS_SENDING);
  gstream_conversation_row_take_json (row, gstream_payload_value (message), &read);

  return row;
}

static GstreamConversationRow *
make_text_row (const char *text)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (GstreamPayload) message = make_message (text, id);

  return make_row (message);
}

static gboolean
is_at_work (GstreamConversation *self)
{
  return self->run != NULL || self->attempt != NULL || self->waiting.length > 0;
}

static void
enqueue (GstreamConversation    *self,
         GstreamConversationRow *row,
         GstreamRunOptions      *options)
{
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_QUEUED, NULL);
  remember_options (row, options);
  g_list_store_append (self->queue, row);
  go_on (self);
}

static void
reject (GstreamConversation    *self,
        GstreamConversationRow *row)
{
  g_autoptr (GError) error =
      g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT, _ ("Another run of the conversation is under way"));

  show_sending (self, row);
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_FAILED, error);
  gstream_conversation_rows_settle (self->rows);
}

/* The row must be shown already, or be shown by the caller. */
static void
send_now (GstreamConversation    *self,
          GstreamConversationRow *row,
          GstreamRunOptions      *options)
{
  push (self, attempt_new_for_row (self, row, options, NULL, NULL));
}

static GstreamMultitaskStrategy
find_policy (GstreamConversation *self,
             GstreamRunOptions   *options)
{
  GstreamMultitaskStrategy policy =
      options != NULL ? gstream_run_options_get_multitask_strategy (options) : GSTREAM_MULTITASK_STRATEGY_DEFAULT;

  policy = policy != GSTREAM_MULTITASK_STRATEGY_DEFAULT ? policy : self->policy;
  return policy != GSTREAM_MULTITASK_STRATEGY_DEFAULT ? policy : GSTREAM_MULTITASK_STRATEGY_ENQUEUE;
}

/* Consumes @row, to which the list holds a reference. */
static GstreamConversationRow *
send_row (GstreamConversation    *self,
          GstreamConversationRow *row,
          GstreamRunOptions      *options)
{
  g_autoptr (GstreamConversationRow) own = row;
  GstreamMultitaskStrategy policy = find_policy (self, options);
  gboolean                 is_behind = g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0;

  if (!is_at_work (self))
    self->is_held = FALSE;
  if (is_at_work (self) && policy == GSTREAM_MULTITASK_STRATEGY_REJECT)
    reject (self, row);
  else if ((is_at_work (self) || is_behind) && policy == GSTREAM_MULTITASK_STRATEGY_ENQUEUE)
    enqueue (self, row, options);
  else
    {
      show_sending (self, row);
      send_now (self, row, options);
    }

  return row;
}

/**
 * gstream_conversation_send:
 * @self: a conversation
 * @text: the text of the message
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 *
 * Sends a message of the user. It becomes a row at once, whose status is sending, then sent when the thread has it; or
 * failed, with an error, and it can be sent again ([method@Conversation.retry]) or removed
 * ([method@Conversation.take_back]) (C4).
 *
 * During a run, [property@Conversation:policy], or the options' multitask strategy, determines what happens (C6): the
 * message waits in [property@Conversation:queue]; or the run is ended, and its changes are kept or undone; or the row
 * fails with %GSTREAM_ERROR_CONFLICT.
 *
 * If the agent is waiting for answers, its questions are skipped: the conversation goes on with the message.
 *
 * Returns: (transfer none): the row
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_send (GstreamConversation *self,
                           const char          *text,
                           GstreamRunOptions   *options)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (self->thread != NULL, NULL);
  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);

  return send_row (self, make_text_row (text), options);
}

/**
 * gstream_conversation_send_message:
 * @self: a conversation
 * @message: a message as LangChain's JSON has it, such as one with pictures in its content blocks
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 *
 * [method@Conversation.send] for messages that are not just text. If the message has no id, one is made; if it has no
 * role, it is the user's.
 *
 * Returns: (transfer none): the row
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_send_message (GstreamConversation *self,
                                   GstreamPayload      *message,
                                   GstreamRunOptions   *options)
{
  g_autoptr (GstreamPayload) complete = NULL;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (self->thread != NULL, NULL);
  g_return_val_if_fail (message != NULL && gstream_payload_get_kind (message) == GSTREAM_PAYLOAD_KIND_OBJECT, NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);

  complete = complete_message (message);
  return send_row (self, make_row (complete), options);
}

static gboolean
is_unsent (GstreamConversationRow *row)
{
  return row->is_other && row->payload != NULL &&
         (row->status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED ||
          row->status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED);
}

/* Returns the row of the state before which the checkpoint is; NULL: there is none. */
static GstreamConversationRow *
find_after (GstreamConversation *self,
            const char          *checkpoint_id)
{
  guint n = checkpoint_id != NULL ? gstream_conversation_rows_get_n_state (self->rows) : 0;

  for (guint i = 0; i < n; i++)
    {
      GstreamConversationRow *row = gstream_conversation_rows_get_state (self->rows, i);

      if (g_strcmp0 (row->checkpoint_id, checkpoint_id) == 0)
        return row;
    }
  return NULL;
}

/* What was to replace other messages still does. */
static Attempt *
attempt_new_again (GstreamConversation    *self,
                   GstreamConversationRow *row)
{
  const char             *checkpoint_id = g_object_get_data (G_OBJECT (row), "gstream-checkpoint");
  Attempt                *attempt = attempt_new_for_row (self, row, recall_options (row), checkpoint_id, NULL);
  GstreamConversationRow *replaced = find_after (self, attempt->checkpoint_id);

  attempt->replaced = replaced != NULL ? g_object_ref (replaced) : NULL;
  return attempt;
}

/**
 * gstream_conversation_retry:
 * @self: a conversation
 * @row: a row that could not be sent
 *
 * Sends a row again that has failed, or was stopped before the thread had it: with the same options, and in the place
 * of the same messages if it was to replace some. It has the same id, so that the thread cannot get it twice.
 *
 * Returns: %TRUE if it is being sent; %FALSE if it is not such a row, or during a run
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_retry (GstreamConversation    *self,
                            GstreamConversationRow *row)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (!is_unsent (row) || is_at_work (self))
    return FALSE;

  self->is_held = FALSE;
  gstream_conversation_rows_unsettle (self->rows, row);
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  push (self, attempt_new_again (self, row));

  return TRUE;
}

/**
 * gstream_conversation_take_back:
 * @self: a conversation
 * @row: a row that is queued, has failed, or was stopped
 *
 * Removes a row that the thread does not have: one that is still in the queue, could not be sent, or is the beginning
 * of an answer that was stopped.
 *
 * Returns: %TRUE if it was removed; %FALSE if the thread has it, or may have it
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_take_back (GstreamConversation    *self,
                                GstreamConversationRow *row)
{
  guint position;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (g_list_store_find (self->queue, row, &position))
    {
      g_list_store_remove (self->queue, position);
      go_on (self);
      return TRUE;
    }
  if (!row->is_other ||
      (row->status != GSTREAM_CONVERSATION_ROW_STATUS_FAILED && row->status != GSTREAM_CONVERSATION_ROW_STATUS_STOPPED))
    return FALSE;

  gstream_conversation_rows_remove (self->rows, row);
  return TRUE;
}

/* --- the queue --- */

/**
 * gstream_conversation_edit_queued:
 * @self: a conversation
 * @row: a row in the queue
 * @text: the new text
 *
 * Changes the text of a row that is still in [property@Conversation:queue]. What else the message has, such as pictures,
 * stays.
 *
 * Returns: %TRUE if it does; %FALSE if it is not in the queue any more
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_edit_queued (GstreamConversation    *self,
                                  GstreamConversationRow *row,
                                  const char             *text)
{
  g_autoptr (GstreamPayload) message = NULL;
  GstreamMessageJson read;
  guint              position;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);
  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), FALSE);

  if (!g_list_store_find (self->queue, row, &position))
    return FALSE;

  message = change_text (row->payload, text);
  gstream_message_json_read (&read, gstream_payload_value (message));
  gstream_conversation_row_take_json (row, gstream_payload_value (message), &read);

  return TRUE;
}

/**
 * gstream_conversation_move_queued:
 * @self: a conversation
 * @row: a row in the queue
 * @position: where it is to be; beyond the end: last
 *
 * Moves a row within [property@Conversation:queue].
 *
 * Returns: %TRUE if it is there; %FALSE if it is not in the queue any more
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_move_queued (GstreamConversation    *self,
                                  GstreamConversationRow *row,
                                  guint                   position)
{
  g_autoptr (GstreamConversationRow) keep = NULL;
  guint before;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (!g_list_store_find (self->queue, row, &before))
    return FALSE;

  keep = g_object_ref (row);
  g_list_store_remove (self->queue, before);
  g_list_store_insert (self->queue, MIN (position, g_list_model_get_n_items (G_LIST_MODEL (self->queue))), row);

  return TRUE;
}

/**
 * gstream_conversation_send_queued:
 * @self: a conversation
 *
 * Continues the queue after it was paused because a run was stopped or failed.
 *
 * Since: 1.0
 */
void
gstream_conversation_send_queued (GstreamConversation *self)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);

  self->is_held = FALSE;
  go_on (self);
}

/**
 * gstream_conversation_stop:
 * @self: a conversation
 *
 * Stops the current run, also on the thread unless [property@Thread:cancel-on-abort] is %FALSE. Its rows stay, and are
 * marked as stopped if they are not in the thread's state (C10). The queue is paused until something is sent, or
 * [method@Conversation.send_queued] is called.
 *
 * A run that is just being started is stopped when the thread has answered, because only then can it be cancelled;
 * until then, the conversation stays busy.
 *
 * Does nothing if there is no current run.
 *
 * Since: 1.0
 */
void
gstream_conversation_stop (GstreamConversation *self)
{
  g_autoptr (GstreamConversation) keep = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (!is_at_work (self))
    return;

  keep = g_object_ref (self);
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The conversation was stopped"));
  self->is_held = TRUE;
  drop_attempts (self, error);
  if (self->attempt != NULL) /* if its request were cancelled, the thread could begin the run all the same */
    self->attempt->is_stopped = TRUE;
  if (self->run != NULL)
    gstream_run_stream_abort (self->run);
  go_on (self);
}

/* --- again, and otherwise --- */

/* Fails if the action is not possible, or not now. */
static gboolean
check_branching (GstreamConversation *self,
                 GTask               *task)
{
  if (is_at_work (self) || self->stage != READING_NONE)
    return_at_work (task);
  else if (!self->keeps_history)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, _ ("The thread keeps no history"));
  else
    return TRUE;

  return FALSE;
}

/* The rows of a message that was sent together with that of @row, if that is the user's. */
static gboolean
is_sent_with (GstreamConversationRow *other,
              GstreamConversationRow *row)
{
  return other->role == GSTREAM_CONVERSATION_ROLE_HUMAN && row->role == GSTREAM_CONVERSATION_ROLE_HUMAN &&
         row->checkpoint_id != NULL && g_strcmp0 (other->checkpoint_id, row->checkpoint_id) == 0;
}

/*
 * Returns the row of the state that is made again, with those after it: for a row of the user, or one that the state
 * does not have, the one that comes next. NULL: there is none.
 */
static GstreamConversationRow *
find_answer (GstreamConversation    *self,
             GstreamConversationRow *row)
{
  GstreamConversationRow *at = row;
  guint                   place, n = gstream_conversation_rows_get_n_state (self->rows);

  if (row->in_state && row->role != GSTREAM_CONVERSATION_ROLE_HUMAN)
    return row;

  while (at != NULL && !at->in_state && at->is_settled)
    at = at->anchor;
  if (at != NULL && !at->in_state)
    return NULL; /* it is at the end */
  place = at != NULL ? at->place + 1 : 0;
  while (place < n && is_sent_with (gstream_conversation_rows_get_state (self->rows, place), row))
    place++;

  return place < n ? gstream_conversation_rows_get_state (self->rows, place) : NULL;
}

static gboolean
has_row (GstreamConversation    *self,
         GstreamConversationRow *row)
{
  return (row->in_state || row->is_other) && row->book == gstream_conversation_rows_get_book (self->rows);
}

static void
return_unknown (GstreamConversation    *self,
                GTask                  *task,
                GstreamConversationRow *row)
{
  if (!has_row (self, row))
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             _ ("The row “%s” is not in the conversation any more"), row->id != NULL ? row->id : "");
  else if (self->pages != NULL)
    return_at_work (task);
  else
    g_task_return_new_error (
        task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
        _ ("The checkpoint before row “%s” is not known: it is not in the history that was read, whose "
           "length “history-limit” says"),
        row->id != NULL ? row->id : "");
}

/**
 * gstream_conversation_regenerate:
 * @self: a conversation
 * @row: the answer to be made again, or a message of the user to be answered again
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run has begun, or there is an error
 * @user_data: for @callback
 *
 * Makes the agent answer again, with a run from the checkpoint before @row (C7). The row, and those after it, are
 * removed; they are another branch, which [method@Conversation.choose_branch] can show again.
 *
 * An answer that was stopped or failed, or that there is none of, is made in its place: messages of the state that come
 * after it are removed, and if there are none, the agent continues from the current checkpoint.
 *
 * Since: 1.0
 */
void
gstream_conversation_regenerate (GstreamConversation    *self,
                                 GstreamConversationRow *row,
                                 GstreamRunOptions      *options,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (Attempt) attempt = NULL;
  GstreamConversationRow *answer;
  const char             *before = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_conversation_regenerate, cancellable, callback, user_data);
  if (!check_branching (self, task))
    return;

  answer = has_row (self, row) ? find_answer (self, row) : NULL;
  if (answer != NULL)
    before = gstream_checkpoint_tree_get_before (self->tree, self->head, answer->id, answer->role);
  if (!has_row (self, row) || (answer != NULL && before == NULL))
    {
      return_unknown (self, task, answer != NULL ? answer : row);
      return;
    }

  attempt = attempt_new (self, options, task);
  attempt->checkpoint_id = g_strdup (before);
  attempt->replaced = answer != NULL ? g_object_ref (answer) : NULL;
  if (!row->in_state && !is_unsent (row))
    gstream_conversation_rows_remove (self->rows, row);
  push (self, g_steal_pointer (&attempt));
}

/**
 * gstream_conversation_regenerate_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.regenerate].
 *
 * Fails with %GSTREAM_ERROR_NOT_SUPPORTED if the thread has no history, %GSTREAM_ERROR_NOT_FOUND if the checkpoint has
 * not been read or the row is not in the conversation any more, %GSTREAM_ERROR_CONFLICT during a run and while the
 * history with that checkpoint is being read, and with the thread's error. On failure, the rows are restored.
 *
 * Returns: %TRUE if the run has begun; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_regenerate_finish (GstreamConversation *self,
                                        GAsyncResult        *result,
                                        GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_regenerate_sync:
 * @self: a conversation
 * @row: the row to be made or answered again
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.regenerate] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.regenerate_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if the run has begun; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_regenerate_sync (GstreamConversation    *self,
                                      GstreamConversationRow *row,
                                      GstreamRunOptions      *options,
                                      GCancellable           *cancellable,
                                      GError                **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_regenerate (self, row, options, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/**
 * gstream_conversation_edit:
 * @self: a conversation
 * @row: a message of the user
 * @text: the new text
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run has begun, or there is an error
 * @user_data: for @callback
 *
 * Replaces a message of the user, with a run from the checkpoint before @row (C7). The new message becomes a row at
 * once and replaces @row and those after it, which then are another branch.
 *
 * Since: 1.0
 */
void
gstream_conversation_edit (GstreamConversation    *self,
                           GstreamConversationRow *row,
                           const char             *text,
                           GstreamRunOptions      *options,
                           GCancellable           *cancellable,
                           GAsyncReadyCallback     callback,
                           gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstreamConversationRow) edited = NULL;
  Attempt *attempt;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (text != NULL && g_utf8_validate (text, -1, NULL));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_conversation_edit, cancellable, callback, user_data);
  if (!check_branching (self, task))
    return;
  if (!row->in_state || row->checkpoint_id == NULL)
    {
      return_unknown (self, task, row);
      return;
    }

  edited = make_text_row (text);
  g_task_set_task_data (task, g_object_ref (edited), g_object_unref);
  attempt = attempt_new_for_row (self, edited, options, row->checkpoint_id, task);
  attempt->replaced = g_object_ref (row);
  show_sending (self, edited);
  push (self, attempt);
}

/**
 * gstream_conversation_edit_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.edit].
 *
 * Fails as [method@Conversation.regenerate_finish] does.
 *
 * Returns: (transfer full): the new row; %NULL with @error set
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_edit_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_boolean (G_TASK (result), error) ? g_object_ref (g_task_get_task_data (G_TASK (result)))
                                                           : NULL;
}

/**
 * gstream_conversation_edit_sync:
 * @self: a conversation
 * @row: a message of the user
 * @text: the new text
 * @options: (nullable): the options of the run; %NULL: [property@Conversation:options]
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.edit] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.edit_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: (transfer full): the new row; %NULL with @error set
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_edit_sync (GstreamConversation    *self,
                                GstreamConversationRow *row,
                                const char             *text,
                                GstreamRunOptions      *options,
                                GCancellable           *cancellable,
                                GError                **error)
{
  GstreamSync sync;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (self->thread != NULL, NULL);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), NULL);
  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!begin_sync (self, &sync, error))
    return NULL;

  gstream_conversation_edit (self, row, text, options, cancellable, gstream_sync_done, &sync);
  result = end_sync (&sync);
  return gstream_conversation_edit_finish (self, result, error);
}

/* --- answers --- */

static gboolean
is_listed_before (GPtrArray *questions,
                  guint      position)
{
  guint first;

  return g_ptr_array_find (questions, questions->pdata[position], &first) && first < position;
}

/* Returns NULL if all can be answered. */
static GError *
check_questions (GstreamConversation *self,
                 GPtrArray           *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      GstreamQuestion *question = questions->pdata[i];
      const char      *text = gstream_question_get_text (question);

      if (!g_list_store_find (self->questions, question, NULL))
        return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("The question “%s” is not asked any more"),
                            text);
      if (gstream_question_get_answering (question) || is_listed_before (questions, i))
        return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT, _ ("The question “%s” is being answered"), text);
    }
  return NULL;
}

static void
answer (GstreamConversation *self,
        GPtrArray           *questions,
        GPtrArray           *responses,
        GTask               *task)
{
  GError  *error = check_questions (self, questions);
  Attempt *attempt;

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attempt = attempt_new (self, NULL, task);
  attempt->strategy = GSTREAM_MULTITASK_STRATEGY_DEFAULT;
  attempt->questions = g_ptr_array_copy (questions, (GCopyFunc) g_object_ref, NULL);
  attempt->responses = g_ptr_array_copy (responses, (GCopyFunc) gstream_payload_ref, NULL);
  g_ptr_array_set_free_func (attempt->questions, g_object_unref);
  g_ptr_array_set_free_func (attempt->responses, (GDestroyNotify) gstream_payload_unref);
  set_answering (attempt, TRUE, NULL);
  push (self, attempt);
}

/**
 * gstream_conversation_respond:
 * @self: a conversation
 * @question: one of [property@Conversation:questions]
 * @response: the answer
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when the answer was taken, or refused
 * @user_data: for @callback
 *
 * Answers a question (C8). If other branches of the run are still running, the answer is sent when the run has ended,
 * together with other answers that were given until then.
 *
 * The question is removed when its answer was accepted. If it was refused, the question stays, with the error.
 *
 * Since: 1.0
 */
void
gstream_conversation_respond (GstreamConversation *self,
                              GstreamQuestion     *question,
                              GstreamPayload      *response,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) questions = g_ptr_array_new ();
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (GSTREAM_IS_QUESTION (question));
  g_return_if_fail (response != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_ptr_array_add (questions, question);
  g_ptr_array_add (responses, response);
  task = new_task (self, gstream_conversation_respond, cancellable, callback, user_data);
  answer (self, questions, responses, task);
}

/**
 * gstream_conversation_respond_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.respond].
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if the question is not pending any more, %GSTREAM_ERROR_CONFLICT if another
 * answer is being sent, and with the thread's error if it refuses the answer.
 *
 * Returns: %TRUE if the answer was taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_finish (GstreamConversation *self,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_respond_sync:
 * @self: a conversation
 * @question: one of [property@Conversation:questions]
 * @response: the answer
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.respond] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.respond_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if the answer was taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_sync (GstreamConversation *self,
                                   GstreamQuestion     *question,
                                   GstreamPayload      *response,
                                   GCancellable        *cancellable,
                                   GError             **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (GSTREAM_IS_QUESTION (question), FALSE);
  g_return_val_if_fail (response != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_respond (self, question, response, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/**
 * gstream_conversation_respond_all:
 * @self: a conversation
 * @questions: (element-type GstreamQuestion): some of [property@Conversation:questions]
 * @responses: (element-type GstreamPayload): an answer to each
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when the answers were taken, or refused
 * @user_data: for @callback
 *
 * [method@Conversation.respond] for several questions together: all answers are accepted, or none.
 *
 * Since: 1.0
 */
void
gstream_conversation_respond_all (GstreamConversation *self,
                                  GPtrArray           *questions,
                                  GPtrArray           *responses,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (questions != NULL && questions->len > 0);
  g_return_if_fail (responses != NULL && responses->len == questions->len);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_conversation_respond_all, cancellable, callback, user_data);
  answer (self, questions, responses, task);
}

/**
 * gstream_conversation_respond_all_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.respond_all], which fails as
 * [method@Conversation.respond_finish] says.
 *
 * Returns: %TRUE if the answers were taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_all_finish (GstreamConversation *self,
                                         GAsyncResult        *result,
                                         GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_respond_all_sync:
 * @self: a conversation
 * @questions: (element-type GstreamQuestion): some of [property@Conversation:questions]
 * @responses: (element-type GstreamPayload): an answer to each
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.respond_all] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.respond_all_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if the answers were taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_all_sync (GstreamConversation *self,
                                       GPtrArray           *questions,
                                       GPtrArray           *responses,
                                       GCancellable        *cancellable,
                                       GError             **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (questions != NULL && questions->len > 0, FALSE);
  g_return_val_if_fail (responses != NULL && responses->len == questions->len, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_respond_all (self, questions, responses, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}

/* Returns the question that an answer refers to; NULL: there is none. */
static GstreamQuestion *
find_named (GstreamConversation *self,
            const char          *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));

  for (guint i = 0; id != NULL && i < n; i++)
    {
      g_autoptr (GstreamQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i);

      if (g_strcmp0 (gstream_interrupt_get_id (gstream_question_get_interrupt (question)), id) == 0)
        return question; /* owned by the list */
    }
  return NULL;
}

/* Returns NULL if all of them are valid. */
static GError *
read_answer (GstreamConversation *self,
             GstreamPayload      *entry,
             GPtrArray           *questions,
             GPtrArray           *responses)
{
  const char      *id = gstream_payload_get_string (entry, "/interrupt_id");
  GstreamPayload  *response = gstream_payload_lookup (entry, "/response");
  GstreamQuestion *question = find_named (self, id);

  if (response == NULL || id == NULL)
    {
      g_clear_pointer (&response, gstream_payload_unref);
      return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                  _ ("An answer is an object with “interrupt_id”, a string, and “response”"));
    }
  g_ptr_array_add (responses, response);
  if (question == NULL)
    return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("The question “%s” is not asked any more"), id);

  g_ptr_array_add (questions, question);
  return NULL;
}

static GError *
read_answers (GstreamConversation *self,
              GstreamPayload      *entries,
              GPtrArray           *questions,
              GPtrArray           *responses)
{
  GError            *error = NULL;
  GstreamPayloadIter iter;
  GstreamPayload    *entry;

  gstream_payload_iter_init (&iter, entries);
  while (error == NULL && (entry = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      error = read_answer (self, entry, questions, responses);
      gstream_payload_unref (entry);
    }
  return error;
}

/**
 * gstream_conversation_respond_json:
 * @self: a conversation
 * @responses: the answers, as the protocol has them: an array of objects with `interrupt_id` and `response`
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when the answers were taken, or refused
 * @user_data: for @callback
 *
 * [method@Conversation.respond_all] with the answers in one payload: for programs that have them in this form, and for
 * languages that cannot pass an array of boxed values. Each refers to its question by the id of
 * [property@Question:interrupt].
 *
 * Since: 1.0
 */
void
gstream_conversation_respond_json (GstreamConversation *self,
                                   GstreamPayload      *responses,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) questions = g_ptr_array_new ();
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  GError *error;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (self->thread != NULL);
  g_return_if_fail (responses != NULL && gstream_payload_get_kind (responses) == GSTREAM_PAYLOAD_KIND_ARRAY);
  g_return_if_fail (gstream_payload_get_size (responses, "") > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_task (self, gstream_conversation_respond_json, cancellable, callback, user_data);
  error = read_answers (self, responses, questions, read);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    answer (self, questions, read, task);
}

/**
 * gstream_conversation_respond_json_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.respond_json], which fails as
 * [method@Conversation.respond_finish] says, and with %GSTREAM_ERROR_INVALID where
 * an answer has another form.
 *
 * Returns: %TRUE if the answers were taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_json_finish (GstreamConversation *self,
                                          GAsyncResult        *result,
                                          GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_respond_json_sync:
 * @self: a conversation
 * @responses: the answers, as [method@Conversation.respond_json] has them
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Conversation.respond_json] does, and iterates the thread's main context until then (R9).
 *
 * Fails as [method@Conversation.respond_json_finish] says, and with %GSTREAM_ERROR_WRONG_CONTEXT where that context belongs
 * to another thread.
 *
 * Returns: %TRUE if the answers were taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_json_sync (GstreamConversation *self,
                                        GstreamPayload      *responses,
                                        GCancellable        *cancellable,
                                        GError             **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (responses != NULL && gstream_payload_get_kind (responses) == GSTREAM_PAYLOAD_KIND_ARRAY, FALSE);
  g_return_val_if_fail (gstream_payload_get_size (responses, "") > 0, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!begin_sync (self, &sync, error))
    return FALSE;

  gstream_conversation_respond_json (self, responses, cancellable, gstream_sync_done, &sync);
  return end_sync_boolean (&sync, error);
}
