/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server on loopback that says byte for byte what it is told to.
 */
#include "fake-server.h"

#include <string.h>

#define MOST_AT_ONCE (1024 * 1024) /* bytes: what is written is copied */

struct _FakeServer
{
  GSocketService  *service;
  guint16          port;
  GTlsCertificate *certificate; /* NULL: it speaks plainly */
  FakeHandler      handler;
  gpointer         user_data;
  GPtrArray       *exchanges;  /* open; not held: they hold themselves while something is under way */
  guint            n_goodbyes; /* closing handshakes of WebSockets */
  guint            n_pings;    /* that came over WebSockets */
};

static void read_more (FakeExchange *exchange);
static void write_more (FakeExchange *exchange);

static FakeExchange *
exchange_new (FakeServer *server,
              GIOStream  *connection)
{
  FakeExchange *exchange = g_rc_box_new0 (FakeExchange);

  exchange->server = server;
  exchange->connection = g_object_ref (connection);
  exchange->closing = g_cancellable_new ();
  exchange->in = g_byte_array_new ();
  exchange->out = g_byte_array_new ();
  exchange->cut_at = G_MAXSIZE;
  exchange->piece = G_MAXSIZE;
  g_ptr_array_add (server->exchanges, exchange);

  return exchange;
}

static void
exchange_clear (gpointer data)
{
  FakeExchange *exchange = data;

  if (exchange->server != NULL)
    g_ptr_array_remove_fast (exchange->server->exchanges, exchange);
  g_byte_array_unref (exchange->in);
  g_byte_array_unref (exchange->out);
  g_object_unref (exchange->connection);
  g_object_unref (exchange->closing);
  g_free (exchange->method);
  g_free (exchange->path);
  g_free (exchange->head);
  g_free (exchange->body);
}

FakeExchange *
fake_exchange_ref (FakeExchange *exchange)
{
  return g_rc_box_acquire (exchange);
}

void
fake_exchange_unref (FakeExchange *exchange)
{
  g_rc_box_release_full (exchange, exchange_clear);
}

/* --- out --- */

static void
hang_up (FakeExchange *exchange)
{
  g_cancellable_cancel (exchange->closing);
  g_io_stream_close (exchange->connection, NULL, NULL);
}

static gboolean on_delay_over (gpointer user_data);

static void
on_written (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  FakeExchange *exchange = user_data;
  gssize        count = g_output_stream_write_bytes_finish (G_OUTPUT_STREAM (object), result, NULL);

  exchange->writing = FALSE;
  if (count >= 0)
    {
      exchange->written += count;
      exchange->sent += count;
      if (exchange->pause > 0)
        g_timeout_add (exchange->pause, on_delay_over, g_rc_box_acquire (exchange));
      else
        write_more (exchange);
    }
  fake_exchange_unref (exchange);
}

static gboolean
on_delay_over (gpointer user_data)
{
  FakeExchange *exchange = user_data;

  write_more (exchange);
  fake_exchange_unref (exchange);

  return G_SOURCE_REMOVE;
}

static void
come_to_cut (FakeExchange *exchange)
{
  if (exchange->delay > 0)
    {
      exchange->cut_at = G_MAXSIZE;
      g_timeout_add (exchange->delay, on_delay_over, g_rc_box_acquire (exchange));
    }
  else if (!exchange->stall)
    hang_up (exchange);
}

/* Bytes that can be sent. */
static gsize
count_left (FakeExchange *exchange)
{
  if (exchange->written == exchange->out->len && exchange->sequel != NULL)
    {
      if (exchange->sequel (exchange, exchange->server->user_data))
        exchange->n_more++;
      else
        exchange->sequel = NULL;
    }

  return exchange->out->len - exchange->written;
}

static void
write_more (FakeExchange *exchange)
{
  gsize left;
  gsize allowed = exchange->cut_at - exchange->sent;
  g_autoptr (GBytes) portion = NULL;

  if (exchange->writing || g_cancellable_is_cancelled (exchange->closing))
    return;
  if (allowed == 0)
    {
      come_to_cut (exchange);
      return;
    }
  left = count_left (exchange);
  if (left == 0)
    {
      if (exchange->closes)
        hang_up (exchange);
      return;
    }

  exchange->writing = TRUE;
  left = MIN (MIN (left, allowed), MIN (exchange->piece, MOST_AT_ONCE));
  portion = g_bytes_new (exchange->out->data + exchange->written, left);
  g_output_stream_write_bytes_async (g_io_stream_get_output_stream (exchange->connection), portion, G_PRIORITY_DEFAULT,
                                     exchange->closing, on_written, g_rc_box_acquire (exchange));
}

void
fake_exchange_write (FakeExchange *exchange,
                     const char   *bytes,
                     gssize        length)
{
  if (!exchange->writing && exchange->written == exchange->out->len)
    {
      g_byte_array_set_size (exchange->out, 0);
      exchange->written = 0;
    }

  g_byte_array_append (exchange->out, (const guint8 *) bytes, length < 0 ? strlen (bytes) : (gsize) length);
}

void
fake_exchange_flush (FakeExchange *exchange)
{
  write_more (exchange);
}

void
fake_exchange_close (FakeExchange *exchange)
{
  exchange->closes = TRUE;
  write_more (exchange);
}

void
fake_exchange_answer (FakeExchange *exchange,
                      const char   *status,
                      const char   *headers,
                      const char   *body)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", status,
                                           strlen (body), headers);

  fake_exchange_write (exchange, head, -1);
  fake_exchange_write (exchange, body, -1);
  fake_exchange_close (exchange);
}

/* --- WebSocket --- */

static char *
find_header (FakeExchange *exchange,
             const char   *name)
{
  g_autofree char *start = g_strconcat ("\r\n", name, ": ", NULL);
  const char      *found = strstr (exchange->head, start);

  g_assert_nonnull (found);
  found += strlen (start);

  return g_strndup (found, strcspn (found, "\r"));
}

void
fake_exchange_accept (FakeExchange *exchange)
{
  g_autofree char *key = find_header (exchange, "Sec-WebSocket-Key");
  g_autofree char *salted = g_strconcat (key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *accept = NULL;
  g_autofree char *head = NULL;
  guint8           digest[20];
  gsize            length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) salted, -1);
  g_checksum_get_digest (checksum, digest, &length);
  accept = g_base64_encode (digest, length);
  head = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n",
                          accept);

  exchange->websocket = TRUE;
  fake_exchange_write (exchange, head, -1);
}

void
fake_exchange_send_frame (FakeExchange *exchange,
                          const char   *text,
                          gssize        length)
{
  gsize  size = length < 0 ? strlen (text) : (gsize) length;
  guint8 head[10] = { 0x81 };
  gsize  head_size = 2;

  if (size < 126)
    head[1] = size;
  else if (size < 65536)
    {
      head[1] = 126;
      head_size = 4;
    }
  else
    {
      head[1] = 127;
      head_size = 10;
    }
  for (gsize i = 2; i < head_size; i++)
    head[i] = (guint64) size >> (8 * (head_size - 1 - i));

  fake_exchange_write (exchange, (const char *) head, head_size);
  fake_exchange_write (exchange, text, size);
}

/* As a server has to: it answers, and the connection ends. */
static void
say_goodbye (FakeExchange *exchange)
{
  exchange->server->n_goodbyes++;
  fake_exchange_write (exchange, "\x88\0", 2);
  exchange->closes = TRUE;
}

static void
answer_ping (FakeExchange *exchange)
{
  exchange->server->n_pings++;
  fake_exchange_write (exchange, "\x8a\0", 2);
}

/* FALSE: no whole text is there. Clients' frames are masked; these are short. */
static gboolean
take_frame (FakeExchange *exchange)
{
  const guint8 *in = exchange->in->data;
  gsize         at = 2, size;
  guint         opcode;

  if (exchange->in->len < 4)
    return FALSE;
  size = in[1] & 0x7f;
  if (size == 126)
    {
      size = in[2] << 8 | in[3];
      at = 4;
    }
  g_assert_cmpuint (size, <, 127 * 256);
  if (exchange->in->len < at + 4 + size)
    return FALSE;

  g_free (exchange->body);
  exchange->body = g_malloc0 (size + 1);
  for (gsize i = 0; i < size; i++)
    exchange->body[i] = in[at + 4 + i] ^ in[at + i % 4];
  opcode = in[0] & 0x0f;
  g_byte_array_remove_range (exchange->in, 0, at + 4 + size);
  if (opcode == 8)
    say_goodbye (exchange);
  if (opcode == 9)
    answer_ping (exchange);

  return opcode == 1;
}

/* --- in --- */

static gboolean
take_request (FakeExchange *exchange)
{
  const char *in = (const char *) exchange->in->data;
  const char *end = g_strstr_len (in, exchange->in->len, "\r\n\r\n");
  const char *length_header;
  gsize       head_size, body_size;
  g_auto (GStrv) words = NULL;

  if (end == NULL)
    return FALSE;

  head_size = end + 4 - in;
  g_free (exchange->head);
  exchange->head = g_strndup (in, head_size);
  length_header = strstr (exchange->head, "\r\nContent-Length: ");
  body_size = length_header ? g_ascii_strtoull (length_header + strlen ("\r\nContent-Length: "), NULL, 10) : 0;
  if (exchange->in->len < head_size + body_size)
    return FALSE;

  words = g_strsplit (exchange->head, " ", 3);
  g_free (exchange->method);
  g_free (exchange->path);
  g_free (exchange->body);
  exchange->method = g_strdup (words[0]);
  exchange->path = g_strdup (words[1]);
  exchange->body = g_strndup (in + head_size, body_size);
  g_byte_array_remove_range (exchange->in, 0, head_size + body_size);

  return TRUE;
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  FakeExchange *exchange = user_data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, NULL);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      if (!g_cancellable_is_cancelled (exchange->closing))
        hang_up (exchange);
    }
  else
    {
      g_byte_array_append (exchange->in, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      while (exchange->server != NULL && (exchange->websocket ? take_frame (exchange) : take_request (exchange)))
        exchange->server->handler (exchange, exchange->server->user_data);
      write_more (exchange);
      read_more (exchange);
    }
  fake_exchange_unref (exchange);
}

static void
read_more (FakeExchange *exchange)
{
  if (g_cancellable_is_cancelled (exchange->closing))
    return;

  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (exchange->connection), 65536, G_PRIORITY_DEFAULT,
                                   exchange->closing, on_read, g_rc_box_acquire (exchange));
}

/* --- the server --- */

static GIOStream *
secure (FakeServer *self,
        GIOStream  *connection)
{
  GIOStream *secured = NULL;

  if (self->certificate == NULL)
    return g_object_ref (connection);

  secured = g_tls_server_connection_new (connection, self->certificate, NULL);
  g_assert_nonnull (secured);

  return secured;
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source_object,
             FakeServer        *self)
{
  g_autoptr (GIOStream) stream = secure (self, G_IO_STREAM (connection));
  FakeExchange *exchange = exchange_new (self, stream);

  read_more (exchange);
  fake_exchange_unref (exchange);

  return TRUE;
}

void
fake_server_listen (FakeServer *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, self->port);
  g_autoptr (GSocketAddress) actual = NULL;
  GError *error = NULL;

  self->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &actual, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (actual));
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
}

void
fake_server_stop (FakeServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

FakeServer *
fake_server_new (FakeHandler handler,
                 gpointer    user_data)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->handler = handler;
  self->user_data = user_data;
  self->exchanges = g_ptr_array_new ();
  fake_server_listen (self);

  return self;
}

void
fake_server_use_tls (FakeServer      *self,
                     GTlsCertificate *certificate)
{
  g_assert_null (self->certificate);
  self->certificate = g_object_ref (certificate);
}

void
fake_server_free (FakeServer *self)
{
  if (self->service != NULL)
    fake_server_stop (self);
  for (guint i = 0; i < self->exchanges->len; i++)
    {
      FakeExchange *exchange = self->exchanges->pdata[i];

      exchange->server = NULL;
      hang_up (exchange);
    }
  g_ptr_array_unref (self->exchanges);
  g_clear_object (&self->certificate);
  g_free (self);

  /* What was under way ends in the main context. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

guint
fake_server_get_port (FakeServer *self)
{
  return self->port;
}

guint
fake_server_get_n_goodbyes (FakeServer *self)
{
  return self->n_goodbyes;
}

void
fake_server_foreach (FakeServer *self,
                     GFunc       func,
                     gpointer    user_data)
{
  g_ptr_array_foreach (self->exchanges, func, user_data);
}

guint
fake_server_get_n_pings (FakeServer *self)
{
  return self->n_pings;
}
