/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server's certificate is verified, and one that no authority signed is
 * trusted only where the application's session says so (N8).
 */
#include "fake-agent.h"

#include <string.h>

typedef struct
{
  FakeAgent       *agent;
  GstreamTransport transport;
  char            *pem; /* path of the server's certificate */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  fixture->transport = GPOINTER_TO_INT (data);
  fixture->agent = fake_agent_new ("python-server/chat.sse");
  fixture->pem = g_test_build_filename (G_TEST_DIST, "remote", "self-signed.pem", NULL);
  certificate = g_tls_certificate_new_from_file (fixture->pem, &error);
  g_assert_no_error (error);
  fake_server_use_tls (fixture->agent->server, certificate);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_free (fixture->pem);
  fake_agent_free (fixture->agent);
}

/* A session that trusts the server's own certificate, and no other. */
static SoupSession *
new_trusting_session (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (fixture->pem, &error);

  g_assert_no_error (error);

  return soup_session_new_with_options ("tls-database", database, NULL);
}

static GstreamThread *
new_thread (Fixture     *fixture,
            const char  *host,
            SoupSession *session)
{
  g_autofree char *url = g_strdup_printf ("https://%s:%u", host, fake_server_get_port (fixture->agent->server));

  g_autoptr (GstreamServer) server = g_object_new (GSTREAM_TYPE_SERVER, "url", url, "transport", fixture->transport,
                                                   "session", session, "retry-pause", 0, "retry-limit", 3, NULL);

  return gstream_server_open_thread (server, "agent", "t1");
}

/* Before a word of HTTP was said, and once: to ask again would not help. */
static void
assert_refused (Fixture       *fixture,
                GstreamThread *thread)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);

  g_assert_null (run);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, gstream_server_get_url (server_of (thread))));
  g_assert_nonnull (strstr (error->message, "tls-database"));
  g_assert_cmpuint (fixture->agent->requests->len, ==, 0);
}

static void
test_self_signed (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamThread) thread = new_thread (fixture, "127.0.0.1", NULL);

  gstream_server_set_api_key (server_of (thread), "sesame");
  assert_refused (fixture, thread);
}

static void
test_trusted (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (SoupSession) session = new_trusting_session (fixture);
  g_autoptr (GstreamThread) thread = new_thread (fixture, "127.0.0.1", session);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GError) error = NULL;
  g_autofree char *log G_GNUC_UNUSED = drain (run, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

/* What is trusted is the certificate of another host. */
static void
test_other_host (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (SoupSession) session = new_trusting_session (fixture);
  g_autoptr (GstreamThread) thread = new_thread (fixture, "localhost", session);

  assert_refused (fixture, thread);
}

/* A connection that is cut does not end the way TLS does: that is no end of the run. */
static void
test_cut (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (SoupSession) session = new_trusting_session (fixture);
  const gsize      offsets[] = { 200, 400, 777, 1500, 3000 };
  g_autofree char *expected = NULL;

  fixture->agent->keeps_open = TRUE;
  for (gsize i = 0; i <= G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (GstreamThread) thread = new_thread (fixture, "127.0.0.1", session);
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *log = NULL;

      fixture->agent->n_streams = fixture->agent->n_commands = 0;
      if (i > 0)
        fake_agent_add_fault (fixture->agent, (Fault) { .cut_at = offsets[i - 1] + 200 });
      run = start (thread);
      log = drain (run, &error);
      g_assert_no_error (error);
      if (i == 0)
        expected = g_strdup (log);
      g_assert_cmpstr (log, ==, expected);
      g_assert_cmpuint (fixture->agent->n_streams, ==, i == 0 ? 1 : 2);
    }
}

static void
test_no_tls (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (FakeAgent) plain = fake_agent_new ("python-server/chat.sse");
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  FakeAgent *secure = fixture->agent;

  fixture->agent = plain;
  thread = new_thread (fixture, "127.0.0.1", NULL);
  fixture->agent = secure;
  g_object_set (server_of (thread), "answer-timeout", 100, NULL);
  run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_assert_null (run);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
}

typedef void (*Test) (Fixture *,
                      gconstpointer);

static void
add (const char *name,
     Test        test)
{
  g_autofree char *sse = g_strconcat ("/remote/N8/tls/", name, "-sse", NULL);
  g_autofree char *websocket = g_strconcat ("/remote/N8/tls/", name, "-websocket", NULL);

  g_test_add (sse, Fixture, GINT_TO_POINTER (GSTREAM_TRANSPORT_SSE), set_up, test, tear_down);
  g_test_add (websocket, Fixture, GINT_TO_POINTER (GSTREAM_TRANSPORT_WEBSOCKET), set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("self-signed-is-refused", test_self_signed);
  add ("trusted-by-the-session", test_trusted);
  add ("another-host-is-refused", test_other_host);
  add ("cut", test_cut);
  add ("plain-server", test_no_tls);

  return g_test_run ();
}
