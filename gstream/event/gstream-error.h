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
 * @GSTREAM_ERROR_ALREADY_SUBSCRIBED: the projection already has a consumer; use [method@Projection.tee] for more (P1)
 * @GSTREAM_ERROR_CLOSED: an item was pushed to a closed projection that has a subscriber (P5); the last reference to
 *   the run was dropped during the wait (R6)
 * @GSTREAM_ERROR_NOT_FOUND: there is no projection of that name (P10); the server knows no such thread, run or assistant
 * @GSTREAM_ERROR_EXISTS: there is already a projection of that name (M2)
 * @GSTREAM_ERROR_WRONG_CONTEXT: a call from a thread other than the owner of the run's main context (R7), or a
 *   synchronous call where that context cannot be iterated (R9)
 * @GSTREAM_ERROR_ASYNC_ONLY: a synchronous call on a run with a transformer that only works asynchronously (M3)
 * @GSTREAM_ERROR_NOT_SUPPORTED: this object does not support the operation, for example creating a child of a mux whose
 *   transformers were passed as ready-made objects (M7)
 * @GSTREAM_ERROR_PERMISSION_DENIED: the client is not authenticated or not authorized: HTTP 401, 403, 407
 * @GSTREAM_ERROR_CONFLICT: the thread is busy with another run, or the resource exists already: HTTP 409
 * @GSTREAM_ERROR_RATE_LIMITED: too many requests: HTTP 429; the message says when to try again, if the server says so
 * @GSTREAM_ERROR_REFUSED: the server rejected the request, and repeating it will not help: other HTTP 4xx
 * @GSTREAM_ERROR_SERVER: the server failed, or is temporarily unavailable: HTTP 5xx, 408, 425
 *
 * The codes of the errors that gstream itself creates. For an error that a server reported, [func@Error.get_status] and
 * [func@Error.dup_protocol_code] give details (N11).
 *
 * Errors of GIO and libsoup are passed on as they are, with a prefix that says what was being done. A wait that is
 * cancelled by its #GCancellable, or whose cursor is closed, fails with %G_IO_ERROR_CANCELLED.
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
