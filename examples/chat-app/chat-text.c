/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A text in Markdown that grows.
 *
 * What follows can change nothing but the last of its blocks, so the others are settled: they are not parsed again. (A
 * definition of a link, which may stand behind its uses, is the exception, and is not waited for.)
 */
#include "chat-text.h"

#include "chat-code.h"
#include "chat-markdown.h"

#include <string.h>

struct _ChatText
{
  GtkBox parent_instance;

  char *text;
  gsize settled;   /* bytes of it */
  guint n_settled; /* widgets of those */
};

G_DEFINE_FINAL_TYPE (ChatText, chat_text, GTK_TYPE_BOX)

/* --- direction --- */

GtkTextDirection
chat_text_get_direction (const char *text)
{
  PangoDirection direction;

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* Pango names nothing else */
      direction = pango_find_base_dir (text, -1);
  G_GNUC_END_IGNORE_DEPRECATIONS

  return direction == PANGO_DIRECTION_RTL   ? GTK_TEXT_DIR_RTL
         : direction == PANGO_DIRECTION_LTR ? GTK_TEXT_DIR_LTR
                                            : GTK_TEXT_DIR_NONE;
}

static GtkTextDirection
find_direction (GtkWidget *widget)
{
  GtkTextDirection direction = GTK_TEXT_DIR_NONE;

  if (GTK_IS_LABEL (widget))
    return chat_text_get_direction (gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && direction == GTK_TEXT_DIR_NONE;
       child = gtk_widget_get_next_sibling (child))
    direction = find_direction (child);

  return direction;
}

static void
set_direction (GtkWidget       *widget,
               GtkTextDirection direction)
{
  if (CHAT_IS_CODE (widget))
    return;

  gtk_widget_set_direction (widget, direction);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    set_direction (child, direction);
}

/* A block is written in the direction of its first words, whatever the window's is. */
static void
follow_words (GtkWidget *block)
{
  set_direction (block, find_direction (block));
}

/* --- blocks --- */

static void
drop_children (ChatText *self,
               guint     n_kept)
{
  guint      n = 0;
  GtkWidget *next;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL; child = next)
    {
      next = gtk_widget_get_next_sibling (child);
      if (n++ >= n_kept)
        gtk_box_remove (GTK_BOX (self), child);
    }
}

static void
start_anew (ChatText *self)
{
  drop_children (self, 0);
  self->settled = 0;
  self->n_settled = 0;
}

static gboolean
has_grown (ChatText   *self,
           const char *text)
{
  return self->text != NULL && strncmp (text, self->text, strlen (self->text)) == 0;
}

/* The block that is being written is mostly a paragraph, whose label can stay. */
static gboolean
update_last (ChatText   *self,
             cmark_node *block)
{
  GtkWidget       *last = gtk_widget_get_last_child (GTK_WIDGET (self));
  g_autofree char *markup = NULL;

  if (!chat_markdown_is_paragraph (block) || !GTK_IS_LABEL (last) || !gtk_label_get_use_markup (GTK_LABEL (last)) ||
      gtk_widget_has_css_class (last, "title"))
    return FALSE;

  markup = chat_markdown_dup_markup (block);
  gtk_label_set_markup (GTK_LABEL (last), markup);
  follow_words (last);

  return TRUE;
}

static gsize
find_line (const char *text,
           int         line)
{
  const char *p = text;

  for (; line > 1 && p != NULL; line--)
    p = strchr (p, '\n') ? strchr (p, '\n') + 1 : NULL;

  return p != NULL ? (gsize) (p - text) : strlen (text);
}

static void
append (ChatText   *self,
        cmark_node *block)
{
  GtkWidget *widget = chat_markdown_create (block);

  follow_words (widget);
  gtk_box_append (GTK_BOX (self), widget);
}

static void
show (ChatText   *self,
      cmark_node *document)
{
  cmark_node *last = cmark_node_last_child (document);
  cmark_node *block = cmark_node_first_child (document);
  guint       n = 0;

  if (block == last && block != NULL && update_last (self, block))
    return;

  drop_children (self, self->n_settled);
  for (; block != NULL; block = cmark_node_next (block), n++)
    append (self, block);
  if (n > 1)
    {
      self->settled += find_line (self->text + self->settled, cmark_node_get_start_line (last));
      self->n_settled += n - 1;
    }
}

void
chat_text_set_text (ChatText   *self,
                    const char *text)
{
  cmark_node *document;

  g_return_if_fail (CHAT_IS_TEXT (self));

  if (text == NULL)
    text = "";
  if (g_strcmp0 (self->text, text) == 0)
    return;
  if (!has_grown (self, text))
    start_anew (self);

  g_free (self->text);
  self->text = g_strdup (text);
  document = cmark_parse_document (self->text + self->settled, strlen (self->text + self->settled), CMARK_OPT_DEFAULT);
  show (self, document);
  cmark_node_free (document);
}

static void
chat_text_finalize (GObject *object)
{
  g_free (CHAT_TEXT (object)->text);

  G_OBJECT_CLASS (chat_text_parent_class)->finalize (object);
}

static void
chat_text_class_init (ChatTextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = chat_text_finalize;
}

static void
chat_text_init (ChatText *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 10);
}

GtkWidget *
chat_text_new (void)
{
  return g_object_new (CHAT_TYPE_TEXT, NULL);
}
