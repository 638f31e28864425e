/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An Agent Server that has one thread and one run, a recorded one, and the
 * faults that a network has; and what a client ends up with.
 */
#pragma once

#include <gstream/remote/gstream-server-thread.h>

#include "fake-server.h"

/* What befalls one connection to the thread's events. */
typedef struct
{
  gsize       cut_at; /* bytes of the answer, its headers included; 0: it is whole */
  gsize       piece;  /* the most that is sent at once; 0: everything */
  gboolean    stall;  /* at cut_at: nothing more comes, and the connection stays open */
  guint       delay;  /* ms: at cut_at it goes on after as long */
  guint       pause;  /* ms: after each piece */
  guint       only;   /* number of events after which nothing more comes, and the connection stays open; 0: all come */
  gboolean    chats;  /* after those, comments or pings come */
  gboolean    ends;   /* the answer comes to its proper end when all is sent, or cut_at is a number of events */
  GBytes     *raw;    /* what comes instead of the events: of the stream's text, or frames */
  const char *status; /* not the events, but this: "503 Service Unavailable" */
  const char *headers;
  const char *body;
} Fault;

typedef struct
{
  FakeServer *server;
  GPtrArray  *events;            /* the JSON of each */
  char *(*make_event) (guint n); /* after those, and then no end: one more, when all before it is sent */
  char       *run_id;
  char       *created_at;
  char       *run_status;       /* what GET …/runs/RUN says; NULL: that there is none */
  guint       n_running;        /* times that it says "running", first */
  char       *state;            /* what GET …/state says */
  char       *answer;           /* to the command; NULL: success */
  gint64      applied_seq;      /* in it; -1: not said */
  GArray     *faults;           /* Fault: of the connections to come */
  GArray     *command_faults;   /* the same, of commands */
  guint       silence;          /* ms: the silence-timeout of the threads made for it */
  gboolean    mute;             /* commands over a WebSocket are not answered */
  gboolean    is_partial;       /* it has threads, and nothing below them */
  const char *retry;            /* what comes before a stream's events; or NULL */
  gboolean    makes_no_threads; /* but by POST /threads; else for a command, with the id that the client gives them */
  guint n_together; /* so many requests have to wait for an answer before one has any; 0: they are answered at once */
  gboolean keeps_open; /* an answer does not end after the last event: as the real ones do */

  char      *thread_id;  /* of its thread; in the requests below it is "t1" */
  gboolean   has_run;    /* it was started, or is attached to: streams have events */
  GPtrArray *idle;       /* FakeExchange: streams that were opened before the run began */
  GPtrArray *together;   /* FakeExchange: requests that wait for each other */
  GPtrArray *requests;   /* what was asked: "POST /threads {}" */
  GPtrArray *heads;      /* the headers of each */
  guint      n_streams;  /* connections to the events */
  guint      n_commands; /* that were acted upon */
  guint      n_cancels;
  guint      n_goodbyes; /* WebSockets that had been closed by the time the last one was opened */
} FakeAgent;

FakeAgent     *fake_agent_new (const char *recording); /* path below tests/runs */
void           fake_agent_free (FakeAgent *self);
void           fake_agent_add_fault (FakeAgent *self,
                                     Fault      fault);
GstreamThread *fake_agent_new_thread (FakeAgent       *self,
                                      GstreamTransport transport);

/* Which must not fail. */
GstreamRunStream *start (GstreamThread *thread);
GstreamRunStream *start_with_mux (GstreamThread    *thread,
                                  GstreamStreamMux *mux);
GstreamServer    *server_of (GstreamThread *thread);
/* The whole log of a run, an event a line, and its status: what must not change. */
char *drain (GstreamRunStream *run,
             GError          **error);
/* Starts a run on a new thread and drains it. NULL: it failed. */
char *fake_agent_run (FakeAgent       *self,
                      GstreamTransport transport,
                      GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeAgent, fake_agent_free)
