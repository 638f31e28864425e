/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources in memory that make their events as they are asked for them.
 */
#include "bench-source.h"

#define N_WORDS 16
#define DELTAS 200         /* of one message */
#define STEPS (DELTAS + 4) /* events of one message */

static const char *words[N_WORDS] = {
  " the", " quick", " brown", " fox",    " jumps", " over", " a",   " lazy",
  " dog", " while", " it",    " sleeps", " under", " that", " old", " tree",
};

typedef struct
{
  const char *const *const *namespaces;
  guint                     n_namespaces;
  guint                     begun;           /* namespaces that have had their state */
  guint64                   made;            /* events since */
  guint64                   count;           /* of them, in all */
  GstreamMessageWriter     *writer;          /* of the message under way */
  GstreamPayload           *blocks[N_WORDS]; /* whole texts */
  GstreamPayload           *empty;           /* a block as it begins */
} Messages;

typedef struct
{
  guint64         made;
  guint64         count;
  GstreamPayload *states[N_WORDS];
} Values;

static GstreamPayload *
whole_block (guint message)
{
  g_autoptr (GString) json = g_string_new ("{\"type\":\"text\",\"text\":\"");

  for (guint delta = 0; delta < DELTAS; delta++)
    g_string_append (json, words[(message + delta) % N_WORDS]);
  g_string_append (json, "\"}");
  return gstream_payload_new (json->str, json->len, NULL);
}

static Messages *
messages_new (void)
{
  Messages *self = g_new0 (Messages, 1);

  self->empty = gstream_payload_new ("{\"type\":\"text\",\"text\":\"\"}", -1, NULL);
  for (guint message = 0; message < N_WORDS; message++)
    self->blocks[message] = whole_block (message);
  return self;
}

static void
messages_free (gpointer user_data)
{
  Messages *self = user_data;

  g_clear_object (&self->writer);
  gstream_payload_unref (self->empty);
  for (guint message = 0; message < N_WORDS; message++)
    gstream_payload_unref (self->blocks[message]);
  g_free (self);
}

static void
start_message (Messages *self,
               guint64   number)
{
  const char *const *namespace_ = self->namespaces == NULL ? NULL : self->namespaces[number % self->n_namespaces];
  g_autofree char   *id = g_strdup_printf ("message-%" G_GUINT64_FORMAT, number);

  g_clear_object (&self->writer);
  self->writer = gstream_message_writer_new (namespace_, "model", id);
}

static GstreamEvent *
make_step (Messages *self,
           guint64   number,
           guint     step)
{
  switch (step)
    {
    case 0:
      start_message (self, number);
      return gstream_message_writer_start (self->writer);
    case 1:
      return gstream_message_writer_start_block (self->writer, self->empty, NULL);
    case DELTAS + 2:
      return gstream_message_writer_finish_block (self->writer, self->blocks[number % N_WORDS], NULL);
    case DELTAS + 3:
      return gstream_message_writer_finish (self->writer, NULL, "stop");
    default:
      return gstream_message_writer_text (self->writer, words[(number + step - 2) % N_WORDS]);
    }
}

static GstreamEvent *
make_message_event (gpointer user_data,
                    GError **error)
{
  Messages *self = user_data;
  guint64   made;

  if (self->begun < self->n_namespaces)
    return gstream_event_new ("values", self->namespaces[self->begun++], self->empty);
  if (self->made == self->count)
    return NULL;
  made = self->made++;
  return make_step (self, made / STEPS, made % STEPS);
}

/**
 * bench_scopes_new: (skip)
 * @count: how many model calls, of 200 text deltas each
 * @namespaces: where they take turns, ended by %NULL; itself %NULL for the root alone
 *
 * Where there are namespaces, each begins with a state.
 */
GstreamEventSource *
bench_scopes_new (guint64                   count,
                  const char *const *const *namespaces)
{
  Messages *self = messages_new ();

  self->count = count * STEPS;
  self->namespaces = namespaces;
  while (namespaces != NULL && namespaces[self->n_namespaces] != NULL)
    self->n_namespaces++;
  return gstream_memory_source_new_func (make_message_event, self, messages_free);
}

/**
 * bench_messages_new:
 * @count: how many model calls, of 200 text deltas each
 *
 * Returns: (transfer full): the source
 */
GstreamEventSource *
bench_messages_new (guint64 count)
{
  return bench_scopes_new (count, NULL);
}

static GstreamPayload *
state (guint step)
{
  g_autofree char *json =
      g_strdup_printf ("{\"topic\":\"%s\",\"step\":%u,\"notes\":[\"first\",\"second\",\"third\"]}", words[step], step);

  return gstream_payload_new (json, -1, NULL);
}

static void
values_free (gpointer user_data)
{
  Values *self = user_data;

  for (guint step = 0; step < N_WORDS; step++)
    gstream_payload_unref (self->states[step]);
  g_free (self);
}

static GstreamEvent *
make_value (gpointer user_data,
            GError **error)
{
  Values *self = user_data;

  if (self->made == self->count)
    return NULL;
  return gstream_event_new ("values", NULL, self->states[self->made++ % N_WORDS]);
}

/**
 * bench_values_new:
 * @count: how many states, of three keys each
 *
 * Returns: (transfer full): the source
 */
GstreamEventSource *
bench_values_new (guint64 count)
{
  Values *self = g_new0 (Values, 1);

  self->count = count;
  for (guint step = 0; step < N_WORDS; step++)
    self->states[step] = state (step);
  return gstream_memory_source_new_func (make_value, self, values_free);
}
