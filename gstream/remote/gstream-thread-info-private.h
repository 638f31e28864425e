/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How what a server says of a thread becomes its properties.
 */
#pragma once

#include <gstream/remote/gstream-thread-info.h>

G_BEGIN_DECLS

GstreamThreadInfo *gstream_thread_info_new (GstreamPayload *said);
/* What it says now, which may leave members out: they stay. */
void gstream_thread_info_update (GstreamThreadInfo *self,
                                 GstreamPayload    *said);

G_END_DECLS
