/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: any bytes are an event, of which everything can be read and
 * which reads back as it was written, or an error.
 */
#include "fuzz-event.h"

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-payload.h>

static GstreamPayload *
get_member (GstreamPayload *payload,
            const char     *key)
{
  g_autoptr (GString) pointer = g_string_new (key);

  g_string_replace (pointer, "~", "~0", 0);
  g_string_replace (pointer, "/", "~1", 0);
  g_string_prepend_c (pointer, '/');
  return gstream_payload_lookup (payload, pointer->str);
}

static void
touch (GstreamPayload *payload)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *next;

  g_assert_true (gstream_payload_equal (payload, payload));
  g_assert_nonnull (gstream_payload_get_variant (payload));
  gstream_payload_iter_init (&iter, payload);
  while (gstream_payload_iter_next (&iter, &key, &next))
    {
      g_autoptr (GstreamPayload) value = next;
      g_autoptr (GstreamPayload) found = key != NULL ? get_member (payload, key) : NULL;

      gstream_payload_get_string (value, "");
      if (key != NULL)
        g_assert_cmpstr (gstream_payload_get_json (found, NULL), ==, gstream_payload_get_json (value, NULL));
    }
}

static void
touch_event (GstreamEvent *event)
{
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) again = gstream_event_new_from_json (json, -1, &error);
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  g_assert_no_error (error);
  g_assert_cmpint (fields->step, ==, gstream_event_get_fields (again)->step);
  g_assert_cmpstr (fields->text, ==, gstream_event_get_fields (again)->text);
  touch (gstream_event_get_data (event));
  touch (gstream_event_peek_item (event));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = g_memdup2 (data, size > 0 ? size : 1);
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, size, &error);

  g_assert_true ((event == NULL) == (error != NULL));
  if (event != NULL)
    touch_event (event);
  return 0;
}
