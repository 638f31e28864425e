/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error domain: its quark and type, and the extra data of its errors.
 */
#include "gstream/event/gstream-error-internal.h"

typedef struct
{
  guint status;        /* an HTTP status or a WebSocket close code; 0: none */
  char *protocol_code; /* NULL: none */
} GstreamErrorPrivate;

static void
gstream_error_private_init (GstreamErrorPrivate *self)
{
}

static void
gstream_error_private_copy (const GstreamErrorPrivate *self,
                            GstreamErrorPrivate       *copy)
{
  copy->status = self->status;
  copy->protocol_code = g_strdup (self->protocol_code);
}

static void
gstream_error_private_clear (GstreamErrorPrivate *self)
{
  g_free (self->protocol_code);
}

/**
 * gstream_error_quark:
 *
 * The domain of [error@Error].
 *
 * Returns: a #GQuark
 *
 * Since: 1.0
 */
G_DEFINE_EXTENDED_ERROR (GstreamError, gstream_error)

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
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_NOT_SUPPORTED, "not-supported"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_PERMISSION_DENIED, "permission-denied"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_CONFLICT, "conflict"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_RATE_LIMITED, "rate-limited"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_REFUSED, "refused"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_ERROR_SERVER, "server"))

/* --- where it came from --- */

void
gstream_error_set_origin (GError     *error,
                          guint       status,
                          const char *protocol_code)
{
  GstreamErrorPrivate *self = gstream_error_get_private (error);

  self->status = status;
  g_free (self->protocol_code);
  self->protocol_code = g_strdup (protocol_code);
}

/*
 * Some bindings (Python's) make their own errors of domain, code and message, and hand those
 * back: then the message tells, in any language, where it stands as whoever calls gstream_error_set_origin() writes it.
 */
static char *
find_in_message (const GError *error,
                 const char   *group)
{
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;

  if (g_once_init_enter (&regex))
    g_once_init_leave (
        &regex, g_regex_new (": (?:HTTP|WebSocket)[^:(\\d]* (?<status>\\d{3,4})\\b[^:(]*(?:\\((?<code>[^ ()]+)\\))?|"
                             " \\((?<code>[^ ()]+)\\): ",
                             G_REGEX_DUPNAMES, 0, NULL));
  if (error->code < GSTREAM_ERROR_TOO_LARGE || error->message == NULL ||
      !g_regex_match (regex, error->message, 0, &match))
    return NULL;

  return g_match_info_fetch_named (match, group);
}

/**
 * gstream_error_get_status:
 * @error: an error of any domain
 *
 * Gets the HTTP status of the server's answer, such as 429, or the code with which the server closed a WebSocket, such
 * as 1008 (N11).
 *
 * Returns: the status, or 0 if the error was not caused by an answer with a status
 *
 * Since: 1.0
 */
guint
gstream_error_get_status (const GError *error)
{
  g_autofree char *digits = NULL;

  g_return_val_if_fail (error != NULL, 0);

  if (error->domain != GSTREAM_ERROR)
    return 0;
  if (gstream_error_get_private (error)->status != 0)
    return gstream_error_get_private (error)->status;

  digits = find_in_message (error, "status");

  return digits != NULL ? g_ascii_strtoull (digits, NULL, 10) : 0;
}

/**
 * gstream_error_dup_protocol_code:
 * @error: an error of any domain
 *
 * Gets the server's own name of the error: a code of the agent protocol, such as `no_such_run`, or the name of an
 * exception in the server (N11).
 *
 * Returns: (transfer full) (nullable): the code, or %NULL if the server gave none
 *
 * Since: 1.0
 */
char *
gstream_error_dup_protocol_code (const GError *error)
{
  g_autofree char *code = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != GSTREAM_ERROR)
    return NULL;
  if (gstream_error_get_private (error)->protocol_code != NULL)
    return g_strdup (gstream_error_get_private (error)->protocol_code);

  code = find_in_message (error, "code");

  return code != NULL && *code != '\0' ? g_steal_pointer (&code) : NULL;
}
