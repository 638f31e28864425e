/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making questions of interrupts.
 */
#pragma once

#include <gstream/conversation/gstream-question.h>

G_BEGIN_DECLS

GstreamQuestion *gstream_question_new (GstreamInterrupt *interrupt);
/* Whether it is that interrupt: by id and value, as the run counts them (T8). */
gboolean gstream_question_is (GstreamQuestion  *self,
                              GstreamInterrupt *interrupt);
/* An answer is under way, or was refused with @error (nullable). */
void gstream_question_set_answering (GstreamQuestion *self,
                                     gboolean         answering,
                                     const GError    *error);

G_END_DECLS
