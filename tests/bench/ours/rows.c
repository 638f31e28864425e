/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation of many messages whose state comes anew with another last one: read from its text, and shown.
 */
#include "bench.h"

#include <string.h>

/* --- the states --- */

#define WORDS_OF_ONE 80

static const char *words[] = {
  " the", " quick", " brown", " fox",    " jumps", " over", " a",   " lazy",
  " dog", " while", " it",    " sleeps", " under", " that", " old", " tree",
};

static void
add_message (GString *json,
             guint    number)
{
  g_string_append (json, "{\"type\":");
  g_string_append (json, number % 2 ? "\"ai\"" : "\"human\"");
  g_string_append (json, ",\"content\":\"");
  for (guint i = 0; i < WORDS_OF_ONE; i++)
    g_string_append (json, words[(number + i) % G_N_ELEMENTS (words)]);
  g_string_append_printf (json,
                          "\",\"id\":\"01a20431-aa91-7723-%012x\",\"additional_kwargs\":{},\"response_metadata\":{}}",
                          number);
}

static GString *
make_state (guint n_messages,
            guint last)
{
  GString *json = g_string_new ("{\"values\":{\"messages\":[");

  for (guint i = 0; i < n_messages; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      add_message (json, i < n_messages - 1 ? i : last);
    }
  g_string_append (json, "]}}");
  return json;
}

/* --- a thread whose state is each of them in turn --- */

#define BENCH_TYPE_THREAD (bench_thread_get_type ())
G_DECLARE_FINAL_TYPE (BenchThread, bench_thread, BENCH, THREAD, GstreamThread)

struct _BenchThread
{
  GstreamThread parent_instance;

  GString *states[2];
  guint    n_read;
};

G_DEFINE_FINAL_TYPE (BenchThread, bench_thread, GSTREAM_TYPE_THREAD)

static void
bench_thread_begin_fetch_state (GstreamThread *thread,
                                const char    *checkpoint_id,
                                GTask         *task)
{
  BenchThread   *self = BENCH_THREAD (thread);
  const GString *state = self->states[self->n_read++ % 2];
  GError        *error = NULL;
  GValue         value = G_VALUE_INIT;

  g_value_init (&value, GSTREAM_TYPE_PAYLOAD);
  g_value_take_boxed (&value, gstream_payload_new (state->str, state->len, &error));
  bench_check (error);
  g_task_return_value (task, &value);
  g_value_unset (&value);
}

static void
bench_thread_class_init (BenchThreadClass *klass)
{
  GSTREAM_THREAD_CLASS (klass)->begin_fetch_state = bench_thread_begin_fetch_state;
}

static void
bench_thread_init (BenchThread *self)
{
}

/* --- the conversation --- */

static GstreamConversation *
make_conversation (guint n_messages)
{
  BenchThread         *thread = g_object_new (BENCH_TYPE_THREAD, "thread-id", "bench", NULL);
  GstreamConversation *conversation = gstream_conversation_new (GSTREAM_THREAD (thread));

  for (guint i = 0; i < G_N_ELEMENTS (thread->states); i++)
    thread->states[i] = make_state (n_messages, n_messages - 1 + i);
  gstream_conversation_set_history_limit (conversation, 0);
  g_object_unref (thread);
  return conversation;
}

static void
once (const char *size,
      BenchTotal *total)
{
  static GstreamConversation *conversation;
  g_autoptr (GstreamConversationRow) last = NULL;
  guint   n = g_ascii_strtoull (size, NULL, 10);
  GError *error = NULL;

  if (conversation == NULL)
    conversation = make_conversation (n);
  gstream_conversation_open_sync (conversation, NULL, &error);
  bench_check (error);
  last = g_list_model_get_item (G_LIST_MODEL (conversation), n - 1);
  total->items++;
  total->sum += strlen (gstream_conversation_row_get_text (last));
}

int
main (int    argc,
      char **argv)
{
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
