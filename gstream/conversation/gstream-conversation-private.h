/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation from the inside, shared by its files: the object (gstream-conversation.c), its runs and what starts them
 * (gstream-conversation-runs.c), and what the thread keeps: the state, the history, what is asked
 * (gstream-conversation-state.c).
 */
#pragma once

#include <gstream/conversation/gstream-checkpoint-tree-private.h>
#include <gstream/conversation/gstream-conversation.h>
#include <gstream/conversation/gstream-run-reader-private.h>

G_BEGIN_DECLS

typedef struct _GstreamAttempt GstreamAttempt;

/* What is done with the state once it has come. */
typedef enum
{
  GSTREAM_READING_NONE,   /* nothing is read */
  GSTREAM_READING_FETCH,  /* it is on its way */
  GSTREAM_READING_SHOW,   /* its rows are being shown */
  GSTREAM_READING_END,    /* rows that it does not have are leaving */
  GSTREAM_READING_ATTACH, /* a run that may be under way is asked for */
} GstreamReadingStage;

struct _GstreamConversation
{
  GObject parent_instance;

  GstreamThread           *thread;
  char                    *messages_key;
  gboolean                 tool_rows;
  GstreamMultitaskStrategy policy;
  GstreamRunOptions       *options; /* what every run is started with; NULL: nothing */
  guint                    history_limit;

  GstreamConversationRows *rows;
  GListStore              *questions; /* of GstreamQuestion */
  GListStore              *queue;     /* of GstreamConversationRow */
  GstreamPayload          *values;    /* of the newest state; NULL: there was none */
  GError                  *error;
  GCancellable            *closing; /* cancelled when it is disposed of */

  /* runs */
  GstreamRunStream *run;         /* that is under way; NULL: none */
  GstreamRunReader *reader;      /* of @run */
  GstreamAttempt   *attempt;     /* that the thread has been asked for; NULL: none */
  GQueue            waiting;     /* of GstreamAttempt: those that come next */
  gboolean          is_attached; /* @run was not started here: it may tell what was before the state that was read */
  gboolean          is_held;     /* what is queued waits until the user goes on: a run was stopped, or failed */
  gboolean          is_whole;    /* the last run came to its own end */
  char             *base;        /* the checkpoint that @run began at; NULL: not known */
  GPtrArray        *answered;    /* of GstreamInterrupt: those taken by @run, which may tell them again */

  /* the state */
  GstreamReadingStage stage;
  gboolean            attaches;  /* once the state has been read, a run under way is followed */
  gboolean            has_list;  /* the state has the list of messages */
  GTask              *reading;   /* of the call that has it read; NULL: nobody asked */
  char               *head;      /* the checkpoint that is shown; NULL: not known */
  gboolean            is_chosen; /* @head is not the thread's newest: the next run starts there */
  char               *choice;    /* the checkpoint that is being read; NULL: the newest */

  /* the history */
  GstreamCheckpointTree *tree;
  gboolean               keeps_history; /* as far as is known */
  gboolean               reads_history;
  guint                  n_pages; /* read since it was begun */

  GPtrArray *idle; /* of GTask: those that wait until all is done */
  gboolean   shown_busy;
  gboolean   shown_loading;
};

enum
{
  GSTREAM_CONVERSATION_PROP_0,
  GSTREAM_CONVERSATION_PROP_THREAD,
  GSTREAM_CONVERSATION_PROP_MESSAGES_KEY,
  GSTREAM_CONVERSATION_PROP_TOOL_ROWS,
  GSTREAM_CONVERSATION_PROP_POLICY,
  GSTREAM_CONVERSATION_PROP_OPTIONS,
  GSTREAM_CONVERSATION_PROP_HISTORY_LIMIT,
  GSTREAM_CONVERSATION_PROP_N_ITEMS,
  GSTREAM_CONVERSATION_PROP_BUSY,
  GSTREAM_CONVERSATION_PROP_LOADING,
  GSTREAM_CONVERSATION_PROP_ERROR,
  GSTREAM_CONVERSATION_PROP_RUN,
  GSTREAM_CONVERSATION_PROP_VALUES,
  GSTREAM_CONVERSATION_PROP_CHECKPOINT_ID,
  GSTREAM_CONVERSATION_PROP_QUESTIONS,
  GSTREAM_CONVERSATION_PROP_QUEUE,
  GSTREAM_CONVERSATION_N_PROPS
};

void gstream_conversation_notify (GstreamConversation *self,
                                  guint                property);
void gstream_conversation_set_error (GstreamConversation *self,
                                     const GError        *error);
void gstream_conversation_set_values (GstreamConversation *self,
                                      GstreamPayload      *values);

/* Does what comes next, if anything is due; else tells those who wait for that. Notifies busy and loading. */
void gstream_conversation_go_on (GstreamConversation *self);

/* --- its runs --- */

void gstream_conversation_follow (GstreamConversation *self,
                                  GstreamRunStream    *run,
                                  gboolean             is_attached);
/* Lets go of the run that is under way, which goes on without it. */
void gstream_conversation_leave_run (GstreamConversation *self);
/* Begins what waits, if it can begin now. */
void gstream_conversation_begin_next (GstreamConversation *self);
void gstream_conversation_drop_attempts (GstreamConversation *self,
                                         const GError        *error);

/* --- its state --- */

/* Has the newest state read, and, with @attaches, a run followed that is under way. */
void gstream_conversation_read_state (GstreamConversation *self,
                                      gboolean             attaches);
/* The rows are as they are to be. */
void gstream_conversation_on_rows_settled (GstreamConversation *self);
/* What a run asks, or, with @is_all, all that the state says is asked. */
void gstream_conversation_take_interrupts (GstreamConversation *self,
                                           GPtrArray           *interrupts,
                                           gboolean             is_all);
/* One that was not taken, or all (NULL), is no question any more. */
void gstream_conversation_drop_question (GstreamConversation *self,
                                         GstreamQuestion     *question);

G_END_DECLS
