/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the error text in a server's answer, in the formats of the common web frameworks, and in a run's events.
 */
#include "gstream/event/gstream-error-internal.h"

#include <string.h>

#define MOST_WORDS 300 /* bytes of the server's text that are copied into an error message */
#define MOST_LEVELS 4  /* of arrays and objects that are searched */
#define MOST_REASONS 3 /* of an array that are copied */

/* --- a server's --- */

static char *find_in_json (GstreamPayload *payload,
                           guint           levels);

/* The part of the request that a reason is about, which FastAPI (`loc`) and Zod (`path`) give beside it. */
static char *
find_place (GstreamPayload *payload)
{
  g_autoptr (GstreamPayload) loc = gstream_payload_lookup (payload, "/loc");
  g_autoptr (GstreamPayload) path = loc != NULL ? g_steal_pointer (&loc) : gstream_payload_lookup (payload, "/path");
  g_autoptr (GString) place = g_string_new (NULL);

  for (gsize i = 0; path != NULL && i < MIN (gstream_payload_get_size (path, ""), MOST_LEVELS); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      const char      *name = gstream_payload_get_string (path, pointer);
      g_autoptr (GstreamPayload) step = gstream_payload_lookup (path, pointer);

      g_string_append_printf (place, "%s%s", i > 0 ? "." : "",
                              name != NULL ? name : gstream_payload_get_json (step, NULL));
    }

  return place->len > 0 ? g_strdup (place->str) : NULL;
}

static char *
find_in_object (GstreamPayload *payload,
                guint           levels)
{
  static const char *const members[] = {
    "/message", "/msg", "/detail", "/error", "/errors", "/issues", "/reason", "/title", "/error_description",
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GstreamPayload) member = gstream_payload_lookup (payload, members[i]);
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
      g_autoptr (GstreamPayload) reason = gstream_payload_lookup (payload, pointer);
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
  if (gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_KIND_ARRAY)
    return find_in_array (payload, levels);

  return gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_KIND_OBJECT ? find_in_object (payload, levels) : NULL;
}

char *
gstream_error_find_code (GstreamPayload *payload,
                         const char     *words)
{
  static const char *const members[] = { "/error", "/code", "/error/code", "/error/type" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *code = gstream_payload_get_string (payload, members[i]);

      if (code != NULL && *code != '\0' && strpbrk (code, " ()\n") == NULL && g_strcmp0 (code, words) != 0)
        return g_strdup (code);
    }

  return NULL;
}

/* Returns: (transfer full): valid UTF-8. What is cut off has an ellipsis in its place: see gstream_origin_hide_secrets(). */
static char *
shorten (const char *text,
         gsize       length)
{
  gsize            shown = MIN (length, MOST_WORDS);
  g_autofree char *valid = NULL;

  while (shown > 0 && shown < length && (text[shown] & 0xc0) == 0x80)
    shown--;
  valid = g_utf8_make_valid (text, shown);

  return shown < length ? g_strconcat (valid, "…", NULL) : g_steal_pointer (&valid);
}

char *
gstream_error_find_words (const char *data,
                          gsize       length,
                          char      **protocol_code)
{
  g_autoptr (GstreamPayload) payload = length > 0 ? gstream_payload_new (data, length, NULL) : NULL;
  g_autofree char *found = payload != NULL ? find_in_json (payload, MOST_LEVELS) : NULL;

  if (protocol_code != NULL)
    *protocol_code = payload != NULL ? gstream_error_find_code (payload, found) : NULL;
  if (found != NULL)
    return shorten (found, strlen (found));
  if (length == 0 || data[0] == '<') /* an HTML page */
    return NULL;
  if (payload != NULL && gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_KIND_NULL)
    return NULL;

  found = g_strstrip (shorten (data, length));

  return *found != '\0' ? g_steal_pointer (&found) : NULL;
}

/* --- a run's --- */

/* An exception without a message is written as "TimeoutError: ". */
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
  g_autoptr (GstreamPayload) message = gstream_payload_lookup (object, "/message");
  const char *text = message != NULL ? gstream_payload_get_string (message, "") : NULL;
  char       *words = text != NULL ? dup_saying (text) : NULL;

  return words != NULL || gstream_payload_get_size (object, "") == 0 ? words : gstream_payload_dup_json (object);
}

char *
gstream_error_dup_words (GstreamPayload *said)
{
  switch (said != NULL ? gstream_payload_get_kind (said) : GSTREAM_PAYLOAD_KIND_NULL)
    {
    case GSTREAM_PAYLOAD_KIND_NULL:
      return NULL;
    case GSTREAM_PAYLOAD_KIND_STRING:
      return dup_saying (gstream_payload_get_string (said, ""));
    case GSTREAM_PAYLOAD_KIND_OBJECT:
      return dup_saying_of_object (said);
    default:
      return gstream_payload_dup_json (said);
    }
}

char *
gstream_error_dup_words_in (GstreamPayload *data)
{
  static const char *const members[] = { "/message", "/error", "/detail" };
  char                    *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (members) && words == NULL; i++)
    {
      g_autoptr (GstreamPayload) member = gstream_payload_lookup (data, members[i]);

      words = gstream_error_dup_words (member);
    }

  return words;
}
