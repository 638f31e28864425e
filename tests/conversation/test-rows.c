/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a conversation against states: what is shown is the state's list, whatever it was before.
 */
#include "watch.h"

#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/event/gstream-message-writer.h>
#include <gstream/sources/gstream-memory-source.h>

typedef struct
{
  GstreamConversationRows *rows;
  Watch                   *watch;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer unused)
{
  self->rows = gstream_conversation_rows_new ();
  self->watch = watch_new (G_LIST_MODEL (self->rows));
  self->watch->edits = TRUE;
}

static void
tear_down (Fixture      *self,
           gconstpointer unused)
{
  watch_free (self->watch);
  gstream_conversation_rows_close (self->rows);
  g_assert_finalize_object (self->rows);
}

static void
settle (GstreamConversationRows *rows)
{
  while (!gstream_conversation_rows_is_settled (rows))
    watch_turn (TRUE);
}

static void
set_state (GstreamConversationRows *rows,
           const char              *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) messages = gstream_payload_new (json, -1, &error);

  g_assert_no_error (error);
  gstream_conversation_rows_set_state (rows, messages);
}

static GstreamConversationRow *
get_row (Fixture *self,
         guint    position)
{
  g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), position);

  return row; /* the list has it */
}

/* --- one by one --- */

static void
test_forms (Fixture      *self,
            gconstpointer unused)
{
  set_state (self->rows,
             "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"hi\"},"
             " {\"role\":\"assistant\",\"id\":\"b\",\"content\":[{\"type\":\"text\",\"text\":\"he\"},\"llo\","
             "   {\"type\":\"image\"},{\"type\":\"reasoning\",\"reasoning\":\"why\"}]},"
             " {\"lc\":1,\"type\":\"constructor\",\"id\":[\"langchain_core\",\"messages\",\"SystemMessage\"],"
             "   \"kwargs\":{\"id\":\"c\",\"content\":\"be\",\"name\":\"n\"}},"
             " {\"type\":\"tool\",\"id\":\"d\",\"tool_call_id\":\"t\",\"content\":\"42\"},"
             " {\"type\":\"alien\",\"id\":7,\"content\":null}, \"word\", 12]");
  settle (self->rows);

  assert_rows (self->rows, "human:a:hi ai:b:hello system:c:be tool:d:42 other:7: other:-:word other:-:12");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 1)), ==, "why");
  g_assert_null (gstream_conversation_row_get_reasoning (get_row (self, 0)));
  g_assert_cmpstr (gstream_conversation_row_get_name (get_row (self, 2)), ==, "n");
  g_assert_cmpstr (gstream_conversation_row_get_tool_call_id (get_row (self, 3)), ==, "t");
  g_assert_cmpstr (gstream_payload_get_string (gstream_conversation_row_get_content (get_row (self, 0)), "/0/text"), ==,
                   "hi");
  g_assert_cmpuint (self->watch->n_changes, ==, 1);
}

static void
test_in_place (Fixture      *self,
               gconstpointer unused)
{
  GstreamConversationRow *a, *b, *c;
  guint                   n_notified = 0;

  set_state (self->rows,
             "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"},{\"type\":\"ai\",\"id\":\"b\",\"content\":\"2\"},"
             "{\"type\":\"ai\",\"id\":\"c\",\"content\":\"3\"}]");
  settle (self->rows);
  a = get_row (self, 0);
  b = get_row (self, 1);
  c = get_row (self, 2);
  g_signal_connect_swapped (b, "notify::text", G_CALLBACK (g_atomic_int_inc), &n_notified);

  set_state (
      self->rows,
      "[ {\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"} ,\n{\"content\":\"new\",\"type\":\"ai\",\"id\":\"b\"},"
      "{\"type\":\"ai\",\"id\":\"x\",\"content\":\"in\"},{\"type\":\"ai\",\"id\":\"c\",\"content\":\"3\"}]");
  settle (self->rows);

  assert_rows (self->rows, "human:a:1 ai:b:new ai:x:in ai:c:3");
  g_assert_true (get_row (self, 0) == a && get_row (self, 1) == b && get_row (self, 3) == c);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (self->watch->n_touched, ==, 4); /* the first three, and the one that came between */
}

static void
test_duplicate_ids (Fixture      *self,
                    gconstpointer unused)
{
  set_state (self->rows,
             "[{\"type\":\"ai\",\"id\":\"a\",\"content\":\"1\"},{\"type\":\"ai\",\"id\":\"a\",\"content\":\"2\"}]");
  settle (self->rows);
  assert_rows (self->rows, "ai:a:1 ai:a:2");

  set_state (self->rows, "[{\"type\":\"ai\",\"id\":\"a\",\"content\":\"2\"}]");
  settle (self->rows);
  assert_rows (self->rows, "ai:a:2");
}

static void
test_tool_calls (Fixture      *self,
                 gconstpointer unused)
{
  g_autoptr (GstreamConversationToolCall) call = NULL;
  g_autoptr (GstreamConversationToolCall) bad = NULL;
  GListModel *calls;

  set_state (self->rows,
             "[{\"type\":\"ai\",\"id\":\"a\",\"content\":\"\",\"tool_calls\":[{\"id\":\"t\",\"name\":\"add\","
             "\"args\":{\"x\":1}}],\"invalid_tool_calls\":[{\"id\":\"u\",\"name\":\"sub\",\"args\":\"{\",\"error\":"
             "\"cut off\"}]}]");
  settle (self->rows);
  calls = gstream_conversation_row_get_tool_calls (get_row (self, 0));
  g_assert_cmpuint (g_list_model_get_n_items (calls), ==, 2);
  call = g_list_model_get_item (calls, 0);
  bad = g_list_model_get_item (calls, 1);
  g_assert_cmpstr (gstream_conversation_tool_call_get_name (call), ==, "add");
  g_assert_cmpint (gstream_payload_get_integer (gstream_conversation_tool_call_get_input (call), "/x"), ==, 1);
  g_assert_cmpint (gstream_conversation_tool_call_get_status (call), ==, GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING);
  g_assert_cmpint (gstream_conversation_tool_call_get_status (bad), ==, GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED);
  g_assert_cmpstr (gstream_conversation_tool_call_get_error (bad)->message, ==, "cut off");

  set_state (self->rows,
             "[{\"type\":\"ai\",\"id\":\"a\",\"content\":\"\",\"tool_calls\":[{\"id\":\"t\",\"name\":\"add\","
             "\"args\":{\"x\":1}}]},{\"type\":\"tool\",\"tool_call_id\":\"t\",\"id\":\"r\",\"content\":\"two\"}]");
  settle (self->rows);
  g_assert_cmpuint (g_list_model_get_n_items (calls), ==, 1);
  g_assert_cmpstr (gstream_conversation_tool_call_get_output (call), ==, "two");
  g_assert_cmpint (gstream_conversation_tool_call_get_status (call), ==,
                   GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED);

  gstream_conversation_rows_set_tool_rows (self->rows, FALSE);
  settle (self->rows);
  assert_rows (self->rows, "ai:a:");

  set_state (self->rows,
             "[{\"type\":\"ai\",\"id\":\"a\",\"content\":\"\",\"tool_calls\":[{\"id\":\"t\",\"name\":\"add\",\"args\":{"
             "\"x\":1}}]},"
             "{\"type\":\"tool\",\"tool_call_id\":\"t\",\"id\":\"r\",\"content\":\"no\",\"status\":\"error\"}]");
  settle (self->rows);
  g_assert_cmpstr (gstream_conversation_tool_call_get_error (call)->message, ==, "no");
}

/* Rows that the state does not have. */
static void
test_others (Fixture      *self,
             gconstpointer unused)
{
  g_autoptr (GstreamConversationRow) sent =
      gstream_conversation_row_new ("h", GSTREAM_CONVERSATION_ROLE_HUMAN, GSTREAM_CONVERSATION_ROW_STATUS_SENT);
  g_autoptr (GstreamConversationRow) stopped =
      gstream_conversation_row_new ("s", GSTREAM_CONVERSATION_ROLE_AI, GSTREAM_CONVERSATION_ROW_STATUS_STREAMING);

  set_state (self->rows, "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"}]");
  gstream_conversation_rows_add (self->rows, sent);
  gstream_conversation_rows_add (self->rows, stopped);
  settle (self->rows);
  assert_rows (self->rows, "human:a:1 human:h: ai:s:");

  set_state (
      self->rows,
      "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"},{\"type\":\"human\",\"id\":\"h\",\"content\":\"2\"}]");
  settle (self->rows);
  assert_rows (self->rows, "human:a:1 human:h:2 ai:s:");
  g_assert_true (get_row (self, 1) == sent);
  g_assert_cmpint (gstream_conversation_row_get_status (sent), ==, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED);

  gstream_conversation_rows_stop (self->rows, NULL);
  gstream_conversation_rows_end_run (self->rows, FALSE);
  settle (self->rows);
  g_assert_cmpint (gstream_conversation_row_get_status (stopped), ==, GSTREAM_CONVERSATION_ROW_STATUS_STOPPED);

  /* It stays where it is, also when the row before it leaves. */
  set_state (self->rows,
             "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"},{\"type\":\"human\",\"id\":\"h\",\"content\":\"2\"},"
             "{\"type\":\"ai\",\"id\":\"b\",\"content\":\"3\"}]");
  settle (self->rows);
  assert_rows (self->rows, "human:a:1 human:h:2 ai:s: ai:b:3");
  set_state (self->rows,
             "[{\"type\":\"human\",\"id\":\"a\",\"content\":\"1\"},{\"type\":\"ai\",\"id\":\"b\",\"content\":\"3\"}]");
  settle (self->rows);
  assert_rows (self->rows, "human:a:1 ai:s: ai:b:3");
  set_state (self->rows, "[]");
  settle (self->rows);
  assert_rows (self->rows, "ai:s:");
  gstream_conversation_rows_end_run (self->rows, TRUE);
  gstream_conversation_rows_remove (self->rows, stopped);
  settle (self->rows);
  assert_rows (self->rows, "");
}

static void
test_cut (Fixture      *self,
          gconstpointer unused)
{
  set_state (self->rows,
             "[{\"type\":\"human\",\"id\":\"a\"},{\"type\":\"ai\",\"id\":\"b\"},{\"type\":\"human\",\"id\":\"c\"}]");
  settle (self->rows);
  gstream_conversation_rows_cut (self->rows, get_row (self, 1));
  settle (self->rows);
  assert_rows (self->rows, "human:a:");
  gstream_conversation_rows_cut (self->rows, NULL);
  settle (self->rows);
  assert_rows (self->rows, "human:a: ai:b: human:c:");
}

/* --- random lists --- */

/* Some of many, in order or not, with contents that change. */
static char *
make_list (GRand   *rand,
           gboolean shuffled,
           GString *expected)
{
  static const char *const types[] = { "human", "ai", "tool", "system" };
  GString                 *json = g_string_new ("[");
  int                      start = g_rand_int_range (rand, 0, 10);
  guint                    keep = g_rand_int_range (rand, 1, 10);

  g_string_truncate (expected, 0);
  for (int i = 0; i < 40; i++)
    {
      int         n = shuffled ? (i * 7 + start) % 40 : i;
      const char *comma = expected->len > 0 ? "," : "";

      if ((guint) g_rand_int_range (rand, 0, 10) >= keep)
        continue;
      g_string_append_printf (json, "%s{\"type\":\"%s\",\"id\":\"m%d\",\"content\":\"%d\"}", comma, types[n % 4], n,
                              g_rand_int_range (rand, 0, 10) == 0 ? start : n);
      g_string_append_printf (expected, "%sm%d", expected->len > 0 ? " " : "", n);
    }
  g_string_append_c (json, ']');

  return g_string_free (json, FALSE);
}

static char *
list_ids (GListModel *model)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (model, i);

      g_string_append_printf (list, "%s%s", i > 0 ? " " : "", gstream_conversation_row_get_id (row));
    }
  return g_string_free (list, FALSE);
}

/* Of those shown before and after, none was exchanged. */
static void
remember (GListModel *model,
          GHashTable *rows)
{
  g_autoptr (GHashTable) now = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       id;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (model, i);
      GstreamConversationRow *before = g_hash_table_lookup (rows, gstream_conversation_row_get_id (row));

      g_assert_true (before == NULL || before == row);
      g_hash_table_insert (now, (gpointer) gstream_conversation_row_get_id (row), row);
    }
  g_hash_table_remove_all (rows);
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_insert (rows, g_strdup (id), g_object_ref (g_hash_table_lookup (now, id)));
}

static void
test_random (Fixture      *self,
             gconstpointer unused)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autofree char *json = make_list (rand, seed % 5 == 4, expected);
      g_autofree char *shown = NULL;

      gstream_conversation_rows_set_budget (self->rows, seed % 3 == 0 ? 1 : 4000);
      set_state (self->rows, json);
      if (seed % 7 == 0)
        continue; /* the next one comes while this is read or shown */
      settle (self->rows);
      shown = list_ids (G_LIST_MODEL (self->rows));
      g_assert_cmpstr (shown, ==, expected->str);
      remember (G_LIST_MODEL (self->rows), rows);
    }
}

/* Rows that stay are as many as can: of a list whose last is its first, one moves. */
static void
test_moves (Fixture      *self,
            gconstpointer unused)
{
  set_state (self->rows, "[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"},{\"id\":\"d\"}]");
  settle (self->rows);
  set_state (self->rows, "[{\"id\":\"d\"},{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]");
  settle (self->rows);
  assert_rows (self->rows, "other:d: other:a: other:b: other:c:");
  g_assert_cmpuint (self->watch->n_touched, ==, 4 + 2);
}

/* --- many --- */

#define MANY 10000

static char *
make_many (guint n,
           guint changed)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (json, "%s{\"content\":\"message %u%s\",\"type\":\"%s\",\"id\":\"id-%u\"}", i > 0 ? "," : "",
                            i, i == changed ? "!" : "", i % 2 ? "ai" : "human", i);
  g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

static void
test_many (Fixture      *self,
           gconstpointer unused)
{
  g_autofree char *json = make_many (MANY, 0);
  g_autofree char *other = make_many (MANY + 1, 5000);
  guint            n_turns = 0;

  gstream_conversation_rows_set_budget (self->rows, 1);
  set_state (self->rows, json);
  for (; !gstream_conversation_rows_is_settled (self->rows); n_turns++)
    watch_turn (TRUE);
  g_assert_cmpuint (n_turns, >=, MANY / 16 / 2); /* in slices */
  g_assert_cmpuint (self->watch->n_changes, ==, (MANY + 63) / 64);
  g_assert_cmpuint (self->watch->max_touched, ==, 64);
  g_assert_cmpuint (self->watch->n_touched, ==, MANY);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->rows)), ==, MANY);

  set_state (self->rows, other);
  settle (self->rows);
  g_assert_cmpuint (self->watch->n_touched, ==, MANY + 1);
  g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 5000)), ==, "message 5000!");

  set_state (self->rows, "[]"); /* and they leave as they came */
  settle (self->rows);
  g_assert_cmpuint (self->watch->max_touched, ==, 64);
  g_assert_cmpuint (self->watch->n_touched, ==, 2 * (MANY + 1));
}

/* Those who listen decide how many come at once: the slices grow while there is time, and begin small the next time. */
static void
test_slices (Fixture      *self,
             gconstpointer unused)
{
  g_autofree char *json = make_many (MANY, 0);

  gstream_conversation_rows_set_budget (self->rows, 60 * G_USEC_PER_SEC);
  set_state (self->rows, json);
  settle (self->rows);
  g_assert_cmpuint (self->watch->n_changes, ==, 8); /* 64, 128, 256, ... */
  g_assert_cmpuint (self->watch->n_touched, ==, MANY);

  set_state (self->rows, "[]");
  settle (self->rows);
  g_assert_cmpuint (self->watch->n_changes, ==, 16);

  gstream_conversation_rows_set_budget (self->rows, 0);
  set_state (self->rows, json);
  settle (self->rows);
  g_assert_cmpuint (self->watch->n_changes, ==, 17);
}

/* Another state comes while the last one is shown. */
static void
test_interrupted_slices (Fixture      *self,
                         gconstpointer unused)
{
  g_autofree char *json = make_many (MANY, 0);
  g_autofree char *other = make_many (MANY / 2, 1);

  gstream_conversation_rows_set_budget (self->rows, 1);
  set_state (self->rows, json);
  while (g_list_model_get_n_items (G_LIST_MODEL (self->rows)) < 3 * MANY / 4)
    watch_turn (TRUE);
  set_state (self->rows, other);
  settle (self->rows);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->rows)), ==, MANY / 2);
  g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 1)), ==, "message 1!");
  g_assert_cmpuint (self->watch->max_touched, ==, 64);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/conversation-rows/C1/forms", test_forms);
  add ("/conversation-rows/C3/in-place", test_in_place);
  add ("/conversation-rows/C3/duplicate-ids", test_duplicate_ids);
  add ("/conversation-rows/C5/tool-calls", test_tool_calls);
  add ("/conversation-rows/C10/others", test_others);
  add ("/conversation-rows/C7/cut", test_cut);
  add ("/conversation-rows/C3/random", test_random);
  add ("/conversation-rows/C3/moves", test_moves);
  add ("/conversation-rows/C11/many", test_many);
  add ("/conversation-rows/C11/slices", test_slices);
  add ("/conversation-rows/C11/interrupted-slices", test_interrupted_slices);

  return g_test_run ();
}
