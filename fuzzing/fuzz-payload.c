/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes are a payload or an error. Its iterator and JSON Pointer agree about what is in it, and so do the
 * payload and the one made from its GVariant.
 */
#include "fuzz.h"

static char *
pointer_of (const char *key,
            guint       index)
{
  g_autofree char *tildes = NULL;
  g_auto (GStrv) by_tilde = NULL;
  g_auto (GStrv) by_slash = NULL;
  g_autofree char *name = NULL;

  if (key == NULL)
    return g_strdup_printf ("/%u", index);

  by_tilde = g_strsplit (key, "~", -1);
  tildes = g_strjoinv ("~0", by_tilde);
  by_slash = g_strsplit (tildes, "/", -1);
  name = g_strjoinv ("~1", by_slash);

  return g_strconcat ("/", name, NULL);
}

static void
check (GstreamPayload *payload)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *value;
  guint              n = 0;

  gstream_payload_iter_init (&iter, payload);
  while (gstream_payload_iter_next (&iter, &key, &value))
    {
      g_autoptr (GstreamPayload) owned = value;
      g_autofree char *pointer = pointer_of (key, n++);
      g_autoptr (GstreamPayload) found = gstream_payload_lookup (payload, pointer);

      g_assert_nonnull (found);
      g_assert_true (gstream_payload_equal (found, owned));
      gstream_payload_get_string (payload, pointer);
      gstream_payload_get_double (payload, pointer);
      gstream_payload_get_integer (payload, pointer);
    }
  g_assert_cmpuint (n, ==, gstream_payload_get_size (payload, ""));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = g_memdup2 (data, size > 0 ? size : 1);
  g_autoptr (GstreamPayload) payload = gstream_payload_new (bytes, size, &error);

  g_assert_true ((payload == NULL) == (error != NULL));
  if (payload == NULL)
    return 0;

  check (payload);
  g_assert_nonnull (gstream_payload_get_variant (payload));

  return 0;
}
