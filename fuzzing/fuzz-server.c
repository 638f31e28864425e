/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whatever a server answers over HTTP, each call ends with what was asked for or one error. The first byte says which call
 * it is; the rest is the answers, one a connection: for a run, that to the request for its events first.
 */
#include "fuzz.h"

#include <string.h>

#include "fuzz-network.h"

#define MOST (32 * 1024) /* bytes */

static GstreamServer *
get_server (void)
{
  static GstreamServer *server = NULL;

  if (server == NULL)
    server = g_object_new (GSTREAM_TYPE_SERVER, "url", "http://server/prefix", "max-event-size", 65536, "max-depth", 32,
                           "retry-limit", 0, "retry-pause", 1, NULL);

  return server;
}

static GstreamPayload *
take_array (GPtrArray *array)
{
  if (array == NULL)
    return NULL;

  g_ptr_array_unref (array);

  return gstream_payload_new ("[]", -1, NULL);
}

static GstreamPayload *
take_boolean (gboolean done)
{
  return done ? gstream_payload_new ("true", -1, NULL) : NULL;
}

/*
 * An input that is kept for its events has to have some: when the order of requests changes, it would else be one of a
 * run that does not begin, and what reads events would not be reached any more. @digest: NULL: there is no run.
 */
static void
check_events (const char *digest)
{
  if (!FUZZING)
    g_assert_true (digest != NULL && strstr (digest, "\"log\":[],\"values\"") == NULL);
}

static GstreamPayload *
run (GstreamThread *thread,
     gboolean       has_events,
     GError       **error)
{
  g_autoptr (GstreamRunStream) stream = gstream_thread_start_sync (thread, NULL, NULL, NULL, error);
  g_autofree char *digest = NULL;

  if (stream != NULL)
    digest = fuzz_digest_run (stream);
  if (has_events)
    check_events (digest);

  return digest != NULL ? gstream_payload_new (digest, -1, error) : NULL;
}

/* Returns: (transfer full): something, or NULL with an error. */
static GstreamPayload *
call (char           which,
      GstreamServer *server,
      GstreamThread *thread,
      GError       **error)
{
  switch (which)
    {
    case 'r':
    case 'R':
      return run (thread, which == 'R', error);
    case 'h':
      return take_array (gstream_thread_fetch_history_sync (thread, 0, NULL, NULL, error));
    case 'l':
      return take_array (gstream_server_list_runs_sync (server, "t", 0, NULL, error));
    case 'a':
      return take_array (gstream_server_list_assistants_sync (server, NULL, NULL, error));
    case 'c':
      return gstream_server_copy_thread_sync (server, "t", NULL, error);
    case 'x':
      return take_boolean (gstream_thread_cancel_run_sync (thread, "r", NULL, error));
    case 'd':
      return take_boolean (gstream_server_delete_thread_sync (server, "t", NULL, error));
    default:
      return gstream_thread_fetch_state_sync (thread, NULL, NULL, error);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GstreamServer *server = get_server ();
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GstreamPayload) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (size < 1 || size > MOST)
    return 0;

  fuzz_network_answer (data + 1, size - 1);
  thread = gstream_server_open_thread (server, "agent", "t");
  answer = call (data[0], server, thread, &error);
  g_assert_true ((answer == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_cmpstr (error->message, !=, "");
  soup_session_abort (gstream_server_get_session (server));
  g_clear_object (&thread);
  fuzz_settle ();

  return 0;
}
