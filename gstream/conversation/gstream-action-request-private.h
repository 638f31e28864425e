/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of action requests, which a question has.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/conversation/gstream-action-request.h>

G_BEGIN_DECLS

/* The actions that @value, a question, asks to be allowed, in a GListStore; it is empty for any other question.
 * @schema: of the answer (nullable). */
GListStore *gstream_action_request_read_all (GstreamPayload *value,
                                             GstreamPayload *schema);
/* The answer to @value; NULL until all of @actions are decided. */
GstreamPayload *gstream_action_request_make_answer (GListModel     *actions,
                                                    GstreamPayload *value);

G_END_DECLS
