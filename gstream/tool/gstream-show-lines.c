/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the lines of a shown run begin: who stands there.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-state-text.h"
#include "gstream/tool/gstream-text.h"

/* The fewest columns that data gets. */
#define MIN_DATA_WIDTH 20

const char *
gstream_show_enter (GHashTable *present,
                    const char *name)
{
  char *entered = g_strdup (name);

  for (guint n = 2; g_hash_table_contains (present, entered); n++)
    {
      g_free (entered);
      entered = g_strdup_printf ("%s#%u", name, n);
    }
  g_hash_table_add (present, entered);

  return entered;
}

char *
gstream_show_make_label (GstreamShow *self,
                         const char  *before,
                         const char  *name,
                         const char  *after)
{
  if (self->path == NULL)
    return g_strconcat (before, name, after, NULL);

  return g_strconcat (before, self->path, "/", name, after, NULL);
}

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
  g_autofree char *text = gstream_data_describe (data, MAX (width, used + MIN_DATA_WIDTH) - used);

  gstream_show_print (self, label, label_style, NULL, text);
}
