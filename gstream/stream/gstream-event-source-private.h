/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a source that somebody else wrote has answered, made sense of.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

/*
 * What try_next() said, where it was not an item with its event: an answer that
 * contradicts itself, as a binding gives after an exception, becomes a failure
 * with an error that says so.
 */
GstreamTry gstream_event_source_check (GstreamEventSource *self,
                                       GstreamTry          result,
                                       GstreamEvent      **event,
                                       GError            **error);

G_END_DECLS
