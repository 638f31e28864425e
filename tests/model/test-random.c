/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Models of random runs: what is in them is what was started, in that order,
 * whatever comes between, however they are bounded, and whenever they go.
 */
#include "shadow.h"

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-message-writer.h>
#include <gstream/sources/gstream-memory-source.h>

#define N_EVENTS 400
#define N_SEEDS 20

/* A run that makes itself up. */
typedef struct
{
  GRand      *rand;
  GPtrArray  *scopes;   /* of namespaces, the root's first */
  GPtrArray  *writers;  /* of GstreamMessageWriter: messages under way */
  GPtrArray  *tools;    /* of Tool: calls under way */
  GPtrArray  *started;  /* names in order of their start */
  GHashTable *messages; /* those of messages */
  guint       n_made;
  gboolean    fails;
} Tale;

typedef struct
{
  char **scope;
  char  *id;
} Tool;

static void
free_tool (gpointer data)
{
  Tool *tool = data;

  g_strfreev (tool->scope);
  g_free (tool->id);
  g_free (tool);
}

static gpointer
pick (Tale      *self,
      GPtrArray *array)
{
  return g_ptr_array_index (array, g_rand_int_range (self->rand, 0, array->len));
}

G_GNUC_PRINTF (3,
               4)
static GstreamEvent *
make_event (const char        *method,
            const char *const *scope,
            const char        *format,
            ...)
{
  g_autoptr (GstreamPayload) data = NULL;
  g_autofree char *json = NULL;
  va_list          args;

  va_start (args, format);
  json = g_strdup_vprintf (format, args);
  va_end (args);
  data = gstream_payload_new (json, -1, NULL);

  return gstream_event_new (method, scope, data);
}

static GstreamEvent *
begin_scope (Tale *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *segment = g_strdup_printf ("graph:%u", self->n_made);
  char           **parent = pick (self, self->scopes);
  char           **scope;

  g_strv_builder_addv (builder, (const char **) parent);
  g_strv_builder_add (builder, segment);
  scope = g_strv_builder_end (builder);
  g_ptr_array_add (self->scopes, scope);
  g_ptr_array_add (self->started, g_strjoinv ("/", scope));

  return make_event ("values", (const char *const *) scope, "{\"n\":%u}", self->n_made);
}

static GstreamEvent *
begin_message (Tale *self)
{
  char                 *id = g_strdup_printf ("message-%u", self->n_made);
  GstreamMessageWriter *writer = gstream_message_writer_new (pick (self, self->scopes), "model", id);

  g_ptr_array_add (self->writers, writer);
  g_ptr_array_add (self->started, id);
  g_hash_table_add (self->messages, id);

  return gstream_message_writer_start (writer);
}

static GstreamEvent *
end_message (Tale *self)
{
  g_autoptr (GstreamMessageWriter) writer = g_object_ref (pick (self, self->writers));

  g_ptr_array_remove (self->writers, writer);

  return gstream_message_writer_finish (writer, NULL, "stop");
}

static GstreamEvent *
begin_tool (Tale *self)
{
  Tool *tool = g_new0 (Tool, 1);

  tool->scope = g_strdupv (pick (self, self->scopes));
  tool->id = g_strdup_printf ("tool-%u", self->n_made);
  g_ptr_array_add (self->tools, tool);
  g_ptr_array_add (self->started, g_strdup (tool->id));

  return make_event ("tools", (const char *const *) tool->scope,
                     "{\"event\":\"tool-started\",\"tool_call_id\":\"%s\",\"tool_name\":\"search\",\"input\":{}}",
                     tool->id);
}

static GstreamEvent *
end_tool (Tale *self)
{
  Tool         *tool = pick (self, self->tools);
  GstreamEvent *event = make_event ("tools", (const char *const *) tool->scope,
                                    "{\"event\":\"tool-finished\",\"tool_call_id\":\"%s\",\"output\":1}", tool->id);

  g_ptr_array_remove (self->tools, tool);

  return event;
}

static GstreamEvent *
go_on (gpointer user_data,
       GError **error)
{
  Tale *self = user_data;
  int   choice = g_rand_int_range (self->rand, 0, 20);

  if (self->n_made++ == N_EVENTS)
    {
      if (self->fails)
        g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "the end of the tale is lost");
      return NULL;
    }
  if (choice == 0 && self->scopes->len < 12)
    return begin_scope (self);
  if (choice < 4)
    return begin_message (self);
  if (choice < 6)
    return begin_tool (self);
  if (choice < 8 && self->writers->len > 0)
    return end_message (self);
  if (choice < 10 && self->tools->len > 0)
    return end_tool (self);
  if (self->writers->len > 0)
    return gstream_message_writer_text (pick (self, self->writers), "word ");

  return make_event ("values", NULL, "{\"n\":%u}", self->n_made);
}

static Tale *
tale_new (guint32 seed)
{
  Tale *self = g_new0 (Tale, 1);

  self->rand = g_rand_new_with_seed (seed);
  self->scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->writers = g_ptr_array_new_with_free_func (g_object_unref);
  self->tools = g_ptr_array_new_with_free_func (free_tool);
  self->started = g_ptr_array_new_with_free_func (g_free);
  self->messages = g_hash_table_new (g_str_hash, g_str_equal);
  self->fails = seed % 4 == 3;
  g_ptr_array_add (self->scopes, g_new0 (char *, 1));

  return self;
}

static void
tale_free (Tale *self)
{
  g_rand_free (self->rand);
  g_ptr_array_unref (self->scopes);
  g_ptr_array_unref (self->writers);
  g_ptr_array_unref (self->tools);
  g_hash_table_unref (self->messages);
  g_ptr_array_unref (self->started);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tale, tale_free)

static GstreamRunStream *
tale_run (Tale *self)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new_func (go_on, self, NULL);

  return gstream_run_stream_new (source, NULL);
}

static GstreamRunModel *
model_new (GstreamRunStream    *run,
           GstreamRunModelFlags flags)
{
  g_autoptr (GError) error = NULL;
  GstreamRunModel *model = gstream_run_model_new (run, flags, &error);

  g_assert_no_error (error);

  return model;
}

/* --- what was started is there, in that order --- */

#define HANDLES (GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS)

static void
assert_started (Tale    *tale,
                Shadow  *shadow,
                gboolean messages_only)
{
  guint n = 0;

  for (guint i = 0; i < tale->started->len; i++)
    {
      const char      *expected = g_ptr_array_index (tale->started, i);
      g_autofree char *name = NULL;

      if (messages_only && !g_hash_table_contains (tale->messages, expected))
        continue;
      g_assert_cmpuint (n, <, shadow->rows->len);
      name = row_name (g_ptr_array_index (shadow->rows, n++));
      g_assert_cmpstr (name, ==, expected);
    }
  g_assert_cmpuint (n, ==, shadow->rows->len);
}

/* Somebody else reads the states, and drives the run far ahead of the model (R1). */
static void
read_ahead (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) states = gstream_projection_subscribe (gstream_run_stream_get_values (run), NULL);
  g_auto (GValue) state = G_VALUE_INIT;

  while (gstream_run_stream_get_status (run) <= GSTREAM_RUN_STATUS_RUNNING)
    {
      while (gstream_cursor_try_next (states, &state, NULL) == GSTREAM_TRY_ITEM)
        ;
      turn (FALSE);
    }
}

static void
check_deep (guint32              seed,
            GstreamRunModelFlags flags,
            guint                turn_budget,
            gboolean             ahead)
{
  g_autoptr (Tale) tale = tale_new (seed);
  g_autoptr (GstreamRunStream) run = tale_run (tale);
  g_autoptr (GstreamRunModel) model = model_new (run, flags | GSTREAM_RUN_MODEL_DEEP);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  shadow->unordered = TRUE;
  gstream_run_stream_set_turn_budget (run, turn_budget);
  if (ahead)
    read_ahead (run);
  play (run);
  assert_started (tale, shadow, flags == GSTREAM_RUN_MODEL_MESSAGES);
}

static void
test_deep (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_test_message ("seed %u", seed);
      check_deep (seed, HANDLES, 4000, FALSE);
      check_deep (seed, HANDLES, 1, FALSE);
      check_deep (seed, GSTREAM_RUN_MODEL_MESSAGES, 0, FALSE);
      check_deep (seed, HANDLES, 4000, TRUE);
      check_deep (seed, HANDLES, 1, TRUE);
    }
}

/* --- the tree --- */

static guint
find_started (Tale       *tale,
              const char *name)
{
  for (guint i = 0; i < tale->started->len; i++)
    if (g_str_equal (g_ptr_array_index (tale->started, i), name))
      return i;

  g_assert_not_reached ();
}

/* How many rows there are, each model's in the order of their start. */
static guint
count_tree (Tale       *tale,
            GListModel *model)
{
  guint n = g_list_model_get_n_items (model);
  guint count = n;
  guint after = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (model, i);
      g_autoptr (GListModel) child = gstream_run_model_create_child (row, NULL);
      g_autofree char *name = row_name (row);
      guint            number = find_started (tale, name);

      g_assert_cmpuint (number, >=, after);
      after = number + 1;
      if (child != NULL)
        count += count_tree (tale, child);
    }

  return count;
}

static void
test_tree (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (Tale) tale = tale_new (seed);
      g_autoptr (GstreamRunStream) run = tale_run (tale);
      g_autoptr (GstreamRunModel) model = model_new (run, HANDLES);
      g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

      g_test_message ("seed %u", seed);
      if (seed % 2 == 1)
        read_ahead (run);
      play (run);
      g_assert_cmpuint (count_tree (tale, G_LIST_MODEL (model)), ==, tale->started->len);
    }
}

/* --- bounded --- */

static void
test_bounded (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (Tale) tale = tale_new (seed);
      g_autoptr (GstreamRunStream) run = tale_run (tale);
      g_autoptr (GstreamRunModel) model = model_new (run, HANDLES | GSTREAM_RUN_MODEL_DEEP);
      g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
      guint max = 1 + seed % 7;

      g_test_message ("seed %u", seed);
      shadow->unordered = TRUE;
      shadow->max = max;
      gstream_run_model_set_max_rows (model, max);
      gstream_run_stream_set_turn_budget (run, 100);
      play (run);
      g_assert_cmpuint (shadow->rows->len, <=, max);
    }
}

/* --- dropped in the middle, and another in its place --- */

static void
test_dropped (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (Tale) tale = tale_new (seed);
      g_autoptr (GstreamRunStream) run = tale_run (tale);
      g_autoptr (GstreamRunModel) model = model_new (run, HANDLES);
      g_autoptr (GstreamRunModel) next = NULL;
      g_autoptr (Shadow) shadow = NULL;

      g_test_message ("seed %u", seed);
      gstream_run_stream_set_turn_budget (run, 100);
      while (tale->n_made < 20 * seed && turn (TRUE))
        ;
      g_assert_finalize_object (g_steal_pointer (&model));
      next = model_new (run, HANDLES | GSTREAM_RUN_MODEL_DEEP);
      shadow = shadow_new (G_LIST_MODEL (next));
      shadow->unordered = TRUE;
      play (run);
      g_assert_cmpuint (shadow->rows->len, <=, tale->started->len);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/random/T2/deep", test_deep);
  g_test_add_func ("/model/random/T6/tree", test_tree);
  g_test_add_func ("/model/random/P3/bounded", test_bounded);
  g_test_add_func ("/model/random/P9/dropped", test_dropped);

  return g_test_run ();
}
