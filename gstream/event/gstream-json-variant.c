/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion between JSON and GVariant (E2).
 */
#include "gstream/event/gstream-json-variant-private.h"

#include <math.h>

#include "gstream/event/gstream-i18n-internal.h"
#include "gstream/event/gstream-json-cursor-internal.h"
#include "gstream/event/gstream-json-writer-internal.h"

static GVariant *
array_to_variant (GstreamJsonValue array)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  GstreamJsonIter  iter;
  GstreamJsonValue element;

  gstream_json_iter_init (&iter, array);
  while (gstream_json_iter_element (&iter, &element))
    g_ptr_array_add (children, g_variant_new_variant (gstream_json_to_variant (element)));
  return g_variant_new_array (G_VARIANT_TYPE_VARIANT, (GVariant **) children->pdata, children->len);
}

static GVariant *
object_to_variant (GstreamJsonValue object)
{
  g_autoptr (GArray) members = gstream_json_members (object, NULL);
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < members->len; i++)
    {
      GstreamJsonMember *member = &g_array_index (members, GstreamJsonMember, i);
      GVariant          *name = g_variant_new_take_string (g_steal_pointer (&member->name));
      GVariant          *value = g_variant_new_variant (gstream_json_to_variant (member->value));

      g_ptr_array_add (children, g_variant_new_dict_entry (name, value));
    }
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), (GVariant **) children->pdata, children->len);
}

GVariant *
gstream_json_to_variant (GstreamJsonValue value)
{
  gint64 integer;

  switch (gstream_json_kind (value))
    {
    case GSTREAM_PAYLOAD_KIND_OBJECT:
      return object_to_variant (value);
    case GSTREAM_PAYLOAD_KIND_ARRAY:
      return array_to_variant (value);
    case GSTREAM_PAYLOAD_KIND_STRING:
      return g_variant_new_take_string (gstream_json_dup_string (value));
    case GSTREAM_PAYLOAD_KIND_BOOLEAN:
      return g_variant_new_boolean (*value.start == 't');
    case GSTREAM_PAYLOAD_KIND_INTEGER:
      gstream_json_read_integer (value, &integer);
      return g_variant_new_int64 (integer);
    case GSTREAM_PAYLOAD_KIND_DOUBLE:
      return g_variant_new_double (gstream_json_read_double (value));
    case GSTREAM_PAYLOAD_KIND_NULL:
    default:
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    }
}

/* The state of the conversion from GVariant to JSON. */
typedef struct
{
  GString *out;
  GString *pointer; /* to the current value, for error messages */
  guint    depth;
  GError **error;
} Writer;

static gboolean write_value (Writer   *self,
                             GVariant *value);

static gboolean
refuse (Writer     *self,
        const char *what)
{
  g_set_error (self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("at \"%s\": JSON cannot say %s"),
               self->pointer->str, what);
  return FALSE;
}

/* Writes the value of @step, an index or a name, of the current container. */
static gboolean
write_child (Writer     *self,
             const char *step,
             GVariant   *value)
{
  gsize    length = self->pointer->len;
  gboolean written;

  g_string_append_c (self->pointer, '/');
  for (; *step != '\0'; step++)
    if (*step == '~' || *step == '/')
      g_string_append (self->pointer, *step == '~' ? "~0" : "~1");
    else
      g_string_append_c (self->pointer, *step);
  written = write_value (self, value);
  g_string_truncate (self->pointer, length);
  return written;
}

static gboolean
write_array (Writer   *self,
             GVariant *array)
{
  gsize n = g_variant_n_children (array);

  g_string_append_c (self->out, '[');
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (array, i);
      char step[24];

      g_snprintf (step, sizeof step, "%" G_GSIZE_FORMAT, i);
      if (i > 0)
        g_string_append_c (self->out, ',');
      if (!write_child (self, step, child))
        return FALSE;
    }
  g_string_append_c (self->out, ']');
  return TRUE;
}

static gboolean
write_entry (Writer   *self,
             GVariant *entry)
{
  g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);
  g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);

  gstream_json_write_member (self->out, g_variant_get_string (name, NULL));
  return write_child (self, g_variant_get_string (name, NULL), value);
}

static gboolean
write_object (Writer   *self,
              GVariant *dictionary)
{
  const GVariantType *name = g_variant_type_key (g_variant_type_element (g_variant_get_type (dictionary)));
  gsize               n = g_variant_n_children (dictionary);

  if (!g_variant_type_equal (name, G_VARIANT_TYPE_STRING) && !g_variant_type_equal (name, G_VARIANT_TYPE_OBJECT_PATH) &&
      !g_variant_type_equal (name, G_VARIANT_TYPE_SIGNATURE))
    return refuse (self, _ ("a dictionary whose keys are not strings"));

  g_string_append_c (self->out, '{');
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (dictionary, i);

      if (!write_entry (self, entry))
        return FALSE;
    }
  g_string_append_c (self->out, '}');
  return TRUE;
}

static gboolean
write_double (Writer *self,
              double  value)
{
  if (!isfinite (value))
    return refuse (self, _ ("a number that is not finite"));
  gstream_json_write_double (self->out, value);
  return TRUE;
}

static gboolean
write_maybe (Writer   *self,
             GVariant *maybe)
{
  g_autoptr (GVariant) value = g_variant_get_maybe (maybe);

  if (value != NULL)
    return write_value (self, value);
  g_string_append (self->out, "null");
  return TRUE;
}

static gboolean
write_boxed (Writer   *self,
             GVariant *variant)
{
  g_autoptr (GVariant) value = g_variant_get_variant (variant);

  return write_value (self, value);
}

static gboolean
write_any_array (Writer   *self,
                 GVariant *array)
{
  if (g_variant_is_of_type (array, G_VARIANT_TYPE_BYTESTRING))
    return refuse (self, _ ("a string of bytes (ay)"));
  if (g_variant_is_of_type (array, G_VARIANT_TYPE_DICTIONARY))
    return write_object (self, array);
  return write_array (self, array);
}

static gboolean
write_classified (Writer   *self,
                  GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (self->out, g_variant_get_boolean (value) ? "true" : "false");
      return TRUE;
    case G_VARIANT_CLASS_BYTE:
      g_string_append_printf (self->out, "%u", g_variant_get_byte (value));
      return TRUE;
    case G_VARIANT_CLASS_INT16:
      g_string_append_printf (self->out, "%d", g_variant_get_int16 (value));
      return TRUE;
    case G_VARIANT_CLASS_UINT16:
      g_string_append_printf (self->out, "%u", g_variant_get_uint16 (value));
      return TRUE;
    case G_VARIANT_CLASS_INT32:
      g_string_append_printf (self->out, "%d", g_variant_get_int32 (value));
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      g_string_append_printf (self->out, "%u", g_variant_get_uint32 (value));
      return TRUE;
    case G_VARIANT_CLASS_INT64:
      g_string_append_printf (self->out, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
      return TRUE;
    case G_VARIANT_CLASS_UINT64:
      g_string_append_printf (self->out, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
      return TRUE;
    case G_VARIANT_CLASS_DOUBLE:
      return write_double (self, g_variant_get_double (value));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      gstream_json_write_string (self->out, g_variant_get_string (value, NULL));
      return TRUE;
    case G_VARIANT_CLASS_VARIANT:
      return write_boxed (self, value);
    case G_VARIANT_CLASS_MAYBE:
      return write_maybe (self, value);
    case G_VARIANT_CLASS_ARRAY:
      return write_any_array (self, value);
    case G_VARIANT_CLASS_TUPLE:
      return write_array (self, value);
    case G_VARIANT_CLASS_HANDLE:
      return refuse (self, _ ("a handle"));
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      return refuse (self, _ ("a dictionary's entry by itself"));
    }
}

static gboolean
write_value (Writer   *self,
             GVariant *value)
{
  gboolean written;

  if (self->depth == GSTREAM_JSON_MAX_DEPTH)
    {
      g_set_error (self->error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("expected at most %u levels of nesting"),
                   GSTREAM_JSON_MAX_DEPTH);
      return FALSE;
    }
  self->depth++;
  written = write_classified (self, value);
  self->depth--;
  return written;
}

gboolean
gstream_json_write_variant (GString  *out,
                            GVariant *value,
                            GError  **error)
{
  g_autoptr (GString) pointer = g_string_new (NULL);
  Writer writer = { out, pointer, 0, error };

  return write_value (&writer, value);
}
