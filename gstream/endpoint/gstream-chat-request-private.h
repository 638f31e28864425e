/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the body of a request to an endpoint.
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/*
 * Returns: (transfer full): JSON; NULL with an error if an argument is invalid. @tools, @parameters: (nullable): an
 * array; an object
 */
GBytes *gstream_chat_request_new (const char     *model,
                                  GstreamPayload *messages,
                                  GstreamPayload *tools,
                                  GstreamPayload *parameters,
                                  GError        **error);

G_END_DECLS
