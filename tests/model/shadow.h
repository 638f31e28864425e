/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list that knows a model only by its items-changed, and asserts at each that
 * it is what GListModel promises; and the main loop's turns and frames.
 */
#pragma once

#include <gstream/model/gstream-run-model.h>

typedef struct
{
  GListModel *model;
  GPtrArray  *rows; /* what the changes so far make of it */
  GHashTable *seen; /* every row that ever was one */
  gulong      handler;
  guint       n_changes;
  guint64     turn; /* of the newest change with which rows came, and with which they left */
  guint64     turn_left;
  guint       left;      /* where they left from */
  gboolean    unordered; /* rows may come before others that were there */
  guint       max;       /* the bound that is asserted; 0: none */
} Shadow;

Shadow *shadow_new (GListModel *model);
void    shadow_free (Shadow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shadow, shadow_free)

/* What tells a row from others: the id of a message, a tool call or an interrupt, the path of a subgraph or lifecycle. */
char    *row_name (gpointer row);
gboolean row_is_finished (gpointer row);
/* The names of all rows, separated by spaces. */
char *list_names (GListModel *model);
#define assert_names(model, expected)                           \
  G_STMT_START                                                  \
  {                                                             \
    g_autofree char *names = list_names (G_LIST_MODEL (model)); \
    g_assert_cmpstr (names, ==, expected);                      \
  }                                                             \
  G_STMT_END

/* One turn of the default main loop; FALSE: nothing was due. */
gboolean turn (gboolean may_block);
/* Until all that is due has been done, and the frame after it shown. */
void wait_for_frame (GstreamRunStream *run);
/* Drives the run to its end, and shows the frame after it. */
void play (GstreamRunStream *run);
