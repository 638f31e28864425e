/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source of events in memory, or of events that a function makes on request.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_MEMORY_SOURCE (gstream_memory_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamMemorySource, gstream_memory_source, GSTREAM, MEMORY_SOURCE, GObject)

/**
 * GstreamMemorySourceFunc:
 * @user_data: what was given with the function
 * @error: return location for an error
 *
 * Makes the next event of a source.
 *
 * Returns: (transfer full) (nullable): the event, or %NULL: at the end without
 *   @error set, else with it
 *
 * Since: 1.0
 */
typedef GstreamEvent *(*GstreamMemorySourceFunc) (gpointer user_data,
                                                  GError **error);

GSTREAM_EXPORT GstreamEventSource *gstream_memory_source_new (GstreamEvent **events,
                                                              gsize          n_events);
GSTREAM_EXPORT GstreamEventSource *gstream_memory_source_new_func (GstreamMemorySourceFunc func,
                                                                   gpointer                user_data,
                                                                   GDestroyNotify          destroy);
GSTREAM_EXPORT void                gstream_memory_source_append (GstreamMemorySource *self,
                                                                 GstreamEvent        *event);

G_END_DECLS
