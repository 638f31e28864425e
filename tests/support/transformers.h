/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transformers that do what a test tells them.
 */
#pragma once

#include <gstream/stream/gstream-stream-mux.h>

/* Pushes the numbers of the events that it sees to its projection, unless told otherwise. */
#define TEST_TYPE_TRANSFORMER (test_transformer_get_type ())
G_DECLARE_FINAL_TYPE (TestTransformer, test_transformer, TEST, TRANSFORMER, GstreamTransformer)

struct _TestTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *items; /* of integers; NULL: none */
  GString           *story; /* what it was called for: "1 2 3 finish", "1 fail:why" */
  gpointer           data;
  /* Instead of pushing the event's number. */
  gboolean (*process) (TestTransformer *self,
                       GstreamEvent    *event,
                       GError         **error);
  gboolean (*finish) (TestTransformer *self,
                      GError         **error);
  void (*fail) (TestTransformer *self,
                const GError    *error);
};

/* @name: its projection, or NULL. @wants: methods separated by `,`, or NULL for all. */
TestTransformer *test_transformer_new (const char *name,
                                       const char *wants);
/* A mux without built-ins that has it; takes @first and the others, up to NULL. */
GstreamStreamMux *test_mux_new (gpointer first,
                                ...) G_GNUC_NULL_TERMINATED;

/* Works only asynchronously: has each event until the test lets it go. */
#define TEST_TYPE_ASYNC_TRANSFORMER (test_async_transformer_get_type ())
G_DECLARE_FINAL_TYPE (TestAsyncTransformer, test_async_transformer, TEST, ASYNC_TRANSFORMER, GstreamTransformer)

struct _TestAsyncTransformer
{
  GstreamTransformer parent_instance;

  GTask   *task; /* of the event that it has; its data: the event */
  guint    n_seen;
  gboolean in_place;      /* calls back from inside process_async */
  gpointer late;          /* the event that it replaces its own by after that; NULL: none */
  gboolean was_cancelled; /* while it had an event */
  gboolean failed;        /* was told of a failure or an abort */
};

TestAsyncTransformer *test_async_transformer_new (void);
void                  test_async_transformer_release (TestAsyncTransformer *self,
                                                      gboolean              pass,
                                                      GError               *error); /* takes it */
