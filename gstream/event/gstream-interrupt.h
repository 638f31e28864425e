/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A question of the agent that waits for the user's answer (T8).
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_INTERRUPT (gstream_interrupt_get_type ())

typedef struct _GstreamInterrupt GstreamInterrupt;

GSTREAM_EXPORT GType              gstream_interrupt_get_type (void);
GSTREAM_EXPORT GstreamInterrupt  *gstream_interrupt_new (const char        *id,
                                                         GstreamPayload    *value,
                                                         const char *const *namespace_,
                                                         GstreamPayload    *response_schema);
GSTREAM_EXPORT GstreamInterrupt  *gstream_interrupt_ref (GstreamInterrupt *interrupt);
GSTREAM_EXPORT void               gstream_interrupt_unref (GstreamInterrupt *interrupt);
GSTREAM_EXPORT const char        *gstream_interrupt_get_id (GstreamInterrupt *interrupt);
GSTREAM_EXPORT GstreamPayload    *gstream_interrupt_get_value (GstreamInterrupt *interrupt);
GSTREAM_EXPORT const char *const *gstream_interrupt_get_namespace (GstreamInterrupt *interrupt);
GSTREAM_EXPORT GstreamPayload    *gstream_interrupt_get_response_schema (GstreamInterrupt *interrupt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamInterrupt, gstream_interrupt_unref)

G_END_DECLS
