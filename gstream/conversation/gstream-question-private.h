/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of questions, which are made from interrupts.
 */
#pragma once

#include <gstream/conversation/gstream-question.h>

G_BEGIN_DECLS

GstreamQuestion *gstream_question_new (GstreamInterrupt *interrupt);
/* Whether it is that interrupt, compared by id and value like in a run (T8). */
gboolean gstream_question_is (GstreamQuestion  *self,
                              GstreamInterrupt *interrupt);
/* Sets whether an answer is being sent, and the error of the last one (nullable). */
void gstream_question_set_answering (GstreamQuestion *self,
                                     gboolean         answering,
                                     const GError    *error);

G_END_DECLS
