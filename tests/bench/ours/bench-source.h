/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources in memory that make their events as they are asked for them. A library
 * of their own, GstreamBench, so that programs in every language read the same.
 */
#pragma once

#include <gstream.h>

GstreamEventSource *bench_messages_new (guint64 count);
GstreamEventSource *bench_scopes_new (guint64                   count,
                                      const char *const *const *namespaces);
GstreamEventSource *bench_values_new (guint64 count);
