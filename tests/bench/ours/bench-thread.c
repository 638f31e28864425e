/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs on tests/bench/server.py.
 */
#include "bench-thread.h"

#include "bench.h"

#include <unistd.h>

GstreamRunStream *
bench_start (const char *url,
             const char *recording)
{
  static guint     runs;
  g_autofree char *thread_id = g_strdup_printf ("%s.c-%d-%u", recording, getpid (), runs++);
  g_autoptr (GstreamServer) server = gstream_server_new (url);
  g_autoptr (GstreamThread) thread = gstream_server_open_thread (server, "bench", thread_id);
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);

  bench_check (error);
  return run;
}
