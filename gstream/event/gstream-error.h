/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one error domain of the library.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/event/gstream-version-macros.h>

G_BEGIN_DECLS

#define GSTREAM_ERROR (gstream_error_quark ())
#define GSTREAM_TYPE_ERROR (gstream_error_get_type ())

/**
 * GstreamError:
 * @GSTREAM_ERROR_FAILED: the run failed; the message is the run's own
 * @GSTREAM_ERROR_INVALID: the input is not what the protocol allows; the message says where and what was expected
 * @GSTREAM_ERROR_TOO_LARGE: a line, an event, a frame or the nesting of its JSON is beyond the limit set for it
 * @GSTREAM_ERROR_INCOMPLETE: the source ended before the run did (R8)
 * @GSTREAM_ERROR_ALREADY_SUBSCRIBED: the projection has its consumer; use [method@Projection.tee] for more (P1)
 * @GSTREAM_ERROR_CLOSED: an item was pushed to a closed projection that has a subscriber (P5); the run was dropped
 *   while it was waited for (R6)
 * @GSTREAM_ERROR_NOT_FOUND: there is no projection of that name (P10); the server knows no such thread, run or assistant
 * @GSTREAM_ERROR_EXISTS: a projection of that name is there already (M2)
 * @GSTREAM_ERROR_WRONG_CONTEXT: a call in another thread than the one that the run's main context belongs to (R7), or a
 *   synchronous call where that context cannot be iterated (R9)
 * @GSTREAM_ERROR_ASYNC_ONLY: a synchronous call on a run with a transformer that only works asynchronously (M3)
 * @GSTREAM_ERROR_NOT_SUPPORTED: what was asked for cannot be done by this object, such as a child of a mux made only of ready-made transformers (M7)
 * @GSTREAM_ERROR_PERMISSION_DENIED: the server does not know who asks, or does not let them: HTTP 401, 403, 407
 * @GSTREAM_ERROR_CONFLICT: the thread is busy with another run, or what was to be made is there already: HTTP 409
 * @GSTREAM_ERROR_RATE_LIMITED: the server was asked too often: HTTP 429; the message says when it may be asked again, where the server says so
 * @GSTREAM_ERROR_REFUSED: the server does not do what it was asked for, and will not when it is asked again: other HTTP 4xx
 * @GSTREAM_ERROR_SERVER: the server failed, or cannot answer now: HTTP 5xx, 408, 425
 *
 * The codes of the errors that gstream itself makes. Of those that a server is the origin of
 * [func@Error.get_status] and [func@Error.dup_protocol_code] say more (N11).
 *
 * Errors of GIO and libsoup are passed on as they are, with a prefix that says
 * what was being done. A wait that was ended by its #GCancellable, or by the
 * closing of its cursor, fails with %G_IO_ERROR_CANCELLED.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_ERROR_FAILED,
  GSTREAM_ERROR_INVALID,
  GSTREAM_ERROR_TOO_LARGE,
  GSTREAM_ERROR_INCOMPLETE,
  GSTREAM_ERROR_ALREADY_SUBSCRIBED,
  GSTREAM_ERROR_CLOSED,
  GSTREAM_ERROR_NOT_FOUND,
  GSTREAM_ERROR_EXISTS,
  GSTREAM_ERROR_WRONG_CONTEXT,
  GSTREAM_ERROR_ASYNC_ONLY,
  GSTREAM_ERROR_NOT_SUPPORTED,
  GSTREAM_ERROR_PERMISSION_DENIED,
  GSTREAM_ERROR_CONFLICT,
  GSTREAM_ERROR_RATE_LIMITED,
  GSTREAM_ERROR_REFUSED,
  GSTREAM_ERROR_SERVER,
} GstreamError;

GSTREAM_EXPORT GQuark gstream_error_quark (void);
GSTREAM_EXPORT GType  gstream_error_get_type (void);
GSTREAM_EXPORT guint  gstream_error_get_status (const GError *error);
GSTREAM_EXPORT char  *gstream_error_dup_protocol_code (const GError *error);

G_END_DECLS
