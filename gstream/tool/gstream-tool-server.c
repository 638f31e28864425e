/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server that a command speaks to: who asks, whom it trusts, and through which proxy.
 */
#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
add_header (GstreamServer *server,
            const char    *header)
{
  const char      *colon = strchr (header, ':');
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (colon == NULL)
    {
      gstream_tool_complain (_ ("a header has the form \"Name: value\""));
      return FALSE;
    }

  name = g_strstrip (g_strndup (header, colon - header));
  value = g_strstrip (g_strdup (colon + 1));
  gstream_server_set_header (server, name, value);

  return TRUE;
}

static const char *
get_variable (const char *name,
              const char *other)
{
  const char *value = g_getenv (name);

  if (value == NULL || *value == '\0')
    value = g_getenv (other);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* The authorities to trust instead of the system's; FALSE: they cannot be read. */
static gboolean
use_authorities (SoupSession *session,
                 const char  *url,
                 const char  *ca)
{
  const char      *file = ca != NULL ? ca : get_variable (GSTREAM_TOOL_CA, GSTREAM_TOOL_CA);
  g_autofree char *path = file != NULL ? g_canonicalize_filename (file, NULL) : NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL || g_ascii_strncasecmp (url, "https:", strlen ("https:")) != 0)
    return TRUE;

  database = g_tls_file_database_new (path, &error);
  if (database == NULL)
    {
      gboolean is_named = strstr (error->message, file) != NULL;

      gstream_tool_complain ("%s: %s%s%s", ca != NULL ? "--ca" : GSTREAM_TOOL_CA, is_named ? "" : file,
                             is_named ? "" : ": ", error->message);
      return FALSE;
    }
  soup_session_set_tls_database (session, database);

  return TRUE;
}

/*
 * Honours all_proxy and no_proxy: GIO's default resolver knows http_proxy, https_proxy and the desktop's settings only.
 */
static void
use_proxy (SoupSession *session,
           const char  *url)
{
  gboolean    is_https = g_ascii_strncasecmp (url, "https:", strlen ("https:")) == 0;
  const char *own = is_https ? get_variable ("https_proxy", "HTTPS_PROXY") : get_variable ("http_proxy", "HTTP_PROXY");
  const char *all = get_variable ("all_proxy", "ALL_PROXY");
  const char *none = get_variable ("no_proxy", "NO_PROXY");
  g_auto (GStrv) ignored = g_strsplit_set (none ? none : "", ", ", -1);
  g_autofree char *proxy = NULL;
  g_autoptr (GProxyResolver) resolver = NULL;

  if (own != NULL || all == NULL)
    return;

  if (g_str_has_prefix (all, "socks5h:")) /* the proxy looks names up: with GIO it always does */
    proxy = g_strconcat ("socks5:", all + strlen ("socks5h:"), NULL);
  else
    proxy = strstr (all, "://") != NULL ? g_strdup (all) : g_strconcat ("http://", all, NULL);
  resolver = g_simple_proxy_resolver_new (g_strcmp0 (none, "*") == 0 ? NULL : proxy, ignored);
  soup_session_set_proxy_resolver (session, resolver);
}

GstreamServer *
gstream_tool_open_server (const char        *url,
                          const char        *ca,
                          const char *const *headers,
                          GstreamTransport   transport)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GstreamServer) server = g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", session, "transport",
                                                   transport, "api-key", g_getenv (GSTREAM_TOOL_API_KEY), NULL);

  for (gsize i = 0; headers != NULL && headers[i] != NULL; i++)
    if (!add_header (server, headers[i]))
      return NULL;
  if (!use_authorities (session, url, ca))
    return NULL;
  use_proxy (session, url);

  return g_steal_pointer (&server);
}
