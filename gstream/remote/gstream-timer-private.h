/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Something that happens once, after a while.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* To be given a callback and to be attached; ready early where @cancellable, which may be NULL, is cancelled. */
GSource *gstream_timer_new (guint         milliseconds,
                            GCancellable *cancellable,
                            const char   *name);
/* It is over, or not wanted any more; nothing where there is none. */
void     gstream_timer_end (GSource     **timer);

G_END_DECLS
