/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that a thread and its server exchange beside events: commands, their answers, and which questions a thread's
 * state says are open (N4).
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/thread/gstream-run-options.h>

G_BEGIN_DECLS

#define GSTREAM_COMMAND_SUBSCRIBE 1 /* ids: each kind of command is under way at most once per connection */
#define GSTREAM_COMMAND_RUN 2
#define GSTREAM_COMMAND_TREE 3

/*
 * Each returns a command as JSON; NULL, with an error, where the options are wrong. @responses: an array of
 * objects with `response`, and `interrupt_id` and `namespace` where the question is named.
 */
char *gstream_command_start (const char        *assistant, /* nullable, as in those below: there is only one */
                             GstreamPayload    *input,     /* nullable */
                             GstreamRunOptions *options,
                             GError           **error);
char *gstream_command_respond (const char        *assistant,
                               GstreamPayload    *responses,
                               GstreamRunOptions *options,
                               GError           **error);
/* A start whose input is the responses, for a server that no longer knows the run that asked. */
char *gstream_command_resume (const char        *assistant,
                              GstreamPayload    *responses,
                              GstreamRunOptions *options,
                              GError           **error);
char *gstream_command_tree (void);

/* What of a thread's events is asked for (N5, N10). Immutable. */
typedef struct
{
  grefcount       ref_count;
  char          **channels;   /* of the protocol; lifecycle and input among them */
  GstreamPayload *namespaces; /* an array of arrays of strings; NULL: all */
  int             depth;      /* levels below those; -1: all */
} GstreamSubscription;

/* For a run with this mux. */
GstreamSubscription *gstream_subscription_new (GstreamStreamMux  *mux,
                                               GstreamRunOptions *options);
GstreamSubscription *gstream_subscription_ref (GstreamSubscription *self);
void                 gstream_subscription_unref (GstreamSubscription *self);

char *gstream_command_subscribe (const GstreamSubscription *wanted);
/* The body of POST …/stream/events. */
char *gstream_command_filter (const GstreamSubscription *wanted);

typedef struct
{
  char  *run_id;      /* NULL: the server did not say */
  gint64 applied_seq; /* seq of the thread's last event before the command; -1: the server did not say */
} GstreamAnswer;

/* FALSE, with an error: the command was refused, or @payload is no answer. */
gboolean gstream_answer_parse (GstreamPayload *payload,
                               GstreamAnswer  *answer,
                               GError        **error);

/*
 * `input.requested` events for the interrupts that @state has and @known, a set
 * of ids, has not; in the order of the state's tasks. To each new one @known grows.
 */
void gstream_open_questions_add_events (GstreamPayload *state,
                                        GHashTable     *known,
                                        gint64          timestamp,
                                        GQueue         *events);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSubscription, gstream_subscription_unref)

G_END_DECLS
