/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A library to preload under ThreadSanitizer. Debian's GLib is not built for it, and its mutexes are futexes that it
 * does not see: without this each access that a GMutex guards would be told as a race. It tells the sanitizer of what
 * GLib orders: mutexes, conditions, one-time initialisation, and what is handed to a main context.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gio/gio.h>
#include <poll.h>

/* Of the sanitizer's runtime. */
void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

void
g_mutex_lock (GMutex *mutex)
{
  NEXT (g_mutex_lock) (mutex);
  __tsan_acquire (mutex);
}

void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  NEXT (g_mutex_unlock) (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  if (!NEXT (g_mutex_trylock) (mutex))
    return FALSE;

  __tsan_acquire (mutex);

  return TRUE;
}

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  __tsan_release (mutex);
  NEXT (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond  *cond,
                   GMutex *mutex,
                   gint64  end_time)
{
  gboolean signalled;

  __tsan_release (mutex);
  signalled = NEXT (g_cond_wait_until) (cond, mutex, end_time);
  __tsan_acquire (mutex);

  return signalled;
}

#undef g_once_init_enter
gboolean
g_once_init_enter (volatile void *location)
{
  gboolean enter = NEXT (g_once_init_enter) (location);

  __tsan_acquire ((void *) location);

  return enter;
}

#undef g_once_init_leave
void
g_once_init_leave (volatile void *location,
                   gsize          result)
{
  __tsan_release ((void *) location);
  NEXT (g_once_init_leave) (location, result);
}

/*
 * What is handed to a main context comes before what its next iteration calls, and each iteration polls. All contexts
 * share one order: a race between two of them that never meet otherwise may be missed.
 */
static char handed;

guint
g_source_attach (GSource      *source,
                 GMainContext *context)
{
  __tsan_release (&handed);

  return NEXT (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource *source,
                         gint64   ready_time)
{
  __tsan_release (&handed);
  NEXT (g_source_set_ready_time) (source, ready_time);
}

void
g_source_destroy (GSource *source)
{
  __tsan_release (&handed);
  NEXT (g_source_destroy) (source);
}

int
poll (struct pollfd *fds,
      nfds_t         n_fds,
      int            timeout)
{
  int n_ready = NEXT (poll) (fds, n_fds, timeout);

  __tsan_acquire (&handed);

  return n_ready;
}

/* Counts of references: the last to drop one comes after the others. */

void
g_object_unref (gpointer object)
{
  __tsan_acquire (object);
  __tsan_release (object);
  NEXT (g_object_unref) (object);
}
