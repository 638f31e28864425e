/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prints what was said and done in a recorded run, and its final state:
 *
 *     transcript-c FILE
 */
#include <gstream.h>
#include <locale.h>

typedef struct
{
  GstreamRunStream *run;
  GstreamCursor    *messages;
  GstreamCursor    *tool_calls;
  GstreamCursor    *subgraphs;
} Scope;

typedef struct
{
  GstreamRunStream *run;  /* that it belongs to */
  GObject          *what; /* a message or a tool call */
} Part;

static void
scope_free (gpointer data)
{
  Scope *scope = data;

  g_object_unref (scope->run);
  g_object_unref (scope->messages);
  g_object_unref (scope->tool_calls);
  g_object_unref (scope->subgraphs);
  g_free (scope);
}

static void
part_free (gpointer data)
{
  Part *part = data;

  g_object_unref (part->run);
  g_object_unref (part->what);
  g_free (part);
}

/* --- following the run --- */

static void
follow (GPtrArray        *scopes,
        GstreamRunStream *run)
{
  Scope *scope = g_new (Scope, 1);

  scope->run = g_object_ref (run);
  scope->messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  scope->tool_calls = gstream_projection_subscribe (gstream_run_stream_get_tool_calls (run), NULL);
  scope->subgraphs = gstream_projection_subscribe (gstream_run_stream_get_subgraphs (run), NULL);
  g_ptr_array_add (scopes, scope);
}

/* What has begun; asks the source for nothing. */
static GObject *
take (GstreamProjection *projection,
      GstreamCursor     *cursor)
{
  gpointer item = NULL;

  if (gstream_projection_get_n_buffered (projection) > 0)
    gstream_cursor_try_next_object (cursor, &item, NULL);

  return item;
}

static void
take_parts (GPtrArray         *parts,
            Scope             *scope,
            GstreamProjection *projection,
            GstreamCursor     *cursor)
{
  GObject *what;

  while ((what = take (projection, cursor)) != NULL)
    {
      Part *part = g_new (Part, 1);

      *part = (Part) { g_object_ref (scope->run), what };
      g_ptr_array_add (parts, part);
    }
}

static void
take_all (GPtrArray *parts,
          GPtrArray *scopes)
{
  for (guint i = 0; i < scopes->len; i++)
    {
      Scope   *scope = g_ptr_array_index (scopes, i);
      GObject *child;

      take_parts (parts, scope, gstream_run_stream_get_messages (scope->run), scope->messages);
      take_parts (parts, scope, gstream_run_stream_get_tool_calls (scope->run), scope->tool_calls);
      while ((child = take (gstream_run_stream_get_subgraphs (scope->run), scope->subgraphs)) != NULL)
        {
          follow (scopes, GSTREAM_RUN_STREAM (child));
          g_object_unref (child);
        }
    }
}

/* --- JSON, with its keys sorted --- */

static int
compare (gconstpointer a,
         gconstpointer b)
{
  return strcmp (*(const char **) a, *(const char **) b);
}

static void append_sorted (GString        *json,
                           GstreamPayload *payload);

static void
append_members (GString        *json,
                GstreamPayload *object)
{
  g_autoptr (GHashTable) members =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gstream_payload_unref);
  g_auto (GStrv) keys = gstream_payload_dup_keys (object, "");
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *member;

  gstream_payload_iter_init (&iter, object);
  while (gstream_payload_iter_next (&iter, &name, &member))
    g_hash_table_insert (members, (gpointer) name, member);
  qsort (keys, g_strv_length (keys), sizeof (char *), compare);
  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GstreamPayload) key = gstream_payload_new_string (keys[i]);

      g_string_append_printf (json, "%s%s: ", i > 0 ? ", " : "", gstream_payload_get_json (key, NULL));
      append_sorted (json, g_hash_table_lookup (members, keys[i]));
    }
}

static void
append_items (GString        *json,
              GstreamPayload *array)
{
  const char        *separator = "";
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  gstream_payload_iter_init (&iter, array);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_string_append (json, separator);
      append_sorted (json, item);
      gstream_payload_unref (item);
      separator = ", ";
    }
}

static void
append_sorted (GString        *json,
               GstreamPayload *payload)
{
  g_autoptr (GstreamPayload) string = NULL;

  switch (gstream_payload_get_kind (payload))
    {
    case GSTREAM_PAYLOAD_KIND_OBJECT:
      g_string_append_c (json, '{');
      append_members (json, payload);
      g_string_append_c (json, '}');
      break;
    case GSTREAM_PAYLOAD_KIND_ARRAY:
      g_string_append_c (json, '[');
      append_items (json, payload);
      g_string_append_c (json, ']');
      break;
    case GSTREAM_PAYLOAD_KIND_STRING:
      string = gstream_payload_new_string (gstream_payload_get_string (payload, ""));
      g_string_append (json, gstream_payload_get_json (string, NULL));
      break;
    case GSTREAM_PAYLOAD_KIND_NULL:
    case GSTREAM_PAYLOAD_KIND_BOOLEAN:
    case GSTREAM_PAYLOAD_KIND_INTEGER:
    case GSTREAM_PAYLOAD_KIND_DOUBLE:
    default:
      g_string_append (json, gstream_payload_get_json (payload, NULL));
    }
}

static char *
sorted_json (GstreamPayload *payload)
{
  GString *json = g_string_new (NULL);

  if (payload != NULL)
    append_sorted (json, payload);
  else
    g_string_append (json, "null");

  return g_string_free (json, FALSE);
}

/* --- printing --- */

static char *
path_of (GstreamRunStream *run)
{
  if (!GSTREAM_IS_SUBGRAPH_RUN_STREAM (run))
    return g_strdup ("");

  return g_strjoinv ("/", (char **) gstream_subgraph_run_stream_get_path (GSTREAM_SUBGRAPH_RUN_STREAM (run)));
}

static void
print_message (const char     *path,
               GstreamMessage *message)
{
  const char *node = gstream_message_get_node (message);

  g_print ("%s/%s: %s\n", path, node ? node : "", gstream_message_get_text (message));
}

static void
print_tool_call (const char      *path,
                 GstreamToolCall *call)
{
  g_autofree char *input = sorted_json (gstream_tool_call_get_input (call));
  g_autofree char *output = sorted_json (gstream_tool_call_get_output (call));
  const GError    *error = gstream_tool_call_get_error (call);

  g_print ("%s tool %s(%s) -> %s\n", path, gstream_tool_call_get_name (call), input, error ? error->message : output);
}

static void
print_part (gpointer data,
            gpointer user_data)
{
  Part            *part = data;
  g_autofree char *path = path_of (part->run);

  if (GSTREAM_IS_MESSAGE (part->what))
    print_message (path, GSTREAM_MESSAGE (part->what));
  else
    print_tool_call (path, GSTREAM_TOOL_CALL (part->what));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[argc - 1]);
  g_autoptr (GstreamEventSource) source = NULL;
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (scope_free);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
  g_auto (GValue) event = G_VALUE_INIT;
  g_autofree char *json = NULL;

  setlocale (LC_ALL, "");
  if (g_str_has_suffix (argv[argc - 1], ".sse"))
    source = gstream_sse_source_new (file);
  else
    source = gstream_json_lines_source_new (file);
  run = gstream_run_stream_new (source, NULL);
  follow (scopes, run);

  /* Event by event, so that what begins is found in order, in whatever scope. */
  log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  while (gstream_cursor_next_sync (log, &event, NULL, NULL))
    take_all (parts, scopes);
  g_ptr_array_foreach (parts, print_part, NULL);

  state = gstream_run_stream_output_sync (run, NULL, &error);
  json = sorted_json (state);
  g_print ("%s\n", error ? error->message : json);

  return error != NULL;
}
