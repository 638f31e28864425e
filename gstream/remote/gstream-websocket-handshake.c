/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens a WebSocket, up to where frames begin.
 */
#include <gstream/remote/gstream-websocket-handshake-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-run-context-private.h>

#define READ_SIZE 4096              /* bytes */
#define MAX_ANSWER_SIZE (16 * 1024) /* bytes of the answer's headers, and of a refusal's body */
#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

typedef struct
{
  GstreamServer *server;
  SoupMessage   *message;
  GIOStream     *stream;
  GString       *request; /* being written */
  GByteArray    *answer;  /* being read; may have frames behind its headers */
  gsize          head;    /* bytes of its headers; 0: they are not whole yet */
  guint          status;  /* what they say */
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

static SoupWebsocketConnection *
make_connection (Handshake *handshake)
{
  GInputStream *base = g_io_stream_get_input_stream (handshake->stream);
  GByteArray *answer = handshake->answer;
  g_autoptr (GBytes) first = g_bytes_new (answer->data + handshake->head, answer->len - handshake->head);
  g_autoptr (GIOStream) gated = NULL;

  handshake->gate = gstream_gate_new (G_POLLABLE_INPUT_STREAM (base), first);
  gated = g_simple_io_stream_new (G_INPUT_STREAM (handshake->gate), g_io_stream_get_output_stream (handshake->stream));
  /* The socket is the stream's: it goes with the connection, and not before. */
  g_object_set_data_full (G_OBJECT (gated), "gstream-stream", g_object_ref (handshake->stream), g_object_unref);

  return soup_websocket_connection_new (gated, soup_message_get_uri (handshake->message),
                                        SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
}

/* --- a refusal --- */

/* What of a chunked body has come; @whole: whether that is all. */
static GString *
join_chunks (const char *body,
             gsize       length,
             gboolean   *whole)
{
  GString *joined = g_string_new (NULL);
  const char *end = body + length;

  *whole = FALSE;
  while (body < end && !*whole)
    {
      const char *line_end = g_strstr_len (body, end - body, "\r\n");
      gsize size = line_end != NULL ? g_ascii_strtoull (body, NULL, 16) : 0;

      if (line_end == NULL)
        break;
      *whole = size == 0;
      body = line_end + strlen ("\r\n");
      g_string_append_len (joined, body, MIN (size, (gsize) (end - body)));
      if (size + strlen ("\r\n") > (gsize) (end - body))
        break;
      body += size + strlen ("\r\n");
    }

  return joined;
}

/* NULL: more of it is to come. */
static GString *
find_refusal (Handshake *handshake,
              gboolean   at_end)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (handshake->message);
  const char *body = (const char *) handshake->answer->data + handshake->head;
  gsize length = handshake->answer->len - handshake->head;
  gboolean whole = FALSE;
  g_autoptr (GString) words = NULL;

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    words = join_chunks (body, length, &whole);
  else
    {
      words = g_string_new_len (body, length);
      whole = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
              && length >= (guint64) soup_message_headers_get_content_length (headers);
    }

  return whole || at_end || length > MAX_ANSWER_SIZE ? g_steal_pointer (&words) : NULL;
}

static void
refused (GTask    *task,
         gboolean  at_end)
{
  Handshake *handshake = g_task_get_task_data (task);
  g_autoptr (GString) words = find_refusal (handshake, at_end);

  if (words != NULL)
    g_task_return_error (task, gstream_server_new_error (handshake->server, handshake->message, handshake->status,
                                                         words->str, words->len));
  else
    read_more (task);
}

/* --- reading it --- */

static void
headers_are_whole (GTask *task)
{
  Handshake *handshake = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (handshake->message);
  g_autofree char *text = g_strndup ((const char *) handshake->answer->data, handshake->head); /* libsoup wants an end */

  if (!soup_headers_parse_response (text, handshake->head, headers, NULL, &handshake->status, NULL))
    handshake_failed (task, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "the answer is not HTTP"));
  else if (handshake->status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    refused (task, FALSE);
  else if (!is_accepted (handshake->message))
    handshake_failed (task, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                                 "the answer does not accept a WebSocket"));
  else
    g_task_return_pointer (task, make_connection (handshake), g_object_unref);
}

static void
take_headers (GTask *task)
{
  Handshake *handshake = g_task_get_task_data (task);
  const char *start = (const char *) handshake->answer->data;
  const char *end = g_strstr_len (start, handshake->answer->len, "\r\n\r\n");

  if (end != NULL)
    {
      handshake->head = end + strlen ("\r\n\r\n") - start;
      headers_are_whole (task);
    }
  else if (handshake->answer->len <= MAX_ANSWER_SIZE)
    read_more (task);
  else
    handshake_failed (task, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                         "the answer's headers have more than %d bytes", MAX_ANSWER_SIZE));
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  gboolean at_end = bytes == NULL || g_bytes_get_size (bytes) == 0;

  if (bytes != NULL)
    g_byte_array_append (handshake->answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (handshake->head != 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      refused (task, at_end);
    }
  else if (error != NULL)
    handshake_failed (task, error);
  else if (at_end)
    handshake_failed (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                 "the server closed the connection"));
  else
    take_headers (task);
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
  g_autoptr (GTask) task = gstream_run_context_new_task (server->context, NULL, cancellable, callback, user_data);
  Handshake *handshake = g_new0 (Handshake, 1);
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketClient) client = make_client (server->session, uri);
  g_autoptr (GSocketConnectable) address = g_network_address_new (g_uri_get_host (uri), g_uri_get_port (uri));

  handshake->server = gstream_server_ref (server);
  handshake->message = g_object_ref (message);
  handshake->answer = g_byte_array_new ();
  g_task_set_source_tag (task, gstream_websocket_handshake);
  g_task_set_task_data (task, handshake, handshake_free);

  gstream_server_begin_io (server);
  g_socket_client_connect_async (client, address, cancellable, on_connected, g_steal_pointer (&task));
  gstream_server_end_io (server);
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
