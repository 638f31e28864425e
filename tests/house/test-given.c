/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a getter gives that is not (nullable) is not NULL, of no object that a program meets: of everything that can be
 * reached from recorded runs, a conversation and what has a constructor. Getters are found in the typelib, and every class
 * has to be met, so that none is left out.
 */
#include "conversation/fake-thread.h"

#include <girepository.h>
#include <gstream.h>

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GIBaseInfo, g_base_info_unref)

/* A class that derives and adds nothing. */
GType test_transformer_get_type (void);

typedef struct
{
  GstreamTransformer parent_instance;
} TestTransformer;

typedef struct
{
  GstreamTransformerClass parent_class;
} TestTransformerClass;

G_DEFINE_TYPE (TestTransformer, test_transformer, GSTREAM_TYPE_TRANSFORMER)

static void
test_transformer_class_init (TestTransformerClass *klass)
{
}

static void
test_transformer_init (TestTransformer *self)
{
}

static GHashTable *met;     /* objects */
static GHashTable *classes; /* the names of their types */

static void meet (gpointer object);

static gboolean
is_getter (GIFunctionInfo *function)
{
  static const char *const verbs[] = { "get_", "dup_", "list_", NULL };

  if ((g_function_info_get_flags (function) & GI_FUNCTION_IS_METHOD) == 0 || g_callable_info_get_n_args (function) > 0)
    return FALSE;
  for (gsize i = 0; verbs[i] != NULL; i++)
    if (g_str_has_prefix (g_base_info_get_name (function), verbs[i]))
      return TRUE;

  return FALSE;
}

static gboolean
is_pointer (GITypeInfo *type)
{
  switch (g_type_info_get_tag (type))
    {
    case GI_TYPE_TAG_UTF8:
    case GI_TYPE_TAG_ARRAY:
    case GI_TYPE_TAG_ERROR:
      return TRUE;
    case GI_TYPE_TAG_INTERFACE:
      return g_type_info_is_pointer (type);
    default:
      return FALSE;
    }
}

static gboolean
is_object (GITypeInfo *type)
{
  g_autoptr (GIBaseInfo) info =
      g_type_info_get_tag (type) == GI_TYPE_TAG_INTERFACE ? g_type_info_get_interface (type) : NULL;

  return info != NULL && (GI_IS_OBJECT_INFO (info) || GI_IS_INTERFACE_INFO (info));
}

/* A string, an array of strings, or one that frees what it holds. */
static void
free_given (GITypeInfo *type,
            gpointer    given)
{
  if (g_type_info_get_tag (type) == GI_TYPE_TAG_UTF8)
    g_free (given);
  else if (g_type_info_get_array_type (type) == GI_ARRAY_TYPE_PTR_ARRAY)
    g_ptr_array_unref (given);
  else
    g_strfreev (given);
}

static void
call_getter (GIFunctionInfo *function,
             gpointer        instance)
{
  g_autoptr (GIBaseInfo) type = g_callable_info_get_return_type (function);
  GIArgument self = { .v_pointer = instance };
  GIArgument given = { 0 };

  if (!is_getter (function) || !is_pointer (type))
    return;
  g_assert_true (g_function_info_invoke (function, &self, 1, NULL, 0, &given, NULL));
  if (given.v_pointer == NULL && !g_callable_info_may_return_null (function))
    g_test_message ("%s() gave NULL, which is not (nullable)", g_function_info_get_symbol (function));
  g_assert_true (given.v_pointer != NULL || g_callable_info_may_return_null (function));

  if (given.v_pointer == NULL)
    return;
  if (is_object (type))
    meet (given.v_pointer);
  if (g_callable_info_get_caller_owns (function) != GI_TRANSFER_NOTHING)
    free_given (type, given.v_pointer);
}

static void
call_getters (GType    type,
              gpointer instance)
{
  g_autoptr (GIBaseInfo) info = g_irepository_find_by_gtype (NULL, type);

  if (info == NULL || g_strcmp0 (g_base_info_get_namespace (info), "Gstream") != 0)
    return;
  g_hash_table_add (classes, (gpointer) g_type_name (type));
  if (GI_IS_OBJECT_INFO (info))
    for (int i = 0; i < g_object_info_get_n_methods (info); i++)
      {
        g_autoptr (GIBaseInfo) function = g_object_info_get_method (info, i);

        call_getter (function, instance);
      }
  else if (GI_IS_STRUCT_INFO (info))
    for (int i = 0; i < g_struct_info_get_n_methods (info); i++)
      {
        g_autoptr (GIBaseInfo) function = g_struct_info_get_method (info, i);

        call_getter (function, instance);
      }
}

/* An object, those that it gives, and its rows, once each. */
static void
meet (gpointer object)
{
  if (!g_hash_table_add (met, g_object_ref (object)))
    return;

  for (GType type = G_OBJECT_TYPE (object); type != 0; type = g_type_parent (type))
    call_getters (type, object);
  for (guint i = 0; G_IS_LIST_MODEL (object) && i < g_list_model_get_n_items (object); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (object, i);

      meet (row);
    }
}

static void
meet_new (gpointer object)
{
  meet (object);
  g_object_unref (object);
}

/* --- runs --- */

static void
meet_events (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) events = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  g_auto (GValue) event = G_VALUE_INIT;

  while (gstream_cursor_next_sync (events, &event, NULL, NULL))
    {
      call_getters (GSTREAM_TYPE_EVENT, g_value_get_boxed (&event));
      call_getters (GSTREAM_TYPE_PAYLOAD, gstream_event_get_data (g_value_get_boxed (&event)));
    }
  meet (events);
}

static void
meet_interrupts (GstreamRunStream *run)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_list_interrupts (run);

  for (guint i = 0; i < interrupts->len; i++)
    call_getters (GSTREAM_TYPE_INTERRUPT, interrupts->pdata[i]);
}

static gboolean
has_row (GListModel *model,
         GType       type)
{
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (model, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (row, type))
        return TRUE;
    }

  return FALSE;
}

typedef struct
{
  const char *name;
  GType (*get_type) (void); /* of the row that comes last */
} Recording;

static void
test_run (gconstpointer data)
{
  const Recording *recording = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", recording->name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamRunModel) model =
      gstream_run_model_new (run,
                             GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS |
                                 GSTREAM_RUN_MODEL_INTERRUPTS | GSTREAM_RUN_MODEL_LIFECYCLE | GSTREAM_RUN_MODEL_DEEP,
                             NULL);

  meet (run);
  meet_events (run);
  while (!has_row (G_LIST_MODEL (model), recording->get_type ()))
    g_main_context_iteration (NULL, TRUE);
  g_hash_table_remove_all (met); /* once more, now that the run is over */
  meet (run);
  meet (model);
  meet_interrupts (run);
}

/* --- a conversation --- */

static void
meet_again (GstreamConversation *conversation)
{
  g_hash_table_remove_all (met);
  meet (conversation);
}

static void
test_conversation (void)
{
  g_autoptr (FakeThread) thread = fake_thread_new ();
  g_autoptr (GstreamConversation) conversation = gstream_conversation_new (GSTREAM_THREAD (thread));

  meet (conversation);
  g_assert_true (gstream_conversation_open_sync (conversation, NULL, NULL));
  fake_thread_plan (thread, FAKE_SAYS | FAKE_CALLS | FAKE_DELEGATES | FAKE_ASKS_LEAVE);
  gstream_conversation_send (conversation, "hello", NULL);
  while (g_list_model_get_n_items (gstream_conversation_get_questions (conversation)) == 0)
    {
      if (!g_main_context_iteration (NULL, FALSE) && !fake_thread_step (thread))
        g_main_context_iteration (NULL, TRUE);
      meet_again (conversation);
    }
}

/* --- what is made --- */

static void
test_sources (void)
{
  g_autoptr (GstreamPayload) messages = gstream_payload_new ("[]", -1, NULL);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new ();
  g_autoptr (GstreamEventSource) memory = gstream_memory_source_new (NULL, 0);

  meet (memory);
  meet_new (gstream_chat_source_new ("http://localhost", "model", messages));
  meet_new (gstream_json_lines_source_new_for_stream (stream));
  meet_new (gstream_paced_source_new (memory, 1));
  meet_new (gstream_push_source_new ());
  meet_new (gstream_sse_source_new_for_stream (stream));
}

static void
test_transformer (void)
{
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamTransformer) transformer = g_object_new (test_transformer_get_type (), NULL);
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamSideWork) work = NULL;

  g_assert_true (gstream_stream_mux_add_transformer (mux, transformer, NULL));
  meet (transformer);
  run = gstream_run_stream_new (source, mux);
  work = gstream_transformer_schedule (transformer, FALSE);
  meet (transformer);
  meet (work);
  gstream_side_work_complete (work);
}

static void
test_threads (void)
{
  static const char *const command[] = { "true", NULL };
  g_autoptr (GstreamServer) server = gstream_server_new ("http://127.0.0.1:9");
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);

  meet (server);
  meet_new (gstream_server_create_thread (server, "agent"));
  meet_new (gstream_thread_new_for_command (command, NULL));
  meet_new (gstream_thread_list_new (server, NULL));
  meet_new (gstream_thread_run_new (source, NULL, NULL));
  meet_new (gstream_run_options_new ());
  meet_new (gstream_message_writer_new (NULL, NULL, NULL));
  meet_new (gstream_tool_writer_new (NULL, "tool", NULL));
}

static void
test_all_met (void)
{
  for (int i = 0; i < g_irepository_get_n_infos (NULL, "Gstream"); i++)
    {
      g_autoptr (GIBaseInfo) info = g_irepository_get_info (NULL, "Gstream", i);

      /* Only a server's answer makes one, and nothing of it has to be there. */
      if (!GI_IS_OBJECT_INFO (info) || strcmp (g_base_info_get_name (info), "ThreadInfo") == 0)
        continue;
      if (!g_hash_table_contains (classes, g_type_name (g_registered_type_info_get_g_type (info))))
        g_test_fail_printf ("no %s was met", g_base_info_get_name (info));
    }
}

int
main (int   argc,
      char *argv[])
{
  static const Recording recordings[] = {
    { "python-inprocess/subgraphs.jsonl", gstream_subgraph_run_stream_get_type },
    { "python-inprocess/tools.jsonl", gstream_tool_call_get_type },
    { "python-inprocess/nested-interrupt.jsonl", gstream_pending_interrupt_get_type },
    { "python-inprocess/child-error.jsonl", gstream_lifecycle_get_type },
  };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_irepository_require (NULL, "Gstream", "1", 0, NULL));
  met = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  classes = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < G_N_ELEMENTS (recordings); i++)
    {
      g_autofree char *name = g_path_get_basename (recordings[i].name);
      g_autofree char *path = g_strdup_printf ("/given/%s", name);

      g_test_add_data_func (path, &recordings[i], test_run);
    }
  g_test_add_func ("/given/conversation", test_conversation);
  g_test_add_func ("/given/sources", test_sources);
  g_test_add_func ("/given/threads", test_threads);
  g_test_add_func ("/given/transformer", test_transformer);
  g_test_add_func ("/given/all-met", test_all_met);

  status = g_test_run ();
  g_hash_table_unref (met);
  g_hash_table_unref (classes);

  return status;
}
