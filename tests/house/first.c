#include <gstream.h>

int
main (void)
{
  const char *json =
      "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":{\"n\":3}}}";
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, NULL);

  g_print ("%s %" G_GINT64_FORMAT "\n", gstream_event_get_method (event),
           gstream_payload_get_integer (gstream_event_get_data (event), "/n"));
  return GSTREAM_CHECK_VERSION (0, 1, 0) ? 0 : 1;
}
