/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes are an event, which is written as JSON that reads as the same event, or an error.
 */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = g_memdup2 (data, size > 0 ? size : 1); /* ends where it ends, for the sanitizer */
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (bytes, size, &error);
  g_autoptr (GstreamEvent) again = NULL;
  g_autofree char *json = NULL;
  g_autofree char *json_again = NULL;

  g_assert_true ((event == NULL) == (error != NULL));
  if (event == NULL)
    return 0;

  json = gstream_event_to_json (event);
  again = gstream_event_new_from_json (json, -1, &error);
  g_assert_no_error (error);
  json_again = gstream_event_to_json (again);
  g_assert_cmpstr (json, ==, json_again);

  return 0;
}
