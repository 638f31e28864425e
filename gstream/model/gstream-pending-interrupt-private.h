/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal constructor of interrupt rows.
 */
#pragma once

#include <gstream/model/gstream-pending-interrupt.h>

G_BEGIN_DECLS

GstreamPendingInterrupt *gstream_pending_interrupt_new (GstreamInterrupt *interrupt);
/* Sets what was said of the same question since: its namespace, or its schema. */
void gstream_pending_interrupt_take (GstreamPendingInterrupt *self,
                                     GstreamInterrupt        *interrupt);

G_END_DECLS
