/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Widgets for what CommonMark's parser has found.
 */
#include "chat-markdown.h"

#include "chat-code.h"

#include <stdlib.h>

#define MOST_DEPTH 12 /* of lists in lists and quotes in quotes: what is deeper is shown as text */

/* --- what stands in a line --- */

static void
append_escaped (GString    *markup,
                const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text != NULL ? text : "", -1);

  g_string_append (markup, escaped);
}

/* An agent's words do not open just anything. */
static gboolean
is_safe (const char *url)
{
  static const char *const schemes[] = { "https://", "http://", "mailto:" };

  for (gsize i = 0; url != NULL && i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;

  return FALSE;
}

static void
append_link_start (GString    *markup,
                   const char *url)
{
  g_string_append (markup, "<a href=\"");
  append_escaped (markup, url);
  g_string_append (markup, "\">");
}

static void
append_tag (GString    *markup,
            cmark_node *node,
            gboolean    enters)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_EMPH)
    g_string_append (markup, enters ? "<i>" : "</i>");
  else if (type == CMARK_NODE_STRONG)
    g_string_append (markup, enters ? "<b>" : "</b>");
  else if (type == CMARK_NODE_LINK && is_safe (cmark_node_get_url (node)) && enters)
    append_link_start (markup, cmark_node_get_url (node));
  else if (type == CMARK_NODE_LINK && is_safe (cmark_node_get_url (node)))
    g_string_append (markup, "</a>");
}

static void
append_leaf (GString    *markup,
             cmark_node *node)
{
  switch (cmark_node_get_type (node))
    {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_HTML_INLINE:
      append_escaped (markup, cmark_node_get_literal (node));
      break;
    case CMARK_NODE_CODE:
      g_string_append (markup, "<tt>");
      append_escaped (markup, cmark_node_get_literal (node));
      g_string_append (markup, "</tt>");
      break;
    case CMARK_NODE_SOFTBREAK:
      g_string_append_c (markup, ' ');
      break;
    case CMARK_NODE_LINEBREAK:
      g_string_append_c (markup, '\n');
      break;
    default:
      break;
    }
}

gboolean
chat_markdown_is_paragraph (cmark_node *block)
{
  return cmark_node_get_type (block) == CMARK_NODE_PARAGRAPH;
}

char *
chat_markdown_dup_markup (cmark_node *block)
{
  GString         *markup = g_string_new (NULL);
  cmark_iter      *iter = cmark_iter_new (block);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    {
      append_tag (markup, cmark_iter_get_node (iter), event == CMARK_EVENT_ENTER);
      append_leaf (markup, cmark_iter_get_node (iter));
    }
  cmark_iter_free (iter);

  return g_string_free (markup, FALSE);
}

static void
append_words (GString    *words,
              cmark_node *node,
              gboolean    enters)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (enters && cmark_node_get_literal (node) != NULL)
    g_string_append (words, cmark_node_get_literal (node));
  else if (enters && type == CMARK_NODE_SOFTBREAK)
    g_string_append_c (words, ' ');
  else if (!enters && (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING))
    g_string_append_c (words, '\n');
}

char *
chat_markdown_dup_words (const char *text)
{
  GString         *words = g_string_new (NULL);
  cmark_node      *document = cmark_parse_document (text, strlen (text), CMARK_OPT_DEFAULT);
  cmark_iter      *iter = cmark_iter_new (document);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    append_words (words, cmark_iter_get_node (iter), event == CMARK_EVENT_ENTER);
  cmark_iter_free (iter);
  cmark_node_free (document);

  return g_strchomp (g_string_free (words, FALSE));
}

/* --- blocks --- */

static GtkWidget *
create_label (void)
{
  return g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "selectable",
                       TRUE, "hexpand", TRUE, NULL);
}

static GtkWidget *
create_text (const char *text)
{
  GtkWidget *label = create_label ();

  gtk_label_set_text (GTK_LABEL (label), text);

  return label;
}

static GtkWidget *
create_paragraph (cmark_node *block)
{
  g_autofree char *markup = chat_markdown_dup_markup (block);
  GtkWidget       *label = create_label ();

  gtk_label_set_markup (GTK_LABEL (label), markup);

  return label;
}

static GtkWidget *
create_heading (cmark_node *block)
{
  static const char *const classes[] = { "title-2", "title-3", "title-4", "heading" };
  GtkWidget               *label = create_paragraph (block);

  gtk_widget_add_css_class (label, "title");
  gtk_widget_add_css_class (label, classes[CLAMP (cmark_node_get_heading_level (block), 1, 4) - 1]);

  return label;
}

static GtkWidget *create_block (cmark_node *block,
                                guint       depth);

static GtkWidget *
create_blocks (cmark_node *parent,
               guint       depth)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_set_hexpand (box, TRUE);
  for (cmark_node *block = cmark_node_first_child (parent); block != NULL; block = cmark_node_next (block))
    gtk_box_append (GTK_BOX (box), create_block (block, depth + 1));

  return box;
}

static GtkWidget *
create_item (cmark_node *item,
             const char *marker,
             guint       depth)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (marker);

  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "marker");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), create_blocks (item, depth));

  return box;
}

static GtkWidget *
create_list (cmark_node *list,
             guint       depth)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gboolean   is_ordered = cmark_node_get_list_type (list) == CMARK_ORDERED_LIST;
  int        number = cmark_node_get_list_start (list);

  for (cmark_node *item = cmark_node_first_child (list); item != NULL; item = cmark_node_next (item))
    {
      g_autofree char *marker = is_ordered ? g_strdup_printf ("%d.", number++) : g_strdup ("•");

      gtk_box_append (GTK_BOX (box), create_item (item, marker, depth));
    }

  return box;
}

static GtkWidget *
create_deep (cmark_node *block)
{
  char      *text = cmark_render_commonmark (block, CMARK_OPT_DEFAULT, 0);
  GtkWidget *label = create_text (text);

  free (text); /* by cmark's allocator, which is malloc */

  return label;
}

static GtkWidget *
create_quote (cmark_node *block,
              guint       depth)
{
  GtkWidget *box = create_blocks (block, depth);

  gtk_widget_add_css_class (box, "quote");

  return box;
}

static GtkWidget *
create_block (cmark_node *block,
              guint       depth)
{
  if (depth > MOST_DEPTH)
    return create_deep (block);

  switch (cmark_node_get_type (block))
    {
    case CMARK_NODE_PARAGRAPH:
      return create_paragraph (block);
    case CMARK_NODE_HEADING:
      return create_heading (block);
    case CMARK_NODE_LIST:
      return create_list (block, depth);
    case CMARK_NODE_BLOCK_QUOTE:
      return create_quote (block, depth);
    case CMARK_NODE_CODE_BLOCK:
      return chat_code_new (cmark_node_get_fence_info (block), cmark_node_get_literal (block));
    case CMARK_NODE_THEMATIC_BREAK:
      return gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
    default:
      return create_text (cmark_node_get_literal (block) ? cmark_node_get_literal (block) : "");
    }
}

GtkWidget *
chat_markdown_create (cmark_node *block)
{
  return create_block (block, 0);
}
