/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inline versions of GLib's atomic reference counting functions, with the same checks.
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

/*
 * Returns whether it was the last reference. If the count is 1, nobody else has one, and reading it is cheaper than
 * decrementing it atomically.
 */
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
