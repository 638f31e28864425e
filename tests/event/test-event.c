/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application makes; references; seq (E1, E3, E4).
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-interrupt.h>

static GstreamPayload *
payload_of (const char *json)
{
  return gstream_payload_new (json, -1, NULL);
}

/* An event says what the last tick of the system's clock said: a tick is 10 ms or less. */
#define TICK 10

static void
test_new (void)
{
  const char *namespace_[] = { "a", "b", NULL };
  g_autoptr (GstreamPayload) data = payload_of ("{\"x\":1}");
  gint64 before = g_get_real_time () / 1000;
  g_autoptr (GstreamEvent) event = gstream_event_new ("custom:x", namespace_, data);
  gint64 after = g_get_real_time () / 1000;

  g_assert_cmpstr (gstream_event_get_method (event), ==, "custom:x");
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
  g_assert_true (gstream_event_get_data (event) == data);
  g_assert_cmpint (gstream_event_get_timestamp (event), >=, before - TICK);
  g_assert_cmpint (gstream_event_get_timestamp (event), <=, after);
  g_assert_cmpuint (gstream_event_get_seq (event), ==, 0);
  g_assert_null (gstream_event_get_id (event));
  g_assert_null (gstream_event_get_node (event));
  g_assert_null (gstream_event_get_interrupts (event));
}

static void
test_new_full (void)
{
  g_autoptr (GstreamPayload) data = payload_of ("[1, 2]");
  g_autoptr (GstreamPayload) interrupts = payload_of ("[{\"id\":\"i\",\"value\":1}]");
  g_autoptr (GstreamEvent) event = gstream_event_new_full ("values", NULL, data, 42, "no\"de", "id", interrupts);
  g_autofree char *json = NULL;

  g_assert_cmpint (gstream_event_get_timestamp (event), ==, 42);
  g_assert_cmpstr (gstream_event_get_node (event), ==, "no\"de");
  g_assert_cmpstr (gstream_event_get_id (event), ==, "id");
  g_assert_true (gstream_event_get_interrupts (event) == interrupts);
  event = gstream_event_take_with_seq (g_steal_pointer (&event), 3);
  json = gstream_event_to_json (event);
  g_assert_cmpstr (
      json, ==,
      "{\"type\":\"event\",\"event_id\":\"id\",\"seq\":3,\"method\":\"values\",\"params\":{\"namespace\":[],"
      "\"timestamp\":42,\"node\":\"no\\\"de\",\"data\":[1, 2],\"interrupts\":[{\"id\":\"i\",\"value\":1}]}}");
}

static void
test_new_variant (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) event =
      gstream_event_new_variant ("custom", NULL, g_variant_new_parsed ("{'a': <1>}"), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_json (gstream_event_get_data (event), NULL), ==, "{\"a\":1}");
  g_assert_null (gstream_event_new_variant ("custom", NULL, g_variant_new_bytestring ("x"), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

/* What the application gave may go. */
static void
test_owns (void)
{
  char *namespace_[] = { g_strdup ("a"), NULL };
  char *method = g_strdup ("my.method");
  char *node = g_strdup ("node");
  g_autoptr (GstreamPayload) data = payload_of ("1");
  g_autoptr (GstreamEvent) event =
      gstream_event_new_full (method, (const char *const *) namespace_, data, 1, node, node, NULL);

  g_free (namespace_[0]);
  g_free (method);
  g_free (node);
  g_assert_cmpstr (gstream_event_get_namespace (event)[0], ==, "a");
  g_assert_cmpstr (gstream_event_get_method (event), ==, "my.method");
  g_assert_cmpstr (gstream_event_get_node (event), ==, "node");
  g_assert_cmpstr (gstream_event_get_id (event), ==, "node");
}

static void
test_methods (void)
{
  static const char *names[] = { "",      "values",    "updates",         "messages",
                                 "tools", "lifecycle", "input.requested", "checkpoints",
                                 "tasks", "debug",     "custom" };
  static const char *unknown[] = { "v",        "value",      "valuesx", "tool",    "taskx",
                                   "custom:x", "checkpoint", "Custom",  "\xc3\xa9" };
  g_autoptr (GstreamPayload) data = payload_of ("1");

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == GSTREAM_N_METHODS);
  for (guint i = 1; i < GSTREAM_N_METHODS; i++)
    {
      g_autoptr (GstreamEvent) event = gstream_event_new (names[i], NULL, data);

      g_assert_cmpint (gstream_event_get_fields (event)->method, ==, i);
      g_assert_cmpstr (gstream_event_get_method (event), ==, names[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GstreamEvent) event = gstream_event_new (unknown[i], NULL, data);

      g_assert_cmpint (gstream_event_get_fields (event)->method, ==, GSTREAM_METHOD_OTHER);
      g_assert_cmpstr (gstream_event_get_method (event), ==, unknown[i]);
    }
}

static void
test_seq_in_place (void)
{
  g_autoptr (GstreamPayload) data = payload_of ("1");
  GstreamEvent *event = gstream_event_new ("values", NULL, data);
  GstreamEvent *same = gstream_event_take_with_seq (event, 7);

  g_assert_true (same == event);
  g_assert_cmpuint (gstream_event_get_seq (same), ==, 7);
  gstream_event_unref (same);
}

/* Whoever holds an event never sees its seq change. */
static void
test_seq_copy (void)
{
  g_autoptr (GstreamPayload) data = payload_of ("{\"x\":1}");
  g_autoptr (GstreamEvent) event = gstream_event_new_full ("values", NULL, data, 1, "n", "i", NULL);
  GstreamEvent *copy = gstream_event_take_with_seq (gstream_event_ref (event), 7);
  g_autoptr (GstreamEvent) copy_of_copy = gstream_event_take_with_seq (gstream_event_ref (copy), 8);

  g_assert_cmpuint (gstream_event_get_seq (event), ==, 0);
  g_assert_cmpuint (gstream_event_get_seq (copy), ==, 7);
  gstream_event_unref (copy);
  g_clear_pointer (&event, gstream_event_unref);
  g_assert_cmpuint (gstream_event_get_seq (copy_of_copy), ==, 8);
  g_assert_cmpstr (gstream_event_get_id (copy_of_copy), ==, "i");
  g_assert_true (gstream_event_get_data (copy_of_copy) == data);
}

static gpointer
ref_and_unref (gpointer data)
{
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (GstreamEvent) event = gstream_event_ref (data);
      g_autoptr (GstreamPayload) payload = gstream_payload_ref (gstream_event_get_data (event));

      g_assert_cmpint (gstream_payload_get_integer (payload, "/0"), ==, 1);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (
      "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"data\":[1]}}", -1, NULL);
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("holder", ref_and_unref, event);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GstreamPayload) data = payload_of ("1");
  g_autoptr (GstreamEvent) event = gstream_event_new ("values", NULL, data);

  g_value_init (&value, GSTREAM_TYPE_EVENT);
  g_value_set_boxed (&value, event);
  g_assert_true (g_value_get_boxed (&value) == event);
}

static void
test_interrupt (void)
{
  const char *namespace_[] = { "a", NULL };
  g_autoptr (GstreamPayload) asked = payload_of ("{\"question\":\"ok?\"}");
  g_autoptr (GstreamPayload) schema = payload_of ("{\"type\":\"boolean\"}");
  g_autoptr (GstreamInterrupt) interrupt = gstream_interrupt_new ("i", asked, namespace_, schema);
  g_autoptr (GstreamInterrupt) nowhere = gstream_interrupt_new ("j", asked, NULL, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_cmpstr (gstream_interrupt_get_id (interrupt), ==, "i");
  g_assert_true (gstream_interrupt_get_value (interrupt) == asked);
  g_assert_cmpstrv (gstream_interrupt_get_namespace (interrupt), namespace_);
  g_assert_true (gstream_interrupt_get_response_schema (interrupt) == schema);
  g_assert_null (gstream_interrupt_get_namespace (nowhere));
  g_assert_null (gstream_interrupt_get_response_schema (nowhere));
  g_value_init (&value, GSTREAM_TYPE_INTERRUPT);
  g_value_set_boxed (&value, interrupt);
  g_assert_true (g_value_get_boxed (&value) == interrupt);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E1/new", test_new);
  g_test_add_func ("/event/E1/new-full", test_new_full);
  g_test_add_func ("/event/E1/new-variant", test_new_variant);
  g_test_add_func ("/event/E1/owns", test_owns);
  g_test_add_func ("/event/E1/methods", test_methods);
  g_test_add_func ("/event/E4/in-place", test_seq_in_place);
  g_test_add_func ("/event/E4/copy", test_seq_copy);
  g_test_add_func ("/event/E1/threads", test_threads);
  g_test_add_func ("/event/E1/boxed", test_boxed);
  g_test_add_func ("/event/T8/interrupt", test_interrupt);
  return g_test_run ();
}
