/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every public type and function owes a caller who is mistaken, found in the typelib so that none is left out:
 *
 *  - an object that was made by g_object_new() alone stands all its methods, before anything is set and after dispose, which
 *    may run twice;
 *  - a function that is given NULL, or an object of another type, where the API wants neither, says so by a critical in its
 *    own name (g_return_if_fail), or by an error, and does nothing.
 */
#include <girepository.h>
#include <gstream.h>

#include <string.h>

#define MAX_ARGUMENTS 12

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GIBaseInfo, g_base_info_unref)

/* Derived classes that add nothing. */
#define TEST_TYPE_TRANSFORMER test_transformer_get_type ()
#define TEST_TYPE_SOURCE test_source_get_type ()

GType test_transformer_get_type (void);
GType test_source_get_type (void);

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

typedef struct
{
  GObject parent_instance;
} TestSource;

typedef struct
{
  GObjectClass parent_class;
} TestSourceClass;

G_DEFINE_TYPE_WITH_CODE (TestSource, test_source, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, NULL))

static void
test_source_class_init (TestSourceClass *klass)
{
}

static void
test_source_init (TestSource *self)
{
}

static char      *first_critical; /* since the last call */
static GPtrArray *kept;           /* what arguments were made of; goes after the call */

static void
note_message (const char    *domain,
              GLogLevelFlags level,
              const char    *message,
              gpointer       user_data)
{
  if ((level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_WARNING && first_critical == NULL)
    first_critical = g_strdup (message);
}

/* --- the typelib --- */

static void
free_info (gpointer info)
{
  g_base_info_unref (info);
}

/* The types of a kind that the typelib has. */
static GPtrArray *
list_infos (GIInfoType kind)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func (free_info);
  int        n = g_irepository_get_n_infos (NULL, "Gstream");

  for (int i = 0; i < n; i++)
    {
      GIBaseInfo *info = g_irepository_get_info (NULL, "Gstream", i);

      if (g_base_info_get_type (info) == kind)
        g_ptr_array_add (infos, info);
      else
        g_base_info_unref (info);
    }

  return infos;
}

static int
count_methods (GIBaseInfo *info)
{
  switch (g_base_info_get_type (info))
    {
    case GI_INFO_TYPE_OBJECT:
      return g_object_info_get_n_methods (info);
    case GI_INFO_TYPE_INTERFACE:
      return g_interface_info_get_n_methods (info);
    default:
      return g_struct_info_get_n_methods (info);
    }
}

static GIFunctionInfo *
get_method (GIBaseInfo *info,
            int         i)
{
  switch (g_base_info_get_type (info))
    {
    case GI_INFO_TYPE_OBJECT:
      return g_object_info_get_method (info, i);
    case GI_INFO_TYPE_INTERFACE:
      return g_interface_info_get_method (info, i);
    default:
      return g_struct_info_get_method (info, i);
    }
}

static gboolean
is_method (GIFunctionInfo *function)
{
  return (g_function_info_get_flags (function) & GI_FUNCTION_IS_METHOD) != 0;
}

static gboolean
is_counted (GIFunctionInfo *function)
{
  const char *name = g_base_info_get_name (function);

  return strcmp (name, "ref") != 0 && strcmp (name, "unref") != 0 && strcmp (name, "free") != 0;
}

/* --- making arguments --- */

static gpointer
keep (gpointer       what,
      GDestroyNotify destroy)
{
  /* In order, from the last. */
  g_ptr_array_add (kept, what);
  g_ptr_array_add (kept, (gpointer) destroy);

  return what;
}

static void
drop_kept (void)
{
  for (guint i = kept->len; i > 0; i -= 2)
    ((GDestroyNotify) kept->pdata[i - 1]) (kept->pdata[i - 2]);
  g_ptr_array_set_size (kept, 0);
}

static GType
get_gtype (GITypeInfo *type)
{
  g_autoptr (GIBaseInfo) info = NULL;

  if (g_type_info_get_tag (type) != GI_TYPE_TAG_INTERFACE)
    return G_TYPE_INVALID;

  info = g_type_info_get_interface (type);
  switch (g_base_info_get_type (info))
    {
    case GI_INFO_TYPE_OBJECT:
    case GI_INFO_TYPE_INTERFACE:
    case GI_INFO_TYPE_STRUCT:
    case GI_INFO_TYPE_ENUM:
    case GI_INFO_TYPE_FLAGS:
      return g_registered_type_info_get_g_type (info);
    default:
      return G_TYPE_INVALID;
    }
}

static gpointer
make_object (GType type)
{
  if (type == G_TYPE_OBJECT)
    return g_object_new (G_TYPE_OBJECT, NULL);
  if (type == G_TYPE_FILE)
    return g_file_new_for_path ("/nonexistent");
  if (type == G_TYPE_ASYNC_RESULT)
    return g_task_new (NULL, NULL, NULL, NULL);
  if (type == G_TYPE_INPUT_STREAM)
    return g_memory_input_stream_new ();
  if (type == GSTREAM_TYPE_EVENT_SOURCE)
    return gstream_memory_source_new (NULL, 0);
  if (type == GSTREAM_TYPE_TRANSFORMER)
    return g_object_new (TEST_TYPE_TRANSFORMER, NULL);

  return g_object_new (type, NULL);
}

static GValue *
make_value (void)
{
  GValue *value = keep (g_new0 (GValue, 1), g_free);

  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, "text");
  keep (value, (GDestroyNotify) g_value_unset);

  return value;
}

static GstreamEvent *
make_event (void)
{
  g_autoptr (GstreamPayload) data = gstream_payload_new ("{}", -1, NULL);

  return gstream_event_new ("values", NULL, data);
}

static GstreamInterrupt *
make_interrupt (void)
{
  static const char *const names[] = { "a", NULL };
  g_autoptr (GstreamPayload) value = gstream_payload_new ("1", -1, NULL);

  return gstream_interrupt_new ("id", value, names, NULL);
}

static GstreamPayloadIter *
make_payload_iter (void)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new ("[1,2]", -1, NULL);

  return gstream_payload_iterator (payload);
}

static gpointer
make_boxed (GType type)
{
  if (type == GSTREAM_TYPE_PAYLOAD_ITER)
    return keep (make_payload_iter (), (GDestroyNotify) gstream_payload_iter_free);
  if (type == GSTREAM_TYPE_PAYLOAD)
    return keep (gstream_payload_new ("{\"a\":1}", -1, NULL), (GDestroyNotify) gstream_payload_unref);
  if (type == GSTREAM_TYPE_EVENT)
    return keep (make_event (), (GDestroyNotify) gstream_event_unref);
  if (type == GSTREAM_TYPE_INTERRUPT)
    return keep (make_interrupt (), (GDestroyNotify) gstream_interrupt_unref);
  if (type == G_TYPE_VALUE)
    return make_value ();
  if (type == G_TYPE_VARIANT)
    return keep (g_variant_ref_sink (g_variant_new_string ("text")), (GDestroyNotify) g_variant_unref);
  if (type == G_TYPE_BYTES)
    return keep (g_bytes_new_static ("{}", 2), (GDestroyNotify) g_bytes_unref);
  if (type == G_TYPE_ERROR)
    return keep (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "failed"), (GDestroyNotify) g_error_free);

  g_error ("This test does not know how to make a %s: say it here", g_type_name (type));
}

static gpointer
make_instance (GType type)
{
  GType fundamental = G_TYPE_FUNDAMENTAL (type);

  if (fundamental == G_TYPE_BOXED || fundamental == G_TYPE_VARIANT)
    return make_boxed (type);
  if (fundamental == G_TYPE_OBJECT || fundamental == G_TYPE_INTERFACE)
    return keep (make_object (type), g_object_unref);

  return NULL;
}

/* For whatever is called back, in any way. */
static gpointer
give_nothing (void)
{
  return NULL;
}

static gboolean
is_pointer (GITypeInfo *type)
{
  switch (g_type_info_get_tag (type))
    {
    case GI_TYPE_TAG_UTF8:
    case GI_TYPE_TAG_FILENAME:
    case GI_TYPE_TAG_ARRAY:
    case GI_TYPE_TAG_ERROR:
    case GI_TYPE_TAG_GLIST:
    case GI_TYPE_TAG_GHASH:
      return TRUE;
    case GI_TYPE_TAG_INTERFACE:
      return g_type_info_is_pointer (type);
    default:
      return FALSE;
    }
}

/* --- a call --- */

typedef struct
{
  GIArgument in[MAX_ARGUMENTS];
  GIArgument out[MAX_ARGUMENTS];
  guint64    stored[MAX_ARGUMENTS]; /* what out arguments that are no structs point to */
  GValue     values[MAX_ARGUMENTS];
  int        n_in;
  int        n_out;
} Call;

/* What an argument may well be: nothing, where the API takes nothing. */
static void
make_argument (GIArgInfo  *info,
               GIArgument *argument)
{
  static const char *const texts[] = { "a", NULL };
  g_autoptr (GIBaseInfo) type = g_arg_info_get_type (info);

  *argument = (GIArgument) { 0 };
  if (g_arg_info_get_scope (info) != GI_SCOPE_TYPE_INVALID)
    {
      argument->v_pointer = give_nothing;
      return;
    }
  if (g_arg_info_may_be_null (info))
    return;

  switch (g_type_info_get_tag (type))
    {
    case GI_TYPE_TAG_UTF8:
    case GI_TYPE_TAG_FILENAME:
      argument->v_string = (char *) "a";
      break;
    case GI_TYPE_TAG_ARRAY:
      if (g_type_info_is_zero_terminated (type))
        argument->v_pointer = (gpointer) texts;
      break;
    case GI_TYPE_TAG_ERROR:
      argument->v_pointer = make_boxed (G_TYPE_ERROR);
      break;
    case GI_TYPE_TAG_GTYPE:
      argument->v_size = G_TYPE_STRING;
      break;
    case GI_TYPE_TAG_INTERFACE:
      if (g_type_info_is_pointer (type))
        argument->v_pointer = make_instance (get_gtype (type));
      break;
    default:
      break;
    }
  /* What the callee takes is its own. */
  if (argument->v_pointer != NULL && g_arg_info_get_ownership_transfer (info) == GI_TRANSFER_EVERYTHING &&
      G_TYPE_FUNDAMENTAL (get_gtype (type)) == G_TYPE_OBJECT)
    g_object_ref (argument->v_pointer);
}

static void
begin_call (Call           *call,
            GIFunctionInfo *function,
            gpointer        instance)
{
  int n = g_callable_info_get_n_args (function);

  memset (call, 0, sizeof *call);
  if (is_method (function))
    call->in[call->n_in++].v_pointer = instance;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) info = g_callable_info_get_arg (function, i);

      g_assert (call->n_in < MAX_ARGUMENTS && call->n_out < MAX_ARGUMENTS);
      if (g_arg_info_get_direction (info) == GI_DIRECTION_IN)
        {
          make_argument (info, &call->in[call->n_in++]);
          continue;
        }
      call->out[call->n_out].v_pointer =
          g_arg_info_is_caller_allocates (info) ? (gpointer) &call->values[call->n_out] : &call->stored[call->n_out];
      call->n_out++;
    }
}

static void
free_array (GITypeInfo *type,
            gpointer    array)
{
  if (g_type_info_get_array_type (type) == GI_ARRAY_TYPE_PTR_ARRAY)
    g_ptr_array_unref (array);
  else if (g_type_info_is_zero_terminated (type))
    g_strfreev (array);
  else
    g_free (array);
}

/* What a call gave, and left to us. */
static void
free_given (GITypeInfo *type,
            GITransfer  transfer,
            gpointer    given)
{
  GType gtype = get_gtype (type);

  if (given == NULL || !is_pointer (type) || transfer == GI_TRANSFER_NOTHING)
    return;

  if (transfer == GI_TRANSFER_CONTAINER)
    {
      if (g_type_info_get_array_type (type) == GI_ARRAY_TYPE_PTR_ARRAY)
        g_ptr_array_unref (given);
      else
        g_free (given);
    }
  else if (g_type_info_get_tag (type) == GI_TYPE_TAG_ARRAY)
    free_array (type, given);
  else if (g_type_info_get_tag (type) == GI_TYPE_TAG_ERROR)
    g_error_free (given);
  else if (G_TYPE_FUNDAMENTAL (gtype) == G_TYPE_OBJECT || G_TYPE_FUNDAMENTAL (gtype) == G_TYPE_INTERFACE)
    g_object_unref (given);
  else if (G_TYPE_FUNDAMENTAL (gtype) == G_TYPE_BOXED)
    g_boxed_free (gtype, given);
  else if (G_TYPE_FUNDAMENTAL (gtype) == G_TYPE_VARIANT)
    g_variant_unref (given);
  else
    g_free (given);
}

static void
free_outs (Call           *call,
           GIFunctionInfo *function)
{
  int n = g_callable_info_get_n_args (function);

  for (int i = 0, out = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) info = g_callable_info_get_arg (function, i);
      g_autoptr (GIBaseInfo) type = g_arg_info_get_type (info);

      if (g_arg_info_get_direction (info) == GI_DIRECTION_IN)
        continue;
      if (g_arg_info_is_caller_allocates (info))
        g_value_unset (&call->values[out]);
      else if (call->out[out].v_pointer != NULL)
        free_given (type, g_arg_info_get_ownership_transfer (info), (gpointer) (gsize) call->stored[out]);
      out++;
    }
}

/* Whether it gave an error. */
static gboolean
end_call (Call           *call,
          GIFunctionInfo *function)
{
  g_autoptr (GIBaseInfo) type = g_callable_info_get_return_type (function);
  g_autoptr (GError) error = NULL;
  GIArgument given = { 0 };

  g_clear_pointer (&first_critical, g_free);
  if (g_test_verbose ())
    g_printerr ("%s\n", g_function_info_get_symbol (function));
  if (g_function_info_invoke (function, call->in, call->n_in, call->out, call->n_out, &given, &error))
    free_given (type, g_callable_info_get_caller_owns (function), given.v_pointer);
  g_assert_true (error == NULL || error->domain != G_INVOKE_ERROR);
  if (error != NULL)
    g_assert_cmpuint (strlen (error->message), >, 0);
  free_outs (call, function);

  return error != NULL;
}

static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A function speaks for itself; what ends a call may be one for several. */
static gboolean
is_own_critical (const char *symbol)
{
  return g_str_has_prefix (first_critical, symbol) ||
         (g_str_has_suffix (symbol, "_finish") && strstr (first_critical, "_finish: assertion") != NULL);
}

/* --- plain objects --- */

static GType
find_made_type (GIBaseInfo *info)
{
  GType type = g_registered_type_info_get_g_type (info);

  if (type == GSTREAM_TYPE_TRANSFORMER)
    return TEST_TYPE_TRANSFORMER;
  if (type == GSTREAM_TYPE_EVENT_SOURCE)
    return TEST_TYPE_SOURCE;

  return G_TYPE_IS_ABSTRACT (type) || G_TYPE_IS_INTERFACE (type) ? G_TYPE_INVALID : type;
}

static void
get_all_properties (GObject *object)
{
  guint                   n;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (properties[i]->flags & G_PARAM_READABLE)
        g_object_get_property (object, properties[i]->name, &value);
    }
}

static void
call_methods_of (GIBaseInfo *info,
                 GObject    *object)
{
  int n = count_methods (info);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) function = get_method (info, i);
      Call call;

      if (!is_method (function) || !is_counted (function))
        continue;
      begin_call (&call, function, object);
      end_call (&call, function);
      drop_kept ();
      run_loop ();
    }
}

static void
call_all (GIBaseInfo *info,
          GObject    *object)
{
  g_autoptr (GIBaseInfo) parent = NULL;
  int n;

  get_all_properties (object);
  call_methods_of (info, object);
  if (g_base_info_get_type (info) != GI_INFO_TYPE_OBJECT)
    return;

  parent = g_object_info_get_parent (info);
  n = g_object_info_get_n_interfaces (info);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) interface = g_object_info_get_interface (info, i);

      call_methods_of (interface, object);
    }
  if (parent != NULL && strcmp (g_base_info_get_namespace (parent), "Gstream") == 0)
    call_methods_of (parent, object);
}

static void
test_plain (gconstpointer data)
{
  GIBaseInfo *info = (GIBaseInfo *) data;
  GObject    *object = g_object_new (find_made_type (info), NULL);

  call_all (info, object);
  g_object_run_dispose (object);
  g_object_run_dispose (object);
  call_all (info, object);
  g_object_unref (object);
  run_loop ();

  object = g_object_new (find_made_type (info), NULL);
  g_object_unref (object);
  run_loop ();
}

/* Each method alone, so that what the first one changes hides nothing. */
static void
test_each (gconstpointer data)
{
  GIBaseInfo *info = (GIBaseInfo *) data;
  int         n = count_methods (info);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) function = get_method (info, i);
      GObject *object;
      Call     call;

      if (!is_method (function) || !is_counted (function))
        continue;
      object = g_object_new (find_made_type (info), NULL);
      begin_call (&call, function, object);
      end_call (&call, function);
      if (first_critical != NULL && !is_own_critical (g_function_info_get_symbol (function)))
        g_test_fail_printf ("%s() of a plain object: %s", g_function_info_get_symbol (function), first_critical);
      drop_kept ();
      g_object_unref (object);
      run_loop ();
    }
}

/* --- mistaken arguments --- */

static void
assert_refused (GIFunctionInfo *function,
                const char     *argument,
                const char     *what,
                gboolean        failed)
{
  const char *symbol = g_function_info_get_symbol (function);

  if (first_critical != NULL ? is_own_critical (symbol) : failed)
    return;

  g_test_fail_printf ("%s() took %s for %s: %s", symbol, what, argument,
                      first_critical ? first_critical : "in silence");
}

static gpointer
make_self (GIFunctionInfo *function)
{
  GIBaseInfo *container = g_base_info_get_container (function);

  return is_method (function) ? make_instance (g_registered_type_info_get_g_type (container)) : NULL;
}

static void
call_mistaken (GIFunctionInfo *function,
               int             position,
               gboolean        is_out,
               gpointer        wrong,
               const char     *argument,
               const char     *what)
{
  Call     call;
  gboolean failed;

  begin_call (&call, function, make_self (function));
  if (is_out)
    call.out[position].v_pointer = wrong;
  else
    call.in[position].v_pointer = wrong;
  failed = end_call (&call, function);
  assert_refused (function, argument, what, failed);
  drop_kept ();
  run_loop ();
}

static void
call_with_wrong_objects (GIFunctionInfo *function,
                         GType           type,
                         int             position,
                         const char     *argument)
{
  g_autoptr (GObject) stranger = NULL;

  if (type == G_TYPE_INVALID || type == G_TYPE_OBJECT ||
      (G_TYPE_FUNDAMENTAL (type) != G_TYPE_OBJECT && G_TYPE_FUNDAMENTAL (type) != G_TYPE_INTERFACE))
    return;

  stranger = g_object_new (G_TYPE_OBJECT, NULL);
  call_mistaken (function, position, FALSE, stranger, argument, "a plain GObject");
}

static void
try_arguments (GIFunctionInfo *function)
{
  int n = g_callable_info_get_n_args (function);
  int in = is_method (function) ? 1 : 0;
  int out = 0;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) info = g_callable_info_get_arg (function, i);
      g_autoptr (GIBaseInfo) type = g_arg_info_get_type (info);
      const char *name = g_base_info_get_name (info);

      if (g_arg_info_get_direction (info) != GI_DIRECTION_IN)
        {
          if (g_arg_info_is_caller_allocates (info))
            call_mistaken (function, out, TRUE, NULL, name, "NULL");
          out++;
          continue;
        }
      if (g_arg_info_get_scope (info) == GI_SCOPE_TYPE_INVALID && is_pointer (type))
        {
          if (!g_arg_info_may_be_null (info) && g_type_info_get_array_length (type) < 0)
            call_mistaken (function, in, FALSE, NULL, name, "NULL");
          call_with_wrong_objects (function, get_gtype (type), in, name);
        }
      in++;
    }
}

static void
try_instance (GIFunctionInfo *function,
              GIBaseInfo     *container)
{
  if (!is_method (function))
    return;

  call_mistaken (function, 0, FALSE, NULL, "self", "NULL");
  call_with_wrong_objects (function, g_registered_type_info_get_g_type (container), 0, "self");
}

static void
test_mistaken (gconstpointer data)
{
  GIBaseInfo *info = (GIBaseInfo *) data;
  int         n = count_methods (info);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GIBaseInfo) function = get_method (info, i);

      if (!is_counted (function))
        continue;
      try_instance (function, info);
      try_arguments (function);
    }
}

static void
add_tests (GPtrArray    *infos,
           const char   *what,
           GTestDataFunc test)
{
  for (guint i = 0; i < infos->len; i++)
    {
      GIBaseInfo      *info = g_ptr_array_index (infos, i);
      g_autofree char *path = g_strdup_printf ("/callers/%s/%s", what, g_base_info_get_name (info));

      if (g_base_info_get_type (info) == GI_INFO_TYPE_STRUCT &&
          (g_struct_info_is_gtype_struct (info) || count_methods (info) == 0))
        continue;
      if (g_str_has_prefix (what, "plain") && find_made_type (info) == G_TYPE_INVALID)
        continue;
      g_test_add_data_func (path, info, test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GPtrArray) objects = NULL;
  g_autoptr (GPtrArray) interfaces = NULL;
  g_autoptr (GPtrArray) structs = NULL;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_log_set_default_handler (note_message,
                             NULL); /* in the place of GLib's own for tests, which later versions print by */
  kept = g_ptr_array_new ();
  g_assert_nonnull (g_irepository_require (NULL, "Gstream", "1", 0, NULL));

  objects = list_infos (GI_INFO_TYPE_OBJECT);
  interfaces = list_infos (GI_INFO_TYPE_INTERFACE);
  structs = list_infos (GI_INFO_TYPE_STRUCT);
  add_tests (objects, "plain", test_plain);
  add_tests (objects, "plain-each", test_each);
  add_tests (interfaces, "plain", test_plain);
  add_tests (interfaces, "plain-each", test_each);
  add_tests (objects, "mistaken", test_mistaken);
  add_tests (interfaces, "mistaken", test_mistaken);
  add_tests (structs, "mistaken", test_mistaken);

  return g_test_run ();
}
