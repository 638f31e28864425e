/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an answer's body is encoded as on its way: gzip, of as many members as come. libsoup
 * would take the first of these for all, and pass on what it does not know as if it were plain.
 */
#include <gstream/remote/gstream-encoding-private.h>

#include <gstream/event/gstream-error.h>

/* --- members of gzip, one after another (RFC 1952, 2.2) --- */

#define GSTREAM_TYPE_MEMBERS (gstream_members_get_type ())
G_DECLARE_FINAL_TYPE (GstreamMembers, gstream_members, GSTREAM, MEMBERS, GObject)

struct _GstreamMembers
{
  GObject     parent_instance;

  GConverter *member;
  gboolean    between; /* the last one is whole; another may follow */
};

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMembers, gstream_members, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

static GConverterResult
gstream_members_convert (GConverter       *converter,
                         const void       *in,
                         gsize             in_size,
                         void             *out,
                         gsize             out_size,
                         GConverterFlags   flags,
                         gsize            *bytes_read,
                         gsize            *bytes_written,
                         GError          **error)
{
  GstreamMembers *self = GSTREAM_MEMBERS (converter);
  GConverterResult result;

  *bytes_read = *bytes_written = 0;
  if (self->between && in_size == 0)
    {
      if (flags & G_CONVERTER_INPUT_AT_END)
        return G_CONVERTER_FINISHED;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "Another member may follow");
      return G_CONVERTER_ERROR;
    }

  if (self->between)
    g_converter_reset (self->member);
  result = g_converter_convert (self->member, in, in_size, out, out_size, flags, bytes_read, bytes_written, error);
  self->between = result == G_CONVERTER_FINISHED;

  return self->between ? G_CONVERTER_CONVERTED : result;
}

static void
gstream_members_reset (GConverter *converter)
{
  GstreamMembers *self = GSTREAM_MEMBERS (converter);

  g_converter_reset (self->member);
  self->between = FALSE;
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = gstream_members_convert;
  iface->reset = gstream_members_reset;
}

static void
gstream_members_finalize (GObject *object)
{
  g_object_unref (GSTREAM_MEMBERS (object)->member);

  G_OBJECT_CLASS (gstream_members_parent_class)->finalize (object);
}

static void
gstream_members_class_init (GstreamMembersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_members_finalize;
}

static void
gstream_members_init (GstreamMembers *self)
{
  self->member = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
}

/* --- for its requests --- */

void
gstream_encoding_ask (SoupMessage *message)
{
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "gzip");
}

GInputStream *
gstream_encoding_decode (SoupMessage   *message,
                         GInputStream  *body,
                         GError       **error)
{
  const char *encoding = soup_message_headers_get_list (soup_message_get_response_headers (message), "Content-Encoding");
  g_autoptr (GConverter) converter = NULL;

  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "identity") == 0)
    return g_object_ref (body);

  if (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0)
    converter = g_object_new (GSTREAM_TYPE_MEMBERS, NULL);
  else if (g_ascii_strcasecmp (encoding, "deflate") == 0)
    converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  else
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                   "the answer is encoded as %s, and gzip or nothing was expected", encoding);
      return NULL;
    }

  return g_converter_input_stream_new (body, converter);
}
