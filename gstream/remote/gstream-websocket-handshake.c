/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens a WebSocket, up to where frames begin.
 */
#include <gstream/remote/gstream-websocket-handshake-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>

#define READ_SIZE 4096              /* bytes */
#define MAX_ANSWER_SIZE (16 * 1024) /* bytes of the answer's headers */
#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

typedef struct
{
  GstreamServer *server;
  SoupMessage   *message;
  GIOStream     *stream;
  GString       *request; /* being written */
  GByteArray    *answer;  /* being read; may have frames behind its headers */
  GstreamGate   *gate;    /* the result, beside the connection */
} Handshake;

static void read_more (GTask *task);

static void
handshake_free (gpointer data)
{
  Handshake *handshake = data;

  gstream_server_unref (handshake->server);
  g_object_unref (handshake->message);
  g_clear_object (&handshake->stream);
  g_clear_object (&handshake->gate);
  g_byte_array_unref (handshake->answer);
  if (handshake->request != NULL)
    g_string_free (handshake->request, TRUE);
  g_free (handshake);
}

static void
handshake_failed (GTask  *task,
                  GError *error)
{
  Handshake *handshake = g_task_get_task_data (task);

  gstream_server_name_error (handshake->server, handshake->message, error);
  g_task_return_error (task, error);
}

/* --- the answer --- */

static gboolean
is_accepted (SoupMessage *message)
{
  SoupMessageHeaders *asked = soup_message_get_request_headers (message);
  SoupMessageHeaders *answered = soup_message_get_response_headers (message);
  g_autofree char *expected = g_strconcat (soup_message_headers_get_one (asked, "Sec-WebSocket-Key"),
                                           ACCEPT_SUFFIX, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *encoded = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) expected, -1);
  g_checksum_get_digest (checksum, digest, &length);
  encoded = g_base64_encode (digest, length);

  return soup_message_headers_header_equals (answered, "Upgrade", "websocket")
         && soup_message_headers_header_contains (answered, "Connection", "upgrade")
         && g_strcmp0 (soup_message_headers_get_one (answered, "Sec-WebSocket-Accept"), encoded) == 0;
}

/* FALSE, with an error: this is no WebSocket. */
static gboolean
check_answer (Handshake  *handshake,
              gsize       headers_size,
              GError    **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (handshake->message);
  g_autofree char *text = g_strndup ((const char *) handshake->answer->data, headers_size); /* libsoup wants an end */
  guint status = 0;

  if (!soup_headers_parse_response (text, headers_size, headers, NULL, &status, NULL))
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "the answer is not HTTP");
  else if (status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    g_propagate_error (error, gstream_server_new_error (handshake->server, handshake->message, status, NULL));
  else if (!is_accepted (handshake->message))
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "the answer does not accept a WebSocket");
  else
    return TRUE;

  return FALSE;
}

static SoupWebsocketConnection *
make_connection (Handshake *handshake,
                 gsize      headers_size)
{
  GInputStream *base = g_io_stream_get_input_stream (handshake->stream);
  GByteArray *answer = handshake->answer;
  g_autoptr (GBytes) first = g_bytes_new (answer->data + headers_size, answer->len - headers_size);
  g_autoptr (GIOStream) gated = NULL;

  handshake->gate = gstream_gate_new (G_POLLABLE_INPUT_STREAM (base), first);
  gated = g_simple_io_stream_new (G_INPUT_STREAM (handshake->gate), g_io_stream_get_output_stream (handshake->stream));
  /* The socket is the stream's: it goes with the connection, and not before. */
  g_object_set_data_full (G_OBJECT (gated), "gstream-stream", g_object_ref (handshake->stream), g_object_unref);

  return soup_websocket_connection_new (gated, soup_message_get_uri (handshake->message),
                                        SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
}

static void
headers_are_whole (GTask *task,
                   gsize  headers_size)
{
  Handshake *handshake = g_task_get_task_data (task);
  GError *error = NULL;

  if (check_answer (handshake, headers_size, &error))
    g_task_return_pointer (task, make_connection (handshake, headers_size), g_object_unref);
  else if (error->domain == GSTREAM_ERROR && error->code == GSTREAM_ERROR_INVALID)
    handshake_failed (task, error);
  else
    g_task_return_error (task, error); /* says already what was being done */
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GByteArray *answer = handshake->answer;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  const char *end = NULL;

  if (bytes != NULL && g_bytes_get_size (bytes) == 0)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the server closed the connection");
  if (error != NULL)
    {
      handshake_failed (task, error);
      return;
    }

  g_byte_array_append (answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  end = g_strstr_len ((const char *) answer->data, answer->len, "\r\n\r\n");
  if (end != NULL)
    headers_are_whole (task, end + strlen ("\r\n\r\n") - (const char *) answer->data);
  else if (answer->len <= MAX_ANSWER_SIZE)
    read_more (task);
  else
    handshake_failed (task, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                         "the answer's headers have more than %d bytes", MAX_ANSWER_SIZE));
}

static void
read_more (GTask *task)
{
  Handshake *handshake = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (handshake->stream), READ_SIZE, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_read, g_object_ref (task));
}

/* --- the request --- */

static void
on_written (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    read_more (task);
  else
    handshake_failed (task, error);
}

static void
append_header (const char *name,
               const char *value,
               gpointer    user_data)
{
  g_string_append_printf (user_data, "%s: %s\r\n", name, value);
}

static void
add_cookies (GstreamServer *server,
             SoupMessage   *message)
{
  SoupSessionFeature *jar = soup_session_get_feature (server->session, SOUP_TYPE_COOKIE_JAR);
  g_autofree char *cookies = jar ? soup_cookie_jar_get_cookies (SOUP_COOKIE_JAR (jar),
                                                                soup_message_get_uri (message), TRUE) : NULL;

  if (cookies != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "Cookie", cookies);
}

static GString *
make_request (SoupMessage *message)
{
  GUri *uri = soup_message_get_uri (message);
  gboolean is_ipv6 = strchr (g_uri_get_host (uri), ':') != NULL;
  GString *request = g_string_new (NULL);

  g_string_append_printf (request, "GET %s HTTP/1.1\r\n", g_uri_get_path (uri));
  g_string_append_printf (request, is_ipv6 ? "Host: [%s]:%d\r\n" : "Host: %s:%d\r\n",
                          g_uri_get_host (uri), g_uri_get_port (uri));
  soup_message_headers_foreach (soup_message_get_request_headers (message), append_header, request);
  g_string_append (request, "\r\n");

  return request;
}

static void
on_connected (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GError *error = NULL;

  handshake->stream = G_IO_STREAM (g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error));
  if (handshake->stream == NULL)
    {
      handshake_failed (task, error);
      return;
    }

  soup_websocket_client_prepare_handshake (handshake->message, NULL, NULL, NULL);
  add_cookies (handshake->server, handshake->message);
  handshake->request = make_request (handshake->message);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (handshake->stream),
                                   handshake->request->str, handshake->request->len, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_written, g_object_ref (task));
}

/* --- the connection below --- */

static void
on_client_event (GSocketClient      *client,
                 GSocketClientEvent  event,
                 GSocketConnectable *connectable,
                 GIOStream          *connection,
                 SoupSession        *session)
{
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;

  if (soup_session_get_tls_database (session) != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), soup_session_get_tls_database (session));
  if (soup_session_get_tls_interaction (session) != NULL)
    g_tls_connection_set_interaction (G_TLS_CONNECTION (connection), soup_session_get_tls_interaction (session));
}

static GSocketClient *
make_client (SoupSession *session,
             GUri        *uri)
{
  GSocketClient *client = g_socket_client_new ();
  GProxyResolver *resolver = soup_session_get_proxy_resolver (session);

  g_socket_client_set_tls (client, g_str_equal (g_uri_get_scheme (uri), "https"));
  g_socket_client_set_enable_proxy (client, resolver != NULL);
  g_socket_client_set_proxy_resolver (client, resolver);
  g_signal_connect_object (client, "event", G_CALLBACK (on_client_event), session, 0);

  return client;
}

void
gstream_websocket_handshake (GstreamServer       *server,
                             SoupMessage         *message,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Handshake *handshake = g_new0 (Handshake, 1);
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketClient) client = make_client (server->session, uri);
  g_autoptr (GSocketConnectable) address = g_network_address_new (g_uri_get_host (uri), g_uri_get_port (uri));

  handshake->server = gstream_server_ref (server);
  handshake->message = g_object_ref (message);
  handshake->answer = g_byte_array_new ();
  g_task_set_source_tag (task, gstream_websocket_handshake);
  g_task_set_task_data (task, handshake, handshake_free);

  g_socket_client_connect_async (client, address, cancellable, on_connected, g_steal_pointer (&task));
}

SoupWebsocketConnection *
gstream_websocket_handshake_finish (GAsyncResult  *result,
                                    GstreamGate  **gate,
                                    GError       **error)
{
  Handshake *handshake = g_task_get_task_data (G_TASK (result));
  SoupWebsocketConnection *connection = g_task_propagate_pointer (G_TASK (result), error);

  if (connection != NULL)
    *gate = g_object_ref (handshake->gate);

  return connection;
}
