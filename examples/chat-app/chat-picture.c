/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pictures of a message: what its data blocks hold, in the ways in which that is written.
 */
#include "chat-picture.h"

#include <glib/gi18n.h>
#include <string.h>

#define MOST_BYTES (16 << 20) /* of base64 */
#define WIDTH 420
#define HEIGHT 320

static const char *
get_any (GstreamPayload    *block,
         const char *const *pointers)
{
  const char *found = NULL;

  for (; *pointers != NULL && found == NULL; pointers++)
    found = gstream_payload_get_string (block, *pointers);

  return found;
}

static const char *
get_base64 (GstreamPayload *block)
{
  static const char *const data[] = { "/base64", "/data", "/source/data", NULL };
  static const char *const urls[] = { "/url", "/image_url/url", "/image_url", NULL };
  const char              *url = get_any (block, urls);
  const char *comma = url != NULL && g_str_has_prefix (url, "data:image/") ? strstr (url, ";base64,") : NULL;

  return comma != NULL ? comma + strlen (";base64,") : get_any (block, data);
}

static gboolean
is_picture (GstreamPayload *block)
{
  const char *type = gstream_payload_get_string (block, "/type");
  const char *mime = gstream_payload_get_string (block, "/mime_type");

  return g_strcmp0 (type, "image") == 0 || g_strcmp0 (type, "image_url") == 0 ||
         (mime != NULL && g_str_has_prefix (mime, "image/"));
}

static GtkWidget *
create_picture (GdkTexture *texture,
                const char *words)
{
  double     scale = MIN (1.0, MIN ((double) WIDTH / gdk_texture_get_width (texture),
                                    (double) HEIGHT / gdk_texture_get_height (texture)));
  GtkWidget *picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));

  gtk_picture_set_alternative_text (GTK_PICTURE (picture), words);
  gtk_widget_set_size_request (picture, MAX (1, gdk_texture_get_width (texture) * scale),
                               MAX (1, gdk_texture_get_height (texture) * scale));
  gtk_widget_set_halign (picture, GTK_ALIGN_START);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "picture");

  return picture;
}

static GtkWidget *
create_for_block (GstreamPayload *block)
{
  const char *base64 = get_base64 (block);
  const char *words = gstream_payload_get_string (block, "/alt");
  gsize       length = 0;
  guchar     *data = base64 != NULL && strlen (base64) <= MOST_BYTES ? g_base64_decode (base64, &length) : NULL;
  g_autoptr (GBytes) bytes = data != NULL ? g_bytes_new_take (data, length) : NULL;
  g_autoptr (GdkTexture) texture = bytes != NULL ? gdk_texture_new_from_bytes (bytes, NULL) : NULL;
  GtkWidget *label;

  if (texture != NULL)
    return create_picture (texture, words ? words : _ ("Picture"));

  label = gtk_label_new (base64 != NULL ? _ ("A picture that cannot be shown") : _ ("A picture that is elsewhere"));
  gtk_widget_add_css_class (label, "dim-label");

  return label;
}

void
chat_picture_add_all (GtkBox         *box,
                      GstreamPayload *content)
{
  GstreamPayloadIter iter;
  GstreamPayload    *block;

  if (content == NULL || gstream_payload_get_kind (content) != GSTREAM_PAYLOAD_KIND_ARRAY)
    return;

  gstream_payload_iter_init (&iter, content);
  while ((block = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      if (is_picture (block))
        gtk_box_append (box, create_for_block (block));
      gstream_payload_unref (block);
    }
}
