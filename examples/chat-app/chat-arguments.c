/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a tool is asked, as a small table. What is text is written as it is, and anything else as JSON.
 */
#include "chat-arguments.h"

#include "chat-focus.h"

#define MOST_ARGUMENTS 12 /* that are shown */

typedef struct
{
  char     *name;
  GtkEntry *entry;
  gboolean  is_text;
} Argument;

struct _ChatArguments
{
  GtkGrid parent_instance;

  GstreamPayload *input;    /* NULL: nothing is shown */
  GArray         *editable; /* of Argument; empty: they are only shown */
};

G_DEFINE_FINAL_TYPE (ChatArguments, chat_arguments, GTK_TYPE_GRID)

static void
clear_argument (gpointer data)
{
  g_free (((Argument *) data)->name);
}

/* --- the table --- */

static GtkWidget *
create_name (const char *name)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_add_css_class (label, "dim-label");

  return label;
}

static GtkWidget *
create_value (const char *words)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), 4);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);

  return label;
}

static GtkWidget *
create_entry (ChatArguments *self,
              const char    *name,
              const char    *words,
              gboolean       is_text)
{
  GtkWidget *entry = gtk_entry_new ();
  Argument   argument = { g_strdup (name), GTK_ENTRY (entry), is_text };

  gtk_editable_set_text (GTK_EDITABLE (entry), words);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_array_append_val (self->editable, argument);

  return entry;
}

static void
add_row (ChatArguments  *self,
         int             row,
         const char     *name,
         GstreamPayload *value,
         gboolean        editable)
{
  const char      *text = gstream_payload_get_string (value, "");
  g_autofree char *words = text != NULL ? g_strdup (text) : gstream_payload_dup_json (value);
  GtkWidget       *label = create_name (name);

  if (editable)
    gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_grid_attach (GTK_GRID (self), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self), editable ? create_entry (self, name, words, text != NULL) : create_value (words), 1,
                   row, 1, 1);
}

static void
clear (ChatArguments *self)
{
  GtkWidget *child;

  chat_focus_leave (GTK_WIDGET (self));
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_grid_remove (GTK_GRID (self), child);
  g_array_set_size (self->editable, 0);
  g_clear_pointer (&self->input, gstream_payload_unref);
}

static void
fill (ChatArguments *self,
      gboolean       editable)
{
  GstreamPayloadIter iter;
  GstreamPayload    *value;
  const char        *name;

  gstream_payload_iter_init (&iter, self->input);
  for (int row = 0; (editable || row < MOST_ARGUMENTS) && gstream_payload_iter_next (&iter, &name, &value); row++)
    {
      add_row (self, row, name, value, editable);
      gstream_payload_unref (value);
    }
}

void
chat_arguments_show (ChatArguments  *self,
                     GstreamPayload *input,
                     gboolean        editable)
{
  if (input == self->input && !editable && self->editable->len == 0)
    return;

  clear (self);
  if (input != NULL && gstream_payload_get_kind (input) == GSTREAM_PAYLOAD_KIND_OBJECT)
    {
      self->input = gstream_payload_ref (input);
      fill (self, editable);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), gtk_widget_get_first_child (GTK_WIDGET (self)) != NULL);
}

/* --- what was written --- */

static GstreamPayload *
read_argument (Argument *argument,
               GError  **error)
{
  const char     *text = gtk_editable_get_text (GTK_EDITABLE (argument->entry));
  GstreamPayload *value = argument->is_text ? gstream_payload_new_string (text) : gstream_payload_new (text, -1, error);

  if (value == NULL)
    {
      g_prefix_error (error, "%s: ", argument->name);
      gtk_widget_grab_focus (GTK_WIDGET (argument->entry));
    }

  return value;
}

GstreamPayload *
chat_arguments_dup (ChatArguments *self,
                    GError       **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) variant = NULL;

  for (guint i = 0; i < self->editable->len; i++)
    {
      Argument *argument = &g_array_index (self->editable, Argument, i);
      g_autoptr (GstreamPayload) value = read_argument (argument, error);

      if (value == NULL)
        return NULL;
      g_variant_builder_add (&builder, "{sv}", argument->name, gstream_payload_get_variant (value));
    }
  variant = g_variant_ref_sink (g_variant_builder_end (&builder));

  return gstream_payload_new_variant (variant, error);
}

/* --- the widget --- */

static void
chat_arguments_finalize (GObject *object)
{
  ChatArguments *self = CHAT_ARGUMENTS (object);

  g_array_unref (self->editable);
  g_clear_pointer (&self->input, gstream_payload_unref);

  G_OBJECT_CLASS (chat_arguments_parent_class)->finalize (object);
}

static void
chat_arguments_class_init (ChatArgumentsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = chat_arguments_finalize;
}

static void
chat_arguments_init (ChatArguments *self)
{
  self->editable = g_array_new (FALSE, FALSE, sizeof (Argument));
  g_array_set_clear_func (self->editable, clear_argument);
  gtk_grid_set_column_spacing (GTK_GRID (self), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self), 2);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
