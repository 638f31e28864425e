/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting: for something that happens once, such as the end of a run or of a message;
 * and synchronously, by iterating the main context where this thread may (R9).
 *
 * Internal, not private: messages and tool calls have such an end (projections/), and a
 * thread's calls have synchronous forms (thread/).
 */
#pragma once

#include <gstream/stream/gstream-pump-internal.h>
