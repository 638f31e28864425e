/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread in this process that keeps a tree of checkpoints, as a server does. Its runs do one step when they are told to.
 */
#pragma once

#include <gstream/thread/gstream-thread.h>

#define FAKE_TYPE_THREAD (fake_thread_get_type ())
G_DECLARE_FINAL_TYPE (FakeThread, fake_thread, FAKE, THREAD, GstreamThread)

/* What the next runs do after the user's words are in the state; or'ed. */
typedef enum
{
  FAKE_SAYS = 1 << 0,       /* a message */
  FAKE_CALLS = 1 << 1,      /* a message that calls a tool, its result, and a message */
  FAKE_ASKS = 1 << 2,       /* stops to ask */
  FAKE_FAILS = 1 << 3,      /* fails in the middle of a message */
  FAKE_REMOVES = 1 << 4,    /* takes the first message out of the state */
  FAKE_DELEGATES = 1 << 5,  /* a sub-agent works for a tool call */
  FAKE_MUSES = 1 << 6,      /* a message that never comes into the state */
  FAKE_LAGS = 1 << 7,       /* what a message's node returns is kept before there is a checkpoint with it */
  FAKE_ASKS_LEAVE = 1 << 8, /* stops to ask whether it may use a tool */
  FAKE_NESTS = 1 << 9,      /* a sub-agent without messages has one that has them */
  FAKE_SAME_ID = 1 << 10,   /* its call has the same id each time */
} FakePlan;

typedef struct
{
  char      *id;
  char      *parent_id; /* NULL: the first */
  char      *source;
  GPtrArray *messages; /* JSON */
  GPtrArray *pending;  /* JSON: of nodes that have finished in the step after it, which has not */
  char      *question; /* the id of what is asked; NULL: nothing */
} FakeCheckpoint;

FakeThread *fake_thread_new (void);
void        fake_thread_plan (FakeThread *self,
                              FakePlan    plan);
/* FALSE: no run is under way. */
gboolean fake_thread_step (FakeThread *self);
gboolean fake_thread_is_running (FakeThread *self);
/* The next start or answer fails; @begins: but is begun all the same. */
void fake_thread_fail_next (FakeThread *self,
                            gboolean    begins);
/* Calls that are held back, or'ed. */
typedef enum
{
  FAKE_STARTS = 1 << 0, /* that end another run: the new one has not begun */
  FAKE_STATES = 1 << 1, /* they are those of the time when they were asked for */
  FAKE_PAGES = 1 << 2,  /* of the history; likewise */
  FAKE_ATTACHES = 1 << 3,
} FakeCalls;

/* From now on, these calls get their answers when they are released. */
void fake_thread_hold (FakeThread *self,
                       FakeCalls   calls);
void fake_thread_release (FakeThread *self,
                          FakeCalls   calls);
/* The oldest of them alone; later ones are still held back. */
void fake_thread_release_first (FakeThread *self);
/* What it cannot do. */
void fake_thread_set_limits (FakeThread *self,
                             gboolean    no_history,
                             gboolean    no_strategies);
/* Appends messages to the state, without a run. */
void            fake_thread_add_messages (FakeThread *self,
                                          guint       n);
FakeCheckpoint *fake_thread_find (FakeThread *self,
                                  const char *id); /* NULL: the newest */
/* (transfer container): of a state as it is told: the newest has what is pending */
GPtrArray *fake_thread_list_messages (FakeThread     *self,
                                      FakeCheckpoint *checkpoint);
guint      fake_thread_get_n_states_read (FakeThread *self);
/* JSON: of the newest run that was begun; NULL: it had none */
const char *fake_thread_get_config (FakeThread *self);
