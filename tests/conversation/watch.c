/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list that knows a conversation only by its items-changed.
 */
#include "watch.h"

#include <string.h>

static guint64 n_turns; /* of the default main loop */

/* Of a source that is never due, and comes first: each turn begins with it. */
static gboolean
count_turn (GSource *source,
            int     *timeout)
{
  n_turns++;

  return FALSE;
}

static void
begin_counting (void)
{
  static GSourceFuncs funcs = { .prepare = count_turn };
  static GSource     *counter;

  if (counter != NULL)
    return;

  counter = g_source_new (&funcs, sizeof *counter);
  g_source_set_priority (counter, G_MININT);
  g_source_attach (counter, NULL);
}

gboolean
watch_turn (gboolean may_block)
{
  return g_main_context_iteration (NULL, may_block);
}

/* Of @n from @position on, and of as many rows around them as do not make many changes of a long list slow. */
static void
assert_same (Watch *self,
             guint  position,
             guint  n)
{
  g_autoptr (GObject) beyond = g_list_model_get_item (self->model, self->rows->len);
  guint around = self->rows->len <= 1000 ? self->rows->len : 10;

  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->rows->len);
  g_assert_null (beyond);
  for (guint i = position - MIN (position, around); i < self->rows->len && i < position + n + around; i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (self->model, i);

      g_assert_true (row == g_ptr_array_index (self->rows, i));
    }
}

/* Removed and added again in one change: it was touched though it stays. */
static void
assert_untouched (GPtrArray *removed,
                  Watch     *self,
                  guint      position,
                  guint      added)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < removed->len; i++)
    {
      const char *id = gstream_conversation_row_get_id (removed->pdata[i]);

      if (id != NULL)
        g_hash_table_add (ids, (gpointer) id);
    }
  for (guint i = position; i < position + added; i++)
    {
      const char *id = gstream_conversation_row_get_id (self->rows->pdata[i]);

      g_assert_false (id != NULL && g_hash_table_contains (ids, id));
    }
}

/* What is being said only grows. */
static void
on_text (GstreamConversationRow *row,
         GParamSpec             *pspec,
         gpointer                user_data)
{
  gsize before = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (row), "watched-length"));
  gsize length = strlen (gstream_conversation_row_get_text (row));

  if (gstream_conversation_row_get_role (row) == GSTREAM_CONVERSATION_ROLE_AI)
    g_assert_cmpuint (length, >=, before);
  g_object_set_data (G_OBJECT (row), "watched-length", GSIZE_TO_POINTER (length));
}

static void
watch_row (GstreamConversationRow *row)
{
  g_signal_handlers_disconnect_by_func (row, on_text, NULL);
  g_signal_connect (row, "notify::text", G_CALLBACK (on_text), NULL);
}

static void
on_changed (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  Watch *self = user_data;
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_cmpuint (removed + added, >, 0);
  g_assert_cmpuint (position + removed, <=, self->rows->len);
  g_assert_cmpuint (self->turn, !=, n_turns);
  self->turn = n_turns;
  for (guint i = position; i < position + removed; i++)
    g_ptr_array_add (gone, g_object_ref (self->rows->pdata[i]));
  if (removed > 0)
    g_ptr_array_remove_range (self->rows, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_ptr_array_insert (self->rows, position + i, g_list_model_get_item (model, position + i));
      if (!self->edits)
        watch_row (self->rows->pdata[position + i]);
    }

  assert_same (self, position, added);
  assert_untouched (gone, self, position, added);
  self->n_changes++;
  self->n_touched += removed + added;
  self->max_touched = MAX (self->max_touched, removed + added);
}

Watch *
watch_new (GListModel *model)
{
  Watch *self = g_new0 (Watch, 1);

  begin_counting ();
  self->turn = G_MAXUINT64;
  self->model = g_object_ref (model);
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (self->rows, g_list_model_get_item (model, i));
  self->handler = g_signal_connect (model, "items-changed", G_CALLBACK (on_changed), self);

  return self;
}

void
watch_free (Watch *self)
{
  assert_same (self, 0, self->rows->len);
  g_signal_handler_disconnect (self->model, self->handler);
  g_object_unref (self->model);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

char *
watch_list (GListModel *model)
{
  g_autoptr (GEnumClass) roles = g_type_class_ref (GSTREAM_TYPE_CONVERSATION_ROLE);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (model, i);
      const char *id = gstream_conversation_row_get_id (row);

      g_string_append_printf (list, "%s%s:%s:%s", i > 0 ? " " : "",
                              g_enum_get_value (roles, gstream_conversation_row_get_role (row))->value_nick,
                              id ? id : "-", gstream_conversation_row_get_text (row));
    }

  return g_string_free (list, FALSE);
}
