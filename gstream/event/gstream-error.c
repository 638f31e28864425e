/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error domain's quark and type.
 */
#include "gstream/event/gstream-error.h"

/**
 * gstream_error_quark:
 *
 * The domain of [error@Error].
 *
 * Returns: a #GQuark
 */
G_DEFINE_QUARK (gstream-error-quark, gstream_error)

G_DEFINE_ENUM_TYPE (GstreamError, gstream_error,
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_INVALID, "invalid"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_TOO_LARGE, "too-large"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_INCOMPLETE, "incomplete"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_ALREADY_SUBSCRIBED, "already-subscribed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_CLOSED, "closed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_NOT_FOUND, "not-found"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_EXISTS, "exists"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_WRONG_CONTEXT, "wrong-context"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_ASYNC_ONLY, "async-only"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_NOT_SUPPORTED, "not-supported"))
