/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `messages`: one message a model call, and the way of each event
 * to the message it is about (T2).
 */
#include "config.h"

#include <gstream/event/gstream-error-internal.h>
#include <gstream/projections/gstream-messages-transformer-private.h>
#include <gstream/projections/gstream-unattributed-private.h>
#include <gstream/stream/gstream-run-state-private.h>
#include <gstream/stream/gstream-stream-mux-private.h>

struct _GstreamMessagesTransformer
{
  GstreamTransformer  parent_instance;

  GstreamProjection  *messages; /* the transformer's own */
  GstreamOpenMessages open;
  gboolean            abroad;   /* the event is at a subgraph: what begins is foreign (D4) */
  gboolean            found_foreign; /* the event, which did not say its message, was for one that is foreign */
};

G_DEFINE_FINAL_TYPE (GstreamMessagesTransformer, gstream_messages_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- making messages --- */

/* The node that the event is of: as it says, or as its namespace below the scope does (D4). */
static char *
dup_node (GstreamMessagesTransformer *self,
          GstreamEvent               *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
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
  g_autofree char *node = dup_node (self, event);

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
 * Opens the message of @event. One that nobody gets is only known to be open, so
 * that its events are not taken for another's; where they can only be told by
 * what they say (D2), its content has to be known too.
 */
static GstreamOpenMessage *
open_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  gboolean is_shown = !fields->tool_role && !self->abroad && gstream_projection_is_wanted (self->messages);
  GstreamMessage *message = NULL;
  GstreamOpenMessage *open;

  if (is_shown || fields->run_id == NULL)
    message = make_message (self, event);
  if (is_shown)
    push (self, message);

  open = gstream_open_messages_add (&self->open, event, message);
  open->foreign = self->abroad;

  return open;
}

/* What has ended at a node is late there, too, should the node become a subgraph (D4). */
static void
note_past_at_node (GstreamMessagesTransformer *self,
                   GstreamNamespace           *ns,
                   const char                 *run_id,
                   const char                 *id)
{
  if (ns->length > g_strv_length ((char **) gstream_transformer_get_scope (GSTREAM_TRANSFORMER (self))))
    gstream_open_messages_add_past_at (&self->open, ns, run_id, id);
}

static void
bury (GstreamMessagesTransformer *self,
      GstreamEvent               *event,
      const GstreamEventFields         *fields)
{
  gstream_open_messages_bury (&self->open, fields);
  note_past_at_node (self, gstream_event_peek_namespace (event), fields->run_id, fields->message_id);
}

static void
bury_id (GstreamMessagesTransformer *self,
         GstreamEvent               *event,
         const GstreamEventFields         *fields)
{
  gstream_open_messages_bury_id (&self->open, fields->message_id);
  note_past_at_node (self, gstream_event_peek_namespace (event), NULL, fields->message_id);
}

/* No longer open. Whoever is told of the message's end may do anything, so that comes after. */
static GstreamMessage *
close_message (GstreamMessagesTransformer *self,
               GstreamOpenMessage         *open)
{
  GstreamMessage *message = g_steal_pointer (&open->message);

  note_past_at_node (self, open->place->namespace_, open->run_id, open->id);
  gstream_open_messages_remove (&self->open, open);

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

/* The message of the run that starts again. Two turns of one run have a message id each. */
static GstreamOpenMessage *
find_same (GstreamMessagesTransformer *self,
           const GstreamEventFields         *fields)
{
  GstreamOpenMessage *other = NULL;

  if (fields->message_id != NULL)
    other = gstream_open_messages_by_id (&self->open, fields->message_id);
  if (other == NULL && fields->run_id != NULL)
    {
      other = gstream_open_messages_by_run (&self->open, fields->run_id);
      if (other != NULL && other->id != NULL && fields->message_id != NULL)
        return NULL;
    }

  return other;
}

/* A message that starts while it is open: the first time has come to its end. */
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
  return gstream_open_messages_at (&self->open, gstream_event_peek_namespace (event));
}

/* The one of several open messages that an event turned out to be for. */
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
            const GstreamEventFields         *fields)
{
  GstreamAbout about = GSTREAM_ABOUT_NEW;
  GstreamOpenMessage *open = gstream_open_messages_find (&self->open, event, fields, &about);

  if (G_UNLIKELY (open == NULL))
    {
      if (about == GSTREAM_ABOUT_SEVERAL)
        open = note_found (self, gstream_unattributed_delta (place_of (self, event), event));
      else if (about == GSTREAM_ABOUT_NEW)
        open = open_message (self, event); /* it began before this run was attached to: shown from here on */
      if (open == NULL)
        return; /* late; or of one of several, and the block's finish has it too */
    }
  if (open->message != NULL)
    gstream_message_take_delta (open->message, event, fields);
}

/* A guess is not given to the subgraph that the message is of, but kept here, to tell what finishes it. */
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
             const GstreamEventFields         *fields)
{
  GstreamAbout about = GSTREAM_ABOUT_NEW;
  GstreamOpenMessage *open = gstream_open_messages_find (&self->open, event, fields, &about);
  gboolean is_guess = FALSE;

  if (open == NULL && about == GSTREAM_ABOUT_SEVERAL)
    open = start_block_of_several (self, event, &is_guess);
  else if (open == NULL && about == GSTREAM_ABOUT_NEW)
    open = open_message (self, event);
  if (open == NULL)
    return;

  open->place->latest = open;
  open->place->step = GSTREAM_STEP_BLOCK_START;
  if (open->message != NULL)
    gstream_message_start_block (open->message, event, is_guess);
}

/* The finishes that were kept go to the message that they are of. @is_end: it ends with them. */
static GstreamOpenMessage *
settle_burst (GstreamMessagesTransformer *self,
              GstreamOpenPlace           *place,
              gboolean                    is_end)
{
  GstreamOpenMessage *open = gstream_unattributed_finish (place, is_end);
  g_autoptr (GPtrArray) burst = gstream_open_messages_release (&self->open, place);

  for (guint i = 0; open != NULL && i < burst->len; i++)
    gstream_message_finish_block (open->message, g_ptr_array_index (burst, i));

  return open;
}

/*
 * Finishes are kept until it is known that no more of them come, since together they tell more. At a subgraph each is
 * decided at once, since the subgraph has to be given it if it is not for a message of this scope (D4).
 */
static GstreamOpenMessage *
finish_block_of_several (GstreamMessagesTransformer *self,
                         GstreamOpenPlace           *place,
                         GstreamEvent               *event)
{
  if (self->abroad && place->step == GSTREAM_STEP_BLOCK_FINISH && place->latest != NULL)
    return note_found (self, place->latest);

  gstream_open_messages_hold (&self->open, place, event);
  if (self->abroad)
    note_found (self, settle_burst (self, place, FALSE));

  return NULL;
}

static void
finish_block (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields         *fields)
{
  GstreamAbout about = GSTREAM_ABOUT_NEW;
  GstreamOpenMessage *open = gstream_open_messages_find (&self->open, event, fields, &about);

  if (open == NULL && about == GSTREAM_ABOUT_SEVERAL)
    open = finish_block_of_several (self, place_of (self, event), event);
  else if (open == NULL && about == GSTREAM_ABOUT_NEW)
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

  while ((place = gstream_open_messages_peek_burst (&self->open)) != NULL)
    settle_burst (self, place, FALSE);
}

/* What comes after finishes that were kept is of the same message, or says that there are no more of them. */
static void
settle_before (GstreamMessagesTransformer *self,
               GstreamEvent               *event,
               const GstreamEventFields         *fields)
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

/* An end of what is not open ends nothing: it says no more than that. */
static void
finish (GstreamMessagesTransformer *self,
        GstreamEvent               *event,
        const GstreamEventFields         *fields)
{
  GstreamAbout about = GSTREAM_ABOUT_NEW;
  GstreamOpenMessage *open = gstream_open_messages_find (&self->open, event, fields, &about);
  g_autoptr (GstreamMessage) message = NULL;

  if (open == NULL && about == GSTREAM_ABOUT_SEVERAL)
    open = note_found (self, find_ending (self, event));
  if (open == NULL)
    {
      bury (self, event, fields);
      return;
    }

  message = close_message (self, open);
  if (message != NULL)
    gstream_message_finish (message, event);
}

static void
fail_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields         *fields)
{
  GstreamAbout about = GSTREAM_ABOUT_NEW;
  GstreamOpenMessage *open = gstream_open_messages_find (&self->open, event, fields, &about);
  g_autofree char *text = gstream_error_dup_words_in (gstream_event_peek_item (event));
  g_autoptr (GError) error = gstream_run_error_new (text ? text : "The model failed, and its source does not say why");

  if (open != NULL)
    end_message (self, open, GSTREAM_MESSAGE_STATUS_FAILED, error);
  else
    bury (self, event, fields);
}

/* One that is being streamed under the same id is complete with it; else it was never streamed, or is known already. */
static void
take_whole (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            const GstreamEventFields         *fields)
{
  GstreamOpenMessage *open = fields->message_id ? gstream_open_messages_by_id (&self->open, fields->message_id) : NULL;
  g_autoptr (GstreamMessage) message = NULL;

  if (open == NULL && fields->message_id != NULL && gstream_open_messages_is_past (&self->open, fields))
    return;
  if (open == NULL && (fields->tool_role || !gstream_projection_is_wanted (self->messages)))
    {
      bury_id (self, event, fields);
      return;
    }
  if (open == NULL)
    open = open_message (self, event);

  message = close_message (self, open);
  if (message != NULL)
    gstream_message_take_whole (message, event);
}

static gboolean
gstream_messages_transformer_process (GstreamTransformer  *transformer,
                                      GstreamEvent        *event,
                                      GError             **error)
{
  GstreamMessagesTransformer *self = (GstreamMessagesTransformer *) transformer; /* unchecked: for every token */
  const GstreamEventFields *fields = gstream_event_get_fields (event);

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
      bury_id (self, event, fields);
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
  GstreamOpenMessages *open = &GSTREAM_MESSAGES_TRANSFORMER (transformer)->open;

  return gstream_open_messages_at (open, ns) != NULL || gstream_open_messages_has_past_at (open, ns);
}

/* The one that began when the event's namespace was a node, or is known to have begun after that. */
static GstreamOpenMessage *
find_there (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            GstreamAbout               *about)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamOpenMessage *open = NULL;

  *about = GSTREAM_ABOUT_NEW;
  if (fields->step == GSTREAM_STEP_MESSAGE_WHOLE)
    open = fields->message_id ? gstream_open_messages_by_id (&self->open, fields->message_id) : NULL;
  else if (fields->step != GSTREAM_STEP_MESSAGE_START)
    open = gstream_open_messages_find (&self->open, event, fields, about);

  if (open != NULL && !gstream_namespace_equal (open->place->namespace_, gstream_event_peek_namespace (event)))
    open = NULL;
  if (open == NULL && fields->step != GSTREAM_STEP_MESSAGE_START &&
      (fields->step != GSTREAM_STEP_MESSAGE_WHOLE || fields->message_id != NULL) &&
      gstream_open_messages_is_past_at (&self->open, gstream_event_peek_namespace (event), fields))
    *about = GSTREAM_ABOUT_PAST;

  return open;
}

/*
 * What began here before is this scope's until it ends, and what comes late for it. What
 * begins now is the subgraph's, and followed here as well: where nothing but the order of
 * events tells which message one is about (T2), it is one of all that are open.
 */
gboolean
gstream_messages_transformer_take_kept (GstreamTransformer *transformer,
                                        GstreamEvent       *event)
{
  GstreamMessagesTransformer *self = GSTREAM_MESSAGES_TRANSFORMER (transformer);
  GstreamAbout about;
  GstreamOpenMessage *open = find_there (self, event, &about);
  gboolean is_ours = open != NULL ? !open->foreign : about != GSTREAM_ABOUT_NEW;

  if (open == NULL && about == GSTREAM_ABOUT_NEW && gstream_event_get_fields (event)->step != GSTREAM_STEP_MESSAGE_START)
    return FALSE;

  self->abroad = TRUE;
  self->found_foreign = FALSE;
  gstream_messages_transformer_process (transformer, event, NULL);
  self->abroad = FALSE;

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
  while ((open = gstream_open_messages_peek (&self->open)) != NULL)
    end_message (self, open, status, error);
}

static gboolean
gstream_messages_transformer_finish (GstreamTransformer  *transformer,
                                     GError             **error)
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
  gstream_open_messages_clear (&self->open);

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
  gstream_open_messages_init (&self->open);
}
