/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What several widgets do with a label or a button.
 */
#pragma once

#include <gtk/gtk.h>

/* NULL or "": the label is not there. */
void chat_label_show (GtkLabel   *label,
                      const char *text);
/* A button of a flow box, with these words. Returns: (transfer none) */
GtkWidget *chat_label_add_choice (GtkFlowBox *box,
                                  const char *words);
