/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the sources share: a stream that comes in pieces, and
 * asking a source as a run would.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-event-source.h>

/*
 * A stream that can only be read asynchronously, a piece at a time. A synchronous
 * read is a failure of the test, and so are two reads at once.
 */
#define TEST_TYPE_STREAM (test_stream_get_type ())
G_DECLARE_FINAL_TYPE (TestStream, test_stream, TEST, STREAM, GInputStream)

/* @length: -1 for a string. @max_piece: bytes; pieces are as long as that, or, with a @seed, any length up to it. */
TestStream *test_stream_new (const char *bytes,
                             gssize      length,
                             gsize       max_piece,
                             guint32     seed);
/* Comes instead of the end. */
void test_stream_set_error (TestStream *self,
                            GQuark      domain,
                            int         code,
                            const char *message);
/* From now on, reads wait for test_stream_release(). */
void     test_stream_hold (TestStream *self);
void     test_stream_release (TestStream *self);
guint    test_stream_get_n_reads (TestStream *self);
gsize    test_stream_get_position (TestStream *self);
gboolean test_stream_is_reading (TestStream *self);

/* One next(), iterating the default main context until it calls back. */
GstreamEvent *test_next (GstreamEventSource *source,
                         GCancellable       *cancellable,
                         GError            **error);
/* Everything up to the end or the error, by try_next where it can and next where it must. */
GPtrArray *test_drain (GstreamEventSource *source,
                       GError            **error);
/* Lets the default main context do what is due. */
void test_iterate_pending (void);

GstreamEvent *test_event (const char *method,
                          int         number);
int           test_event_number (GstreamEvent *event);
/* The JSON of such an event, as a line without its end. */
char *test_event_json (const char *method,
                       int         number);
/* That there are @n events numbered from @first on. */
void test_assert_numbers (GPtrArray *events,
                          int        first,
                          int        n);
