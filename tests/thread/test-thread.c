/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A kind of thread of one's own: what it is asked, and what becomes of what it gives (N1, N9, N14).
 */
#include <gstream.h>

/* Gives what the test says, and notes what it was asked. */
#define MY_TYPE_THREAD (my_thread_get_type ())
G_DECLARE_FINAL_TYPE (MyThread, my_thread, MY, THREAD, GstreamThread)

struct _MyThread
{
  GstreamThread parent_instance;

  char              *asked;   /* by the last call, in words */
  GstreamRunOptions *options; /* of the last call */
  GValue             given;   /* to each call; unset: an error */
  gboolean           later;   /* not before the call has returned */
};

G_DEFINE_FINAL_TYPE (MyThread, my_thread, GSTREAM_TYPE_THREAD)

static void
give (MyThread *self,
      GTask    *task)
{
  if (G_IS_VALUE (&self->given))
    g_task_return_value (task, &self->given);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_REFUSED, "no");
}

static gboolean
on_later (gpointer task)
{
  give (g_task_get_source_object (task), task);

  return G_SOURCE_REMOVE;
}

static void
answer (GstreamThread *thread,
        GTask         *task,
        char          *asked)
{
  MyThread *self = MY_THREAD (thread);

  g_free (self->asked);
  self->asked = asked;
  if (self->later)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_later, g_object_ref (task), g_object_unref);
  else
    give (self, task);
}

static char *
json_of (GstreamPayload *payload)
{
  return g_strdup (payload != NULL ? gstream_payload_get_json (payload, NULL) : "-");
}

static void
my_thread_begin_start (GstreamThread     *thread,
                       GstreamPayload    *input,
                       GstreamRunOptions *options,
                       GTask             *task)
{
  g_autofree char *json = json_of (input);

  g_set_object (&MY_THREAD (thread)->options, options);
  answer (thread, task, g_strdup_printf ("start %s", json));
}

static void
my_thread_begin_respond (GstreamThread     *thread,
                         GstreamPayload    *responses,
                         GstreamRunOptions *options,
                         GTask             *task)
{
  g_autofree char *json = json_of (responses);

  answer (thread, task, g_strdup_printf ("respond %s", json));
}

static void
my_thread_begin_attach (GstreamThread     *thread,
                        const char        *run_id,
                        GstreamRunOptions *options,
                        GTask             *task)
{
  answer (thread, task, g_strdup_printf ("attach %s", run_id != NULL ? run_id : "-"));
}

static void
my_thread_begin_fetch_state (GstreamThread *thread,
                             const char    *checkpoint_id,
                             GTask         *task)
{
  answer (thread, task, g_strdup_printf ("state %s", checkpoint_id != NULL ? checkpoint_id : "-"));
}

static void
my_thread_begin_fetch_history (GstreamThread *thread,
                               guint          limit,
                               const char    *before,
                               GTask         *task)
{
  answer (thread, task, g_strdup_printf ("history %u %s", limit, before != NULL ? before : "-"));
}

static void
my_thread_begin_update_state (GstreamThread  *thread,
                              GstreamPayload *values,
                              const char     *as_node,
                              const char     *checkpoint_id,
                              GTask          *task)
{
  g_autofree char *json = json_of (values);

  answer (thread, task,
          g_strdup_printf ("update %s %s %s", json, as_node != NULL ? as_node : "-",
                           checkpoint_id != NULL ? checkpoint_id : "-"));
}

static void
my_thread_begin_cancel_run (GstreamThread *thread,
                            const char    *run_id,
                            GTask         *task)
{
  answer (thread, task, g_strdup_printf ("cancel %s", run_id != NULL ? run_id : "-"));
}

static void
my_thread_finalize (GObject *object)
{
  MyThread *self = MY_THREAD (object);

  if (G_IS_VALUE (&self->given))
    g_value_unset (&self->given);
  g_clear_object (&self->options);
  g_free (self->asked);

  G_OBJECT_CLASS (my_thread_parent_class)->finalize (object);
}

static void
my_thread_class_init (MyThreadClass *klass)
{
  GstreamThreadClass *thread_class = GSTREAM_THREAD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = my_thread_finalize;
  thread_class->begin_start = my_thread_begin_start;
  thread_class->begin_respond = my_thread_begin_respond;
  thread_class->begin_attach = my_thread_begin_attach;
  thread_class->begin_fetch_state = my_thread_begin_fetch_state;
  thread_class->begin_fetch_history = my_thread_begin_fetch_history;
  thread_class->begin_update_state = my_thread_begin_update_state;
  thread_class->begin_cancel_run = my_thread_begin_cancel_run;
}

static void
my_thread_init (MyThread *self)
{
}

static MyThread *
new_thread (void)
{
  return g_object_new (MY_TYPE_THREAD, NULL);
}

static void
give_run (MyThread *self)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);

  if (G_IS_VALUE (&self->given))
    g_value_unset (&self->given);
  g_value_init (&self->given, GSTREAM_TYPE_THREAD_RUN);
  g_value_take_object (&self->given, gstream_thread_run_new (source, NULL, "r1"));
}

static void
give_json (MyThread   *self,
           const char *json)
{
  if (G_IS_VALUE (&self->given))
    g_value_unset (&self->given);
  g_value_init (&self->given, GSTREAM_TYPE_PAYLOAD);
  g_value_take_boxed (&self->given, gstream_payload_new (json, -1, NULL));
}

/* Each call comes with what it was given, and what it gives is what its caller gets; at once, or later. */
static void
test_calls (gconstpointer later)
{
  g_autoptr (MyThread) self = new_thread ();
  GstreamThread *thread = GSTREAM_THREAD (self);
  g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"x\":1}", -1, NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GPtrArray) states = NULL;
  g_autoptr (GError) error = NULL;

  self->later = GPOINTER_TO_INT (later);
  give_run (self);
  run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "start {\"x\":1}");
  g_assert_cmpstr (gstream_thread_run_get_run_id (GSTREAM_THREAD_RUN (run)), ==, "r1");
  g_clear_object (&run);
  run = gstream_thread_attach_sync (thread, "r2", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "attach r2");

  give_json (self, "{\"values\":{}}");
  state = gstream_thread_fetch_state_sync (thread, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "state -");
  g_assert_true (gstream_payload_has (state, "/values"));
  g_clear_pointer (&state, gstream_payload_unref);
  state = gstream_thread_update_state_sync (thread, input, "node", "c1", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "update {\"x\":1} node c1");

  give_json (self, "[{\"n\":1},{\"n\":2}]");
  states = gstream_thread_fetch_history_sync (thread, 7, "c2", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "history 7 c2");
  g_assert_cmpuint (states->len, ==, 2);
  g_assert_cmpint (gstream_payload_get_integer (states->pdata[1], "/n"), ==, 2);

  g_value_unset (&self->given);
  g_value_init (&self->given, G_TYPE_BOOLEAN);
  g_value_set_boolean (&self->given, TRUE);
  g_assert_true (gstream_thread_cancel_run_sync (thread, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "cancel -");
}

/* A kind of thread says what is answered as the protocol does, and who named no question answers whatever is pending. */
static void
test_responses (void)
{
  g_autoptr (MyThread) self = new_thread ();
  GstreamThread *thread = GSTREAM_THREAD (self);
  g_autoptr (GstreamPayload) value = gstream_payload_new ("null", -1, NULL);
  g_autoptr (GstreamPayload) yes = gstream_payload_new_string ("yes");
  g_autoptr (GstreamInterrupt) interrupt =
      gstream_interrupt_new ("i1", value, (const char *const[]) { "a:1", NULL }, NULL);
  g_autoptr (GstreamInterrupt) root = gstream_interrupt_new ("i2", value, NULL, NULL);
  g_autoptr (GPtrArray) interrupts = g_ptr_array_new ();
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = NULL;

  give_run (self);
  run = gstream_thread_respond_sync (thread, NULL, yes, NULL, NULL, &error);
  g_clear_object (&run);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==, "respond [{\"response\":\"yes\"}]");

  g_ptr_array_add (interrupts, interrupt);
  g_ptr_array_add (interrupts, root);
  g_ptr_array_add (responses, yes);
  g_assert_null (gstream_thread_respond_all_sync (thread, interrupts, responses, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_ptr_array_add (responses, yes);
  run = gstream_thread_respond_all_sync (thread, interrupts, responses, NULL, NULL, &error);
  g_clear_object (&run);
  g_assert_no_error (error);
  g_assert_cmpstr (self->asked, ==,
                   "respond [{\"namespace\":[\"a:1\"],\"interrupt_id\":\"i1\",\"response\":\"yes\"},"
                   "{\"namespace\":[],\"interrupt_id\":\"i2\",\"response\":\"yes\"}]");
}

/* What a class gives that is not what it has to is the call's error, and no crash. */
static void
test_wrong_gifts (void)
{
  g_autoptr (MyThread) self = new_thread ();
  GstreamThread *thread = GSTREAM_THREAD (self);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_thread_fetch_state_sync (thread, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_REFUSED);
  g_clear_error (&error);

  give_json (self, "{}");
  g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "The MyThread gave GstreamPayload, and a GstreamRunStream was expected");
  g_clear_error (&error);
  g_assert_null (gstream_thread_fetch_history_sync (thread, 0, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (gstream_thread_cancel_run_sync (thread, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

/* A thread of no kind, and a call that was cancelled before. */
static void
test_not_supported (void)
{
  g_autoptr (GstreamThread) none = g_object_new (GSTREAM_TYPE_THREAD, "thread-id", "t", NULL);
  g_autoptr (MyThread) self = new_thread ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_thread_start_sync (none, NULL, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  g_cancellable_cancel (cancelled);
  g_assert_null (gstream_thread_start_sync (GSTREAM_THREAD (self), NULL, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (self->asked);
}

/* A thread gets its id once, and says so. */
static void
test_id (void)
{
  g_autoptr (MyThread) self = new_thread ();
  guint n_notified = 0;

  g_signal_connect_swapped (self, "notify::thread-id", G_CALLBACK (g_atomic_int_inc), &n_notified);
  gstream_thread_set_thread_id (GSTREAM_THREAD (self), "t1");
  gstream_thread_set_thread_id (GSTREAM_THREAD (self), "t1");
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpstr (gstream_thread_get_thread_id (GSTREAM_THREAD (self)), ==, "t1");
}

/* What is set after a call has begun does not count for it, and the class may keep what it got. */
static void
test_options_are_the_calls_own (void)
{
  g_autoptr (MyThread) self = new_thread ();
  g_autoptr (GstreamRunOptions) options = g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "checkpoint-id", "c1", "depth", 2,
                                                        "multitask-strategy", GSTREAM_MULTITASK_STRATEGY_REJECT, NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  give_run (self);
  run = gstream_thread_start_sync (GSTREAM_THREAD (self), NULL, options, NULL, &error);
  g_assert_no_error (error);
  gstream_run_options_set_checkpoint_id (options, "c2");
  g_assert_cmpstr (gstream_run_options_get_checkpoint_id (self->options), ==, "c1");
  g_assert_cmpint (gstream_run_options_get_depth (self->options), ==, 2);
  g_assert_cmpint (gstream_run_options_get_multitask_strategy (self->options), ==, GSTREAM_MULTITASK_STRATEGY_REJECT);
}

/* A run whose source says nothing of a connection has one that is as the run is (N11). */
static void
test_connection_follows_run (void)
{
  g_autoptr (GstreamPayload) data = gstream_payload_new ("{}", -1, NULL);
  g_autoptr (GstreamEvent) event = gstream_event_new ("values", NULL, data);
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (&event, 1);
  g_autoptr (GstreamThreadRun) run = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  guint n_notified = 0;

  run = gstream_thread_run_new (source, NULL, NULL);
  g_signal_connect_swapped (run, "notify::connection-state", G_CALLBACK (g_atomic_int_inc), &n_notified);
  g_assert_null (gstream_thread_run_get_run_id (run));
  g_assert_cmpint (gstream_thread_run_get_connection_state (run), ==, GSTREAM_CONNECTION_STATE_CONNECTING);
  output = gstream_run_stream_output_sync (GSTREAM_RUN_STREAM (run), NULL, NULL);
  g_assert_cmpint (gstream_thread_run_get_connection_state (run), ==, GSTREAM_CONNECTION_STATE_CLOSED);
  while (n_notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (gstream_thread_run_get_retry_at (run), ==, 0);
  g_assert_null (gstream_thread_run_get_connection_error (run));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/thread/N1/calls-at-once", GINT_TO_POINTER (FALSE), test_calls);
  g_test_add_data_func ("/thread/N1/calls-later", GINT_TO_POINTER (TRUE), test_calls);
  g_test_add_func ("/thread/N9/responses", test_responses);
  g_test_add_func ("/thread/N1/wrong-gifts", test_wrong_gifts);
  g_test_add_func ("/thread/N1/not-supported", test_not_supported);
  g_test_add_func ("/thread/N1/id", test_id);
  g_test_add_func ("/thread/N9/options-are-the-calls-own", test_options_are_the_calls_own);
  g_test_add_func ("/thread/N11/connection-follows-run", test_connection_follows_run);

  return g_test_run ();
}
