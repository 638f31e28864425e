/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a conversation against states: what is shown is the state's list, whatever it was before.
 */
#include "watch.h"

#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/conversation/gstream-list-text-private.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-message-writer.h>
#include <gstream/sources/gstream-memory-source.h>
#include <malloc.h>
#include <string.h>

typedef struct
{
  GstreamConversationRows *rows;
  Watch                   *watch;
} Fixture;

/* @keeps_list: whether a state is compared with the text of the one before it. */
static void
set_up (Fixture      *self,
        gconstpointer keeps_list)
{
  self->rows = gstream_conversation_rows_new ();
  gstream_conversation_rows_set_keeps_list (self->rows, GPOINTER_TO_INT (keeps_list));
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

/* Reasoning in the forms of its providers, which LangChain leaves as they are in a state. */
static void
test_reasoning (Fixture      *self,
                gconstpointer unused)
{
  set_state (self->rows, "[{\"type\":\"ai\",\"id\":\"a\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"one\\n\"},"
                         "  {\"type\":\"text\",\"text\":\"1\"}]},"
                         " {\"type\":\"ai\",\"id\":\"b\",\"content\":[{\"type\":\"reasoning\",\"summary\":["
                         "  {\"type\":\"summary_text\",\"text\":\"t\"},{\"type\":\"summary_text\",\"text\":\"wo\"}]}]},"
                         " {\"type\":\"ai\",\"id\":\"c\",\"content\":[{\"type\":\"reasoning_content\","
                         "  \"reasoning_content\":{\"text\":\"three\"}}]},"
                         " {\"type\":\"ai\",\"id\":\"d\",\"content\":[{\"type\":\"non_standard\",\"value\":"
                         "  {\"type\":\"thinking\",\"thinking\":\"four\"}}]},"
                         " {\"type\":\"ai\",\"id\":\"e\",\"content\":\"5\","
                         "  \"additional_kwargs\":{\"reasoning_content\":\"five\"}},"
                         " {\"type\":\"ai\",\"id\":\"f\",\"content\":[{\"type\":\"reasoning\",\"summary\":[]},7,"
                         "  {\"type\":\"thinking\"},{\"type\":\"reasoning_content\"},{\"type\":\"non_standard\"}]}]");
  settle (self->rows);

  assert_rows (self->rows, "ai:a:1 ai:b: ai:c: ai:d: ai:e:5 ai:f:");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 0)), ==, "one\n");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 1)), ==, "two");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 2)), ==, "three");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 3)), ==, "four");
  g_assert_cmpstr (gstream_conversation_row_get_reasoning (get_row (self, 4)), ==, "five");
  g_assert_null (gstream_conversation_row_get_reasoning (get_row (self, 5)));
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

/* --- who is told of a row may do anything (R7) --- */

#define ONE_ROW "[{\"type\":\"ai\",\"id\":\"b\",\"content\":\"2\"}]"
#define TWO_ROWS "[{\"type\":\"ai\",\"id\":\"b\",\"content\":\"3\"},{\"type\":\"ai\",\"id\":\"c\",\"content\":\"4\"}]"
#define NEWEST_ROWS "[{\"type\":\"ai\",\"id\":\"b\",\"content\":\"5\"}]"

/* The rows are told of @handler while they read TWO_ROWS. */
static void
read_with (Fixture  *self,
           GCallback handler)
{
  set_state (self->rows, ONE_ROW);
  settle (self->rows);
  g_signal_connect_swapped (get_row (self, 0), "notify::text", handler, self->rows);
  set_state (self->rows, TWO_ROWS);
}

static void
test_closed_inside (Fixture      *self,
                    gconstpointer unused)
{
  read_with (self, G_CALLBACK (gstream_conversation_rows_close));
  set_state (self->rows, NEWEST_ROWS);
  while (watch_turn (FALSE))
    ;
  assert_rows (self->rows, "ai:b:3");
}

static void
set_newest (GstreamConversationRows *rows)
{
  set_state (rows, NEWEST_ROWS);
}

/* As from a main loop that is iterated inside, in which the run goes on. */
static void
test_state_inside (Fixture      *self,
                   gconstpointer unused)
{
  read_with (self, G_CALLBACK (set_newest));
  settle (self->rows);
  assert_rows (self->rows, "ai:b:5");
}

static void
remove_row (GstreamConversationRow *row,
            GParamSpec             *pspec,
            gpointer                rows)
{
  gstream_conversation_rows_remove (rows, row);
}

static void
test_removed_inside (Fixture      *self,
                     gconstpointer unused)
{
  GstreamConversationRow *rows[3];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      rows[i] =
          gstream_conversation_row_new (NULL, GSTREAM_CONVERSATION_ROLE_AI, GSTREAM_CONVERSATION_ROW_STATUS_STREAMING);
      g_signal_connect (rows[i], "notify::status", G_CALLBACK (remove_row), self->rows);
      gstream_conversation_rows_add (self->rows, rows[i]);
    }
  gstream_conversation_rows_stop (self->rows, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (rows[i]->status, ==, GSTREAM_CONVERSATION_ROW_STATUS_STOPPED);
      g_object_unref (rows[i]);
    }
  settle (self->rows);
  assert_rows (self->rows, "");
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

/* Returns the outputs of the calls of the row at @position. */
static char *
dup_outputs (Fixture *self,
             guint    position)
{
  GListModel *calls = gstream_conversation_row_get_tool_calls (get_row (self, position));
  GString    *outputs = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (calls); i++)
    {
      g_autoptr (GstreamConversationToolCall) call = g_list_model_get_item (calls, i);
      const char *output = gstream_conversation_tool_call_get_output (call);

      g_string_append_printf (outputs, "%s%s", i > 0 ? " " : "", output != NULL ? output : "-");
    }
  return g_string_free (outputs, FALSE);
}

#define assert_outputs(self, position, expected)                 \
  G_STMT_START                                                   \
  {                                                              \
    g_autofree char *outputs = dup_outputs ((self), (position)); \
    g_assert_cmpstr (outputs, ==, (expected));                   \
  }                                                              \
  G_STMT_END

#define CALL(id) "{\"id\":\"" id "\",\"name\":\"look\",\"args\":{}}"
#define ASKS(id, calls) "{\"type\":\"ai\",\"id\":\"" id "\",\"content\":\"\",\"tool_calls\":[" calls "]},"
#define GIVES(id, call, text) \
  "{\"type\":\"tool\",\"id\":\"" id "\",\"tool_call_id\":\"" call "\",\"content\":\"" text "\"},"
#define LAST "{\"type\":\"ai\",\"id\":\"last\",\"content\":\"\"}"

/* Some models count the calls of each message from 0, or give all of them the same id. */
static void
test_same_call_ids (Fixture      *self,
                    gconstpointer unused)
{
  set_state (self->rows,
             "[" ASKS ("a", CALL ("0")) GIVES ("b", "0", "sun") ASKS ("c", CALL ("0")) GIVES ("d", "0", "noon")
                 ASKS ("e", CALL ("x") "," CALL ("x")) GIVES ("f", "x", "one") GIVES ("g", "x", "two") LAST "]");
  settle (self->rows);
  assert_outputs (self, 4, "one two");
  assert_outputs (self, 2, "noon");
  assert_outputs (self, 0, "sun");

  /* The same call again, and a result that changes while that is pending. */
  set_state (self->rows, "[" ASKS ("a", CALL ("0")) GIVES ("b", "0", "rain") ASKS ("c", CALL ("0"))
                             GIVES ("d", "0", "noon") ASKS ("e", CALL ("0")) LAST "]");
  settle (self->rows);
  assert_outputs (self, 0, "rain");
  assert_outputs (self, 2, "noon");
  assert_outputs (self, 4, "-");

  /* One that has never had a result, before one that has. */
  set_state (self->rows, "[" ASKS ("a", CALL ("0")) ASKS ("c", CALL ("0")) GIVES ("d", "0", "night") LAST "]");
  settle (self->rows);
  assert_outputs (self, 0, "-");
  assert_outputs (self, 1, "night");

  set_state (self->rows, "[" ASKS ("a", CALL ("0")) LAST "]");
  settle (self->rows);
  assert_outputs (self, 0, "-");
  set_state (self->rows, "[" ASKS ("a", CALL ("0")) GIVES ("h", "0", "day") LAST "]");
  settle (self->rows);
  assert_outputs (self, 0, "day");
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
  g_assert_true (gstream_conversation_rows_get_newest (self->rows) == get_row (self, 3));
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

static GstreamConversationRow *
add_row (Fixture                     *self,
         const char                  *id,
         GstreamConversationRole      role,
         GstreamConversationRowStatus status)
{
  g_autoptr (GstreamConversationRow) row = gstream_conversation_row_new (id, role, status);

  gstream_conversation_rows_add (self->rows, row);
  return row; /* the list has it */
}

/* If the state has no messages, rows of earlier runs stay, and are none of a later one that fails. */
static void
test_past_runs (Fixture      *self,
                gconstpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "overloaded");
  GstreamConversationRow *rows[4];

  rows[0] = add_row (self, "1", GSTREAM_CONVERSATION_ROLE_HUMAN, GSTREAM_CONVERSATION_ROW_STATUS_SENT);
  rows[1] = add_row (self, "2", GSTREAM_CONVERSATION_ROLE_AI, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED);
  gstream_conversation_rows_complete (self->rows);
  rows[2] = add_row (self, "3", GSTREAM_CONVERSATION_ROLE_HUMAN, GSTREAM_CONVERSATION_ROW_STATUS_SENT);
  rows[3] = add_row (self, "4", GSTREAM_CONVERSATION_ROLE_AI, GSTREAM_CONVERSATION_ROW_STATUS_STREAMING);
  gstream_conversation_rows_stop (self->rows, error);
  gstream_conversation_rows_settle (self->rows);
  settle (self->rows);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (gstream_conversation_row_get_status (rows[i]) == GSTREAM_CONVERSATION_ROW_STATUS_FAILED, ==,
                     i >= 2);
  assert_rows (self->rows, "human:1: ai:2: human:3: ai:4:");
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

/* --- lists of which most is as it was --- */

/* Text that ends and begins in the same way as other text, and within which that may be in the middle of anything. */
static void
add_tricky_text (GString *json,
                 GRand   *rand)
{
  static const char *const pieces[] = { "a", "\\\\", "\\\"", "\\u00e9", "\\ud83d\\ude00", "]", "[", "{",
                                        "}", ",",    ":",    " ",       "\\\\\\\"",       "1", "é" };

  for (int n = g_rand_int_range (rand, 0, 8); n > 0; n--)
    g_string_append (json, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
}

static void
add_tricky_string (GString *json,
                   GRand   *rand)
{
  g_string_append_c (json, '"');
  add_tricky_text (json, rand);
  g_string_append_c (json, '"');
}

static char *
make_tricky_message (GRand *rand)
{
  GString *json = g_string_new (NULL);
  guint    number = g_rand_int_range (rand, 0, 30);

  switch (g_rand_int_range (rand, 0, 10))
    {
    case 0:
      g_string_append_printf (json, "%u", number);
      break;
    case 1:
      g_string_append (json, number % 2 ? "true" : "null");
      break;
    case 2:
      add_tricky_string (json, rand);
      break;
    case 3:
      g_string_append (json, "{\"type\" : \"ai\", \"content\":[");
      add_tricky_string (json, rand);
      g_string_append (json, ",{\"type\":\"text\",\"text\":\"]\"}] }");
      break;
    case 4:
      g_string_append (json, "{\"content\":");
      add_tricky_string (json, rand);
      g_string_append_printf (json, ",\"id\":\"m%u\",\"type\":\"human\"}", number);
      break;
    default:
      g_string_append_printf (json, "{\"type\":\"human\",\"id\":\"m%u\",\"content\":", number);
      add_tricky_string (json, rand);
      g_string_append_c (json, '}');
    }
  return g_string_free (json, FALSE);
}

/* Inserts, removes, replaces, moves or repeats one message. */
static void
edit (GPtrArray *messages,
      GRand     *rand)
{
  guint position = g_rand_int_range (rand, 0, messages->len + 1);
  guint other = g_rand_int_range (rand, 0, messages->len + 1);

  switch (g_rand_int_range (rand, 0, 5))
    {
    case 0:
      if (position < messages->len)
        g_ptr_array_remove_index (messages, position);
      break;
    case 1:
      if (position < messages->len && other < messages->len)
        g_ptr_array_insert (messages, other, g_ptr_array_steal_index (messages, position));
      break;
    case 2:
      if (other < messages->len)
        g_ptr_array_insert (messages, position, g_strdup (messages->pdata[other]));
      break;
    case 3:
      if (position < messages->len)
        g_ptr_array_remove_index (messages, position);
      G_GNUC_FALLTHROUGH;
    default:
      g_ptr_array_insert (messages, MIN (position, messages->len), make_tricky_message (rand));
    }
}

static char *
join_messages (GPtrArray *messages,
               GRand     *rand)
{
  static const char *const separators[] = { ",", ",", ",", ", ", " ,\n" };
  GString                 *json = g_string_new (g_rand_int_range (rand, 0, 20) == 0 ? "[ " : "[");

  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (json, "%s%s", i > 0 ? separators[g_rand_int_range (rand, 0, 5)] : "",
                            (const char *) messages->pdata[i]);
  g_string_append (json, g_rand_int_range (rand, 0, 20) == 0 ? " ]" : "]");
  return g_string_free (json, FALSE);
}

static void
assert_as_fresh (GListModel *rows,
                 const char *json)
{
  g_autoptr (GstreamConversationRows) fresh = gstream_conversation_rows_new ();
  g_autofree char *shown = watch_list (rows);

  set_state (fresh, json);
  settle (fresh);
  assert_rows (fresh, shown);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (rows, i);
      g_autoptr (GstreamConversationRow) expected = g_list_model_get_item (G_LIST_MODEL (fresh), i);
      GstreamPayload *payload = gstream_conversation_row_get_payload (row);

      g_assert_true (payload->length == gstream_conversation_row_get_payload (expected)->length);
      g_assert_cmpmem (payload->json, payload->length, gstream_conversation_row_get_payload (expected)->json,
                       payload->length);
      g_assert_cmpuint (row->place, ==, i);
    }
}

/* After each edit the rows are those of a list that has seen nothing but the newest state. */
static void
test_edits (gconstpointer keeps_list)
{
  g_autoptr (GstreamConversationRows) rows = gstream_conversation_rows_new ();

  gstream_conversation_rows_set_keeps_list (rows, GPOINTER_TO_INT (keeps_list));
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);

      gstream_conversation_rows_set_budget (rows, seed % 3 == 0 ? 1 : 4000);
      for (guint i = 0; i < 30; i++)
        {
          g_autofree char *json = NULL;

          edit (messages, rand);
          if (i % 4 == 3)
            edit (messages, rand);
          json = join_messages (messages, rand);
          g_test_message ("%u: %s", seed, json);
          set_state (rows, json);
          if (i % 7 == 6)
            continue; /* the next one comes while this is read or shown */
          settle (rows);
          assert_as_fresh (G_LIST_MODEL (rows), json);
        }
    }
  gstream_conversation_rows_close (rows);
}

static void
compare (const char *before,
         const char *after,
         guint       n_before,
         guint       n_behind,
         const char *between)
{
  g_autoptr (GstreamPayload) list = gstream_payload_new (before, -1, NULL);
  g_autoptr (GstreamPayload) newer = gstream_payload_new (after, -1, NULL);
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char  *found = NULL;
  GstreamListText   text = { NULL, NULL };
  GstreamListChange change;
  GstreamJsonIter   iter;
  GstreamJsonValue  element;

  gstream_json_iter_init (&iter, gstream_payload_value (list));
  while (gstream_json_iter_element (&iter, &element))
    g_array_append_vals (starts, &(guint32) { element.start - list->json }, 1);
  gstream_list_text_compare (&text, list, &change);
  g_assert_cmpuint (change.n_before + change.n_behind, ==, 0);
  gstream_list_text_take (&text, list, &change, starts);

  gstream_list_text_compare (&text, newer, &change);
  found = g_strndup (change.start, change.end - change.start);
  g_assert_cmpuint (change.n_before, ==, n_before);
  g_assert_cmpuint (change.n_behind, ==, n_behind);
  g_assert_cmpstr (found, ==, between);
  gstream_list_text_clear (&text);
}

/* What is the same at both ends is not read again, and what only looks the same is. */
static void
test_unchanged_ends (void)
{
  compare ("[]", "[]", 0, 0, "");
  compare ("[{},{}]", "[{},{}]", 2, 0, "");
  compare ("[{},{}]", "[{},{},{}]", 2, 0, ",{}");
  compare ("[{\"a\":1},{\"a\":2},{\"a\":3}]", "[{\"a\":1},{\"a\":4},{\"a\":3}]", 1, 1, "{\"a\":4},");
  compare ("[{\"a\":1},{\"a\":2},{\"a\":3}]", "[{\"a\":1},{\"a\":3}]", 1, 0, "{\"a\":3}");
  compare ("[{\"a\":1},{\"a\":2}]", "[{\"b\":1},{\"a\":2}]", 0, 1, "{\"b\":1},");
  compare ("[1]", "[12]", 0, 0, "12");
  compare ("[12]", "[1]", 0, 0, "1");
  compare ("[2]", "[12]", 0, 0, "12");
  compare ("[0,2]", "[0,12]", 1, 0, "12");
  compare ("[12,3]", "[1,3]", 0, 1, "1,");
  compare ("[\"a\"]", "[\"a\",\"b\"]", 1, 0, ",\"b\"");
  compare ("[\",\",\"]\"]", "[\",\\\",\",\"]\"]", 0, 1, "\",\\\",\",");
  compare ("[\"\",\",\"]", "[\",\",\",\"]", 0, 1, "\",\",");
  compare ("[{} ,{}]", "[{}, {}]", 0, 0, "{}, {}");
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

/* Of ten thousand messages of which one has changed only that one is read. */
static void
test_one_of_many (void)
{
  g_autofree char *before = make_many (MANY, MANY);
  g_autofree char *after = make_many (MANY, 5000);

  compare (before, after, 5000, MANY - 5001, "{\"content\":\"message 5000!\",\"type\":\"human\",\"id\":\"id-5000\"},");
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

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
#define ALLOCATED mallinfo2 ().uordblks
#else
#define ALLOCATED ((gsize) 0)
#endif

/* Only the newest state is kept, however many came before. */
static void
test_memory (Fixture      *self,
             gconstpointer unused)
{
  g_autofree char *first = make_many (200, 0);
  g_autofree char *second = make_many (200, 199);
  gsize            before = 0;

  for (guint i = 0; i < 1100; i++)
    {
      if (i == 100)
        before = ALLOCATED;
      set_state (self->rows, i % 2 == 0 ? first : second);
      settle (self->rows);
    }
  g_assert_cmpuint (ALLOCATED, <=, before + strlen (first));
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

#define add_once(path, func, keeps_list) \
  g_test_add (path, Fixture, GINT_TO_POINTER (keeps_list), set_up, func, tear_down)
#define add(path, func)                      \
  G_STMT_START                               \
  {                                          \
    add_once (path, func, FALSE);            \
    add_once (path "-compared", func, TRUE); \
  }                                          \
  G_STMT_END
  add ("/conversation-rows/C1/forms", test_forms);
  add ("/conversation-rows/C1/reasoning", test_reasoning);
  add ("/conversation-rows/C3/in-place", test_in_place);
  add ("/conversation-rows/C3/duplicate-ids", test_duplicate_ids);
  add ("/conversation-rows/R7/closed-inside", test_closed_inside);
  add ("/conversation-rows/R7/state-inside", test_state_inside);
  add ("/conversation-rows/R7/removed-inside", test_removed_inside);
  add ("/conversation-rows/C5/tool-calls", test_tool_calls);
  add ("/conversation-rows/C5/same-call-ids", test_same_call_ids);
  add ("/conversation-rows/C10/others", test_others);
  add ("/conversation-rows/C10/past-runs", test_past_runs);
  add ("/conversation-rows/C7/cut", test_cut);
  add ("/conversation-rows/C3/random", test_random);
  g_test_add_data_func ("/conversation-rows/C3/edits", GINT_TO_POINTER (FALSE), test_edits);
  g_test_add_data_func ("/conversation-rows/C3/edits-compared", GINT_TO_POINTER (TRUE), test_edits);
  g_test_add_func ("/conversation-rows/C3/unchanged-ends", test_unchanged_ends);
  add ("/conversation-rows/C3/moves", test_moves);
  add ("/conversation-rows/C11/many", test_many);
  g_test_add_func ("/conversation-rows/C11/one-of-many", test_one_of_many);
  add ("/conversation-rows/C11/memory", test_memory);
  add ("/conversation-rows/C11/slices", test_slices);
  add ("/conversation-rows/C11/interrupted-slices", test_interrupted_slices);

  return g_test_run ();
}
