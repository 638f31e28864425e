/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process, which inherits nothing that was not requested, is always waited for, and never outlives its object
 * (H3).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstreamProcessChild GstreamProcessChild;

/* It is not called any more when the child has been freed. */
typedef void (*GstreamProcessExited) (gpointer user_data);

/*
 * Starts it. @environment: (nullable): the whole of it; NULL: this process's own. @directory: (nullable): where it works;
 * NULL: here. @exited is called once, in @context. NULL, with an error that says what to do: it cannot be started.
 */
GstreamProcessChild *gstream_process_child_new (const char *const   *argv,
                                                const char *const   *environment,
                                                const char          *directory,
                                                GMainContext        *context,
                                                GstreamProcessExited exited,
                                                gpointer             user_data,
                                                GError             **error);
/*
 * Ends it without waiting: its pipes are closed, so that it can exit by itself. If it does not, it is killed, with all
 * processes of its group. This is done by a thread, because the main loop may not be iterated any more.
 */
void gstream_process_child_free (GstreamProcessChild *self);
/* Kills it and its group at once. */
void gstream_process_child_kill (GstreamProcessChild *self);

/* Non-blocking pipes to its standard streams; -1 if closed. */
int gstream_process_child_get_input (GstreamProcessChild *self);
int gstream_process_child_get_output (GstreamProcessChild *self);
int gstream_process_child_get_log (GstreamProcessChild *self);
/* write() without SIGPIPE. */
gssize   gstream_process_child_write (GstreamProcessChild *self,
                                      const char          *bytes,
                                      gsize                size);
gboolean gstream_process_child_has_exited (GstreamProcessChild *self);
/* Returns: (transfer full): "NAME ended with exit status 1", "… was killed by signal 9 (Killed)", "… closed its standard output". */
char *gstream_process_child_describe_end (GstreamProcessChild *self,
                                          const char          *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamProcessChild, gstream_process_child_free)

G_END_DECLS
