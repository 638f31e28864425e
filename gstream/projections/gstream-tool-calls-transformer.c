/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `tool_calls`: creates a handle per tool call, and finds for each event the call it belongs to (T4).
 */
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/projections/gstream-past-ids-private.h>
#include <gstream/projections/gstream-tool-call-private.h>
#include <gstream/projections/gstream-tool-calls-transformer-private.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

/* A place in one of the queues of a table. */
typedef struct
{
  char *key;  /* of the queue; NULL: it is in none */
  GList link; /* in the queue */
} Place;

/*
 * A running call. It is in several queues, each in the order in which the calls started: the queue of all calls; those
 * of its scope by id, and by id and tool; and for a call at a node, or what has been a node, those of its namespace by
 * id, and by id and tool.
 */
typedef struct
{
  GstreamToolCall *call; /* a reference; NULL if nobody receives it */
  gboolean foreign; /* a call of a subgraph that was a node before: tracked only to tell it from this scope's (D4) */
  GstreamNamespace *namespace_; /* where it started */
  char             *id;
  GList             in_all;
  Place             by_id; /* in the scope's queues; not for a foreign call */
  Place             by_name;
  Place             by_place; /* in the namespace's queues; not for a call at the scope itself */
  Place             by_place_and_name;
} Running;

struct _GstreamToolCallsTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *tool_calls; /* the transformer's own */
  GQueue             running;    /* of Running */
  GHashTable    *by_key; /* key (see Running) -> GQueue of Running, because several calls may have no id, or the same */
  Running       *kept;   /* the call of the current event, if that is at a node that has become a subgraph (D4) */
  GstreamPastIds past;   /* ids of calls that have ended */
};

G_DEFINE_FINAL_TYPE (GstreamToolCallsTransformer, gstream_tool_calls_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- the calls that run --- */

static const char *
id_of (const GstreamEventFields *fields)
{
  return fields->key ? fields->key : "";
}

/* The keys of the table begin with the kind of queue. */
static char *
key_of_id (const char *id)
{
  return g_strconcat ("i", id, NULL);
}

static char *
key_of_name (const GstreamEventFields *fields)
{
  return g_strconcat ("n", fields->name ? fields->name : "", "\n", id_of (fields), NULL);
}

static char *
dup_place (GstreamNamespace *ns,
           const char       *id)
{
  g_autofree char *path = g_strjoinv ("\n", (char **) ns->segments);

  return g_strconcat (path, "\n\n", id, NULL);
}

static char *
key_of_place (GstreamEvent *event,
              gboolean      and_name)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  g_autofree char          *place = dup_place (gstream_event_peek_namespace (event), id_of (fields));

  return and_name ? g_strconcat ("t", place, "\n", fields->name, NULL) : g_strconcat ("p", place, NULL);
}

static void
enter (GstreamToolCallsTransformer *self,
       Place                       *place,
       char                        *key, /* transfer full */
       Running                     *running)
{
  GQueue *queue = g_hash_table_lookup (self->by_key, key);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->by_key, g_strdup (key), queue);
    }
  place->key = key;
  place->link.data = running;
  g_queue_push_tail_link (queue, &place->link);
}

static void
leave (GstreamToolCallsTransformer *self,
       Place                       *place)
{
  GQueue *queue;

  if (place->key == NULL)
    return;
  queue = g_hash_table_lookup (self->by_key, place->key);
  g_queue_unlink (queue, &place->link);
  if (queue->length == 0)
    g_hash_table_remove (self->by_key, place->key);
  g_free (place->key);
}

/* Takes @key. */
static Running *
oldest (GstreamToolCallsTransformer *self,
        char                        *key)
{
  GQueue *queue = g_hash_table_lookup (self->by_key, key);

  g_free (key);

  return queue != NULL ? queue->head->data : NULL;
}

static gboolean
is_below (GstreamToolCallsTransformer *self,
          GstreamNamespace            *ns)
{
  return ns->length > g_strv_length ((char **) gstream_transformer_get_scope (GSTREAM_TRANSFORMER (self)));
}

/* Takes ownership of @call. */
static void
add_running (GstreamToolCallsTransformer *self,
             GstreamEvent                *event,
             GstreamToolCall             *call,
             gboolean                     foreign)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  Running                  *running = g_new0 (Running, 1);

  running->call = call;
  running->namespace_ = gstream_namespace_ref (gstream_event_peek_namespace (event));
  running->foreign = foreign;
  running->id = g_strdup (id_of (fields));
  running->in_all.data = running;
  g_queue_push_tail_link (&self->running, &running->in_all);
  if (!foreign)
    {
      enter (self, &running->by_id, key_of_id (running->id), running);
      enter (self, &running->by_name, key_of_name (fields), running);
    }
  if (is_below (self, running->namespace_))
    {
      enter (self, &running->by_place, key_of_place (event, FALSE), running);
      enter (self, &running->by_place_and_name, key_of_place (event, TRUE), running);
    }
}

/* The oldest running call with the id and name of the tool, else the oldest with the id. */
static Running *
find_running (GstreamToolCallsTransformer *self,
              const GstreamEventFields    *fields)
{
  Running *running = NULL;

  if (self->kept != NULL)
    return g_steal_pointer (&self->kept);

  if (fields->name != NULL)
    running = oldest (self, key_of_name (fields));

  return running != NULL ? running : oldest (self, key_of_id (id_of (fields)));
}

/* Calls that have ended, by id; and by namespace and id, for when the namespace becomes a subgraph (D4). */
#define SORT_ID 'i'
#define SORT_PLACE 'p'

static void
add_past (GstreamToolCallsTransformer *self,
          GstreamNamespace            *ns,
          const char                  *id)
{
  g_autofree char *place = NULL;
  g_autofree char *name = NULL;

  gstream_past_ids_add (&self->past, SORT_ID, id);
  if (!is_below (self, ns))
    return;

  gstream_past_ids_add (&self->past, SORT_PLACE, place = dup_place (ns, ""));
  gstream_past_ids_add (&self->past, SORT_PLACE, name = dup_place (ns, id));
}

/* Whether a call with @id has ended at @ns; if @id is "", any call. */
static gboolean
is_past_at (GstreamToolCallsTransformer *self,
            GstreamNamespace            *ns,
            const char                  *id)
{
  g_autofree char *name = dup_place (ns, id);

  return gstream_past_ids_contains (&self->past, SORT_PLACE, name);
}

/* Removes @running. Returns: (transfer full): its call, or %NULL if nobody receives it */
static GstreamToolCall *
stop (GstreamToolCallsTransformer *self,
      Running                     *running)
{
  GstreamToolCall *call = running->call;

  if (!running->foreign)
    add_past (self, running->namespace_, running->id);
  g_queue_unlink (&self->running, &running->in_all);
  leave (self, &running->by_id);
  leave (self, &running->by_name);
  leave (self, &running->by_place);
  leave (self, &running->by_place_and_name);
  gstream_namespace_unref (running->namespace_);
  g_free (running->id);
  g_free (running);

  return call;
}

/* --- what events do --- */

static void
end_call (GstreamToolCall *call,
          const GError    *error)
{
  if (call != NULL)
    gstream_tool_call_end (call, error ? GSTREAM_TOOL_CALL_STATUS_FAILED : GSTREAM_TOOL_CALL_STATUS_FINISHED, error);
}

/* Returns: %NULL if nobody receives it */
static GstreamToolCall *
make_call (GstreamToolCallsTransformer *self,
           GstreamEvent                *event)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));
  GstreamToolCall  *call;

  if (!gstream_projection_is_wanted (self->tool_calls))
    return NULL;

  call = gstream_tool_call_new (gstream_stream_mux_get_pump (mux), event);
  gstream_projection_push_item (self->tool_calls, (GstreamItem) { .p = g_object_ref (call) }, NULL);

  return call;
}

static void
start (GstreamToolCallsTransformer *self,
       GstreamEvent                *event)
{
  add_running (self, event, make_call (self, event), FALSE);
}

static gboolean
is_past (GstreamToolCallsTransformer *self,
         const GstreamEventFields    *fields)
{
  return gstream_past_ids_contains (&self->past, SORT_ID, id_of (fields));
}

static void
take_delta (GstreamToolCallsTransformer *self,
            GstreamEvent                *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  Running                  *running = find_running (self, fields);

  if (running == NULL && is_past (self, fields))
    return; /* late */
  if (running == NULL)
    {
      start (self, event); /* attached in the middle of the call */
      running = find_running (self, fields);
    }
  if (running->call != NULL)
    gstream_tool_call_take_delta (running->call, event);
}

/* The call that ends with @event, new if its start was not seen; %NULL if it is late, or nobody receives the call. */
static GstreamToolCall *
end_running (GstreamToolCallsTransformer *self,
             GstreamEvent                *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  Running                  *running = find_running (self, fields);

  if (running != NULL)
    return stop (self, running);
  if (fields->key != NULL && is_past (self, fields))
    return NULL;

  add_past (self, gstream_event_peek_namespace (event), id_of (fields));

  return make_call (self, event);
}

static void
finish (GstreamToolCallsTransformer *self,
        GstreamEvent                *event)
{
  g_autoptr (GstreamToolCall) call = end_running (self, event);

  if (call != NULL)
    gstream_tool_call_take_output (call, event);
}

static void
fail (GstreamToolCallsTransformer *self,
      GstreamEvent                *event)
{
  g_autoptr (GstreamToolCall) call = end_running (self, event);
  g_autofree char *text = gstream_error_dup_words_in (gstream_event_peek_item (event));
  g_autoptr (GError) error =
      gstream_run_error_new (text ? text : _ ("The tool failed, and its source does not say why"));

  end_call (call, error);
}

static gboolean
gstream_tool_calls_transformer_process (GstreamTransformer *transformer,
                                        GstreamEvent       *event,
                                        GError            **error)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (transformer);

  switch ((int) gstream_event_get_fields (event)->step)
    {
    case GSTREAM_STEP_TOOL_STARTED:
      start (self, event);
      break;
    case GSTREAM_STEP_TOOL_DELTA:
      take_delta (self, event);
      break;
    case GSTREAM_STEP_TOOL_FINISHED:
      finish (self, event);
      break;
    case GSTREAM_STEP_TOOL_ERROR:
      fail (self, event);
      break;
    default:
      break; /* a step that this version does not know */
    }

  return TRUE;
}

/* --- a node that has become a subgraph (D4) --- */

gboolean
gstream_tool_calls_transformer_keeps (GstreamTransformer *transformer,
                                      GstreamNamespace   *ns)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (transformer);

  /* Running calls are compared by namespace in take_kept(). */
  return self->running.length > 0 || is_past_at (self, ns, "");
}

/*
 * Calls of the same tool take precedence, whichever scope they belong to; otherwise those of this scope, which are
 * older.
 */
static Running *
find_there (GstreamToolCallsTransformer *self,
            GstreamEvent                *event)
{
  Running *running = oldest (self, key_of_place (event, TRUE));

  return running != NULL ? running : oldest (self, key_of_place (event, FALSE));
}

/*
 * Calls that start now belong to the subgraph, and are tracked here as foreign, since they may have the id of a call of
 * this scope. Late events for a call of this scope that has ended are dropped.
 */
gboolean
gstream_tool_calls_transformer_take_kept (GstreamTransformer *transformer,
                                          GstreamEvent       *event)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (transformer);
  const GstreamEventFields    *fields = gstream_event_get_fields (event);
  Running                     *running = fields->step != GSTREAM_STEP_TOOL_STARTED ? find_there (self, event) : NULL;

  if (fields->step == GSTREAM_STEP_TOOL_STARTED)
    add_running (self, event, NULL, TRUE);
  else if (running == NULL)
    return fields->key != NULL && is_past_at (self, gstream_event_peek_namespace (event), fields->key);
  if (running == NULL || running->foreign)
    {
      if (running != NULL && fields->step != GSTREAM_STEP_TOOL_DELTA)
        stop (self, running);
      return FALSE;
    }

  self->kept = running;
  gstream_tool_calls_transformer_process (transformer, event, NULL);
  self->kept = NULL;

  return TRUE;
}

/* --- the end --- */

static void
end_all (GstreamToolCallsTransformer *self,
         const GError                *error)
{
  /* Handlers may re-enter: look at the queue again after each. */
  while (self->running.head != NULL)
    {
      g_autoptr (GstreamToolCall) call = stop (self, self->running.head->data);

      end_call (call, error);
    }
}

static gboolean
gstream_tool_calls_transformer_finish (GstreamTransformer *transformer,
                                       GError            **error)
{
  end_all (GSTREAM_TOOL_CALLS_TRANSFORMER (transformer), NULL);

  return TRUE;
}

static void
gstream_tool_calls_transformer_fail (GstreamTransformer *transformer,
                                     const GError       *error)
{
  end_all (GSTREAM_TOOL_CALLS_TRANSFORMER (transformer), error);
}

static void
gstream_tool_calls_transformer_dispose (GObject *object)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (object);

  end_all (self, NULL);
  g_clear_pointer (&self->by_key, g_hash_table_unref);
  gstream_past_ids_clear (&self->past);

  G_OBJECT_CLASS (gstream_tool_calls_transformer_parent_class)->dispose (object);
}

static void
gstream_tool_calls_transformer_class_init (GstreamToolCallsTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gstream_tool_calls_transformer_dispose;
  transformer_class->process = gstream_tool_calls_transformer_process;
  transformer_class->finish = gstream_tool_calls_transformer_finish;
  transformer_class->fail = gstream_tool_calls_transformer_fail;
}

static void
gstream_tool_calls_transformer_init (GstreamToolCallsTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);
  self->tool_calls = gstream_transformer_add_projection (transformer, "tool_calls", GSTREAM_TYPE_TOOL_CALL);
}
