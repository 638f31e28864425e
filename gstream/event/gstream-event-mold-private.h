/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The delta that was read last, as the mold of the next ones.
 *
 * A source writes its deltas alike: only their text, ids, number and time differ. An
 * event whose text is that of the mold in all other bytes needs no parsing: what it says
 * is what the mold says, with those values of its own. For gstream/event/ alone.
 */
#pragma once

#include <gstream/event/gstream-event-envelope-private.h>

G_BEGIN_DECLS

#define GSTREAM_EVENT_MOLD_LARGEST 1024 /* bytes of text */

typedef struct _GstreamEventMold GstreamEventMold;

/* NULL is a mold of nothing. */
void              gstream_event_mold_free  (GstreamEventMold      *self);
/* TRUE: @envelope says what gstream_envelope_read would have found. FALSE: it is to be parsed. */
gboolean          gstream_event_mold_read  (GstreamEventMold      *self,
                                            GstreamEnvelope       *envelope,
                                            const char            *json,
                                            gsize                  length);
/* The mold for what comes behind an event that had to be parsed. Takes @self. */
GstreamEventMold *gstream_event_mold_learn (GstreamEventMold      *self,
                                            const GstreamEnvelope *envelope);

G_END_DECLS
