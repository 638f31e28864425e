/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbered events, the sources that give them, and the main loop's turns.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event.h>
#include <gstream/stream/gstream-event-source.h>

/* Their data is the number, or for `values` {"n": number}. */
GstreamEvent *test_event (const char *method,
                          int         number);
/* @path: the namespace, segments separated by `/`; empty for the root. */
GstreamEvent *test_event_at (const char *path,
                             const char *method,
                             int         number);
GstreamEvent *test_event_json (const char *json);
int           test_event_number (GstreamEvent *event);
char         *test_event_path (GstreamEvent *event);

/* Lets a main context do all that is due; NULL: the default one. */
void test_iterate_pending (GMainContext *context);
/* Iterates the default main context until *@done. */
void test_wait (gboolean *done);

/*
 * A source that counts what is asked of it, and asserts that it is asked for one
 * event at a time (R2). Its events are given by the test: those that are ready
 * come out of try_next, the others complete the request under way.
 */
#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, GObject)

struct _TestSource
{
  GObject parent_instance;

  GQueue   ready;       /* of GstreamEvent, for try_next */
  GTask   *request;     /* the next() under way */
  GQueue   deferred;    /* of GstreamEvent: for next() only */
  gboolean ended;       /* when the queues are empty */
  GError  *error;       /* likewise */
  gboolean stubborn;    /* takes no notice of its cancellable */
  gboolean eager;       /* calls back from inside of what it was called by */
  guint    n_tried;     /* calls of try_next */
  guint    n_requests;  /* calls of next */
  guint    n_given;     /* events given */
  guint    n_cancelled; /* requests that were cancelled */
  guint    n_closed;
  char   **channels; /* the newest told */
  void (*hook) (TestSource *self,
                const char *where,
                gpointer    data); /* inside try_next, next and close */
  gpointer data;
};

TestSource *test_source_new (void);
/* With @n events of @method, numbered from 1 on, and the end: all ready, or all to be waited for. */
TestSource *test_source_new_ready (const char *method,
                                   guint       n);
TestSource *test_source_new_waiting (const char *method,
                                     guint       n);
void        test_source_add (TestSource   *self,
                             GstreamEvent *event); /* ready; takes it */
void        test_source_defer (TestSource   *self,
                               GstreamEvent *event); /* for next(); takes it */
/* Completes the request under way. */
void test_source_give (TestSource   *self,
                       GstreamEvent *event); /* takes it; NULL: the end */
void test_source_fail (TestSource *self,
                       const char *message);
