/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of thread infos, for lists.
 */
#pragma once

#include <gstream/remote/gstream-thread-info.h>

G_BEGIN_DECLS

GstreamThreadInfo *gstream_thread_info_new (GstreamPayload *said);
/* Updates the properties. Members that are missing in @said are not changed. */
void gstream_thread_info_update (GstreamThreadInfo *self,
                                 GstreamPayload    *said);

G_END_DECLS
