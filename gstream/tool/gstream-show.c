/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run, for a person to read.
 *
 * Every projection is bounded to one item: the source is not asked for more
 * before everybody has read what there is (P6). So what is printed stands in
 * the order in which it happened, whoever said it.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-state-text.h"
#include "gstream/tool/gstream-text.h"

#include <string.h>

static void
show_free (GstreamShow *self)
{
  g_object_unref (self->run);
  g_free (self->path);
  g_hash_table_unref (self->speakers);
  g_hash_table_unref (self->tools);
  g_hash_table_unref (self->subgraphs);
  g_clear_pointer (&self->state, gstream_payload_unref);
  g_free (self);
}

/* --- how it ended --- */

static void
print_status (GstreamShow *self,
              const char  *label)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (GSTREAM_TYPE_RUN_STATUS);
  GstreamRunStatus status = gstream_run_stream_get_status (self->run);
  const GError *error = gstream_run_stream_get_error (self->run);
  const char *nick = g_enum_get_value (class, status)->value_nick;
  g_autofree char *text = error ? g_strdup_printf ("%s: %s", nick, error->message) : g_strdup (nick);
  const char *style = error ? GSTREAM_STYLE_BAD : GSTREAM_STYLE_GOOD;

  if (status == GSTREAM_RUN_STATUS_INTERRUPTED)
    style = GSTREAM_STYLE_ASKING;
  gstream_show_print (self, label, style, style, text);
}

/* The names in a namespace: what stands before each colon. */
static char *
get_names (const char * const *namespace_)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; namespace_[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (names, '/');
      g_string_append_len (names, namespace_[i], strcspn (namespace_[i], ":"));
    }

  return g_string_free (names, FALSE);
}

static void
print_question (GstreamShow      *self,
                GstreamInterrupt *interrupt)
{
  const char * const *namespace_ = gstream_interrupt_get_namespace (interrupt);
  g_autofree char *asker = namespace_ ? get_names (namespace_) : g_strdup ("");
  g_autofree char *label = *asker != '\0' ? g_strdup_printf ("? %s asks:", asker) : g_strdup ("?");

  gstream_show_print_data (self, label, GSTREAM_STYLE_ASKING, gstream_interrupt_get_value (interrupt));
}

static void
print_member (GstreamShow    *self,
              const char     *name,
              guint           column,
              GstreamPayload *value)
{
  g_autofree char *text = gstream_data_summarize (value, gstream_page_get_width (self->page) - column);
  guint used = gstream_text_width (name, -1) + 3;
  g_autofree char *label = g_strdup_printf ("  %s%*s", name, used < column ? (int) (column - used) : 0, "");

  gstream_show_print (self, label, GSTREAM_STYLE_FAINT, NULL, text);
}

/* The column in which values stand, where names of at most 20 columns stand before them. */
static guint
get_value_column (char **names)
{
  guint longest = 0;

  for (guint i = 0; names[i] != NULL; i++)
    longest = MAX (longest, MIN (gstream_text_width (names[i], -1), 20));

  return longest + 4;
}

static void
print_output (GstreamShow    *self,
              GstreamPayload *output)
{
  g_auto (GStrv) names = gstream_payload_get_keys (output, "");
  guint column = names ? get_value_column (names) : 0;
  GstreamPayloadIter iter;
  const char *name;
  GstreamPayload *value;

  if (names == NULL)
    gstream_show_print_data (self, " ", NULL, output);
  gstream_payload_iter_init (&iter, names ? output : NULL);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      print_member (self, name, column, value);
      gstream_payload_unref (value);
    }
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GstreamShow *self = user_data;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (self->run, result, NULL);

  print_status (self, "■");
  if (output != NULL)
    print_output (self, output);

  gstream_page_free (self->page);
  self->ended (self->user_data);
  show_free (self);
}

static void
on_interrupts (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  GstreamShow *self = user_data;
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_finish (self->run, result, NULL);

  for (guint i = 0; interrupts != NULL && i < interrupts->len; i++)
    print_question (self, g_ptr_array_index (interrupts, i));
  gstream_run_stream_output (self->run, NULL, on_output, self);
}

static void
on_run_ended (gpointer user_data)
{
  GstreamShow *self = user_data;

  gstream_run_stream_interrupts (self->run, NULL, on_interrupts, self);
}

/* --- reading it --- */

static void take_subgraph (const GValue *item,
                           gpointer      user_data);

static GstreamShow *
show_new (GstreamRunStream *run,
          GstreamPage      *page)
{
  GstreamShow *self = g_new0 (GstreamShow, 1);

  self->run = g_object_ref (run);
  self->page = page;
  self->speakers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->subgraphs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

static void
read_run (GstreamShow   *self,
          GstreamReader *reader)
{
  self->reader = reader;
  gstream_reader_add (reader, gstream_run_stream_get_subgraphs (self->run), take_subgraph, self);
  gstream_reader_add (reader, gstream_run_stream_get_messages (self->run), gstream_show_take_message, self);
  gstream_reader_add (reader, gstream_run_stream_get_tool_calls (self->run), gstream_show_take_tool_call, self);
  gstream_reader_add (reader, gstream_run_stream_get_custom (self->run), gstream_show_take_custom, self);
  gstream_reader_add (reader, gstream_run_stream_get_extensions (self->run), gstream_show_take_extension, self);
  gstream_reader_add (reader, gstream_run_stream_get_values (self->run), gstream_show_take_state, self);
  gstream_reader_release (reader);
}

static void
on_subgraph_ended (gpointer user_data)
{
  GstreamShow *self = user_data;
  g_autofree char *label = g_strconcat ("■ ", self->path, NULL);

  self->depth--;
  print_status (self, label);
  g_hash_table_remove (self->parent->subgraphs, self->name);
  show_free (self);
}

static void
take_subgraph (const GValue *item,
               gpointer      user_data)
{
  GstreamShow *parent = user_data;
  GstreamShow *self = show_new (g_value_get_object (item), parent->page);
  const char *name = gstream_subgraph_run_stream_get_graph_name (GSTREAM_SUBGRAPH_RUN_STREAM (self->run));
  g_autofree char *label = NULL;

  self->parent = parent;
  self->name = gstream_show_enter (parent->subgraphs, name ? name : "subgraph");
  self->path = gstream_show_make_label (parent, "", self->name, "");
  self->depth = parent->depth + 1;
  label = g_strconcat ("▶ ", self->path, NULL);
  gstream_show_print (parent, label, GSTREAM_STYLE_GOOD, NULL, "");
  read_run (self, gstream_reader_new (parent->reader, on_subgraph_ended, self));
}

void
gstream_show_run (GstreamRunStream *run,
                  FILE             *out,
                  GstreamEndedFunc  ended,
                  gpointer          user_data)
{
  GstreamShow *self = show_new (run, gstream_page_new (out));
  GstreamReader *reader = gstream_reader_new (NULL, on_run_ended, self);

  self->ended = ended;
  self->user_data = user_data;
  gstream_reader_set_max_buffered (reader, 1);
  read_run (self, reader);
}
