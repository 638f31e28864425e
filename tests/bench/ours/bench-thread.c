/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs on tests/bench/server.py.
 */
#include "bench-thread.h"

#include "bench.h"

#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

/* Of all runs over TLS, as an application has one. */
static SoupSession *
get_tls_session (void)
{
  static SoupSession *session;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = NULL;

  if (session == NULL)
    {
      database = g_tls_file_database_new (g_getenv ("SSL_CERT_FILE"), &error);
      bench_check (error);
      session = soup_session_new_with_options ("timeout", 0, "max-conns", 100, "max-conns-per-host", 100,
                                               "tls-database", database, NULL);
    }

  return session;
}

static GstreamServer *
new_server (const char *url)
{
  g_autofree char *http = NULL;

  if (g_str_has_prefix (url, "https:"))
    return g_object_new (GSTREAM_TYPE_SERVER, "url", url, "session", get_tls_session (), NULL);
  if (!g_str_has_prefix (url, "ws:"))
    return gstream_server_new (url);

  http = g_strconcat ("http:", url + strlen ("ws:"), NULL);

  return g_object_new (GSTREAM_TYPE_SERVER, "url", http, "transport", GSTREAM_TRANSPORT_WEBSOCKET, NULL);
}

GstreamRunStream *
bench_start (const char *url,
             const char *recording)
{
  static guint     runs;
  g_autofree char *thread_id = g_strdup_printf ("%s.c-%d-%u", recording, getpid (), runs++);
  g_autoptr (GstreamServer) server = new_server (url);
  g_autoptr (GstreamThread) thread = gstream_server_open_thread (server, "bench", thread_id);
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);

  bench_check (error);
  return run;
}
