/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asynchronous calls of a run and what came of them, and what a cursor gives.
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>

#include "events.h"

/* One call; zeroed before it is made, and made once. */
typedef struct
{
  gboolean        done;
  gboolean        found; /* next: an item; push, interrupted: what it said */
  GValue          item;
  GstreamPayload *output;
  GError         *error;
  void (*then) (gpointer data); /* called back when done */
  gpointer data;
} TestCall;

void test_call_next (TestCall      *self,
                     GstreamCursor *cursor,
                     GCancellable  *cancellable);
void test_call_output (TestCall         *self,
                       GstreamRunStream *run,
                       GCancellable     *cancellable);
void test_call_interrupted (TestCall         *self,
                            GstreamRunStream *run,
                            GCancellable     *cancellable);
void test_call_push (TestCall          *self,
                     GstreamProjection *projection,
                     int                number,
                     GCancellable      *cancellable);
/* That it is done, and with an item of that number. */
void test_call_assert_item (TestCall *self,
                            int       number);
/* That it is done, and came to the end. */
void test_call_assert_end (TestCall *self);
/* That it is done, and so failed; then it may be made again. */
#define test_call_assert_error(self, domain, code) \
  G_STMT_START                                     \
  {                                                \
    g_assert_true ((self)->done);                  \
    g_assert_error ((self)->error, domain, code);  \
    test_call_clear (self);                        \
  }                                                \
  G_STMT_END
void test_call_clear (TestCall *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestCall, test_call_clear)

/* The number of an item: an integer, an event or a payload. */
int  test_item_number (const GValue *item);
void test_push (GstreamProjection *projection,
                int                number);

/* What try_next gives until it has nothing more: "1 2 3 pending", "1 ended", "2 failed:why"; free it. */
char *test_drain (GstreamCursor *cursor);
#define test_assert_drain(cursor, expected)         \
  G_STMT_START                                      \
  {                                                 \
    g_autofree char *drained = test_drain (cursor); \
    g_assert_cmpstr (drained, ==, expected);        \
  }                                                 \
  G_STMT_END

/* That subscribing works. */
GstreamCursor     *test_subscribe (GstreamProjection *projection);
GstreamProjection *test_projection (GstreamRunStream *run,
                                    const char       *name);
/*
 * A run of @source, which it takes, as it does @mux; NULL: without transformers.
 * It has no turn budget: how far it drives at once does not depend on the clock.
 */
GstreamRunStream *test_run_new (gpointer          source,
                                GstreamStreamMux *mux);
