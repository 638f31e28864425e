/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a tool is asked, as a small table: a row for each argument, to be read or to be changed.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_ARGUMENTS (chat_arguments_get_type ())
G_DECLARE_FINAL_TYPE (ChatArguments, chat_arguments, CHAT, ARGUMENTS, GtkGrid)

/* NULL, or no object: the table is not there. Where it is @editable, all of them are in it, else the first ones. */
void chat_arguments_show (ChatArguments  *self,
                          GstreamPayload *input,
                          gboolean        editable);
/* What they were changed to. Returns: (transfer full) (nullable): NULL with an error that names the argument */
GstreamPayload *chat_arguments_dup (ChatArguments *self,
                                    GError       **error);
