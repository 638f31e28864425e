/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GLib's atomic reference counts without a call for each: what they check is checked
 * here too.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

static inline void
gstream_ref_count_inc (gatomicrefcount *self)
{
  int before = g_atomic_int_add (self, 1);

  g_return_if_fail (before > 0);
}

/* Whether that was the last one: then nobody else has any, and to look is cheaper than to count down. */
static inline gboolean
gstream_ref_count_dec (gatomicrefcount *self)
{
  int before;

  if (g_atomic_int_get (self) == 1)
    return TRUE;

  before = g_atomic_int_add (self, -1);
  g_return_val_if_fail (before > 0, FALSE);
  return before == 1;
}

G_END_DECLS
