/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run, for a person to read.
 *
 * Every projection is bounded to one item: the source is not asked for more
 * before everybody has read what there is (P6), so that what is printed stands
 * in the order in which it happened, whoever says it.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-state-text.h"
#include "gstream/tool/gstream-text.h"

/* --- names --- */

char *
gstream_show_take_name (GstreamShow *self,
                        const char  *name)
{
  char *taken = g_strdup (name);

  for (guint n = 2; g_hash_table_contains (self->names, taken); n++)
    {
      g_free (taken);
      taken = g_strdup_printf ("%s#%u", name, n);
    }
  g_hash_table_add (self->names, taken);

  return taken;
}

void
gstream_show_give_back (GstreamShow *self,
                        char        *name)
{
  g_hash_table_remove (self->names, name);
}

char *
gstream_show_get_full (GstreamShow *self,
                       const char  *name)
{
  return self->path ? g_strconcat (self->path, "/", name, NULL) : g_strdup (name);
}

/* --- lines --- */

void
gstream_show_print (GstreamShow *self,
                    const char  *label,
                    const char  *label_style,
                    const char  *style,
                    const char  *text)
{
  const GstreamLead lead = { self->depth, label, label_style, style, FALSE };

  gstream_page_print (self->page, &lead, text);
}

void
gstream_show_print_data (GstreamShow    *self,
                         const char     *label,
                         const char     *label_style,
                         GstreamPayload *data)
{
  guint used = 2 * self->depth + gstream_text_width (label, -1) + 2;
  guint width = gstream_page_get_width (self->page);
  g_autofree char *text = gstream_data_describe (data, MAX (width, used + 20) - used);

  gstream_show_print (self, label, label_style, GSTREAM_STYLE_FAINT, text);
}

/* --- states and custom data --- */

static void
take_state (const GValue *item,
            gpointer      user_data)
{
  GstreamShow *self = user_data;
  GstreamPayload *state = g_value_get_boxed (item);
  g_autofree char *changes = gstream_state_describe_changes (self->state, state);
  g_autofree char *name = gstream_show_get_full (self, "state");
  g_autofree char *label = g_strconcat ("· ", name, ":", NULL);

  g_clear_pointer (&self->state, gstream_payload_unref);
  self->state = gstream_payload_ref (state);
  if (changes != NULL)
    gstream_show_print (self, label, GSTREAM_STYLE_FAINT, GSTREAM_STYLE_FAINT, changes);
}

static void
print_custom (GstreamShow  *self,
              const char   *name,
              const GValue *item)
{
  g_autofree char *full = gstream_show_get_full (self, name);
  g_autofree char *label = g_strconcat ("» ", full, ":", NULL);

  gstream_show_print_data (self, label, NULL, g_value_get_boxed (item));
}

static void
take_custom (const GValue *item,
             gpointer      user_data)
{
  print_custom (user_data, "custom", item);
}

typedef struct
{
  GstreamShow       *show;
  GstreamProjection *projection;
} Extension;

static void
take_extension_item (const GValue *item,
                     gpointer      user_data)
{
  Extension *extension = user_data;

  print_custom (extension->show, gstream_projection_get_name (extension->projection), item);
}

static void
extension_ended (gpointer user_data)
{
  Extension *extension = user_data;

  g_object_unref (extension->projection);
  g_free (extension);
}

static void
take_extension (const GValue *item,
                gpointer      user_data)
{
  GstreamShow *self = user_data;
  Extension *extension = g_new (Extension, 1);
  GstreamReader *reader = gstream_reader_new (self->reader, extension_ended, extension);

  *extension = (Extension) { self, g_value_dup_object (item) };
  gstream_reader_add (reader, extension->projection, take_extension_item, extension);
  gstream_reader_release (reader);
}

/* --- handles --- */

static void
take_message (const GValue *item,
              gpointer      user_data)
{
  gstream_show_message (user_data, g_value_get_object (item));
}

static void
take_tool_call (const GValue *item,
                gpointer      user_data)
{
  gstream_show_tool_call (user_data, g_value_get_object (item));
}

static GstreamShow *show_new (GstreamRunStream *run,
                              GstreamPage      *page,
                              GstreamShow      *parent);
static void         show_free (GstreamShow *self);

static void
read_run (GstreamShow   *self,
          GstreamReader *reader)
{
  self->reader = reader;
  gstream_reader_add (reader, gstream_run_stream_get_subgraphs (self->run), take_subgraph, self);
  gstream_reader_add (reader, gstream_run_stream_get_messages (self->run), take_message, self);
  gstream_reader_add (reader, gstream_run_stream_get_tool_calls (self->run), take_tool_call, self);
  gstream_reader_add (reader, gstream_run_stream_get_custom (self->run), take_custom, self);
  gstream_reader_add (reader, gstream_run_stream_get_extensions (self->run), take_extension, self);
  gstream_reader_add (reader, gstream_run_stream_get_values (self->run), take_state, self);
  gstream_reader_release (reader);
}
