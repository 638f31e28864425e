/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server on loopback, in the test's own main context, that says byte for byte
 * what it is told to.
 */
#pragma once

#include <gio/gio.h>

typedef struct _FakeServer   FakeServer;
typedef struct _FakeExchange FakeExchange;

/* Called with each request; with each frame, once it is a WebSocket. */
typedef void (*FakeHandler) (FakeExchange *exchange,
                             gpointer      user_data);

/* Writes what comes next. FALSE: there is nothing. */
typedef gboolean (*FakeSequel) (FakeExchange *exchange,
                                gpointer      user_data);

struct _FakeExchange
{
  FakeServer   *server;
  GIOStream    *connection;
  GCancellable *closing;
  char         *method;
  char         *path;
  char         *head; /* the request's headers */
  char         *body; /* of the request; the text of the frame */
  gboolean      websocket;
  GByteArray   *in;      /* read and not yet taken */
  GByteArray   *out;     /* to be written */
  gsize         written; /* of @out */
  gsize         sent;    /* bytes, in all */
  FakeSequel    sequel;  /* called when all is sent; NULL: nothing comes of itself */
  guint         n_more;  /* times that it was, before */
  gsize         cut_at;  /* the connection is closed when as many are sent; G_MAXSIZE: it is not */
  gsize         piece;   /* the most that is written at once */
  gboolean      stall;   /* at cut_at nothing more is sent, instead */
  guint         delay;   /* ms: at cut_at it goes on after as long, instead; 0: it does not */
  guint         pause;   /* ms: after each piece */
  gboolean      writing;
  gboolean      closes; /* when all is written */
};

FakeServer *fake_server_new (FakeHandler handler,
                             gpointer    user_data);
/* From then on it speaks TLS, with this certificate. */
void fake_server_use_tls (FakeServer      *self,
                          GTlsCertificate *certificate);
/* Closes its connections too. */
void  fake_server_free (FakeServer *self);
guint fake_server_get_port (FakeServer *self);
/* How many WebSockets clients have closed as they should, with a closing handshake. */
guint fake_server_get_n_goodbyes (FakeServer *self);
/* How many pings have come over WebSockets. */
guint fake_server_get_n_pings (FakeServer *self);
/* @func: of an exchange, for each that is open. */
void fake_server_foreach (FakeServer *self,
                          GFunc       func,
                          gpointer    user_data);
/* Refuses connections until it listens again, on the same port. */
void fake_server_stop (FakeServer *self);
void fake_server_listen (FakeServer *self);

/* For what is answered later than in the handler; what was written then is sent by the last one. */
FakeExchange *fake_exchange_ref (FakeExchange *exchange);
void          fake_exchange_unref (FakeExchange *exchange);
void          fake_exchange_flush (FakeExchange *exchange);

void fake_exchange_write (FakeExchange *exchange,
                          const char   *bytes,
                          gssize        length);
void fake_exchange_close (FakeExchange *exchange);
/* A whole answer: @status is "200 OK"; @headers: lines that end with CRLF, or "". */
void fake_exchange_answer (FakeExchange *exchange,
                           const char   *status,
                           const char   *headers,
                           const char   *body);
void fake_exchange_accept (FakeExchange *exchange); /* makes it a WebSocket */
void fake_exchange_send_frame (FakeExchange *exchange,
                               const char   *text,
                               gssize        length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)
