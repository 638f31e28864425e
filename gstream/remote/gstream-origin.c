/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server that a thread lives on, how it is spoken to, and when it is asked again.
 */
#include <gstream/remote/gstream-origin-private.h>

#include <string.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-run-context-private.h>

#define USER_AGENT "gstream"
#define SHORTEST_SECRET 4        /* bytes: what is shorter could be any word of an error */
#define LONGEST_WAIT (60 * 1000) /* ms: a server that asks for a longer one is not tried again; `retry` is cut to it */

static gboolean
check_url (GUri    *uri,
           GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);

  if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 "The server's URL begins with %s:, and http: or https: was expected", scheme);
  else if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "The server's URL names no host");
  else if (g_uri_get_userinfo (uri) != NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         "The server's URL has a user name or a password in it: give them as a header");
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         "The server's URL has a query or a fragment: only a path was expected");
  else
    return TRUE;

  return FALSE;
}

static char *
without_slashes (GUri *uri)
{
  char *url = g_uri_to_string (uri);

  for (gsize length = strlen (url); length > 0 && url[length - 1] == '/'; length--)
    url[length - 1] = '\0';

  return url;
}

/* --- sessions --- */

static SoupSession *
twin_of (SoupSession *session)
{
  SoupSession *twin = g_object_get_data (G_OBJECT (session), "gstream-streams");

  if (twin == NULL)
    {
      twin = g_object_new (SOUP_TYPE_SESSION, "timeout", 0, /* a stream may be silent for long */
                           "max-conns", GSTREAM_ORIGIN_CONNECTIONS, "max-conns-per-host", GSTREAM_ORIGIN_CONNECTIONS,
                           "local-address", soup_session_get_local_address (session), NULL);
      g_object_set_data_full (G_OBJECT (session), "gstream-streams", twin, g_object_unref);
    }

  return twin;
}

/*
 * How many connections a session may have is said when it is made, and an application that has one
 * already seldom said so: streams then take their connections from another one that is set up alike.
 */
static SoupSession *
find_streams (SoupSession *session)
{
  SoupSessionFeature *jar = soup_session_get_feature (session, SOUP_TYPE_COOKIE_JAR);
  SoupSession        *twin = session;

  if (soup_session_get_max_conns_per_host (session) < GSTREAM_ORIGIN_CONNECTIONS)
    {
      twin = twin_of (session);
      g_object_set (twin, "proxy-resolver", soup_session_get_proxy_resolver (session), "tls-database",
                    soup_session_get_tls_database (session), "tls-interaction",
                    soup_session_get_tls_interaction (session), "user-agent", soup_session_get_user_agent (session),
                    "accept-language", soup_session_get_accept_language (session), NULL);
      if (jar != NULL && !soup_session_has_feature (twin, SOUP_TYPE_COOKIE_JAR))
        soup_session_add_feature (twin, jar);
    }

  return g_object_ref (twin);
}

GstreamOrigin *
gstream_origin_new (const char   *url,
                    SoupSession  *session,
                    GMainContext *context,
                    GError      **error)
{
  GError *local_error = NULL;
  g_autoptr (GUri) uri = g_uri_parse (url ? url : "", SOUP_HTTP_URI_FLAGS, &local_error);
  GstreamOrigin *self = NULL;

  if (uri == NULL)
    {
      /* GLib's own words would repeat the URL, and whatever password is in it. */
      g_error_free (local_error);
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           "The server's URL cannot be read: something like http://localhost:2024 was expected");
      return NULL;
    }
  if (!check_url (uri, error))
    return NULL;

  self = g_new0 (GstreamOrigin, 1);
  g_ref_count_init (&self->ref_count);
  self->url = without_slashes (uri);
  self->session = g_object_ref (session);
  self->streams = find_streams (session);
  self->context = g_main_context_ref (context);
  self->nested = gstream_run_context_get_nested (context, G_OBJECT (session));
  self->headers = g_ptr_array_new_with_free_func (g_free);

  return self;
}

GstreamOrigin *
gstream_origin_ref (GstreamOrigin *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
gstream_origin_unref (GstreamOrigin *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->session);
  g_object_unref (self->streams);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->headers);
  g_free (self->url);
  g_free (self);
}

void
gstream_origin_begin_io (GstreamOrigin *self)
{
  g_main_context_push_thread_default (self->nested);
}

void
gstream_origin_end_io (GstreamOrigin *self)
{
  g_main_context_pop_thread_default (self->nested);
}

SoupSession *
gstream_origin_new_session (void)
{
  /* No timeout: requests have their own, and an event stream may be silent for long. */
  return g_object_new (SOUP_TYPE_SESSION, "user-agent", USER_AGENT, "timeout", 0, "max-conns",
                       GSTREAM_ORIGIN_CONNECTIONS, "max-conns-per-host", GSTREAM_ORIGIN_CONNECTIONS, NULL);
}

static gboolean
is_header_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;

  return *name != '\0';
}

static gboolean
check_header (const char *name,
              const char *value,
              GError    **error)
{
  if (!is_header_name (name))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "“%s” is no name of a header", name);
  else if (strpbrk (value, "\r\n") != NULL || !g_str_is_ascii (value))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 "The value of the header %s has a line break in it, or something else than ASCII", name);
  else
    return TRUE;

  return FALSE;
}

gboolean
gstream_origin_add_header (GstreamOrigin *self,
                           const char    *name,
                           const char    *value,
                           GError       **error)
{
  if (!check_header (name, value, error))
    return FALSE;

  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));

  return TRUE;
}

SoupMessage *
gstream_origin_new_message (GstreamOrigin *self,
                            const char    *method,
                            const char    *path)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  SoupMessage     *message = soup_message_new (method, url);

  g_assert (message != NULL);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  for (guint i = 0; i < self->headers->len; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message), g_ptr_array_index (self->headers, i),
                                  g_ptr_array_index (self->headers, i + 1));

  return message;
}

/* --- errors --- */

static void
scrub (GString    *text,
       const char *secret)
{
  if (strlen (secret) >= SHORTEST_SECRET)
    g_string_replace (text, secret, "***", 0);
}

void
gstream_origin_hide_secrets (GstreamOrigin *self,
                             GError        *error)
{
  g_autoptr (GString) text = g_string_new (error->message);

  for (guint i = 1; i < self->headers->len; i += 2)
    {
      const char *value = g_ptr_array_index (self->headers, i);
      const char *space = strchr (value, ' ');

      scrub (text, value);
      if (space != NULL) /* "Bearer TOKEN" */
        scrub (text, space + 1);
    }

  g_free (error->message);
  error->message = g_strdup (text->str);
}

/* GLib says that a certificate is unacceptable, and not what could be done about it. */
static void
explain_certificate (GError *error)
{
  g_autofree char *reason = error->message;

  error->message = g_strconcat (reason,
                                ": the server's certificate is not one that the session trusts for this host; "
                                "its tls-database says which are",
                                NULL);
}

void
gstream_origin_name_error (GstreamOrigin *self,
                           SoupMessage   *message,
                           GError        *error)
{
  g_autofree char *uri = g_uri_to_string (soup_message_get_uri (message));

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    explain_certificate (error);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&error, "%s %s: ", soup_message_get_method (message), uri);
  gstream_origin_hide_secrets (self, error);
}

GstreamError
gstream_origin_code_of_status (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
    case 407:
      return GSTREAM_ERROR_PERMISSION_DENIED;
    case 404:
    case 410:
      return GSTREAM_ERROR_NOT_FOUND;
    case 409:
      return GSTREAM_ERROR_CONFLICT;
    case 429:
      return GSTREAM_ERROR_RATE_LIMITED;
    case 408:
    case 425:
      return GSTREAM_ERROR_SERVER;
    default:
      break;
    }
  if (status >= 500)
    return GSTREAM_ERROR_SERVER;
  if (status >= 400)
    return GSTREAM_ERROR_REFUSED;

  return status >= 300 ? GSTREAM_ERROR_NOT_SUPPORTED
                       : GSTREAM_ERROR_INVALID; /* a success where an error was expected */
}

/* Of the statuses that libsoup does not know, those after RFC 2616. */
static const char *
phrase_of_status (guint status)
{
  switch (status)
    {
    case 421:
      return " Misdirected Request";
    case 425:
      return " Too Early";
    case 428:
      return " Precondition Required";
    case 429:
      return " Too Many Requests";
    case 431:
      return " Request Header Fields Too Large";
    case 451:
      return " Unavailable For Legal Reasons";
    case 511:
      return " Network Authentication Required";
    default:
      return NULL;
    }
}

static void
append_status (GString *text,
               guint    status)
{
  const char *phrase = phrase_of_status (status);

  g_string_append_printf (text, "HTTP %u", status);
  if (phrase != NULL)
    g_string_append (text, phrase);
  else if (!g_str_equal (soup_status_get_phrase (status), "Unknown Error"))
    g_string_append_printf (text, " %s", soup_status_get_phrase (status));
}

static gint64
parse_retry_after (const char *value)
{
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) now = NULL;
  gint64 seconds = 0;

  if (g_ascii_string_to_signed (value, 10, 0, G_MAXINT32, &seconds, NULL))
    return seconds * G_USEC_PER_SEC;

  date = soup_date_time_new_from_http_string (value);
  now = g_date_time_new_now_utc ();

  return date != NULL ? MAX (g_date_time_difference (date, now), 0) : 0;
}

static void
heed_retry_after (GstreamOrigin *self,
                  SoupMessage   *message,
                  GString       *text)
{
  const char *value = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  gint64      wait = value != NULL ? parse_retry_after (value) : 0;

  if (wait == 0)
    return;

  self->not_before = g_get_monotonic_time () + wait;
  g_string_append_printf (text, "; the server may be asked again in %" G_GINT64_FORMAT " s",
                          (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

static void
append_location (GString     *text,
                 SoupMessage *message)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) uri =
      location ? g_uri_parse_relative (soup_message_get_uri (message), location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (uri != NULL)
    g_string_append_printf (text, " to %s://%s:%d; redirects are not followed, give the server's own URL",
                            g_uri_get_scheme (uri), g_uri_get_host (uri), g_uri_get_port (uri));
}

GError *
gstream_origin_new_error (GstreamOrigin *self,
                          SoupMessage   *message,
                          guint          status,
                          const char    *body,
                          gsize          length)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (body, length, &code);
  GError          *error = NULL;

  append_status (text, status);
  if (SOUP_STATUS_IS_REDIRECTION (status))
    append_location (text, message);
  if (code != NULL)
    g_string_append_printf (text, " (%s)", code);
  if (words != NULL)
    g_string_append_printf (text, ": %s", words);
  heed_retry_after (self, message, text);

  error = g_error_new_literal (GSTREAM_ERROR, gstream_origin_code_of_status (status), text->str);
  gstream_error_set_origin (error, status, code);
  gstream_origin_name_error (self, message, error);

  return error;
}

/* What RFC 6455 and its registry say, and above 4000 what applications have made of HTTP's statuses. */
static GstreamError
code_of_close (guint close_code)
{
  if (close_code >= 4400 && close_code < 4500)
    return gstream_origin_code_of_status (close_code - 4000);
  if (close_code >= 4500)
    return GSTREAM_ERROR_SERVER;

  switch (close_code)
    {
    case 1000:
    case 1001: /* going away */
      return GSTREAM_ERROR_INCOMPLETE;
    case 1008: /* against a policy */
    case 3000: /* unauthorized */
    case 3003: /* forbidden */
      return GSTREAM_ERROR_PERMISSION_DENIED;
    case 1009:
      return GSTREAM_ERROR_TOO_LARGE;
    case 1011: /* an error of its own, a restart, too much to do, a bad gateway, a timeout */
    case 1012:
    case 1013:
    case 1014:
    case 3008:
      return GSTREAM_ERROR_SERVER;
    default:
      return GSTREAM_ERROR_REFUSED;
    }
}

GError *
gstream_origin_new_close_error (GstreamOrigin *self,
                                SoupMessage   *message,
                                guint          close_code,
                                const char    *reason)
{
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (reason, reason != NULL ? strlen (reason) : 0, &code);
  g_autoptr (GString) text = g_string_new (NULL);
  GError *error = NULL;

  g_string_append_printf (text, "WebSocket closed with %u", close_code);
  if (code != NULL)
    g_string_append_printf (text, " (%s)", code);
  if (words != NULL)
    g_string_append_printf (text, ": %s", words);

  error = g_error_new_literal (GSTREAM_ERROR, code_of_close (close_code), text->str);
  gstream_error_set_origin (error, close_code, code);
  gstream_origin_name_error (self, message, error);

  return error;
}

/* --- trying again --- */

/* Statuses that say that the server has not acted. */
static gboolean
was_put_off (const GError *error)
{
  guint status = gstream_error_get_status (error);

  return status == 408 || status == 425 || status == 429 || status == 503;
}

static gboolean
was_never_sent (const GError *error)
{
  if (was_put_off (error))
    return TRUE;
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  return error->code == G_IO_ERROR_CONNECTION_REFUSED || error->code == G_IO_ERROR_HOST_UNREACHABLE ||
         error->code == G_IO_ERROR_NETWORK_UNREACHABLE;
}

static gboolean
may_pass (const GError *error)
{
  if (error->domain == GSTREAM_ERROR)
    return error->code == GSTREAM_ERROR_INCOMPLETE || error->code == GSTREAM_ERROR_SERVER ||
           error->code == GSTREAM_ERROR_RATE_LIMITED;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_EOF;
  if (error->domain == SOUP_SESSION_ERROR)
    return error->code == SOUP_SESSION_ERROR_PARSING || error->code == SOUP_SESSION_ERROR_ENCODING;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  switch (error->code)
    {
    case G_IO_ERROR_FAILED:
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_BROKEN_PIPE: /* and CONNECTION_CLOSED, which is the same */
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_PROXY_FAILED:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
gstream_retry_can_help (GstreamRetryKind kind,
                        const GError    *error)
{
  return was_never_sent (error) || (kind != GSTREAM_RETRY_UNSENT && may_pass (error));
}

void
gstream_retry_tell (GstreamRetry *self,
                    gint64        milliseconds)
{
  if (milliseconds < 0)
    return;
  self->told = TRUE;
  self->pause = MIN (milliseconds, LONGEST_WAIT);
}

static gint64
grown_pause (GstreamRetry  *self,
             GstreamOrigin *origin)
{
  guint  doublings = MIN (self->failures - 1, 20);
  gint64 first = self->told ? self->pause : origin->retry_pause;

  return MIN (first << doublings, MAX (first, (gint64) origin->retry_pause_max));
}

gint64
gstream_retry_next (GstreamRetry    *self,
                    GstreamOrigin   *origin,
                    GstreamRetryKind kind,
                    const GError    *error)
{
  gint64 asked_for = (origin->not_before - g_get_monotonic_time ()) / 1000;
  gint64 pause;

  if (!gstream_retry_can_help (kind, error))
    return -1;
  if (self->failures >= origin->retry_limit || asked_for > LONGEST_WAIT)
    return -1;

  self->failures++;
  pause = MAX (grown_pause (self, origin), asked_for);
  g_info ("%s; trying again in %" G_GINT64_FORMAT " ms (%u of %u)", error->message, pause, self->failures,
          origin->retry_limit);

  return pause;
}
