/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON that a thread and its server exchange beside events: commands, their answers, and which questions a thread's
 * state says are open (N4).
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/event/gstream-interrupt.h>

G_BEGIN_DECLS

#define GSTREAM_COMMAND_SUBSCRIBE 1 /* ids: each kind of command is under way at most once per connection */
#define GSTREAM_COMMAND_RUN 2
#define GSTREAM_COMMAND_TREE 3

/* Each returns a command as JSON; @config and @metadata are nullable. */
char *gstream_command_start (const char     *assistant,
                             GstreamPayload *input,
                             GstreamPayload *config,
                             GstreamPayload *metadata);
char *gstream_command_respond (const char     *assistant,
                               GPtrArray      *interrupts, /* of GstreamInterrupt */
                               GPtrArray      *responses,  /* of GstreamPayload, as many */
                               GstreamPayload *config,
                               GstreamPayload *metadata);
/* A start whose input is the responses, for a server that no longer knows the run that asked. */
char *gstream_command_resume (const char *assistant,
                              GPtrArray  *interrupts,
                              GPtrArray  *responses);
char *gstream_command_tree (void);
char *gstream_command_subscribe (const char *const *channels);
/* The body of POST …/stream/events. */
char *gstream_command_filter (const char *const *channels);

/* Returns: (transfer full): those of @modes that are channels of the protocol, and lifecycle and input (N5). */
char **gstream_command_channels (const char *const *modes);

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

G_END_DECLS
