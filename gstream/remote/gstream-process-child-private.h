/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process: started with what was asked for and nothing else, awaited, and never left behind (H3).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstreamProcessChild GstreamProcessChild;

/* @user_data is not touched any more once the child was freed. */
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
 * Ends it without waiting: its pipes are closed, which is how it knows; where that does not move it, it is killed, with
 * all that it has started in its group. A thread sees to that, since nobody may iterate a main loop any more.
 */
void gstream_process_child_free (GstreamProcessChild *self);
/* Kills it and its group at once. */
void gstream_process_child_kill (GstreamProcessChild *self);

/* Its ends of pipes that do not block; -1 where it is closed. */
int gstream_process_child_get_input (GstreamProcessChild *self);
int gstream_process_child_get_output (GstreamProcessChild *self);
int gstream_process_child_get_log (GstreamProcessChild *self);
/* write(), without the signal where nobody reads. */
gssize   gstream_process_child_write (GstreamProcessChild *self,
                                      const char          *bytes,
                                      gsize                size);
gboolean gstream_process_child_has_exited (GstreamProcessChild *self);
/* Returns: (transfer full): "NAME ended with exit status 1", "… was killed by signal 9 (Killed)", "… closed its standard output". */
char *gstream_process_child_describe_end (GstreamProcessChild *self,
                                          const char          *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamProcessChild, gstream_process_child_free)

G_END_DECLS
