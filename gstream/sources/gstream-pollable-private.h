/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream that can be read without waiting: what has come is taken at once, in as
 * many pieces as it came in, and no main loop, task or error is spent on a piece.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Part of what reads the stream; all zero: there is none that can be read so. */
typedef struct
{
  GPollableInputStream *stream; /* not held */
  GSource              *watch;  /* while its bytes are waited for */
  gboolean              dry;    /* the last read found nothing */
} GstreamPollable;

/* Nothing, if @stream can only be waited for. */
void     gstream_pollable_init (GstreamPollable       *self,
                                GInputStream          *stream);
/* Before the stream is closed. */
void     gstream_pollable_clear (GstreamPollable      *self);
/* Reads what is there, up to @size bytes. With @error there may be bytes that came before it. */
gsize    gstream_pollable_read (GstreamPollable       *self,
                                char                  *bytes,
                                gsize                  size,
                                gboolean              *at_end,
                                GError               **error);
/* Has @func called in @context once there may be something to read; once, unless it is waited for already. */
void     gstream_pollable_wait (GstreamPollable       *self,
                                GMainContext          *context,
                                GPollableSourceFunc    func,
                                gpointer               user_data);
/* What @func begins with. */
void     gstream_pollable_wake (GstreamPollable       *self);

G_END_DECLS
