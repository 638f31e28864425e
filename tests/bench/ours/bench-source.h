/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources in memory that make their events as they are asked for them.
 */
#pragma once

#include <gstream.h>

/* @count model calls of 200 text deltas each, which take turns in @namespaces (ended by
 * NULL; itself NULL: the root alone). Where there are such, each begins with a state. */
GstreamEventSource *bench_messages_new (guint64                      count,
                                        const char * const * const  *namespaces);
/* @count states of three keys. */
GstreamEventSource *bench_values_new   (guint64                      count);
