/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list that knows a conversation only by its items-changed, and asserts at each that it is what GListModel and C3
 * promise: one change a turn, no row touched that stays, none exchanged for another with its id.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>

typedef struct
{
  GListModel *model;
  GPtrArray  *rows; /* what the changes so far make of it */
  gulong      handler;
  guint       n_changes;
  guint       n_touched;   /* rows that were removed or added */
  guint       max_touched; /* by one change */
  guint64     turn;        /* of the newest change */
  gboolean    edits;       /* the test changes what rows say */
} Watch;

Watch *watch_new (GListModel *model);
void   watch_free (Watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

/* "role:id:text" of each row, separated by spaces; ids that are NULL are "-". */
char *watch_list (GListModel *model);
#define assert_rows(model, expected)                             \
  G_STMT_START                                                   \
  {                                                              \
    g_autofree char *listed = watch_list (G_LIST_MODEL (model)); \
    g_assert_cmpstr (listed, ==, expected);                      \
  }                                                              \
  G_STMT_END

/* One turn of the default main loop; FALSE: nothing was due. */
gboolean watch_turn (gboolean may_block);
