/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: any bytes are an event, of which everything can be read and
 * which reads back as it was written, or an error.
 */
#include "fuzz-event.h"

#include <gstream/event/gstream-event-private.h>

static void
touch (GstreamPayload *payload)
{
  g_auto(GStrv) keys = gstream_payload_get_keys (payload, "");

  g_assert_true (gstream_payload_equal (payload, payload));
  g_assert_nonnull (gstream_payload_get_variant (payload));
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_auto(GStrv) parts = g_strsplit (keys[i], "~", -1);
      g_autofree char *tildes = g_strjoinv ("~0", parts);
      g_auto(GStrv) names = g_strsplit (tildes, "/", -1);
      g_autofree char *name = g_strjoinv ("~1", names);
      g_autofree char *pointer = g_strconcat ("/", name, NULL);

      g_assert_true (gstream_payload_has (payload, pointer));
      gstream_payload_get_string (payload, pointer);
    }
}

static void
touch_event (GstreamEvent *event)
{
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr(GError) error = NULL;
  g_autoptr(GstreamEvent) again = gstream_event_new_from_json (json, -1, &error);
  const GstreamFacts *facts = gstream_event_get_facts (event);

  g_assert_no_error (error);
  g_assert_cmpint (facts->step, ==, gstream_event_get_facts (again)->step);
  g_assert_cmpstr (facts->text, ==, gstream_event_get_facts (again)->text);
  touch (gstream_event_get_data (event));
  touch (gstream_event_peek_item (event));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *json = g_memdup2 (data, size > 0 ? size : 1);
  g_autoptr(GstreamEvent) event = gstream_event_new_from_json (json, size, &error);

  g_assert_true ((event == NULL) == (error != NULL));
  if (event != NULL)
    touch_event (event);
  return 0;
}
