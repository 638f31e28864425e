/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an endpoint is asked: the body of a request for an answer.
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/*
 * Returns: (transfer full): JSON; NULL, with an error, where a part of it is not what it has to be.
 * @tools, @parameters: (nullable): an array; an object
 */
GBytes *gstream_chat_request_new (const char     *model,
                                  GstreamPayload *messages,
                                  GstreamPayload *tools,
                                  GstreamPayload *parameters,
                                  GError        **error);

G_END_DECLS
