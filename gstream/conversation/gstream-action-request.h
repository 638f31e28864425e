/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An action that an agent asks to be allowed.
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/**
 * GstreamDecision:
 * @GSTREAM_DECISION_NONE: it is not decided
 * @GSTREAM_DECISION_APPROVE: the action is performed as it was requested
 * @GSTREAM_DECISION_EDIT: it is performed with other arguments
 * @GSTREAM_DECISION_REJECT: it is not performed
 * @GSTREAM_DECISION_RESPOND: it is not performed, and the agent is given the user's words as its result
 *
 * What the user decides about a [class@ActionRequest] (C8).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_DECISION_NONE,
  GSTREAM_DECISION_APPROVE,
  GSTREAM_DECISION_EDIT,
  GSTREAM_DECISION_REJECT,
  GSTREAM_DECISION_RESPOND,
} GstreamDecision;

#define GSTREAM_TYPE_DECISION (gstream_decision_get_type ())

GSTREAM_EXPORT GType gstream_decision_get_type (void);

#define GSTREAM_TYPE_ACTION_REQUEST (gstream_action_request_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamActionRequest, gstream_action_request, GSTREAM, ACTION_REQUEST, GObject)

GSTREAM_EXPORT const char     *gstream_action_request_get_name (GstreamActionRequest *self);
GSTREAM_EXPORT GstreamPayload *gstream_action_request_get_arguments (GstreamActionRequest *self);
GSTREAM_EXPORT const char     *gstream_action_request_get_description (GstreamActionRequest *self);
GSTREAM_EXPORT GstreamDecision gstream_action_request_get_decision (GstreamActionRequest *self);
GSTREAM_EXPORT GstreamPayload *gstream_action_request_get_edited_arguments (GstreamActionRequest *self);
GSTREAM_EXPORT const char     *gstream_action_request_get_message (GstreamActionRequest *self);
GSTREAM_EXPORT gboolean        gstream_action_request_allows (GstreamActionRequest *self,
                                                              GstreamDecision       decision);

GSTREAM_EXPORT void gstream_action_request_approve (GstreamActionRequest *self);
GSTREAM_EXPORT void gstream_action_request_edit (GstreamActionRequest *self,
                                                 GstreamPayload       *arguments);
GSTREAM_EXPORT void gstream_action_request_reject (GstreamActionRequest *self,
                                                   const char           *message);
GSTREAM_EXPORT void gstream_action_request_respond (GstreamActionRequest *self,
                                                    const char           *message);
GSTREAM_EXPORT void gstream_action_request_reconsider (GstreamActionRequest *self);

G_END_DECLS
