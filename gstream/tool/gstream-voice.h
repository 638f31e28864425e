/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Somebody who speaks, on a page: a line is printed when it is finished.
 */
#pragma once

#include "gstream/tool/gstream-page.h"

G_BEGIN_DECLS

typedef struct _GstreamVoice GstreamVoice;

GstreamVoice *gstream_voice_new   (GstreamPage  *page,
                                   guint         depth,
                                   const char   *label,
                                   const char   *label_style,
                                   const char   *style);
void          gstream_voice_say   (GstreamVoice *self,
                                   const char   *text);
/* The line is finished. */
void          gstream_voice_pause (GstreamVoice *self);
/* Nothing more is said. Where it is known what was said, as a @whole, that is what stands on the page. */
void          gstream_voice_end   (GstreamVoice *self,
                                   const char   *whole);

G_END_DECLS
