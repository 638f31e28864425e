/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A question of a conversation's agent.
 */
#pragma once

#include <gstream/conversation/gstream-action-request.h>
#include <gstream/event/gstream-interrupt.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_QUESTION (gstream_question_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamQuestion, gstream_question, GSTREAM, QUESTION, GObject)

GSTREAM_EXPORT GstreamInterrupt *gstream_question_get_interrupt (GstreamQuestion *self);
GSTREAM_EXPORT const char       *gstream_question_get_text (GstreamQuestion *self);
GSTREAM_EXPORT GstreamPayload   *gstream_question_get_value (GstreamQuestion *self);
GSTREAM_EXPORT GstreamPayload   *gstream_question_get_response_schema (GstreamQuestion *self);
GSTREAM_EXPORT GListModel       *gstream_question_get_actions (GstreamQuestion *self);
GSTREAM_EXPORT GstreamPayload   *gstream_question_dup_response (GstreamQuestion *self);
GSTREAM_EXPORT gboolean          gstream_question_get_answering (GstreamQuestion *self);
GSTREAM_EXPORT const GError     *gstream_question_get_error (GstreamQuestion *self);

G_END_DECLS
