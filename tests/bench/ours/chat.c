/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: chat URL RECORDING RUNS
 *
 * Every delta of an endpoint's answer, read on the main loop.
 */
#include "bench-reader.h"

static char        *url;
static SoupSession *session; /* of all runs, as an application has one */

static void
once (const char *recording,
      BenchTotal *total)
{
  g_autoptr (GstreamPayload) messages = gstream_payload_new ("[{\"role\":\"user\",\"content\":\"Go.\"}]", -1, NULL);
  g_autoptr (GstreamEventSource) source = g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", url, "model", recording,
                                                        "messages", messages, "session", session, NULL);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  bench_read_messages (&run, 1, total);
}

int
main (int    argc,
      char **argv)
{
  url = g_strconcat (argv[1], "/v1", NULL);
  session = soup_session_new ();
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
