/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Questions about actions, in each form in which LangChain's human-in-the-loop middleware asks them.
 */
#include <gstream/conversation/gstream-question-private.h>

static GstreamQuestion *
ask (const char *json,
     const char *schema_json)
{
  g_autoptr (GstreamPayload) value = gstream_payload_new (json, -1, NULL);
  g_autoptr (GstreamPayload) schema = schema_json ? gstream_payload_new (schema_json, -1, NULL) : NULL;
  g_autoptr (GstreamInterrupt) interrupt = NULL;

  g_assert_nonnull (value);
  interrupt = gstream_interrupt_new ("i", value, NULL, schema);

  return gstream_question_new (interrupt);
}

static GstreamActionRequest *
get_action (GstreamQuestion *question,
            guint            position)
{
  g_autoptr (GstreamActionRequest) action = g_list_model_get_item (gstream_question_get_actions (question), position);

  g_assert_nonnull (action);

  return action; /* the question has it */
}

static void
assert_allows (GstreamActionRequest *action,
               const char           *names)
{
  g_autoptr (GString) found = g_string_new (NULL);
  static const char letters[] = "-aejr"; /* none, approve, edit, reject, respond */

  for (guint i = 0; i < strlen (letters); i++)
    if (gstream_action_request_allows (action, i))
      g_string_append_c (found, letters[i]);
  g_assert_cmpstr (found->str, ==, names);
}

static void
assert_response (GstreamQuestion *question,
                 const char      *json)
{
  g_autoptr (GstreamPayload) response = gstream_question_dup_response (question);
  g_autofree char *found = response ? gstream_payload_dup_json (response) : NULL;

  g_assert_cmpstr (found, ==, json);
}

/* As Python asks: about all calls of a message. */
static void
test_batch (void)
{
  g_autoptr (GstreamQuestion) question =
      ask ("{\"action_requests\": [{\"name\": \"write\", \"args\": {\"path\": \"a\", \"n\": 1}, \"description\": "
           "\"Write?\"},"
           " {\"name\": \"ask\", \"args\": {}}, {\"name\": \"write\", \"args\": {\"path\": \"b\"}}],"
           " \"review_configs\": [{\"action_name\": \"ask\", \"allowed_decisions\": [\"respond\", \"fly\"]},"
           " {\"action_name\": \"write\", \"allowed_decisions\": [\"approve\", \"edit\", \"reject\"]}]}",
           NULL);
  g_autoptr (GstreamPayload) arguments = gstream_payload_new ("{\"path\":\"c\"}", -1, NULL);
  GstreamActionRequest *write = get_action (question, 0);
  GstreamActionRequest *other = get_action (question, 1);

  g_assert_cmpuint (g_list_model_get_n_items (gstream_question_get_actions (question)), ==, 3);
  g_assert_cmpstr (gstream_question_get_text (question), ==, "Write?\nask\nwrite");
  g_assert_cmpstr (gstream_action_request_get_name (write), ==, "write");
  g_assert_cmpint (gstream_payload_get_integer (gstream_action_request_get_arguments (write), "/n"), ==, 1);
  g_assert_null (gstream_action_request_get_description (other));
  assert_allows (write, "aej");
  assert_allows (other, "r");

  gstream_action_request_edit (write, arguments);
  gstream_action_request_respond (other, "\"42\"");
  assert_response (question, NULL); /* the third is not decided */
  gstream_action_request_reject (get_action (question, 2), NULL);
  assert_response (
      question, "{\"decisions\":[{\"type\":\"edit\",\"edited_action\":{\"name\":\"write\",\"args\":{\"path\":\"c\"}}},"
                "{\"type\":\"respond\",\"message\":\"\\\"42\\\"\"},{\"type\":\"reject\"}]}");
}

/* As JavaScript asks: in its own case, and without a configuration both yes and no are allowed. */
static void
test_camel_case (void)
{
  g_autoptr (GstreamQuestion) question =
      ask ("{\"actionRequests\": [{\"name\": \"a\", \"args\": {\"x\": 1}}, {\"name\": \"b\"}],"
           " \"reviewConfigs\": [{\"actionName\": \"a\", \"allowedDecisions\": [\"edit\"]}]}",
           NULL);
  GstreamActionRequest *first = get_action (question, 0);

  assert_allows (first, "e");
  assert_allows (get_action (question, 1), "aj");
  gstream_action_request_edit (first, gstream_action_request_get_arguments (first));
  gstream_action_request_reject (get_action (question, 1), "No");
  assert_response (question,
                   "{\"decisions\":[{\"type\":\"edit\",\"editedAction\":{\"name\":\"a\",\"args\":{\"x\": 1}}},"
                   "{\"type\":\"reject\",\"message\":\"No\"}]}");
}

/* About each call by itself: the schema says what is allowed, and the answer is the decision. */
static void
test_per_call (void)
{
  const char *value = "{\"type\": \"tool_approval\", \"tool_call_id\": \"c\", \"name\": \"a\", \"args\": {}, "
                      "\"description\": \"May I?\"}";
  g_autoptr (GstreamQuestion) several =
      ask (value, "{\"oneOf\": [], \"discriminator\": {\"mapping\": {\"approve\": \"#\", \"respond\": \"#\"}}}");
  g_autoptr (GstreamQuestion) single = ask (value, "{\"properties\": {\"type\": {\"const\": \"approve\"}}}");

  g_assert_cmpstr (gstream_question_get_text (several), ==, "May I?");
  assert_allows (get_action (several, 0), "ar");
  assert_allows (get_action (single, 0), "a");
  assert_response (single, NULL);
  gstream_action_request_approve (get_action (single, 0));
  assert_response (single, "{\"type\":\"approve\"}");
}

static void
on_notify (GObject    *object,
           GParamSpec *pspec,
           guint      *n)
{
  ++*n;
}

static void
test_reconsider (void)
{
  g_autoptr (GstreamQuestion) question = ask ("{\"action_requests\": [{\"name\": \"a\"}]}", NULL);
  GstreamActionRequest *action = get_action (question, 0);
  guint                 n = 0;

  g_assert_null (gstream_action_request_get_message (action));
  g_signal_connect (action, "notify::decision", G_CALLBACK (on_notify), &n);
  gstream_action_request_reconsider (action);
  g_assert_cmpuint (n, ==, 0);
  gstream_action_request_approve (action);
  gstream_action_request_approve (action);
  g_assert_cmpuint (n, ==, 1);
  gstream_action_request_reject (action, NULL);
  g_assert_cmpint (gstream_action_request_get_decision (action), ==, GSTREAM_DECISION_REJECT);
  gstream_action_request_reject (action, "Not now");
  g_assert_cmpstr (gstream_action_request_get_message (action), ==, "Not now");
  gstream_action_request_reconsider (action);
  g_assert_cmpuint (n, ==, 3);
  assert_response (question, NULL);
}

/* What was decided can be shown again, and what changes of it is told. */
static void
test_decided (void)
{
  g_autoptr (GstreamQuestion) question = ask (
      "{\"action_requests\": [{\"name\": \"a\", \"args\": {\"x\": 1}}], \"review_configs\": [{\"action_name\": \"a\","
      " \"allowed_decisions\": [\"edit\", \"reject\", \"respond\"]}]}",
      NULL);
  GstreamActionRequest *action = get_action (question, 0);
  GstreamPayload       *requested = gstream_action_request_get_arguments (action);
  guint                 n_arguments = 0, n_messages = 0;

  g_signal_connect (action, "notify::edited-arguments", G_CALLBACK (on_notify), &n_arguments);
  g_signal_connect (action, "notify::message", G_CALLBACK (on_notify), &n_messages);
  gstream_action_request_edit (action, requested);
  g_assert_true (gstream_action_request_get_edited_arguments (action) == requested);
  gstream_action_request_edit (action, gstream_action_request_get_edited_arguments (action));
  g_assert_cmpuint (n_arguments, ==, 1);
  gstream_action_request_respond (action, "Done");
  g_assert_null (gstream_action_request_get_edited_arguments (action));
  gstream_action_request_reject (action, gstream_action_request_get_message (action));
  g_assert_cmpstr (gstream_action_request_get_message (action), ==, "Done");
  gstream_action_request_reconsider (action);
  g_assert_null (gstream_action_request_get_message (action));
  g_assert_cmpuint (n_arguments, ==, 2);
  g_assert_cmpuint (n_messages, ==, 2);
}

/* Any other question has no actions, however much it looks as if. */
static void
test_other (void)
{
  static const char *const values[] = { "\"really?\"",
                                        "{\"question\": \"really?\"}",
                                        "[]",
                                        "null",
                                        "{\"type\": \"tool_approval\"}",
                                        "{\"action_requests\": []}",
                                        "{\"action_requests\": 3}",
                                        "{\"action_requests\": [{\"name\": \"a\"}, {\"args\": {}}]}",
                                        "{\"action_requests\": [1]}",
                                        "{\"actionRequests\": {\"a\": 1}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GstreamQuestion) question = ask (values[i], "3");

      g_assert_cmpuint (g_list_model_get_n_items (gstream_question_get_actions (question)), ==, 0);
      assert_response (question, NULL);
    }
}

/* Arguments that are no object are shown as none. */
static void
test_strange_arguments (void)
{
  g_autoptr (GstreamQuestion) question = ask (
      "{\"action_requests\": [{\"name\": \"a\", \"args\": [1]}], \"review_configs\": [1, {\"action_name\": \"a\"}]}",
      NULL);
  GstreamPayload *arguments = gstream_action_request_get_arguments (get_action (question, 0));

  g_assert_cmpint (gstream_payload_get_kind (arguments), ==, GSTREAM_PAYLOAD_KIND_OBJECT);
  assert_allows (get_action (question, 0), "aj");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conversation/C8/actions/batch", test_batch);
  g_test_add_func ("/conversation/C8/actions/camel-case", test_camel_case);
  g_test_add_func ("/conversation/C8/actions/per-call", test_per_call);
  g_test_add_func ("/conversation/C8/actions/reconsider", test_reconsider);
  g_test_add_func ("/conversation/C8/actions/decided", test_decided);
  g_test_add_func ("/conversation/C8/actions/other", test_other);
  g_test_add_func ("/conversation/C8/actions/strange-arguments", test_strange_arguments);

  return g_test_run ();
}
