/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `messages`: creates a message per model call, and finds for each event the message it belongs to (T2):
 * by run id or message id, else by namespace. What depends on the order of events is in gstream-unattributed.c.
 */
#include "config.h"

#include <gstream/event/gstream-error-internal.h>
#include <gstream/projections/gstream-messages-transformer-private.h>
#include <gstream/projections/gstream-past-ids-private.h>
#include <gstream/projections/gstream-unattributed-private.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

/* --- the messages of one scope that are open: started, and not ended --- */

typedef struct
{
  GHashTable         *by_run;   /* run id -> the newest GstreamOpenMessage with it */
  GHashTable         *by_id;    /* message id -> GstreamOpenMessage */
  GHashTable         *places;   /* GstreamNamespace -> GstreamOpenPlace */
  guint               n_bursts; /* places with a burst */
  GstreamOpenMessage *latest;   /* the last one found, or NULL */
  GstreamPastIds      past;     /* ids of messages that have ended or were removed, and of their runs */
} OpenMessages;

/* Why no message was found. */
typedef enum
{
  ABOUT_NEW,     /* the event belongs to a message not seen before */
  ABOUT_PAST,    /* to one that has ended */
  ABOUT_SEVERAL, /* to one of several that are open at its namespace */
} About;

static void
open_message_free (gpointer data)
{
  GstreamOpenMessage *self = data;

  g_clear_object (&self->message);
  gstream_event_unref (self->first);
  g_free (self->run_id);
  g_free (self->id);
  g_free (self);
}

static void
open_place_free (gpointer data)
{
  GstreamOpenPlace *self = data;

  g_ptr_array_unref (self->open);
  g_clear_pointer (&self->burst, g_ptr_array_unref);
  gstream_namespace_unref (self->namespace_);
  g_free (self);
}

static void
open_messages_init (OpenMessages *self)
{
  self->by_run = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->places = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal, NULL, open_place_free);
}

static void
open_messages_clear (OpenMessages *self)
{
  g_clear_pointer (&self->by_run, g_hash_table_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
  gstream_past_ids_clear (&self->past);
  self->n_bursts = 0;
  self->latest = NULL;
}

static GstreamOpenMessage *
open_messages_by_run (OpenMessages *self,
                      const char   *run_id)
{
  return g_hash_table_lookup (self->by_run, run_id);
}

static GstreamOpenMessage *
open_messages_by_id (OpenMessages *self,
                     const char   *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

/* Returns: %NULL if no message is open there */
static GstreamOpenPlace *
open_messages_at (OpenMessages     *self,
                  GstreamNamespace *namespace_)
{
  return g_hash_table_lookup (self->places, namespace_);
}

static GstreamOpenPlace *
get_place (OpenMessages     *self,
           GstreamNamespace *namespace_)
{
  GstreamOpenPlace *place = open_messages_at (self, namespace_);

  if (place != NULL)
    return place;

  place = g_new0 (GstreamOpenPlace, 1);
  place->namespace_ = gstream_namespace_ref (namespace_);
  place->open = g_ptr_array_new_with_free_func (open_message_free);
  g_hash_table_insert (self->places, place->namespace_, place);

  return place;
}

/* If several messages have the run id, events with no other id belong to the newest. */
static void
give_run (OpenMessages       *self,
          GstreamOpenMessage *open)
{
  GstreamOpenMessage *before = open_messages_by_run (self, open->run_id);

  if (before != NULL)
    before->has_run = FALSE;
  open->has_run = TRUE;
  g_hash_table_replace (self->by_run, open->run_id, open);
}

/* Indexes @open by these ids, which may be %NULL. */
static void
open_messages_name (OpenMessages       *self,
                    GstreamOpenMessage *open,
                    const char         *run_id,
                    const char         *id)
{
  if (run_id != NULL && open->run_id == NULL)
    {
      open->run_id = g_strdup (run_id);
      give_run (self, open);
    }
  if (id != NULL && open->id == NULL)
    {
      open->id = g_strdup (id);
      g_hash_table_replace (self->by_id, open->id, open);
    }
}

/* Adds the message that begins with @event. Takes ownership of @message. */
static GstreamOpenMessage *
open_messages_add (OpenMessages   *self,
                   GstreamEvent   *event,
                   GstreamMessage *message)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamOpenMessage       *open = g_new0 (GstreamOpenMessage, 1);

  open->message = message;
  open->first = gstream_event_ref (event);
  open->place = get_place (self, gstream_event_peek_namespace (event));
  g_ptr_array_add (open->place->open, open);
  open_messages_name (self, open, fields->run_id, fields->message_id);
  open->place->latest = open;
  open->place->step = GSTREAM_STEP_MESSAGE_START;
  self->latest = open;

  return open;
}

/* --- what is over --- */

#define SORT_ID 'm'
#define SORT_RUN 'r'
#define SORT_PLACE 'p'
#define SORT_NODE 'n' /* namespaces, and ids at them, that were nodes */

static void
add_past (OpenMessages *self,
          const char   *id,
          const char   *run_id)
{
  gstream_past_ids_add (&self->past, SORT_ID, id);
  gstream_past_ids_add (&self->past, SORT_RUN, run_id);
}

/* Messages without ids are remembered by their namespace. */
static char *
name_place (GstreamNamespace *ns)
{
  return g_strjoinv ("\n", (char **) ns->segments);
}

static void
add_past_place (OpenMessages     *self,
                GstreamNamespace *ns)
{
  g_autofree char *name = name_place (ns);

  gstream_past_ids_add (&self->past, SORT_PLACE, name);
}

/* If no message is open at @ns, events without ids are late for one that was. */
static gboolean
is_past_place (OpenMessages     *self,
               GstreamNamespace *ns)
{
  g_autofree char *name = name_place (ns);

  return gstream_past_ids_contains (&self->past, SORT_PLACE, name);
}

static void
add_past_of_node (OpenMessages *self,
                  const char   *place,
                  const char   *sort,
                  const char   *id)
{
  g_autofree char *name = id != NULL ? g_strconcat (place, sort, id, NULL) : NULL;

  gstream_past_ids_add (&self->past, SORT_NODE, name);
}

/* Remembers a message that ended at @ns while that was a node, for when it becomes a subgraph (D4). */
static void
open_messages_add_past_at (OpenMessages     *self,
                           GstreamNamespace *ns,
                           const char       *run_id,
                           const char       *id)
{
  g_autofree char *place = name_place (ns);

  add_past_of_node (self, place, "\n\n", "");
  add_past_of_node (self, place, "\n\nrun ", run_id);
  add_past_of_node (self, place, "\n\nid ", id);
}

static gboolean
open_messages_has_past_at (OpenMessages     *self,
                           GstreamNamespace *ns)
{
  g_autofree char *place = name_place (ns);
  g_autofree char *name = g_strconcat (place, "\n\n", NULL);

  return gstream_past_ids_contains (&self->past, SORT_NODE, name);
}

static gboolean
open_messages_is_past_at (OpenMessages             *self,
                          GstreamNamespace         *ns,
                          const GstreamEventFields *fields)
{
  g_autofree char *place = name_place (ns);
  const char      *id = fields->message_id ? fields->message_id : fields->run_id;
  g_autofree char *name = id ? g_strconcat (place, fields->message_id ? "\n\nid " : "\n\nrun ", id, NULL) : NULL;

  return gstream_past_ids_contains (&self->past, SORT_NODE, name);
}

static void
open_messages_add_over (OpenMessages             *self,
                        const GstreamEventFields *fields)
{
  add_past (self, fields->message_id, fields->run_id);
}

/* Remembers that the message of these ids has ended, though it was never open here. */
static void
open_messages_add_over_id (OpenMessages *self,
                           const char   *id)
{
  add_past (self, id, NULL);
}

/* Whether the event belongs to a message that has ended: by message id, else by run id, as a run may have several messages. */
static gboolean
open_messages_is_past (OpenMessages             *self,
                       const GstreamEventFields *fields)
{
  if (fields->message_id != NULL)
    return gstream_past_ids_contains (&self->past, SORT_ID, fields->message_id);

  return gstream_past_ids_contains (&self->past, SORT_RUN, fields->run_id);
}

/* --- finishes of blocks that are not yet known to be of a message (D2) --- */

/* Holds back @event, a content-block-finish, until it is known which message it belongs to. */
static void
open_messages_hold (OpenMessages     *self,
                    GstreamOpenPlace *place,
                    GstreamEvent     *event)
{
  if (place->burst == NULL)
    {
      place->burst = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);
      self->n_bursts++;
    }
  g_ptr_array_add (place->burst, gstream_event_ref (event));
}

static GPtrArray *
open_messages_release (OpenMessages     *self,
                       GstreamOpenPlace *place)
{
  self->n_bursts--;

  return g_steal_pointer (&place->burst);
}

/* Returns: any place with events held back, or %NULL */
static GstreamOpenPlace *
open_messages_peek_burst (OpenMessages *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->places);
  while (self->n_bursts > 0 && g_hash_table_iter_next (&iter, NULL, &value))
    if (((GstreamOpenPlace *) value)->burst != NULL)
      return value;

  return NULL;
}

/* --- removing --- */

static void
forget_run (OpenMessages       *self,
            GstreamOpenMessage *open)
{
  if (!open->has_run)
    return;

  g_hash_table_remove (self->by_run, open->run_id);
  for (guint i = open->place->open->len; i > 0; i--)
    {
      GstreamOpenMessage *other = g_ptr_array_index (open->place->open, i - 1);

      if (other == open || g_strcmp0 (other->run_id, open->run_id) != 0)
        continue;
      give_run (self, other);
      return;
    }
}

static void
open_messages_remove (OpenMessages       *self,
                      GstreamOpenMessage *open)
{
  GstreamOpenPlace *place = open->place;

  add_past (self, open->id, open->run_id);
  if (open->run_id == NULL && open->id != NULL) /* without a run id, there may be others like it */
    add_past_place (self, place->namespace_);
  forget_run (self, open);
  if (open->id != NULL && open_messages_by_id (self, open->id) == open)
    g_hash_table_remove (self->by_id, open->id);
  if (self->latest == open)
    self->latest = NULL;
  if (place->latest == open)
    place->latest = NULL;

  g_ptr_array_remove (place->open, open);
  if (place->open->len == 0)
    g_hash_table_remove (self->places, place->namespace_);
}

/* Returns: any open message, or %NULL */
static GstreamOpenMessage *
open_messages_peek (OpenMessages *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->places);
  if (!g_hash_table_iter_next (&iter, NULL, &value))
    return NULL;

  return g_ptr_array_index (((GstreamOpenPlace *) value)->open, 0);
}

/* --- finding --- */

static inline gboolean
is_same (const char *a,
         const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp (a, b) == 0);
}

/* Whether the event belongs to the message found last, as nearly all do. */
static inline gboolean
is_latest (OpenMessages             *self,
           GstreamEvent             *event,
           const GstreamEventFields *fields)
{
  GstreamOpenMessage *latest = self->latest;

  if (latest == NULL)
    return FALSE;
  if (fields->message_id != NULL)
    return is_same (latest->id, fields->message_id);
  if (fields->run_id != NULL)
    return latest->has_run && (fields->run_id == gstream_event_get_fields (latest->first)->run_id ||
                               is_same (latest->run_id, fields->run_id));

  return latest->place->open->len == 1 && latest->place->namespace_ == gstream_event_peek_namespace (event);
}

/* By message id, else by run id unless the message there has another message id. */
static GstreamOpenMessage *
find_named (OpenMessages             *self,
            const GstreamEventFields *fields)
{
  GstreamOpenMessage *open = NULL;

  if (fields->message_id != NULL)
    open = open_messages_by_id (self, fields->message_id);
  if (open == NULL && fields->run_id != NULL)
    open = open_messages_by_run (self, fields->run_id);
  if (open == NULL || fields->message_id == NULL || open->id == NULL)
    return open;

  return is_same (open->id, fields->message_id) ? open : NULL;
}

/* An unknown id may be that of the only message open at @place, if that has none yet. */
static GstreamOpenMessage *
adopt (OpenMessages             *self,
       GstreamOpenPlace         *place,
       const GstreamEventFields *fields)
{
  GstreamOpenMessage *open;

  if (place->open->len != 1)
    return NULL;
  open = g_ptr_array_index (place->open, 0);
  if ((fields->run_id != NULL && open->run_id != NULL) || (fields->message_id != NULL && open->id != NULL))
    return NULL;

  open_messages_name (self, open, fields->run_id, fields->message_id);

  return open;
}

static GstreamOpenMessage *
look_up (OpenMessages             *self,
         GstreamEvent             *event,
         const GstreamEventFields *fields,
         About                    *about)
{
  GstreamOpenPlace   *place = open_messages_at (self, gstream_event_peek_namespace (event));
  GstreamOpenMessage *open = find_named (self, fields);

  *about = ABOUT_NEW;
  if (open != NULL)
    return open;
  if (open_messages_is_past (self, fields))
    {
      *about = ABOUT_PAST;
      return NULL;
    }
  if (place == NULL && fields->message_id == NULL && fields->run_id == NULL &&
      is_past_place (self, gstream_event_peek_namespace (event)))
    *about = ABOUT_PAST;
  if (place == NULL)
    return NULL;
  if (fields->message_id != NULL || fields->run_id != NULL)
    return adopt (self, place, fields);
  if (place->open->len == 1)
    return g_ptr_array_index (place->open, 0);

  *about = ABOUT_SEVERAL;

  return NULL;
}

/* Returns: the message that @event belongs to, or %NULL, with the reason in @about */
static GstreamOpenMessage *
open_messages_find (OpenMessages             *self,
                    GstreamEvent             *event,
                    const GstreamEventFields *fields,
                    About                    *about)
{
  GstreamOpenMessage *open;

  if (G_LIKELY (is_latest (self, event, fields)))
    return self->latest;

  open = look_up (self, event, fields, about);
  if (open != NULL)
    self->latest = open;

  return open;
}

/* --- the transformer --- */

struct _GstreamMessagesTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *messages; /* owned by the transformer */
  OpenMessages       open;
  gboolean           in_subgraph; /* the event is at a subgraph, so that a message beginning with it is foreign (D4) */
  gboolean           found_foreign; /* an event without ids turned out to be for a foreign message */
};

G_DEFINE_FINAL_TYPE (GstreamMessagesTransformer, gstream_messages_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- making messages --- */

/* The node of the event: as its metadata say, else the first namespace segment below the scope (D4). */
static char *
dup_node (GstreamMessagesTransformer *self,
          GstreamEvent               *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamNamespace         *ns = gstream_event_peek_namespace (event);
  guint depth = g_strv_length ((char **) gstream_transformer_get_scope (GSTREAM_TRANSFORMER (self)));

  if (fields->node != NULL)
    return g_strdup (fields->node);
  if (ns->length <= depth)
    return NULL;

  return g_strndup (ns->segments[depth], strcspn (ns->segments[depth], ":"));
}

static GstreamMessage *
make_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));
  g_autofree char  *node = dup_node (self, event);

  return gstream_message_new (gstream_stream_mux_get_pump (mux), gstream_event_peek_namespace (event), node,
                              gstream_event_get_fields (event)->message_id);
}

static void
push (GstreamMessagesTransformer *self,
      GstreamMessage             *message)
{
  gstream_projection_push_item (self->messages, (GstreamItem) { .p = g_object_ref (message) }, NULL);
}

/*
 * Opens the message that begins with @event. If nobody receives it, it is still tracked, so that its events are not
 * attributed to another message; without a run id (D2) that takes its content, too.
 */
static GstreamOpenMessage *
open_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  gboolean        is_shown = !fields->tool_role && !self->in_subgraph && gstream_projection_is_wanted (self->messages);
  GstreamMessage *message = NULL;
  GstreamOpenMessage *open;

  if (is_shown || fields->run_id == NULL)
    message = make_message (self, event);
  if (is_shown)
    push (self, message);

  open = open_messages_add (&self->open, event, message);
  open->foreign = self->in_subgraph;

  return open;
}

/* Events for a message that ended at a node are late also after the node has become a subgraph (D4). */
static void
note_past_at_node (GstreamMessagesTransformer *self,
                   GstreamNamespace           *ns,
                   const char                 *run_id,
                   const char                 *id)
{
  if (ns->length > g_strv_length ((char **) gstream_transformer_get_scope (GSTREAM_TRANSFORMER (self))))
    open_messages_add_past_at (&self->open, ns, run_id, id);
}

static void
note_over (GstreamMessagesTransformer *self,
           GstreamEvent               *event,
           const GstreamEventFields   *fields)
{
  open_messages_add_over (&self->open, fields);
  note_past_at_node (self, gstream_event_peek_namespace (event), fields->run_id, fields->message_id);
}

static void
note_over_id (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields   *fields)
{
  open_messages_add_over_id (&self->open, fields->message_id);
  note_past_at_node (self, gstream_event_peek_namespace (event), NULL, fields->message_id);
}

/* Removes @open before its message ends, since handlers that are notified of the end may re-enter. */
static GstreamMessage *
close_message (GstreamMessagesTransformer *self,
               GstreamOpenMessage         *open)
{
  GstreamMessage *message = g_steal_pointer (&open->message);

  note_past_at_node (self, open->place->namespace_, open->run_id, open->id);
  open_messages_remove (&self->open, open);

  return message;
}

static void
end_message (GstreamMessagesTransformer *self,
             GstreamOpenMessage         *open,
             GstreamMessageStatus        status,
             const GError               *error)
{
  g_autoptr (GstreamMessage) message = close_message (self, open);

  if (message != NULL)
    gstream_message_end (message, status, error);
}

/* --- what events do --- */

/* The open message that a message-start repeats: same message id, else same run id with no other message id. */
static GstreamOpenMessage *
find_same (GstreamMessagesTransformer *self,
           const GstreamEventFields   *fields)
{
  GstreamOpenMessage *other = NULL;

  if (fields->message_id != NULL)
    other = open_messages_by_id (&self->open, fields->message_id);
  if (other == NULL && fields->run_id != NULL)
    {
      other = open_messages_by_run (&self->open, fields->run_id);
      if (other != NULL && other->id != NULL && fields->message_id != NULL)
        return NULL;
    }

  return other;
}

/* If the message is open already, the open one ends as incomplete (T2). */
static void
start (GstreamMessagesTransformer *self,
       GstreamEvent               *event)
{
  GstreamOpenMessage *open = find_same (self, gstream_event_get_fields (event));

  if (open != NULL)
    end_message (self, open, GSTREAM_MESSAGE_STATUS_INCOMPLETE, NULL);
  open = open_message (self, event);
  if (open->message != NULL)
    gstream_message_begin (open->message, event);
}

static GstreamOpenPlace *
place_of (GstreamMessagesTransformer *self,
          GstreamEvent               *event)
{
  return open_messages_at (&self->open, gstream_event_peek_namespace (event));
}

/* Notes whether the one of several open messages that an event was attributed to is foreign. */
static GstreamOpenMessage *
note_found (GstreamMessagesTransformer *self,
            GstreamOpenMessage         *open)
{
  self->found_foreign = open != NULL && open->foreign;

  return open;
}

static inline void
take_delta (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            const GstreamEventFields   *fields)
{
  About               about = ABOUT_NEW;
  GstreamOpenMessage *open = open_messages_find (&self->open, event, fields, &about);

  if (G_UNLIKELY (open == NULL))
    {
      if (about == ABOUT_SEVERAL)
        open = note_found (self, gstream_unattributed_delta (place_of (self, event), event));
      else if (about == ABOUT_NEW)
        open = open_message (self, event); /* attached in the middle of the message */
      if (open == NULL)
        return; /* late, or not attributable: then the finish of the block contains the text */
    }
  if (open->message != NULL)
    gstream_message_take_delta (open->message, event, fields);
}

/* A start whose message is guessed is not passed on to the subgraph; it only helps to attribute its finish. */
static GstreamOpenMessage *
start_block_of_several (GstreamMessagesTransformer *self,
                        GstreamEvent               *event,
                        gboolean                   *is_guess)
{
  GstreamOpenMessage *open = gstream_unattributed_start (place_of (self, event), event, is_guess);

  note_found (self, *is_guess ? NULL : open);

  return open;
}

static void
start_block (GstreamMessagesTransformer *self,
             GstreamEvent               *event,
             const GstreamEventFields   *fields)
{
  About               about = ABOUT_NEW;
  GstreamOpenMessage *open = open_messages_find (&self->open, event, fields, &about);
  gboolean            is_guess = FALSE;

  if (open == NULL && about == ABOUT_SEVERAL)
    open = start_block_of_several (self, event, &is_guess);
  else if (open == NULL && about == ABOUT_NEW)
    open = open_message (self, event);
  if (open == NULL)
    return;

  open->place->latest = open;
  open->place->step = GSTREAM_STEP_BLOCK_START;
  if (open->message != NULL)
    gstream_message_start_block (open->message, event, is_guess);
}

/* Attributes the finishes that were held back. @is_end: the message-finish has come. */
static GstreamOpenMessage *
settle_burst (GstreamMessagesTransformer *self,
              GstreamOpenPlace           *place,
              gboolean                    is_end)
{
  GstreamOpenMessage *open = gstream_unattributed_finish (place, is_end);
  g_autoptr (GPtrArray) burst = open_messages_release (&self->open, place);

  for (guint i = 0; open != NULL && i < burst->len; i++)
    gstream_message_finish_block (open->message, g_ptr_array_index (burst, i));

  return open;
}

/*
 * Consecutive finishes are held back and attributed together, which is more reliable. At a subgraph each is attributed
 * at once, as it has to be passed on if it is for a message of the subgraph (D4).
 */
static GstreamOpenMessage *
finish_block_of_several (GstreamMessagesTransformer *self,
                         GstreamOpenPlace           *place,
                         GstreamEvent               *event)
{
  if (self->in_subgraph && place->step == GSTREAM_STEP_BLOCK_FINISH && place->latest != NULL)
    return note_found (self, place->latest);

  open_messages_hold (&self->open, place, event);
  if (self->in_subgraph)
    note_found (self, settle_burst (self, place, FALSE));

  return NULL;
}

static void
finish_block (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields   *fields)
{
  About               about = ABOUT_NEW;
  GstreamOpenMessage *open = open_messages_find (&self->open, event, fields, &about);

  if (open == NULL && about == ABOUT_SEVERAL)
    open = finish_block_of_several (self, place_of (self, event), event);
  else if (open == NULL && about == ABOUT_NEW)
    open = open_message (self, event);
  if (open == NULL)
    return;

  open->place->latest = open;
  open->place->step = GSTREAM_STEP_BLOCK_FINISH;
  if (open->message != NULL)
    gstream_message_finish_block (open->message, event);
}

static void
settle_bursts (GstreamMessagesTransformer *self)
{
  GstreamOpenPlace *place;

  while ((place = open_messages_peek_burst (&self->open)) != NULL)
    settle_burst (self, place, FALSE);
}

/* Attributes finishes that were held back, unless @event continues them. */
static void
settle_before (GstreamMessagesTransformer *self,
               GstreamEvent               *event,
               const GstreamEventFields   *fields)
{
  GstreamOpenPlace *place = place_of (self, event);

  if (fields->message_id != NULL || fields->run_id != NULL)
    settle_bursts (self);
  else if (place != NULL && place->burst != NULL && fields->step != GSTREAM_STEP_BLOCK_FINISH &&
           fields->step != GSTREAM_STEP_MESSAGE_FINISH)
    settle_burst (self, place, FALSE);
}

static GstreamOpenMessage *
find_ending (GstreamMessagesTransformer *self,
             GstreamEvent               *event)
{
  GstreamOpenPlace *place = place_of (self, event);

  if (place->burst != NULL)
    return settle_burst (self, place, TRUE);
  if (place->step == GSTREAM_STEP_BLOCK_FINISH && place->latest != NULL)
    return place->latest;

  return gstream_unattributed_end (place);
}

/* The end of a message that is not open makes no message, but events after it are late. */
static void
finish (GstreamMessagesTransformer *self,
        GstreamEvent               *event,
        const GstreamEventFields   *fields)
{
  About               about = ABOUT_NEW;
  GstreamOpenMessage *open = open_messages_find (&self->open, event, fields, &about);
  g_autoptr (GstreamMessage) message = NULL;

  if (open == NULL && about == ABOUT_SEVERAL)
    open = note_found (self, find_ending (self, event));
  if (open == NULL)
    {
      note_over (self, event, fields);
      return;
    }

  message = close_message (self, open);
  if (message != NULL)
    gstream_message_finish (message, event);
}

static void
fail_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields   *fields)
{
  About               about = ABOUT_NEW;
  GstreamOpenMessage *open = open_messages_find (&self->open, event, fields, &about);
  g_autofree char    *text = gstream_error_dup_words_in (gstream_event_peek_item (event));
  g_autoptr (GError) error = gstream_run_error_new (text ? text : "The model failed, and its source does not say why");

  if (open != NULL)
    end_message (self, open, GSTREAM_MESSAGE_STATUS_FAILED, error);
  else
    note_over (self, event, fields);
}

/* A whole message completes the open one with its id, is ignored if that has ended, else is a message of its own. */
static void
take_whole (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            const GstreamEventFields   *fields)
{
  GstreamOpenMessage *open = fields->message_id ? open_messages_by_id (&self->open, fields->message_id) : NULL;
  g_autoptr (GstreamMessage) message = NULL;

  if (open == NULL && fields->message_id != NULL && open_messages_is_past (&self->open, fields))
    return;
  if (open == NULL && (fields->tool_role || !gstream_projection_is_wanted (self->messages)))
    {
      note_over_id (self, event, fields);
      return;
    }
  if (open == NULL)
    open = open_message (self, event);

  message = close_message (self, open);
  if (message != NULL)
    gstream_message_take_whole (message, event);
}

static gboolean
gstream_messages_transformer_process (GstreamTransformer *transformer,
                                      GstreamEvent       *event,
                                      GError            **error)
{
  GstreamMessagesTransformer *self = (GstreamMessagesTransformer *) transformer; /* unchecked: for every token */
  const GstreamEventFields   *fields = gstream_event_get_fields (event);

  if (G_UNLIKELY (self->open.n_bursts > 0))
    settle_before (self, event, fields);
  switch ((int) fields->step)
    {
    case GSTREAM_STEP_BLOCK_DELTA:
      take_delta (self, event, fields);
      break;
    case GSTREAM_STEP_BLOCK_START:
      start_block (self, event, fields);
      break;
    case GSTREAM_STEP_BLOCK_FINISH:
      finish_block (self, event, fields);
      break;
    case GSTREAM_STEP_MESSAGE_START:
      start (self, event);
      break;
    case GSTREAM_STEP_MESSAGE_FINISH:
      finish (self, event, fields);
      break;
    case GSTREAM_STEP_MESSAGE_ERROR:
      fail_message (self, event, fields);
      break;
    case GSTREAM_STEP_MESSAGE_WHOLE:
      take_whole (self, event, fields);
      break;
    case GSTREAM_STEP_MESSAGE_REMOVE:
      note_over_id (self, event, fields);
      break;
    default:
      break; /* a step that this version does not know */
    }

  return TRUE;
}

/* --- a node that has become a subgraph (D4) --- */

gboolean
gstream_messages_transformer_keeps (GstreamTransformer *transformer,
                                    GstreamNamespace   *ns)
{
  OpenMessages *open = &GSTREAM_MESSAGES_TRANSFORMER (transformer)->open;

  return open_messages_at (open, ns) != NULL || open_messages_has_past_at (open, ns);
}

/* The message at the event's own namespace that the event belongs to, or %NULL. */
static GstreamOpenMessage *
find_there (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            About                      *about)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamOpenMessage       *open = NULL;

  *about = ABOUT_NEW;
  if (fields->step == GSTREAM_STEP_MESSAGE_WHOLE)
    open = fields->message_id ? open_messages_by_id (&self->open, fields->message_id) : NULL;
  else if (fields->step != GSTREAM_STEP_MESSAGE_START)
    open = open_messages_find (&self->open, event, fields, about);

  if (open != NULL && !gstream_namespace_equal (open->place->namespace_, gstream_event_peek_namespace (event)))
    open = NULL;
  if (open == NULL && fields->step != GSTREAM_STEP_MESSAGE_START &&
      (fields->step != GSTREAM_STEP_MESSAGE_WHOLE || fields->message_id != NULL) &&
      open_messages_is_past_at (&self->open, gstream_event_peek_namespace (event), fields))
    *about = ABOUT_PAST;

  return open;
}

/*
 * Messages that began while the namespace was a node belong to this scope until they end. Those that begin now belong
 * to the subgraph, and are tracked here as foreign: where only the order of events tells messages apart (T2), all that
 * are open at the namespace count.
 */
gboolean
gstream_messages_transformer_take_kept (GstreamTransformer *transformer,
                                        GstreamEvent       *event)
{
  GstreamMessagesTransformer *self = GSTREAM_MESSAGES_TRANSFORMER (transformer);
  About                       about;
  GstreamOpenMessage         *open = find_there (self, event, &about);
  gboolean                    is_ours = open != NULL ? !open->foreign : about != ABOUT_NEW;

  if (open == NULL && about == ABOUT_NEW && gstream_event_get_fields (event)->step != GSTREAM_STEP_MESSAGE_START)
    return FALSE;

  self->in_subgraph = TRUE;
  self->found_foreign = FALSE;
  gstream_messages_transformer_process (transformer, event, NULL);
  self->in_subgraph = FALSE;

  return is_ours && !self->found_foreign;
}

/* --- the end --- */

static void
end_all (GstreamMessagesTransformer *self,
         GstreamMessageStatus        status,
         const GError               *error)
{
  GstreamOpenMessage *open;

  settle_bursts (self);
  while ((open = open_messages_peek (&self->open)) != NULL)
    end_message (self, open, status, error);
}

static gboolean
gstream_messages_transformer_finish (GstreamTransformer *transformer,
                                     GError            **error)
{
  end_all (GSTREAM_MESSAGES_TRANSFORMER (transformer), GSTREAM_MESSAGE_STATUS_INCOMPLETE, NULL);

  return TRUE;
}

static void
gstream_messages_transformer_fail (GstreamTransformer *transformer,
                                   const GError       *error)
{
  end_all (GSTREAM_MESSAGES_TRANSFORMER (transformer),
           error ? GSTREAM_MESSAGE_STATUS_FAILED : GSTREAM_MESSAGE_STATUS_INCOMPLETE, error);
}

static void
gstream_messages_transformer_dispose (GObject *object)
{
  GstreamMessagesTransformer *self = GSTREAM_MESSAGES_TRANSFORMER (object);

  if (self->open.places != NULL)
    end_all (self, GSTREAM_MESSAGE_STATUS_INCOMPLETE, NULL);
  open_messages_clear (&self->open);

  G_OBJECT_CLASS (gstream_messages_transformer_parent_class)->dispose (object);
}

static void
gstream_messages_transformer_class_init (GstreamMessagesTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gstream_messages_transformer_dispose;
  transformer_class->process = gstream_messages_transformer_process;
  transformer_class->finish = gstream_messages_transformer_finish;
  transformer_class->fail = gstream_messages_transformer_fail;
}

static void
gstream_messages_transformer_init (GstreamMessagesTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->messages = gstream_transformer_add_projection (transformer, "messages", GSTREAM_TYPE_MESSAGE);
  open_messages_init (&self->open);
}
