/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of rows, for the list that a row is in, and for the conversation.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

typedef struct _GstreamCallBook  GstreamCallBook;
typedef struct _GstreamCallEntry GstreamCallEntry;

struct _GstreamConversationRow
{
  GObject parent_instance;

  char             *id;        /* NULL: it has none */
  GstreamPayload   *payload;   /* the message as JSON, a copy; NULL: it has only been streamed */
  GstreamMessage   *message;   /* the message that is streaming, or has ended and is not in a state yet; NULL: none */
  GstreamCallBook  *book;      /* of the list that it is in; NULL: it was in none */
  char             *text;      /* from @payload, or from before @message was streamed again; NULL: not made yet */
  char             *reasoning; /* likewise */
  GstreamPayload   *content;   /* likewise */
  GListStore       *calls;     /* of GstreamConversationToolCall; NULL: not used yet */
  GListStore       *subagents; /* of GstreamSubagent; NULL: not used, and empty */
  GError           *error;     /* with FAILED */
  char             *call_id;   /* of the call that it is the result of; NULL: none */
  GstreamCallEntry *requests;  /* used by @book: the calls that it requests; NULL: none */
  char             *checkpoint_id; /* of the checkpoint before it; NULL: not known */
  gint64            time;          /* microseconds since the epoch; 0: not known */
  GDateTime        *date_time;     /* the same; NULL: not used yet, or not known */
  guint             n_branches;
  guint             branch;

  /* Used by the list that the row is in. */
  guint32                 place;     /* position in the newest state */
  guint32                 target;    /* position at which it is to be shown */
  guint32                 read;      /* number of the reading in which it was found in a state */
  guint32                 aimed;     /* number of the aim in which it is to be shown */
  guint32                 described; /* number of the description in which it was found in the history */
  GstreamConversationRow *anchor;    /* of a settled row: the row that it follows; not held; NULL: it is the first */

  guint role : 4;       /* GstreamConversationRole */
  guint status : 4;     /* GstreamConversationRowStatus */
  guint in_state : 1;   /* it was found in the newest state */
  guint is_other : 1;   /* it is in @others, which the state does not have */
  guint is_shown : 1;   /* it is shown */
  guint moves : 1;      /* it is shown at another position than it is to be */
  guint is_settled : 1; /* it follows its anchor, although it is not in the state */
  guint is_past : 1;    /* it is not in the state, but of a run that has ended without a failure */
};

/* @status: the status of a row that is not in a state yet. */
GstreamConversationRow *gstream_conversation_row_new (const char                  *id,
                                                      GstreamConversationRole      role,
                                                      GstreamConversationRowStatus status);
void                    gstream_conversation_row_join (GstreamConversationRow *self,
                                                       GstreamCallBook        *book);
/* To be called when it has been removed from its list. */
void gstream_conversation_row_part (GstreamConversationRow *self);
/* Sets the message, from a state or as it is sent. @message: the parsed @json. */
void gstream_conversation_row_take_json (GstreamConversationRow   *self,
                                         GstreamJsonValue          json,
                                         const GstreamMessageJson *message);
void gstream_conversation_row_take_message (GstreamConversationRow *self,
                                            GstreamMessage         *message);
/* Makes the calls that its message requests so far known; else they are when the message notifies. */
void gstream_conversation_row_book_calls (GstreamConversationRow *self);
void gstream_conversation_row_set_status (GstreamConversationRow      *self,
                                          GstreamConversationRowStatus status,
                                          const GError                *error);
void gstream_conversation_row_set_time (GstreamConversationRow *self,
                                        gint64                  time);
void gstream_conversation_row_set_branch (GstreamConversationRow *self,
                                          const char             *checkpoint_id,
                                          guint                   n_branches,
                                          guint                   branch);

G_END_DECLS
