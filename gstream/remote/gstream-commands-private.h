/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that a thread and its server exchange besides events: commands, their answers, and the pending interrupts in
 * a thread's state (N4).
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/thread/gstream-run-options.h>

G_BEGIN_DECLS

#define GSTREAM_COMMAND_SUBSCRIBE 1 /* ids: there is at most one pending command of each kind per connection */
#define GSTREAM_COMMAND_RUN 2
#define GSTREAM_COMMAND_TREE 3

/*
 * Each returns a command as JSON; NULL with an error if the options are invalid. @responses: an array of objects with
 * `response`, and `interrupt_id` and `namespace` if the interrupt is specified. @thread_exists: it is the command for a
 * thread of a server, and not the thread's first.
 */
char *gstream_command_start (const char        *assistant, /* nullable, here and below: the only one */
                             GstreamPayload    *input,     /* nullable */
                             GstreamRunOptions *options,
                             gboolean           thread_exists,
                             GError           **error);
char *gstream_command_respond (const char        *assistant,
                               GstreamPayload    *responses,
                               GstreamRunOptions *options,
                               gboolean           thread_exists,
                               GError           **error);
/* A run.start command whose input are the responses, for a server that does not know the interrupted run any more. */
char *gstream_command_resume (const char        *assistant,
                              GstreamPayload    *responses,
                              GstreamRunOptions *options,
                              GError           **error);
char *gstream_command_tree (void);

/* Which of a thread's events are subscribed to (N5, N10). Immutable. */
typedef struct
{
  grefcount       ref_count;
  char          **channels;   /* of the protocol; lifecycle and input are included */
  GstreamPayload *namespaces; /* an array of arrays of strings; NULL: all */
  int             depth;      /* levels below those; -1: all */
} GstreamSubscription;

/* Makes the subscription for a run with this mux. */
GstreamSubscription *gstream_subscription_new (GstreamStreamMux  *mux,
                                               GstreamRunOptions *options);
GstreamSubscription *gstream_subscription_ref (GstreamSubscription *self);
void                 gstream_subscription_unref (GstreamSubscription *self);

char *gstream_command_subscribe (const GstreamSubscription *wanted);
/* The body of POST …/stream/events. */
char *gstream_command_filter (const GstreamSubscription *wanted);

typedef struct
{
  char  *run_id;      /* NULL: the answer does not have it */
  gint64 applied_seq; /* seq of the thread's last event before the command; -1: the answer does not have it */
} GstreamAnswer;

/* Returns FALSE with an error if the command was refused, or @payload is not an answer. */
gboolean gstream_answer_parse (GstreamPayload *payload,
                               GstreamAnswer  *answer,
                               GError        **error);

/*
 * Appends `input.requested` events for those interrupts in @state that are not in @known, a set of ids, in the order of
 * the state's tasks. Adds their ids to @known.
 */
void gstream_open_questions_add_events (GstreamPayload *state,
                                        GHashTable     *known,
                                        gint64          timestamp,
                                        GQueue         *events);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSubscription, gstream_subscription_unref)

G_END_DECLS
