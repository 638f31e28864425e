/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The delta that was read last, as the template of the next ones.
 *
 * A source writes its deltas alike: only their text, ids, number and time differ. An
 * event whose text is that of the template in all other bytes needs no parsing: what it says
 * is what the template says, with those values of its own. For gstream/event/ alone.
 */
#pragma once

#include <gstream/event/gstream-event-envelope-private.h>

G_BEGIN_DECLS

#define GSTREAM_EVENT_TEMPLATE_LARGEST 1024 /* bytes of text */

typedef struct _GstreamEventTemplate GstreamEventTemplate;

/* NULL is a template of nothing. */
void              gstream_event_template_free  (GstreamEventTemplate      *self);
/* TRUE: @envelope says what gstream_envelope_read would have found. FALSE: it is to be parsed. */
gboolean          gstream_event_template_read  (GstreamEventTemplate      *self,
                                            GstreamEnvelope       *envelope,
                                            const char            *json,
                                            gsize                  length);
/* The template for what comes behind an event that had to be parsed. Takes @self. */
GstreamEventTemplate *gstream_event_template_learn (GstreamEventTemplate      *self,
                                            const GstreamEnvelope *envelope);

G_END_DECLS
