/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The gstream_event_source_next() that a source has not completed yet, of which there is at most one. It is completed
 * from the main loop (R7); cancelling it does not cancel what it waits for (R3). To be used in the run's main context.
 *
 * Internal, not private: remote/ and endpoint/ wait for events in their connections in the same way as the sources here.
 */
#pragma once

#include <gstream/stream/gstream-event-source-internal.h>
