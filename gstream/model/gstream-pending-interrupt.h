/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An interrupt that waits for its answer, as a row of a model.
 */
#pragma once

#include <gstream/event/gstream-interrupt.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PENDING_INTERRUPT (gstream_pending_interrupt_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamPendingInterrupt, gstream_pending_interrupt, GSTREAM, PENDING_INTERRUPT, GObject)

GSTREAM_EXPORT GstreamInterrupt  *gstream_pending_interrupt_get_interrupt (GstreamPendingInterrupt *self);
GSTREAM_EXPORT const char        *gstream_pending_interrupt_get_id (GstreamPendingInterrupt *self);
GSTREAM_EXPORT GstreamPayload    *gstream_pending_interrupt_get_value (GstreamPendingInterrupt *self);
GSTREAM_EXPORT const char *const *gstream_pending_interrupt_get_namespace (GstreamPendingInterrupt *self);
GSTREAM_EXPORT const char        *gstream_pending_interrupt_get_text (GstreamPendingInterrupt *self);
GSTREAM_EXPORT gboolean           gstream_pending_interrupt_get_answered (GstreamPendingInterrupt *self);
GSTREAM_EXPORT void               gstream_pending_interrupt_set_answered (GstreamPendingInterrupt *self,
                                                                          gboolean                 answered);

G_END_DECLS
