/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of every namespace strictly below the scope (T5): said by
 * `lifecycle` events where the source sends them, inferred from `tasks` where it
 * does not (D6). Takes the `tasks` out of the main log (T7).
 */
#include "config.h"

#include <gstream/projections/gstream-lifecycle-item-private.h>
#include <gstream/projections/gstream-lifecycle-transformer-private.h>
#include <gstream/projections/gstream-task-private.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* With more namespaces than this, those that have ended are forgotten. */
#define MAX_PLACES 8192

/* One namespace. */
typedef struct
{
  GstreamNamespace *ns;
  GstreamStep       step;    /* the newest that was told */
  char             *trigger; /* the id of its task, where that is what ends it */
  GList             link;    /* among the open ones, in the order they began */
  gboolean          open;
  gboolean          asked;   /* it holds an interrupt */
} Place;

struct _GstreamLifecycleTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *items;
  GHashTable        *places;     /* GstreamNamespace -> Place */
  GHashTable        *by_trigger; /* trigger -> open Place; both the place's */
  GHashTable        *causes;     /* id of a task -> what caused it, until it is ended */
  GQueue             open;
};

G_DEFINE_FINAL_TYPE (GstreamLifecycleTransformer, gstream_lifecycle_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- places --- */

static void
place_free (gpointer data)
{
  Place *self = data;

  gstream_namespace_unref (self->ns);
  g_free (self->trigger);
  g_free (self);
}

static gboolean
has_ended (gpointer key,
           gpointer value,
           gpointer user_data)
{
  return !((Place *) value)->open;
}

static Place *
get_place (GstreamLifecycleTransformer *self,
           GstreamNamespace            *ns)
{
  Place *place = g_hash_table_lookup (self->places, ns);

  if (place != NULL)
    return place;

  if (g_hash_table_size (self->places) >= MAX_PLACES)
    g_hash_table_foreach_remove (self->places, has_ended, NULL);
  place = g_new0 (Place, 1);
  place->ns = gstream_namespace_ref (ns);
  place->link.data = place;
  g_hash_table_insert (self->places, place->ns, place);

  return place;
}

static void
open_place (GstreamLifecycleTransformer *self,
            Place                       *place)
{
  if (place->open)
    return;

  place->open = TRUE;
  g_queue_push_tail_link (&self->open, &place->link);
  if (place->trigger != NULL)
    g_hash_table_insert (self->by_trigger, place->trigger, place);
}

static void
close_place (GstreamLifecycleTransformer *self,
             Place                       *place)
{
  if (!place->open)
    return;

  place->open = FALSE;
  g_queue_unlink (&self->open, &place->link);
  if (place->trigger != NULL)
    g_hash_table_remove (self->by_trigger, place->trigger);
}

/* --- items --- */

/* Takes @item. What was no event already becomes one (M6). */
static void
tell_inferred (GstreamLifecycleTransformer *self,
               GstreamPayload              *item)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));

  gstream_mux_append (mux, gstream_event_new ("lifecycle", gstream_stream_mux_get_scope (mux), item));
  gstream_projection_push_item (self->items, (GstreamItem) { .p = item }, NULL);
}

static const char *
step_name (GstreamStep step)
{
  switch (step)
    {
    case GSTREAM_STEP_FAILED:
      return "failed";
    case GSTREAM_STEP_INTERRUPTED:
      return "interrupted";
    case GSTREAM_STEP_DRAINED:
      return "drained";
    case GSTREAM_STEP_COMPLETED:
    default:
      return "completed";
    }
}

static void
tell_end (GstreamLifecycleTransformer *self,
          Place                       *place,
          GstreamStep                  step,
          const char                  *error)
{
  place->step = step;
  close_place (self, place);
  tell_inferred (self, gstream_lifecycle_item_new (step_name (step), place->ns, NULL, NULL, NULL, error));
}

/* --- from lifecycle --- */

static void
process_lifecycle (GstreamLifecycleTransformer *self,
                   GstreamEvent                *event)
{
  GstreamStep step = gstream_event_get_facts (event)->step;
  Place *place = get_place (self, gstream_event_peek_namespace (event));

  if (step != GSTREAM_STEP_NONE && place->step == step)
    return; /* the same change again */

  place->step = step;
  if (step == GSTREAM_STEP_STARTED || step == GSTREAM_STEP_RUNNING)
    open_place (self, place);
  else if (step != GSTREAM_STEP_NONE)
    close_place (self, place);

  if (gstream_projection_is_wanted (self->items))
    gstream_projection_push_item (self->items, (GstreamItem) { .p = gstream_lifecycle_item_from_event (event) }, NULL);
}

/* --- from tasks (D1) --- */

static void
begin_by_task (GstreamLifecycleTransformer *self,
               GstreamEvent                *event)
{
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  Place *place = get_place (self, ns);
  const char *agent = gstream_task_get_agent_name (event);
  g_autofree char *name = NULL;
  GstreamPayload *cause;

  if (place->step != GSTREAM_STEP_NONE)
    return;

  place->step = GSTREAM_STEP_STARTED;
  gstream_task_split_segment (ns, ns->length - 1, &name, &place->trigger);
  if (place->trigger == NULL)
    return; /* no result could be told to be its own */

  open_place (self, place);
  cause = agent ? g_hash_table_lookup (self->causes, place->trigger) : NULL;
  tell_inferred (self, gstream_lifecycle_item_new ("started", ns, agent ? agent : name, place->trigger, cause, NULL));
}

static gboolean
is_child_of (const GstreamNamespace *ns,
             const GstreamNamespace *parent)
{
  return ns->length == parent->length + 1 && gstream_namespace_is_in (ns, parent);
}

static void
end_by_task (GstreamLifecycleTransformer *self,
             GstreamEvent                *event)
{
  const char *id = gstream_event_get_facts (event)->key;
  Place *place = id ? g_hash_table_lookup (self->by_trigger, id) : NULL;
  g_autofree char *error = NULL;

  if (id != NULL)
    g_hash_table_remove (self->causes, id);
  if (place == NULL || !is_child_of (place->ns, gstream_event_peek_namespace (event)))
    return;

  switch (gstream_task_get_outcome (event, &error))
    {
    case GSTREAM_RUN_STATUS_INTERRUPTED:
      tell_end (self, place, GSTREAM_STEP_INTERRUPTED, NULL);
      break;
    case GSTREAM_RUN_STATUS_FAILED:
      tell_end (self, place, GSTREAM_STEP_FAILED, error);
      break;
    default:
      tell_end (self, place, GSTREAM_STEP_COMPLETED, NULL);
      break;
    }
}

static void
process_task (GstreamLifecycleTransformer *self,
              GstreamEvent                *event,
              gboolean                     below)
{
  const GstreamFacts *facts = gstream_event_get_facts (event);
  GstreamPayload *cause;

  if (facts->step == GSTREAM_STEP_TASK_RESULT)
    {
      end_by_task (self, event);
      return;
    }

  cause = facts->key ? gstream_task_get_cause (event) : NULL;
  if (cause != NULL)
    g_hash_table_insert (self->causes, g_strdup (facts->key), cause);
  if (below)
    begin_by_task (self, event);
}

/* --- from input.requested (T8) --- */

static void
process_request (GstreamLifecycleTransformer *self,
                 GstreamNamespace            *ns,
                 guint                        own)
{
  for (guint length = own + 1; length <= ns->length; length++)
    {
      g_autoptr (GstreamNamespace) prefix =
        gstream_namespace_new_len ((const char * const *) ns->segments, length);
      Place *place = g_hash_table_lookup (self->places, prefix);

      if (place != NULL)
        place->asked = TRUE;
    }
}

static gboolean
gstream_lifecycle_transformer_process (GstreamTransformer  *transformer,
                                       GstreamEvent        *event,
                                       GError             **error)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (transformer);
  GstreamStreamMux *mux = gstream_transformer_get_mux (transformer);
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  guint own = gstream_stream_mux_peek_scope (mux)->length;
  gboolean below = ns->length > own;

  switch (gstream_event_get_facts (event)->method)
    {
    case GSTREAM_METHOD_LIFECYCLE:
      if (below)
        process_lifecycle (self, event);
      return TRUE;
    case GSTREAM_METHOD_TASKS:
      if (!gstream_stream_mux_has_lifecycle (mux))
        process_task (self, event, below);
      return FALSE; /* T7 */
    case GSTREAM_METHOD_INPUT_REQUESTED:
      process_request (self, ns, own);
      return TRUE;
    default:
      return TRUE;
    }
}

/* --- the end of the scope --- */

static gboolean
gstream_lifecycle_transformer_finish (GstreamTransformer  *transformer,
                                      GError             **error)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (transformer);
  gboolean drained = gstream_stream_mux_is_drained (gstream_transformer_get_mux (transformer));

  while (self->open.length > 0)
    {
      Place *place = self->open.head->data;

      tell_end (self, place,
                drained ? GSTREAM_STEP_DRAINED : place->asked ? GSTREAM_STEP_INTERRUPTED : GSTREAM_STEP_COMPLETED,
                NULL);
    }

  return TRUE;
}

static void
gstream_lifecycle_transformer_fail (GstreamTransformer *transformer,
                                    const GError       *error)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (transformer);

  if (error == NULL)
    return; /* aborted: nothing is known of what would have become of them */

  while (self->open.length > 0)
    tell_end (self, self->open.head->data, GSTREAM_STEP_FAILED, error->message);
}

static void
gstream_lifecycle_transformer_finalize (GObject *object)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (object);

  g_hash_table_unref (self->by_trigger);
  g_hash_table_unref (self->causes);
  g_hash_table_unref (self->places);

  G_OBJECT_CLASS (gstream_lifecycle_transformer_parent_class)->finalize (object);
}

static void
gstream_lifecycle_transformer_class_init (GstreamLifecycleTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gstream_lifecycle_transformer_finalize;
  transformer_class->process = gstream_lifecycle_transformer_process;
  transformer_class->finish = gstream_lifecycle_transformer_finish;
  transformer_class->fail = gstream_lifecycle_transformer_fail;
}

static void
gstream_lifecycle_transformer_init (GstreamLifecycleTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->places = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal, NULL, place_free);
  self->by_trigger = g_hash_table_new (g_str_hash, g_str_equal);
  self->causes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gstream_payload_unref);
  self->items = gstream_transformer_add_projection (transformer, "lifecycle", GSTREAM_TYPE_PAYLOAD);
  /* Only what is inferred goes to the main log: what was an event is there already. */
  gstream_projection_set_forward (self->items, FALSE);
}
