/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Something that happens once, after a while.
 */
#include <gstream/remote/gstream-timer-private.h>

GSource *
gstream_timer_new (guint         milliseconds,
                   GCancellable *cancellable,
                   const char   *name)
{
  GSource *timer = g_timeout_source_new (milliseconds);

  g_source_set_static_name (timer, name);
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (timer, cancelled);
    }

  return timer;
}

void
gstream_timer_end (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
