/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * States and other data, in a few words.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

/* A string as it is, anything else as JSON; cut to @width columns. */
char *gstream_data_describe          (GstreamPayload *data,
                                      guint           width);
/* JSON where it fits, else how much there is. */
char *gstream_data_summarize         (GstreamPayload *data,
                                      guint           width);
/* Which members changed from @old (NULL: there was none) to @new, and how; NULL where nothing did. */
char *gstream_state_describe_changes (GstreamPayload *old,
                                      GstreamPayload *new);

G_END_DECLS
