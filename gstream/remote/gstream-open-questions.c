/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What of a thread's state says that an answer is awaited (N4).
 */
#include <gstream/remote/gstream-open-questions-private.h>

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>

#define MAX_DEPTH 64 /* subgraphs within subgraphs */

typedef struct
{
  GHashTable *known;     /* ids */
  gint64      timestamp; /* ms since the epoch */
  GQueue     *events;
  GPtrArray  *path;      /* the namespace of the tasks being looked at; strings */
} Pending;

static GstreamPayload *
request_data (const char     *id,
              GstreamPayload *interrupt)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GstreamPayload) value = gstream_payload_get (interrupt, "/value");

  gstream_json_add_string (json, "interrupt_id", id);
  gstream_json_add_payload (json, "payload", value);
  g_string_append_c (json, '}');

  return gstream_payload_new (json->str, json->len, NULL);
}

static void
add_interrupt (Pending        *self,
               GstreamPayload *interrupt)
{
  const char *id = gstream_payload_get_string (interrupt, "/id");
  g_autoptr (GstreamPayload) data = NULL;

  if (id == NULL || !g_hash_table_add (self->known, g_strdup (id)))
    return;

  data = request_data (id, interrupt);
  g_ptr_array_add (self->path, NULL);
  g_queue_push_tail (self->events,
                     gstream_event_new_full ("input.requested", (const char * const *) self->path->pdata,
                                             data, self->timestamp, NULL, NULL, NULL));
  g_ptr_array_set_size (self->path, self->path->len - 1);
}

/* The items of the array at @pointer; the caller frees them. */
static GPtrArray *
list_items (GstreamPayload *payload,
            const char     *pointer)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  g_autoptr (GstreamPayload) array = gstream_payload_get (payload, pointer);
  GstreamPayloadIter iter;
  GstreamPayload *item;

  gstream_payload_iter_init (&iter, array);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (items, item);

  return items;
}

static void add_tasks (Pending        *self,
                       GstreamPayload *state);

/* Some servers go on to list what was asked in a task that has gone on to its end. */
static gboolean
is_answered (GstreamPayload *task)
{
  g_autoptr (GstreamPayload) result = gstream_payload_get (task, "/result");

  return result != NULL && gstream_payload_get_kind (result) != GSTREAM_PAYLOAD_NULL;
}

/* A subgraph's own state comes first: the task it is repeats what is asked in it, without saying where. */
static void
add_task (Pending        *self,
          GstreamPayload *task)
{
  g_autoptr (GstreamPayload) state = gstream_payload_get (task, "/state");
  g_autoptr (GPtrArray) interrupts = list_items (task, "/interrupts");
  const char *name = gstream_payload_get_string (task, "/name");
  const char *id = gstream_payload_get_string (task, "/id");

  if (state != NULL && name != NULL && id != NULL && self->path->len < MAX_DEPTH)
    {
      g_ptr_array_add (self->path, g_strdup_printf ("%s:%s", name, id));
      add_tasks (self, state);
      g_ptr_array_set_size (self->path, self->path->len - 1);
    }
  for (guint i = 0; i < interrupts->len; i++)
    add_interrupt (self, interrupts->pdata[i]);
}

static void
add_tasks (Pending        *self,
           GstreamPayload *state)
{
  g_autoptr (GPtrArray) tasks = list_items (state, "/tasks");

  for (guint i = 0; i < tasks->len; i++)
    if (!is_answered (tasks->pdata[i]))
      add_task (self, tasks->pdata[i]);
}

void
gstream_open_questions_add_events (GstreamPayload *state,
                            GHashTable     *known,
                            gint64          timestamp,
                            GQueue         *events)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new_with_free_func (g_free);
  Pending self = { known, timestamp, events, path };

  add_tasks (&self, state);
}
