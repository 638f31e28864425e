/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An endpoint that says byte for byte what it is told to, and what a run on it ends up with.
 */
#pragma once

#include <gstream/endpoint/gstream-chat-source.h>
#include <gstream/stream/gstream-run-stream.h>

#include "../remote/fake-server.h"

#define MESSAGES "[{\"role\":\"user\",\"content\":\"Why?\"}]"

typedef struct
{
  FakeServer *server;

  /* What is answered: */
  const char *status;  /* NULL: 200 */
  const char *headers; /* lines that end with CRLF; NULL: those of an event stream */
  char       *body;
  gboolean    is_framed;  /* the body comes in chunks, whose end is said */
  guint       n_refusals; /* requests that get @refusal first */
  const char *refusal;    /* "503 Service Unavailable" */

  /* and how: as in FakeExchange */
  gsize    cut_at; /* 0: it is whole */
  gsize    piece;  /* 0: all at once */
  gboolean stall;

  /* What was asked: */
  guint n_requests;
  char *path; /* of the latest, like all here */
  char *head;
  char *asked;
} FakeEndpoint;

FakeEndpoint *fake_endpoint_new (const char *body);
void          fake_endpoint_free (FakeEndpoint *self);
/* A source that asks it; retries come at once. */
GstreamEventSource *fake_endpoint_new_source (FakeEndpoint *self);

/* The log of a run on a source, an event a line, and its status. The log so far, with an error: it failed. */
char *drain_source (GstreamEventSource *source,
                    GError            **error);
/* What a run on @source shows in the end: its one message and its output, as JSON. */
char *digest_source (GstreamEventSource *source,
                     GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeEndpoint, fake_endpoint_free)
