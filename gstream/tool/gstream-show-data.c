/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is shown of states, and of what a graph writes for its users.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-state-text.h"

/* What it is, and where, if that is not the root: "· left/leaf state:". */
static char *
make_label (GstreamShow *self,
            const char  *sign,
            const char  *what)
{
  if (self->path == NULL)
    return g_strdup_printf ("%s %s:", sign, what);

  return g_strdup_printf ("%s %s %s:", sign, self->path, what);
}

void
gstream_show_take_state (const GValue *item,
                         gpointer      show)
{
  GstreamShow *self = show;
  GstreamPayload *state = g_value_get_boxed (item);
  g_autofree char *changes = gstream_state_describe_changes (self->state, state);
  g_autofree char *label = make_label (self, "·", "state");

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
  g_autofree char *label = make_label (self, "»", name);

  gstream_show_print_data (self, label, GSTREAM_STYLE_FAINT, g_value_get_boxed (item));
}

void
gstream_show_take_custom (const GValue *item,
                          gpointer      show)
{
  print_custom (show, "custom", item);
}

/* --- extensions --- */

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
on_extension_ended (gpointer user_data)
{
  Extension *extension = user_data;

  g_object_unref (extension->projection);
  g_free (extension);
}

void
gstream_show_take_extension (const GValue *item,
                             gpointer      show)
{
  GstreamShow *self = show;
  Extension *extension = g_new (Extension, 1);
  GstreamReader *reader = gstream_reader_new (self->reader, on_extension_ended, extension);

  *extension = (Extension) { self, g_value_dup_object (item) };
  gstream_reader_add (reader, extension->projection, take_extension_item, extension);
  gstream_reader_release (reader);
}
