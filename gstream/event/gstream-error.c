/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error domain: its quark and type, and what an error of it carries besides its message.
 */
#include "gstream/event/gstream-error-internal.h"

#include "gstream/event/gstream-payload.h"

#include <string.h>

#define MOST_WORDS 300 /* bytes of the other side's words that a message repeats */
#define MOST_LEVELS 4  /* of what it says, within each other */
#define MOST_REASONS 3 /* of those that it lists */

typedef struct
{
  guint  status;        /* of HTTP, or a WebSocket's close code; 0: none */
  char  *protocol_code; /* NULL: none */
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
 * back: then the message tells, where it stands as whoever calls gstream_error_set_origin() writes it.
 */
static char *
find_in_message (const GError *error,
                 const char   *group)
{
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;

  if (g_once_init_enter (&regex))
    g_once_init_leave (&regex, g_regex_new ("(?:: (?:HTTP|WebSocket closed with) (?<status>\\d{3,4})\\b[^:(]*|"
                                            "The server refuses it )(?:\\((?<code>[^ ()]+)\\))?", 0, 0, NULL));
  if (error->code < GSTREAM_ERROR_TOO_LARGE || error->message == NULL ||
      !g_regex_match (regex, error->message, 0, &match))
    return NULL;

  return g_match_info_fetch_named (match, group);
}

/**
 * gstream_error_get_status:
 * @error: an error of any domain
 *
 * Gets with which status the server answered: that of HTTP, 429 for instance, or the
 * code with which it closed a WebSocket, such as 1008 (N11).
 *
 * Returns: the status, or 0 if the error does not come from one
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
 * Gets what the server calls the error: a code of the agent protocol, such as
 * `no_such_run`, or the name of what failed in the server (N11).
 *
 * Returns: (transfer full) (nullable): the code, or %NULL if the server gave none
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

/* --- the other side's words --- */

static char *find_in_json (GstreamPayload *payload,
                           guint           levels);

/* What FastAPI (`loc`) and Zod (`path`) put beside a reason: what of the request it is about. */
static char *
find_place (GstreamPayload *payload)
{
  g_autoptr (GstreamPayload) loc = gstream_payload_get (payload, "/loc");
  g_autoptr (GstreamPayload) path = loc != NULL ? g_steal_pointer (&loc) : gstream_payload_get (payload, "/path");
  g_autoptr (GString) place = g_string_new (NULL);

  for (gsize i = 0; path != NULL && i < MIN (gstream_payload_get_size (path, ""), MOST_LEVELS); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      const char *name = gstream_payload_get_string (path, pointer);
      g_autoptr (GstreamPayload) step = gstream_payload_get (path, pointer);

      g_string_append_printf (place, "%s%s", i > 0 ? "." : "", name != NULL ? name : gstream_payload_get_json (step, NULL));
    }

  return place->len > 0 ? g_strdup (place->str) : NULL;
}

static char *
find_in_object (GstreamPayload *payload,
                guint           levels)
{
  static const char * const members[] = {
    "/message", "/msg", "/detail", "/error", "/errors", "/issues", "/reason", "/title", "/error_description",
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GstreamPayload) member = gstream_payload_get (payload, members[i]);
      g_autofree char *words = member != NULL ? find_in_json (member, levels - 1) : NULL;
      g_autofree char *place = words != NULL ? find_place (payload) : NULL;

      if (words != NULL)
        return place != NULL ? g_strconcat (place, ": ", words, NULL) : g_steal_pointer (&words);
    }

  return NULL;
}

static char *
find_in_array (GstreamPayload *payload,
               guint           levels)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; i < MIN (gstream_payload_get_size (payload, ""), MOST_REASONS); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      g_autoptr (GstreamPayload) reason = gstream_payload_get (payload, pointer);
      g_autofree char *words = find_in_json (reason, levels - 1);

      if (words != NULL)
        g_string_append_printf (all, "%s%s", all->len > 0 ? "; " : "", words);
    }

  return all->len > 0 ? g_strdup (all->str) : NULL;
}

static char *
find_in_json (GstreamPayload *payload,
              guint           levels)
{
  const char *string = gstream_payload_get_string (payload, "");

  if (string != NULL)
    return *string != '\0' ? g_strdup (string) : NULL;
  if (levels == 0)
    return NULL;
  if (gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_ARRAY)
    return find_in_array (payload, levels);

  return gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_OBJECT ? find_in_object (payload, levels) : NULL;
}

/* `error` beside a `message`, or a `code`: one word each, and not all that is said. */
static char *
find_code (GstreamPayload *payload,
           const char     *words)
{
  static const char * const members[] = { "/error", "/code", "/error/code", "/error/type" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *code = gstream_payload_get_string (payload, members[i]);

      if (code != NULL && *code != '\0' && strpbrk (code, " ()\n") == NULL && g_strcmp0 (code, words) != 0)
        return g_strdup (code);
    }

  return NULL;
}

char *
gstream_error_find_words (const char  *data,
                          gsize        length,
                          char       **protocol_code)
{
  g_autoptr (GstreamPayload) payload = length > 0 ? gstream_payload_new (data, length, NULL) : NULL;
  g_autofree char *found = payload != NULL ? find_in_json (payload, MOST_LEVELS) : NULL;

  if (protocol_code != NULL)
    *protocol_code = payload != NULL ? find_code (payload, found) : NULL;
  if (found != NULL)
    return g_utf8_make_valid (found, MIN (strlen (found), MOST_WORDS));
  if (length == 0 || data[0] == '<') /* a page for people */
    return NULL;
  if (payload != NULL && gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_NULL)
    return NULL;

  found = g_strstrip (g_utf8_make_valid (data, MIN (length, MOST_WORDS)));

  return *found != '\0' ? g_steal_pointer (&found) : NULL;
}

/* --- a run's own words --- */

/* An exception without a text of its own is written "TimeoutError: ". */
static gboolean
is_bare_name (const char *text,
              gsize       length)
{
  return length > 1 && strcspn (text, " \t\r\n") >= length && strchr (text, ':') == text + length - 1;
}

static char *
dup_saying (const char *text)
{
  gsize length = strlen (text);

  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  if (length == 0)
    return NULL;

  return is_bare_name (text, length) ? g_strndup (text, length - 1) : g_strdup (text);
}

static char *
dup_saying_of_object (GstreamPayload *object)
{
  g_autoptr (GstreamPayload) message = gstream_payload_get (object, "/message");
  const char *text = message != NULL ? gstream_payload_get_string (message, "") : NULL;
  char *words = text != NULL ? dup_saying (text) : NULL;

  return words != NULL || gstream_payload_get_size (object, "") == 0 ? words : gstream_payload_dup_json (object);
}

char *
gstream_error_dup_words (GstreamPayload *said)
{
  switch (said != NULL ? gstream_payload_get_kind (said) : GSTREAM_PAYLOAD_NULL)
    {
    case GSTREAM_PAYLOAD_NULL:
      return NULL;
    case GSTREAM_PAYLOAD_STRING:
      return dup_saying (gstream_payload_get_string (said, ""));
    case GSTREAM_PAYLOAD_OBJECT:
      return dup_saying_of_object (said);
    default:
      return gstream_payload_dup_json (said);
    }
}

char *
gstream_error_dup_words_in (GstreamPayload *data)
{
  static const char * const members[] = { "/message", "/error", "/detail" };
  char *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (members) && words == NULL; i++)
    {
      g_autoptr (GstreamPayload) member = gstream_payload_get (data, members[i]);

      words = gstream_error_dup_words (member);
    }

  return words;
}
