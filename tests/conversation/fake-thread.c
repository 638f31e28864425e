/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread in this process that keeps a tree of checkpoints.
 */
#include "fake-thread.h"

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-message-writer.h>
#include <gstream/sources/gstream-push-source.h>
#include <gstream/thread/gstream-thread-run.h>

/* Tells an event, and then adds to the state. */
typedef struct
{
  GstreamEvent *event;   /* NULL: none */
  char         *message; /* for a new checkpoint; NULL: none */
  gboolean      lags;    /* @message is pending until the next checkpoint */
  gboolean      commits; /* a new checkpoint has what is pending */
  gboolean      removes; /* the new checkpoint is without its first message */
  char         *asks;    /* the new checkpoint asks that */
  const char   *ends;    /* what the lifecycle says; NULL: it goes on */
} Step;

typedef struct
{
  char      *id;
  char      *base;    /* the checkpoint that it began at */
  char      *head;    /* the newest one of it */
  GPtrArray *events;  /* told so far */
  GPtrArray *sources; /* of GstreamPushSource: of those that follow it */
  GQueue     steps;
  gboolean   is_over;
} Run;

/* A call whose answer is held back. */
typedef struct
{
  FakeCalls          kind;
  GTask             *task;
  GstreamPayload    *answer;  /* NULL: it starts a run, or attaches to one */
  GstreamPayload    *input;   /* of that run; or NULL */
  GstreamRunOptions *options; /* of that run */
} Held;

struct _FakeThread
{
  GstreamThread parent_instance;

  GPtrArray *checkpoints; /* oldest first */
  Run       *run;         /* the newest; NULL: there was none */
  FakePlan   plan;
  guint      n_made; /* ids */
  gboolean   fails_next, begins_next;
  gboolean   no_history, no_strategies;
  guint      n_states_read;
  char      *config; /* of the newest run that was asked for; NULL: none */
  FakeCalls  holds;
  GQueue     held; /* of Held */
};

G_DEFINE_FINAL_TYPE (FakeThread, fake_thread, GSTREAM_TYPE_THREAD)

/* --- checkpoints --- */

static void
free_checkpoint (gpointer data)
{
  FakeCheckpoint *checkpoint = data;

  g_free (checkpoint->id);
  g_free (checkpoint->parent_id);
  g_free (checkpoint->source);
  g_ptr_array_unref (checkpoint->messages);
  g_ptr_array_unref (checkpoint->pending);
  g_free (checkpoint->question);
  g_free (checkpoint);
}

FakeCheckpoint *
fake_thread_find (FakeThread *self,
                  const char *id)
{
  for (guint i = self->checkpoints->len; i > 0; i--)
    {
      FakeCheckpoint *checkpoint = self->checkpoints->pdata[i - 1];

      if (id == NULL || g_str_equal (checkpoint->id, id))
        return checkpoint;
    }
  return NULL;
}

static FakeCheckpoint *
add_checkpoint (FakeThread *self,
                const char *parent_id,
                const char *source)
{
  FakeCheckpoint *parent = parent_id != NULL ? fake_thread_find (self, parent_id) : NULL;
  FakeCheckpoint *checkpoint = g_new0 (FakeCheckpoint, 1);

  checkpoint->id = g_strdup_printf ("c%06u", self->n_made++);
  checkpoint->parent_id = g_strdup (parent_id);
  checkpoint->source = g_strdup (source);
  checkpoint->messages = g_ptr_array_new_with_free_func (g_free);
  checkpoint->pending = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; parent != NULL && i < parent->messages->len; i++)
    g_ptr_array_add (checkpoint->messages, g_strdup (parent->messages->pdata[i]));
  g_ptr_array_add (self->checkpoints, checkpoint);

  return checkpoint;
}

static GstreamPayload *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  GstreamPayload *payload = gstream_payload_new (json, -1, &error);

  g_assert_no_error (error);
  return payload;
}

/* One with an id that is there takes its place. */
static void
add_message (FakeCheckpoint *checkpoint,
             const char     *json)
{
  g_autoptr (GstreamPayload) message = parse (json);

  for (guint i = 0; i < checkpoint->messages->len; i++)
    {
      g_autoptr (GstreamPayload) present = parse (checkpoint->messages->pdata[i]);

      if (g_strcmp0 (gstream_payload_get_string (present, "/id"), gstream_payload_get_string (message, "/id")) != 0)
        continue;
      g_free (checkpoint->messages->pdata[i]);
      checkpoint->messages->pdata[i] = g_strdup (json);
      return;
    }
  g_ptr_array_add (checkpoint->messages, g_strdup (json));
}

GPtrArray *
fake_thread_list_messages (FakeThread     *self,
                           FakeCheckpoint *checkpoint)
{
  GPtrArray *messages = g_ptr_array_new ();

  g_ptr_array_extend (messages, checkpoint->messages, NULL, NULL);
  if (checkpoint == fake_thread_find (self, NULL))
    g_ptr_array_extend (messages, checkpoint->pending, NULL, NULL);

  return messages;
}

static char *
write_values (GPtrArray *messages)
{
  GString *json = g_string_new ("{\"messages\":[");

  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (json, "%s%s", i > 0 ? "," : "", (char *) messages->pdata[i]);
  g_string_append (json, "]}");

  return g_string_free (json, FALSE);
}

/* Has been answered; as some servers do, it is told all the same, and so among the state's interrupts. */
#define PAST_TASK \
  "{\"id\":\"past\",\"name\":\"n\",\"result\":{},\"interrupts\":[{\"id\":\"past\",\"value\":\"really?\"}]}"

static GstreamPayload *
write_state (FakeCheckpoint *checkpoint,
             GPtrArray      *messages)
{
  g_autofree char *values = write_values (messages);
  g_autofree char *parent =
      checkpoint->parent_id ? g_strdup_printf ("{\"checkpoint_id\":\"%s\"}", checkpoint->parent_id) : g_strdup ("null");
  g_autofree char *asked =
      checkpoint->question
          ? g_strdup_printf ("{\"id\":\"t\",\"name\":\"n\",\"interrupts\":[{\"id\":\"%s\",\"value\":\"really?\"}]}",
                             checkpoint->question)
          : g_strdup (PAST_TASK);
  g_autofree char *json = g_strdup_printf ("{\"values\":%s,\"next\":[],\"tasks\":[%s],\"metadata\":{\"source\":\"%s\"},"
                                           "\"interrupts\":[{\"id\":\"past\",\"value\":\"really?\"}],"
                                           "\"created_at\":\"2026-01-02T03:04:05.678901+00:00\","
                                           "\"checkpoint\":{\"checkpoint_id\":\"%s\"},\"parent_checkpoint\":%s}",
                                           values, asked, checkpoint->source, checkpoint->id, parent);

  return parse (json);
}

/* --- runs --- */

static void
free_step (Step *step)
{
  g_clear_pointer (&step->event, gstream_event_unref);
  g_free (step->message);
  g_free (step->asks);
  g_free (step);
}

static void
free_run (Run *run)
{
  g_free (run->id);
  g_free (run->base);
  g_free (run->head);
  g_ptr_array_unref (run->events);
  g_ptr_array_unref (run->sources);
  g_queue_clear_full (&run->steps, (GDestroyNotify) free_step);
  g_free (run);
}

static GstreamEvent *
make_event (const char *path,
            const char *method,
            const char *data)
{
  g_auto (GStrv) namespace_ = g_strsplit (path, "/", -1);
  g_autoptr (GstreamPayload) payload = parse (data);

  return gstream_event_new (method, (const char *const *) namespace_, payload);
}

static void
tell (Run          *run,
      GstreamEvent *event)
{
  for (guint i = 0; i < run->sources->len; i++)
    if (!gstream_push_source_get_closed (run->sources->pdata[i]))
      gstream_push_source_push (run->sources->pdata[i], event, NULL);
  g_ptr_array_add (run->events, event);
}

static void
tell_values (FakeThread *self,
             Run        *run)
{
  g_autofree char *values = write_values (fake_thread_find (self, run->head)->messages);

  tell (run, make_event ("", "values", values));
}

static void
end_run (Run        *run,
         const char *how)
{
  g_autofree char *data = how ? g_strdup_printf ("{\"event\":\"%s\",\"error\":\"as planned\"}", how) : NULL;

  run->is_over = TRUE;
  g_queue_clear_full (&run->steps, (GDestroyNotify) free_step);
  if (data != NULL)
    tell (run, make_event ("", "lifecycle", data));
  for (guint i = 0; i < run->sources->len; i++)
    if (!gstream_push_source_get_closed (run->sources->pdata[i]))
      gstream_push_source_finish (run->sources->pdata[i]);
}

gboolean
fake_thread_is_running (FakeThread *self)
{
  return self->run != NULL && !self->run->is_over;
}

static void
set_head (Run            *run,
          FakeCheckpoint *checkpoint)
{
  g_free (run->head);
  run->head = g_strdup (checkpoint->id);
}

static gboolean
makes_checkpoint (Step *step)
{
  return (step->message != NULL && !step->lags) || step->removes || step->asks != NULL || step->commits;
}

static void
make_checkpoint (FakeThread *self,
                 Run        *run,
                 Step       *step)
{
  FakeCheckpoint *before = run->head != NULL ? fake_thread_find (self, run->head) : NULL;
  FakeCheckpoint *checkpoint = add_checkpoint (self, run->head, "loop");

  for (guint i = 0; step->commits && before != NULL && i < before->pending->len; i++)
    add_message (checkpoint, before->pending->pdata[i]);
  if (step->message != NULL)
    add_message (checkpoint, step->message);
  if (step->removes && checkpoint->messages->len > 0)
    g_ptr_array_remove_index (checkpoint->messages, 0);
  checkpoint->question = g_strdup (step->asks);
  set_head (run, checkpoint);
  tell_values (self, run);
}

gboolean
fake_thread_step (FakeThread *self)
{
  Run  *run = self->run;
  Step *step;

  if (!fake_thread_is_running (self))
    return FALSE;

  step = g_queue_pop_head (&run->steps);
  if (step == NULL)
    {
      end_run (run, "completed");
      return TRUE;
    }
  if (makes_checkpoint (step))
    make_checkpoint (self, run, step);
  else if (step->lags && run->head != NULL)
    g_ptr_array_add (fake_thread_find (self, run->head)->pending, g_steal_pointer (&step->message));
  if (step->event != NULL)
    tell (run, g_steal_pointer (&step->event));
  if (step->ends != NULL)
    end_run (run, step->ends);
  free_step (step);

  return TRUE;
}

static void
fake_thread_cancel (FakeThread *self)
{
  if (fake_thread_is_running (self))
    end_run (self->run, NULL);
}

/* --- what runs do --- */

static Step *
push_step (Run          *run,
           GstreamEvent *event)
{
  Step *step = g_new0 (Step, 1);

  step->event = event;
  g_queue_push_tail (&run->steps, step);
  return step;
}

static void
plan_message (FakeThread *self,
              Run        *run,
              const char *calls, /* JSON of tool calls; NULL: none */
              gboolean    is_kept)
{
  g_autofree char  *id = g_strdup_printf ("ai%u", self->n_made++);
  const char *const root[] = { NULL };
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (root, "agent", id);
  guint n_words = 1 + self->n_made % 4;
  g_autoptr (GString) text = g_string_new (NULL);
  Step *step;

  push_step (run, gstream_message_writer_start (writer));
  for (guint i = 0; i < n_words; i++)
    {
      g_autofree char *word = g_strdup_printf ("word%u ", i);

      g_string_append (text, word);
      push_step (run, gstream_message_writer_text (writer, word));
    }
  step = push_step (run, gstream_message_writer_finish (writer, NULL, NULL));
  if (is_kept)
    step->message = g_strdup_printf ("{\"content\":\"%s\",\"type\":\"ai\",\"id\":\"%s\",\"tool_calls\":[%s]}",
                                     text->str, id, calls ? calls : "");
  step->lags = is_kept && (self->plan & FAKE_LAGS) != 0;
  if (step->lags)
    push_step (run, NULL)->commits = TRUE;
}

static void
plan_call (FakeThread *self,
           Run        *run,
           FakePlan    plan)
{
  g_autofree char *id = g_strdup_printf ("call%u", (plan & FAKE_SAME_ID) != 0 ? 0 : self->n_made++);
  g_autofree char *call = g_strdup_printf ("{\"id\":\"%s\",\"name\":\"look\",\"args\":{\"query\":\"up\"}}", id);
  g_autofree char *started = g_strdup_printf (
      "{\"event\":\"tool-started\",\"tool_call_id\":\"%s\",\"tool_name\":\"look\",\"input\":{\"query\":\"up\"}}", id);
  g_autofree char *finished = g_strdup_printf (
      "{\"event\":\"tool-finished\",\"tool_call_id\":\"%s\",\"tool_name\":\"look\",\"output\":\"found\"}", id);
  g_autofree char *child = g_strdup_printf ("tools:%s", id);
  g_autofree char *cause =
      g_strdup_printf ("{\"event\":\"started\",\"graph_name\":\"researcher\",\"trigger_call_id\":\"x\","
                       "\"cause\":{\"type\":\"toolCall\",\"tool_call_id\":\"%s\"}}",
                       id);

  plan_message (self, run, call, TRUE);
  push_step (run, make_event ("", "tools", started));
  if ((plan & FAKE_DELEGATES) != 0)
    {
      push_step (run, make_event (child, "lifecycle", cause));
      push_step (run, make_event (child, "values",
                                  "{\"messages\":[{\"type\":\"human\",\"id\":\"sub\",\"content\":\"up\"}]}"));
      push_step (run, make_event (child, "lifecycle", "{\"event\":\"completed\"}"));
    }
  push_step (run, make_event ("", "tools", finished))->message =
      g_strdup_printf ("{\"content\":\"found\",\"type\":\"tool\",\"id\":\"of%u\",\"tool_call_id\":\"%s\"}",
                       self->n_made++, id);
  plan_message (self, run, NULL, TRUE);
}

static void
plan_nested (Run *run)
{
  push_step (run, make_event ("outer:1", "lifecycle", "{\"event\":\"started\",\"graph_name\":\"outer\"}"));
  push_step (run, make_event ("outer:1", "values", "{\"topic\":\"up\"}"));
  push_step (run, make_event ("outer:1/inner:1", "lifecycle", "{\"event\":\"started\",\"graph_name\":\"inner\"}"));
  push_step (run, make_event ("outer:1/inner:1", "values",
                              "{\"messages\":[{\"type\":\"human\",\"id\":\"sub\",\"content\":\"up\"}]}"));
}

static void
plan_question (FakeThread *self,
               Run        *run,
               const char *question)
{
  g_autofree char *id = g_strdup_printf ("q%u", self->n_made++);
  g_autofree char *data = g_strdup_printf ("{\"interrupt_id\":\"%s\",\"payload\":%s}", id, question);

  push_step (run, make_event ("", "input.requested", data));
  plan_message (self, run, NULL, TRUE); /* another branch still works */
  push_step (run, NULL)->asks = g_strdup (id);
  push_step (run, NULL)->ends = "interrupted";
}

static void
plan_answer (FakeThread *self,
             Run        *run,
             FakePlan    plan)
{
  if (plan & FAKE_MUSES)
    plan_message (self, run, NULL, FALSE);
  if (plan & (FAKE_CALLS | FAKE_DELEGATES))
    plan_call (self, run, plan);
  if (plan & FAKE_NESTS)
    plan_nested (run);
  if (plan & FAKE_REMOVES)
    push_step (run, NULL)->removes = TRUE;
  if (plan & FAKE_SAYS)
    plan_message (self, run, NULL, TRUE);
  if (plan & FAKE_FAILS)
    {
      plan_message (self, run, NULL, FALSE);
      free_step (g_queue_pop_tail (&run->steps));
      push_step (run, NULL)->ends = "failed";
    }
  else if (plan & FAKE_ASKS)
    plan_question (self, run, "\"really?\"");
  else if (plan & FAKE_ASKS_LEAVE)
    plan_question (self, run, "{\"action_requests\":[{\"name\":\"write\",\"args\":{}}]}");
}

/* --- as a thread --- */

static void
return_run (GTask            *task,
            GstreamRunStream *run)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, GSTREAM_TYPE_RUN_STREAM);
  g_value_take_object (&value, run);
  g_task_return_value (task, &value);
}

static void
return_payload (GTask          *task,
                GstreamPayload *payload)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, GSTREAM_TYPE_PAYLOAD);
  g_value_take_boxed (&value, payload);
  g_task_return_value (task, &value);
}

/* What a server does when a run that is followed is aborted. */
static void
on_status (GstreamRunStream *stream,
           GParamSpec       *pspec,
           gpointer          user_data)
{
  FakeThread *self = FAKE_THREAD (user_data);
  const char *id = gstream_thread_run_get_run_id (GSTREAM_THREAD_RUN (stream));

  if (gstream_run_stream_get_status (stream) == GSTREAM_RUN_STATUS_ABORTED && self->run != NULL &&
      g_str_equal (self->run->id, id))
    fake_thread_cancel (self);
}

static GstreamRunStream *
follow (FakeThread *self,
        Run        *run)
{
  GstreamThreadRun *stream;
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();

  for (guint i = 0; i < run->events->len; i++)
    gstream_push_source_push (source, run->events->pdata[i], NULL);
  if (run->is_over)
    gstream_push_source_finish (source);
  g_ptr_array_add (run->sources, g_object_ref (source));

  stream = gstream_thread_run_new (GSTREAM_EVENT_SOURCE (source), NULL, run->id);
  g_signal_connect_object (stream, "notify::status", G_CALLBACK (on_status), self, 0);

  return GSTREAM_RUN_STREAM (stream);
}

static Run *
begin_run (FakeThread *self,
           const char *base)
{
  Run *run = g_new0 (Run, 1);

  g_clear_pointer (&self->run, free_run);
  run->id = g_strdup_printf ("run%u", self->n_made++);
  run->base = g_strdup (base);
  run->head = g_strdup (base);
  run->events = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);
  run->sources = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&run->steps);
  self->run = run;
  if (gstream_thread_get_thread_id (GSTREAM_THREAD (self)) == NULL)
    gstream_thread_set_thread_id (GSTREAM_THREAD (self), "fake");
  tell (run, make_event ("", "lifecycle", "{\"event\":\"running\"}"));

  return run;
}

static void
take_input (FakeThread     *self,
            Run            *run,
            GstreamPayload *input)
{
  FakeCheckpoint *checkpoint = add_checkpoint (self, run->head, "input");
  gsize           n = gstream_payload_get_size (input, "/messages");

  set_head (run, checkpoint);
  checkpoint = add_checkpoint (self, run->head, "loop");
  set_head (run, checkpoint);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/messages/%" G_GSIZE_FORMAT, i);
      g_autoptr (GstreamPayload) message = gstream_payload_lookup (input, pointer);
      g_autofree char *json = gstream_payload_dup_json (message);

      add_message (checkpoint, json);
    }
  tell_values (self, run);
}

/* Takes back what the run did. */
static void
roll_back (FakeThread *self)
{
  guint n = self->checkpoints->len;

  while (n > 0 && g_strcmp0 (((FakeCheckpoint *) self->checkpoints->pdata[n - 1])->id, self->run->base) != 0)
    n--;
  g_ptr_array_set_size (self->checkpoints, n);
}

/* FALSE: it was refused. */
static gboolean
make_room (FakeThread              *self,
           GstreamMultitaskStrategy strategy,
           GTask                   *task)
{
  if (strategy != GSTREAM_MULTITASK_STRATEGY_DEFAULT && self->no_strategies)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, "no strategies");
      return FALSE;
    }
  if (!fake_thread_is_running (self))
    return TRUE;
  if (strategy != GSTREAM_MULTITASK_STRATEGY_INTERRUPT && strategy != GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT, "busy");
      return FALSE;
    }
  fake_thread_cancel (self);
  if (strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    roll_back (self);
  return TRUE;
}

/* What the caller is told of a run that has begun, or not. */
static gboolean
is_refused (FakeThread *self,
            GTask      *task,
            gboolean    has_begun)
{
  if (!self->fails_next || self->begins_next != has_begun)
    return FALSE;

  self->fails_next = FALSE;
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the line is dead");
  return TRUE;
}

static void
begin (FakeThread        *self,
       GstreamPayload    *input,
       GstreamRunOptions *options,
       GTask             *task)
{
  const char     *base = gstream_run_options_get_checkpoint_id (options);
  FakeCheckpoint *newest = fake_thread_find (self, base);
  GstreamPayload *config = gstream_run_options_get_config (options);
  Run            *run;

  g_free (self->config);
  self->config = config != NULL ? gstream_payload_dup_json (config) : NULL;
  if (base != NULL && newest == NULL)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "no such checkpoint");
      return;
    }
  run = begin_run (self, newest ? newest->id : NULL);
  if (input != NULL && base == NULL && newest != NULL && newest->question != NULL)
    ; /* it is the answer */
  else if (input != NULL)
    take_input (self, run, input);
  else if (base == NULL && newest != NULL && newest->pending->len > 0)
    push_step (run, NULL)->commits = TRUE; /* and so has nothing to say */
  plan_answer (self, run, self->plan);
  if (!is_refused (self, task, TRUE))
    return_run (task, follow (self, run));
}

static Held *
hold (FakeThread *self,
      FakeCalls   kind,
      GTask      *task)
{
  Held *held = g_new0 (Held, 1);

  held->kind = kind;
  held->task = g_object_ref (task);
  g_queue_push_tail (&self->held, held);
  return held;
}

static void
let_go (FakeThread *self,
        Held       *held)
{
  if (held->answer != NULL)
    return_payload (held->task, held->answer);
  else if (held->kind == FAKE_ATTACHES)
    return_run (held->task, follow (self, self->run));
  else
    begin (self, held->input, held->options, held->task);
  g_clear_pointer (&held->input, gstream_payload_unref);
  g_clear_object (&held->options);
  g_object_unref (held->task);
  g_free (held);
}

void
fake_thread_hold (FakeThread *self,
                  FakeCalls   calls)
{
  self->holds |= calls;
}

void
fake_thread_release_first (FakeThread *self)
{
  let_go (self, g_queue_pop_head (&self->held));
}

void
fake_thread_release (FakeThread *self,
                     FakeCalls   calls)
{
  self->holds &= ~calls;
  for (GList *link = self->held.head, *next; link != NULL; link = next)
    {
      Held *held = link->data;

      next = link->next;
      if ((held->kind & calls) == 0)
        continue;
      g_queue_delete_link (&self->held, link);
      let_go (self, held);
    }
}

/* Consumes @answer. */
static void
give (FakeThread     *self,
      FakeCalls       kind,
      GTask          *task,
      GstreamPayload *answer)
{
  if (self->holds & kind)
    hold (self, kind, task)->answer = answer;
  else
    return_payload (task, answer);
}

static void
fake_thread_begin_start (GstreamThread     *thread,
                         GstreamPayload    *input,
                         GstreamRunOptions *options,
                         GTask             *task)
{
  FakeThread *self = FAKE_THREAD (thread);
  gboolean    holds = (self->holds & FAKE_STARTS) && fake_thread_is_running (self);

  if (is_refused (self, task, FALSE) || !make_room (self, gstream_run_options_get_multitask_strategy (options), task))
    return;

  if (holds)
    {
      Held *held = hold (self, FAKE_STARTS, task);

      held->input = input != NULL ? gstream_payload_ref (input) : NULL;
      held->options = g_object_ref (options);
      return;
    }
  begin (self, input, options, task);
}

static void
fake_thread_begin_respond (GstreamThread     *thread,
                           GstreamPayload    *responses,
                           GstreamRunOptions *options,
                           GTask             *task)
{
  FakeThread     *self = FAKE_THREAD (thread);
  FakeCheckpoint *newest = fake_thread_find (self, NULL);
  Run            *run;

  if (is_refused (self, task, FALSE) || !make_room (self, gstream_run_options_get_multitask_strategy (options), task))
    return;
  if (newest == NULL || g_strcmp0 (newest->question, gstream_payload_get_string (responses, "/0/interrupt_id")) != 0)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "nothing is asked");
      return;
    }

  run = begin_run (self, newest->id);
  plan_answer (self, run, self->plan | FAKE_SAYS);
  if (!is_refused (self, task, TRUE))
    return_run (task, follow (self, run));
}

static void
fake_thread_begin_attach (GstreamThread     *thread,
                          const char        *run_id,
                          GstreamRunOptions *options,
                          GTask             *task)
{
  FakeThread *self = FAKE_THREAD (thread);

  if (self->run == NULL)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "no run");
  else if (self->holds & FAKE_ATTACHES)
    hold (self, FAKE_ATTACHES, task);
  else
    return_run (task, follow (self, self->run));
}

static void
fake_thread_begin_fetch_state (GstreamThread *thread,
                               const char    *checkpoint_id,
                               GTask         *task)
{
  FakeThread     *self = FAKE_THREAD (thread);
  FakeCheckpoint *checkpoint = fake_thread_find (self, checkpoint_id);

  self->n_states_read++;
  if (checkpoint != NULL)
    {
      g_autoptr (GPtrArray) all = fake_thread_list_messages (self, checkpoint);

      give (self, FAKE_STATES, task, write_state (checkpoint, checkpoint_id ? checkpoint->messages : all));
    }
  else
    give (self, FAKE_STATES, task, parse ("{\"values\":{},\"tasks\":[],\"checkpoint\":null}"));
}

static void
fake_thread_begin_fetch_history (GstreamThread *thread,
                                 guint          limit,
                                 const char    *before,
                                 GTask         *task)
{
  FakeThread *self = FAKE_THREAD (thread);
  g_autoptr (GString) json = g_string_new ("[");
  guint n = 0;

  if (self->no_history)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, "no history");
      return;
    }
  for (guint i = self->checkpoints->len; i > 0 && n < limit; i--)
    {
      FakeCheckpoint *checkpoint = self->checkpoints->pdata[i - 1];
      g_autoptr (GstreamPayload) state = NULL;
      g_autofree char *text = NULL;

      if (before != NULL && strcmp (checkpoint->id, before) >= 0)
        continue;
      state = write_state (checkpoint, checkpoint->messages);
      text = gstream_payload_dup_json (state);
      g_string_append_printf (json, "%s%s", n++ > 0 ? "," : "", text);
    }
  g_string_append_c (json, ']');
  give (self, FAKE_PAGES, task, parse (json->str));
}

static void
fake_thread_finalize (GObject *object)
{
  FakeThread *self = FAKE_THREAD (object);

  g_clear_pointer (&self->run, free_run);
  g_ptr_array_unref (self->checkpoints);
  g_free (self->config);

  G_OBJECT_CLASS (fake_thread_parent_class)->finalize (object);
}

static void
fake_thread_class_init (FakeThreadClass *klass)
{
  GstreamThreadClass *thread_class = GSTREAM_THREAD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fake_thread_finalize;
  thread_class->begin_start = fake_thread_begin_start;
  thread_class->begin_respond = fake_thread_begin_respond;
  thread_class->begin_attach = fake_thread_begin_attach;
  thread_class->begin_fetch_state = fake_thread_begin_fetch_state;
  thread_class->begin_fetch_history = fake_thread_begin_fetch_history;
}

static void
fake_thread_init (FakeThread *self)
{
  self->checkpoints = g_ptr_array_new_with_free_func (free_checkpoint);
  self->plan = FAKE_SAYS;
}

FakeThread *
fake_thread_new (void)
{
  return g_object_new (FAKE_TYPE_THREAD, NULL);
}

void
fake_thread_plan (FakeThread *self,
                  FakePlan    plan)
{
  self->plan = plan;
}

void
fake_thread_fail_next (FakeThread *self,
                       gboolean    begins)
{
  self->fails_next = TRUE;
  self->begins_next = begins;
}

void
fake_thread_set_limits (FakeThread *self,
                        gboolean    no_history,
                        gboolean    no_strategies)
{
  self->no_history = no_history;
  self->no_strategies = no_strategies;
}

void
fake_thread_add_messages (FakeThread *self,
                          guint       n)
{
  FakeCheckpoint *newest = fake_thread_find (self, NULL);
  FakeCheckpoint *checkpoint = add_checkpoint (self, newest ? newest->id : NULL, "update");

  gstream_thread_set_thread_id (GSTREAM_THREAD (self), "fake");
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (checkpoint->messages, g_strdup_printf ("{\"content\":\"old %u\",\"type\":\"%s\",\"id\":\"old%u\"}",
                                                            i, i % 2 ? "ai" : "human", self->n_made++));
}

guint
fake_thread_get_n_states_read (FakeThread *self)
{
  return self->n_states_read;
}

const char *
fake_thread_get_config (FakeThread *self)
{
  return self->config;
}
