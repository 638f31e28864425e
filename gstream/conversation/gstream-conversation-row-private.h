/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row from the inside: for the list that it stands in, and for the conversation.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

typedef struct _GstreamCallBook GstreamCallBook;

struct _GstreamConversationRow
{
  GObject parent_instance;

  char            *id;      /* NULL: it has none */
  GstreamPayload  *payload; /* the message as JSON, a copy of its own; NULL: it has only been heard */
  GstreamMessage  *message; /* that is spoken, or was and has not been seen in a state; NULL: none */
  GstreamCallBook *book;    /* of the list that it stands in; NULL: it was in none */
  char *text;      /* read from @payload, or heard before @message told it again; NULL: nobody asked, or it was not */
  char *reasoning; /* likewise */
  GstreamPayload *content;       /* likewise */
  GListStore     *calls;         /* of GstreamConversationToolCall; NULL: nobody asked */
  GListStore     *subagents;     /* of GstreamSubagent; NULL: nobody asked, and there are none */
  GError         *error;         /* with FAILED */
  char           *call_id;       /* of the call that it is the result of; NULL: none */
  char           *checkpoint_id; /* of the one before it; NULL: not known */
  gint64          time;          /* microseconds since the epoch; 0: not known */
  GDateTime      *date_time;     /* the same; NULL: nobody has asked for it, or it is not known */
  guint           n_branches;
  guint           branch;

  /* Its place in a list, that list's business. */
  guint32                 place;  /* in the newest state */
  guint32                 target; /* where it is to be shown, counted in rows */
  guint32                 read;   /* the number of the reading that found it in a state */
  guint32                 aimed;  /* the number of the aim that it is to be shown by */
  GstreamConversationRow *anchor; /* of a settled one: the row that it stands behind; not held; NULL: it is the first */

  guint role : 4;         /* GstreamConversationRole */
  guint status : 4;       /* GstreamConversationRowStatus */
  guint in_state : 1;     /* it was found in the newest state */
  guint is_other : 1;     /* it is among those that the state does not have */
  guint is_shown : 1;     /* it is shown */
  guint moves : 1;        /* it is shown elsewhere than where it is to be */
  guint is_described : 1; /* the history knows it; while rows are told what it knows */
  guint is_settled : 1;   /* it stands behind its anchor, although the state does not have it */
};

/* @status: of a row that is not in a state yet. */
GstreamConversationRow *gstream_conversation_row_new (const char                  *id,
                                                      GstreamConversationRole      role,
                                                      GstreamConversationRowStatus status);
void                    gstream_conversation_row_join (GstreamConversationRow *self,
                                                       GstreamCallBook        *book);
/* It is in no list any more. */
void gstream_conversation_row_part (GstreamConversationRow *self);
/* What a state has at its place, or what is sent. @message is what @json was read as. */
void gstream_conversation_row_take_json (GstreamConversationRow   *self,
                                         GstreamJsonValue          json,
                                         const GstreamMessageJson *message);
void gstream_conversation_row_take_message (GstreamConversationRow *self,
                                            GstreamMessage         *message);
void gstream_conversation_row_set_status (GstreamConversationRow      *self,
                                          GstreamConversationRowStatus status,
                                          const GError                *error);
void gstream_conversation_row_set_time (GstreamConversationRow *self,
                                        gint64                  time);
void gstream_conversation_row_set_branch (GstreamConversationRow *self,
                                          const char             *checkpoint_id,
                                          guint                   n_branches,
                                          guint                   branch);
void gstream_conversation_row_add_subagent (GstreamConversationRow *self,
                                            GstreamSubagent        *subagent);

G_END_DECLS
