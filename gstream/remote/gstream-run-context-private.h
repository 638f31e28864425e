/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main context that a run belongs to (R7), for code that waits for a network: tasks and timers whose callbacks
 * are called there with that context as the thread default, and a context nested in it for GIO and libsoup.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The context nested in @context, made at the first call; it lives as long as @owner. Push it as the thread default
 * around each call into GIO or libsoup that starts something.
 */
GMainContext *gstream_run_context_get_nested (GMainContext *context,
                                              GObject      *owner);
/* A task that is completed in @context, whatever the thread default is now. */
GTask *gstream_run_context_new_task (GMainContext       *context,
                                     gpointer            object,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);

/* Calls @func once, in @context, after @milliseconds, or when @cancellable (nullable) is cancelled. */
GSource *gstream_timer_start (GMainContext   *context,
                              gint64          milliseconds,
                              GCancellable   *cancellable,
                              const char     *name,
                              GSourceOnceFunc func,
                              gpointer        user_data,
                              GDestroyNotify  destroy);
/* Destroys and releases @timer; nothing where it is NULL. */
void gstream_timer_end (GSource **timer);

G_END_DECLS
