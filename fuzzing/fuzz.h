/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fuzz targets share: the entry point, bytes that come in pieces, and what a run shows.
 */
#pragma once

#include <gstream.h>

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* The bytes as a stream that can be polled, in pieces whose sizes @seed decides; 0: in one piece. Transfer full. */
GInputStream *fuzz_stream_new (const uint8_t *data,
                               size_t         size,
                               uint32_t       seed);

/* Lets the main loop do what it still has to do: streams are closed there. */
void fuzz_settle (void);

/* The events of a source up to its end or its error, a line each, then the error's code. Transfer full. */
char *fuzz_read_all (GstreamEventSource *source);

typedef GstreamEventSource *(*FuzzMakeSource) (GInputStream *stream);

/* Asserts that the bytes are the same events, or the same error, in whatever pieces they come. Returns 0. */
int fuzz_source (FuzzMakeSource make_source,
                 const uint8_t *data,
                 size_t         size);

/* The digest of a run, after asserting that it ended. Transfer full. */
char *fuzz_digest_run (GstreamRunStream *run);

/* The digest of a run on the source. Transfer full. */
char *fuzz_digest (GstreamEventSource *source);

G_END_DECLS
