/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `messages`: creates a message for each model call, and finds the message that each event belongs to
 * (T2): by run id or message id, otherwise by namespace, and if there are several open messages, by the order of
 * events.
 */
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading events' texts without making payloads */
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/projections/gstream-message-private.h>
#include <gstream/projections/gstream-messages-transformer-private.h>
#include <gstream/projections/gstream-past-ids-private.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

/* --- the messages of one scope that are open: started, and not ended --- */

typedef struct _OpenMessage OpenMessage;

/* The open messages at one namespace. */
typedef struct
{
  GstreamNamespace *namespace_;
  GQueue            open;   /* of OpenMessage, oldest first */
  guint             n_gaps; /* deltas that could not be attributed (see catch_up) */
  OpenMessage      *latest; /* the message of the latest event here; NULL: it could not be attributed */
  GstreamStep       step;   /* of the latest event that needed a look-up */
  GPtrArray        *burst;  /* of GstreamEvent: consecutive finishes of blocks of one message; NULL: none */
} OpenPlace;

struct _OpenMessage
{
  GstreamMessage *message; /* a reference; NULL: a message that nobody receives */
  OpenPlace      *place;
  GstreamEvent
       *first;    /* held; the event that it was opened for. Events of one writer have its run id at the same address */
  char *run_id;   /* or NULL */
  guint n_gaps;   /* the number of the place's gaps that its content has been told about */
  GList in_place; /* in the place's queue */
  GList in_run;   /* in the queue of its run id; events with only the run id belong to the last one */
  char *id;       /* or NULL */
  /* it belongs to a subgraph, and is only tracked so that its events are not attributed to another message (D4) */
  gboolean foreign;
};

typedef struct
{
  GHashTable    *by_run;   /* run id -> GQueue of OpenMessage, oldest first */
  GHashTable    *by_id;    /* message id -> OpenMessage */
  GHashTable    *places;   /* GstreamNamespace -> OpenPlace */
  guint          n_bursts; /* places with a burst */
  OpenMessage   *latest;   /* the last one found, or NULL */
  GstreamPastIds past;     /* ids of messages that have ended or were removed, and of their runs */
} OpenMessages;

/* Why no message was found. */
typedef enum
{
  ABOUT_NEW,     /* the event belongs to a message not seen before */
  ABOUT_PAST,    /* the event belongs to a message that has ended */
  ABOUT_SEVERAL, /* the event belongs to one of several open messages at its namespace */
} About;

static void
open_message_free (OpenMessage *self)
{
  g_clear_object (&self->message);
  gstream_event_unref (self->first);
  g_free (self->run_id);
  g_free (self->id);
  g_free (self);
}

static void
open_place_free (gpointer data)
{
  OpenPlace *self = data;

  for (GList *link = self->open.head, *next; link != NULL; link = next)
    {
      next = link->next;
      open_message_free (link->data);
    }
  g_clear_pointer (&self->burst, g_ptr_array_unref);
  gstream_namespace_unref (self->namespace_);
  g_free (self);
}

static void
open_messages_init (OpenMessages *self)
{
  self->by_run = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
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

static OpenMessage *
open_messages_by_run (OpenMessages *self,
                      const char   *run_id)
{
  GQueue *queue = g_hash_table_lookup (self->by_run, run_id);

  return queue != NULL ? queue->tail->data : NULL;
}

static OpenMessage *
open_messages_by_id (OpenMessages *self,
                     const char   *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

/* Returns: %NULL if no message is open there */
static OpenPlace *
open_messages_at (OpenMessages     *self,
                  GstreamNamespace *namespace_)
{
  return g_hash_table_lookup (self->places, namespace_);
}

static OpenPlace *
get_place (OpenMessages     *self,
           GstreamNamespace *namespace_)
{
  OpenPlace *place = open_messages_at (self, namespace_);

  if (place != NULL)
    return place;

  place = g_new0 (OpenPlace, 1);
  place->namespace_ = gstream_namespace_ref (namespace_);
  g_hash_table_insert (self->places, place->namespace_, place);

  return place;
}

/* If several messages have the run id, events with no other id belong to the newest. */
static void
enter_run (OpenMessages *self,
           OpenMessage  *open)
{
  GQueue *queue = g_hash_table_lookup (self->by_run, open->run_id);

  if (queue == NULL)
    {
      queue = g_new0 (GQueue, 1);
      g_hash_table_insert (self->by_run, g_strdup (open->run_id), queue);
    }
  g_queue_push_tail_link (queue, &open->in_run);
}

static void
leave_run (OpenMessages *self,
           OpenMessage  *open)
{
  GQueue *queue = open->run_id != NULL ? g_hash_table_lookup (self->by_run, open->run_id) : NULL;

  if (queue == NULL)
    return;
  g_queue_unlink (queue, &open->in_run);
  if (queue->length == 0)
    g_hash_table_remove (self->by_run, open->run_id);
}

/* Indexes @open by these ids, which may be %NULL. */
static void
open_messages_name (OpenMessages *self,
                    OpenMessage  *open,
                    const char   *run_id,
                    const char   *id)
{
  if (run_id != NULL && open->run_id == NULL)
    {
      open->run_id = g_strdup (run_id);
      enter_run (self, open);
    }
  if (id != NULL && open->id == NULL)
    {
      open->id = g_strdup (id);
      g_hash_table_replace (self->by_id, open->id, open);
    }
}

/* Adds the message that begins with @event. Takes ownership of @message. */
static OpenMessage *
open_messages_add (OpenMessages   *self,
                   GstreamEvent   *event,
                   GstreamMessage *message)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  OpenMessage              *open = g_new0 (OpenMessage, 1);

  open->message = message;
  open->first = gstream_event_ref (event);
  open->place = get_place (self, gstream_event_peek_namespace (event));
  open->n_gaps = open->place->n_gaps;
  open->in_place.data = open->in_run.data = open;
  g_queue_push_tail_link (&open->place->open, &open->in_place);
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
open_messages_hold (OpenMessages *self,
                    OpenPlace    *place,
                    GstreamEvent *event)
{
  if (place->burst == NULL)
    {
      place->burst = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);
      self->n_bursts++;
    }
  g_ptr_array_add (place->burst, gstream_event_ref (event));
}

static GPtrArray *
open_messages_release (OpenMessages *self,
                       OpenPlace    *place)
{
  self->n_bursts--;

  return g_steal_pointer (&place->burst);
}

/* Returns: any place with events held back, or %NULL */
static OpenPlace *
open_messages_peek_burst (OpenMessages *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->places);
  while (self->n_bursts > 0 && g_hash_table_iter_next (&iter, NULL, &value))
    if (((OpenPlace *) value)->burst != NULL)
      return value;

  return NULL;
}

/* --- removing --- */

static void
open_messages_remove (OpenMessages *self,
                      OpenMessage  *open)
{
  OpenPlace *place = open->place;

  add_past (self, open->id, open->run_id);
  if (open->run_id == NULL && open->id != NULL) /* without a run id, there may be others like it */
    add_past_place (self, place->namespace_);
  leave_run (self, open);
  if (open->id != NULL && open_messages_by_id (self, open->id) == open)
    g_hash_table_remove (self->by_id, open->id);
  if (self->latest == open)
    self->latest = NULL;
  if (place->latest == open)
    place->latest = NULL;

  g_queue_unlink (&place->open, &open->in_place);
  open_message_free (open);
  if (place->open.length == 0)
    g_hash_table_remove (self->places, place->namespace_);
}

/* Returns: any open message, or %NULL */
static OpenMessage *
open_messages_peek (OpenMessages *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->places);
  if (!g_hash_table_iter_next (&iter, NULL, &value))
    return NULL;

  return ((OpenPlace *) value)->open.head->data;
}

/* --- gaps: deltas that were nobody's may be missing in any message that was open --- */

static void
catch_up (OpenMessage *open)
{
  if (open->message != NULL && open->n_gaps != open->place->n_gaps)
    gstream_message_content_add_gaps (gstream_message_peek_content (open->message), open->place->n_gaps - open->n_gaps);
  open->n_gaps = open->place->n_gaps;
}

static GstreamMessageContent *
content_of (OpenMessage *open)
{
  catch_up (open);

  return gstream_message_peek_content (open->message);
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
  OpenMessage *latest = self->latest;

  if (latest == NULL)
    return FALSE;
  if (fields->message_id != NULL)
    return is_same (latest->id, fields->message_id);
  if (fields->run_id != NULL)
    return latest->run_id != NULL && latest->in_run.next == NULL &&
           (fields->run_id == gstream_event_get_fields (latest->first)->run_id ||
            is_same (latest->run_id, fields->run_id));

  return latest->place->open.length == 1 && latest->place->namespace_ == gstream_event_peek_namespace (event);
}

/* Finds a message by message id, otherwise by run id, unless that message has another message id. */
static OpenMessage *
find_named (OpenMessages             *self,
            const GstreamEventFields *fields)
{
  OpenMessage *open = NULL;

  if (fields->message_id != NULL)
    open = open_messages_by_id (self, fields->message_id);
  if (open == NULL && fields->run_id != NULL)
    open = open_messages_by_run (self, fields->run_id);
  if (open == NULL || fields->message_id == NULL || open->id == NULL)
    return open;

  return is_same (open->id, fields->message_id) ? open : NULL;
}

/* An unknown id may be the id of the only open message at @place, if that has none yet. */
static OpenMessage *
adopt (OpenMessages             *self,
       OpenPlace                *place,
       const GstreamEventFields *fields)
{
  OpenMessage *open;

  if (place->open.length != 1)
    return NULL;
  open = place->open.head->data;
  if ((fields->run_id != NULL && open->run_id != NULL) || (fields->message_id != NULL && open->id != NULL))
    return NULL;

  open_messages_name (self, open, fields->run_id, fields->message_id);

  return open;
}

static OpenMessage *
find_other (OpenMessages             *self,
            GstreamEvent             *event,
            const GstreamEventFields *fields,
            About                    *about)
{
  OpenPlace   *place = open_messages_at (self, gstream_event_peek_namespace (event));
  OpenMessage *open = find_named (self, fields);

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
  if (place->open.length == 1)
    return place->open.head->data;

  *about = ABOUT_SEVERAL;

  return NULL;
}

static OpenMessage *
look_up (OpenMessages             *self,
         GstreamEvent             *event,
         const GstreamEventFields *fields,
         About                    *about)
{
  OpenMessage *open = find_other (self, event, fields, about);

  if (open != NULL)
    {
      catch_up (open);
      self->latest = open;
    }

  return open;
}

/* Returns: the message that @event belongs to, or %NULL, with the reason in @about */
static inline OpenMessage *
open_messages_find (OpenMessages             *self,
                    GstreamEvent             *event,
                    const GstreamEventFields *fields,
                    About                    *about)
{
  return G_LIKELY (is_latest (self, event, fields)) ? self->latest : look_up (self, event, fields, about);
}

/*
 * Finds the message, among several open ones at one namespace, that an event without run id and message id belongs to
 * (D2, T2). The events of one chunk of a model arrive together, and so do the finishes of all blocks at the end of a
 * message. Therefore finishes are held back until the last of them has arrived, and then attributed together. Events
 * whose message is not certain are not attributed; since the finish of a block has its whole content, each message ends
 * with complete content. If there is no evidence at all, the contents of messages may be exchanged, but never mixed.
 */

/* --- events without ids, of one of several: a block's start is of the message that has just begun, else of the newest that has not started that index --- */

/*
 * The maximum number of open messages without ids at one namespace that are compared with an event. The newest ones
 * are.
 */
#define MOST_COMPARED 1024

static GList *
oldest_compared (OpenPlace *place)
{
  GList *link = place->open.head;

  if (place->open.length > MOST_COMPARED)
    link = g_queue_peek_nth_link (&place->open, place->open.length - MOST_COMPARED);

  return link;
}

static OpenMessage *
find_newest_without (OpenPlace               *place,
                     const GstreamBlockPlace *at)
{
  guint n = 0;

  for (GList *link = place->open.tail; link != NULL && n < MOST_COMPARED; link = link->prev, n++)
    {
      OpenMessage *open = link->data;

      if (open->message != NULL && !gstream_message_content_has_begun (content_of (open), at))
        return open;
    }

  return NULL;
}

/*
 * Returns the message whose block is started by @event, a content-block-start; NULL if that is not known. @is_guess: it
 * may be another message.
 */
static OpenMessage *
unattributed_start (OpenPlace    *place,
                    GstreamEvent *event,
                    gboolean     *is_guess)
{
  g_auto (GstreamBlockPlace) at = gstream_block_place_of (event);

  *is_guess = place->latest == NULL || place->step != GSTREAM_STEP_MESSAGE_START || place->latest->message == NULL;
  if (*is_guess)
    place->latest = find_newest_without (place, &at);
  place->step = GSTREAM_STEP_BLOCK_START;

  return place->latest;
}

/* --- a delta is of the block that has just begun, else nobody's --- */

/* Returns the message that @event, a delta, certainly belongs to; NULL if that is not certain. */
static OpenMessage *
unattributed_delta (OpenPlace    *place,
                    GstreamEvent *event)
{
  OpenMessage  *latest = place->step == GSTREAM_STEP_BLOCK_START ? place->latest : NULL;
  GstreamBlock *block = latest != NULL ? gstream_message_content_expect (content_of (latest), event) : NULL;

  place->step = GSTREAM_STEP_BLOCK_DELTA;
  if (block == NULL)
    {
      place->n_gaps++;
      return NULL;
    }
  if (!gstream_block_is_doubtful (block))
    return latest;

  /* The text belongs to that block, even if the block belongs to another message. */
  if (block->hint == NULL)
    block->hint = gstream_message_content_dup_words (event);

  return NULL;
}

/* --- blocks' finishes are of the message that they speak for most --- */

/* The parts of a content-block-finish that are used to attribute it. */
typedef struct
{
  GstreamBlockPlace place;
  char             *text; /* its text or reasoning, or NULL */
} Finish;

static void
finish_free (gpointer data)
{
  Finish *self = data;

  gstream_block_place_clear (&self->place);
  g_free (self->text);
  g_free (self);
}

static char *
dup_string_at (GstreamJsonValue content,
               const char      *pointer)
{
  GstreamJsonValue value;

  return gstream_json_find (content, pointer, &value) && *value.start == '"' ? gstream_json_dup_string (value) : NULL;
}

static Finish *
finish_new (GstreamEvent *event)
{
  Finish          *self = g_new0 (Finish, 1);
  GstreamJsonValue content;

  self->place = gstream_block_place_of (event);
  if (!gstream_message_content_of (event, &content))
    return self;

  gstream_block_place_fill (&self->place, content);
  if (self->place.kind == GSTREAM_BLOCK_TEXT)
    self->text = dup_string_at (content, "/text");
  else if (self->place.kind == GSTREAM_BLOCK_REASONING)
    self->text = dup_string_at (content, "/reasoning");

  return self;
}

/* Points for each finish; the message with most points wins. */
enum
{
  FITS_MAYBE = 1,         /* the block there is of an unknown kind */
  FITS_NOT = -1,          /* the block there is of another kind */
  FITS_GUESS = 5,         /* a block of that kind is there, but was attributed by a guess */
  FITS_STARTED = 10,      /* a block of that kind is there */
  FITS_TEXT = 20,         /* the finish begins with the block's text: this, and 1 a byte */
  FITS_ID = 1000,         /* the ids are equal */
  LEAVES_OPEN = -200,     /* for each block that would be unfinished at the end of the message if it were this one */
  FITS_NO_GUESS = -10,    /* the block has other text, but was attributed by a guess */
  CONTRADICTS = -1000000, /* the block has other text */
};
#define MOST_TEXT 60 /* bytes of equal text that are counted */
/*
 * The weight of certain evidence (id or text) from the first finish, which nothing else can outweigh, because the
 * following finishes belong to the same message.
 */
#define FIRST G_GINT64_CONSTANT (1000000000)

/* If the start of the block was not seen, its text may lack the beginning. */
static gboolean
agrees (GstreamBlock *block,
        const Finish *finish)
{
  return block->begun ? g_str_has_prefix (finish->text, block->stream->str)
                      : strstr (finish->text, block->stream->str) != NULL;
}

/* Compares the text. For a guessed block, that is the text directly after its start. */
static int
rate_words (GstreamBlock *block,
            const Finish *finish)
{
  const char *text = block->guessed ? block->hint : block->stream != NULL ? block->stream->str : NULL;
  gboolean    is_same;

  if (finish->text == NULL || text == NULL || *text == '\0')
    return 0;
  is_same = block->guessed ? g_str_has_prefix (finish->text, text) : agrees (block, finish);
  if (is_same)
    return FITS_TEXT + (int) MIN (strlen (text), MOST_TEXT);

  return block->guessed ? FITS_NO_GUESS : CONTRADICTS;
}

/* Compares the id, otherwise the text. */
static int
rate_identity (GstreamBlock *block,
               const Finish *finish)
{
  if (!gstream_block_may_become (block->kind, finish->place.kind))
    return 0;

  return block->id != NULL && finish->place.id != NULL ? FITS_ID : rate_words (block, finish);
}

static int
rate_kind (GstreamBlock *block,
           const Finish *finish)
{
  if (!gstream_block_may_become (block->kind, finish->place.kind))
    return block->kind == GSTREAM_BLOCK_OTHER ? FITS_MAYBE : FITS_NOT;

  return block->guessed ? FITS_GUESS : FITS_STARTED;
}

/* The unfinished block that @finish would finish, or %NULL */
static GstreamBlock *
find_unfinished_block (GstreamMessageContent *content,
                       const Finish          *finish)
{
  GstreamBlock *block = gstream_message_content_find_ending (content, &finish->place);

  return block != NULL && !block->finished ? block : NULL;
}

static gint64
rate_finish (GstreamBlock *block,
             const Finish *finish,
             gboolean      is_first)
{
  int      identity = rate_identity (block, finish);
  gboolean is_sure = identity >= FITS_TEXT || identity == CONTRADICTS;

  return rate_kind (block, finish) + identity * (is_first && is_sure ? FIRST : 1);
}

static gint64
rate (OpenMessage *open,
      GPtrArray   *finishes,
      gboolean     is_end)
{
  GstreamMessageContent *content = content_of (open);
  gint64                 left = gstream_message_content_count_open (content) >> 32;
  gint64                 rated = 0;

  for (guint i = 0; i < finishes->len; i++)
    {
      GstreamBlock *block = find_unfinished_block (content, g_ptr_array_index (finishes, i));

      if (block == NULL)
        continue;
      rated += rate_finish (block, g_ptr_array_index (finishes, i), i == 0);
      left -= !block->guessed;
    }

  return is_end ? rated + MAX (left, 0) * LEAVES_OPEN : rated;
}

static GPtrArray *
read_finishes (OpenPlace *place)
{
  GPtrArray *finishes = g_ptr_array_new_with_free_func (finish_free);

  for (guint i = 0; i < place->burst->len; i++)
    g_ptr_array_add (finishes, finish_new (g_ptr_array_index (place->burst, i)));

  return finishes;
}

/* Returns the message that the held back finishes belong to; @is_end: the message ends with them. */
static OpenMessage *
unattributed_finish (OpenPlace *place,
                     gboolean   is_end)
{
  g_autoptr (GPtrArray) finishes = read_finishes (place);
  OpenMessage *best = NULL;
  gint64       best_rate = G_MININT64;

  for (GList *link = oldest_compared (place); link != NULL; link = link->next)
    {
      OpenMessage *open = link->data;
      gint64       rated = open->message != NULL ? rate (open, finishes, is_end) : G_MININT64;

      if (rated <= best_rate)
        continue;
      best = open;
      best_rate = rated;
    }
  place->latest = best;
  place->step = GSTREAM_STEP_BLOCK_FINISH;

  return best;
}

/* --- the finish of a message is of the newest with fewest blocks unfinished, for one without blocks comes in one piece --- */

/* Returns the message that ends, if no block was finished directly before. */
static OpenMessage *
unattributed_end (OpenPlace *place)
{
  OpenMessage *best = NULL;
  guint64      fewest = G_MAXUINT64;

  for (GList *link = oldest_compared (place); link != NULL; link = link->next)
    {
      OpenMessage *open = link->data;
      guint64      n = open->message != NULL ? gstream_message_content_count_open (content_of (open)) : G_MAXUINT64;

      if (n > fewest)
        continue;
      best = open;
      fewest = n;
    }

  return best;
}

/* --- the transformer --- */

struct _GstreamMessagesTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *messages; /* owned by the transformer */
  OpenMessages       open;
  gboolean           in_subgraph;   /* the event is at a subgraph, so that a message that it begins is foreign (D4) */
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
static OpenMessage *
open_message (GstreamMessagesTransformer *self,
              GstreamEvent               *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  gboolean        is_shown = !fields->tool_role && !self->in_subgraph && gstream_projection_is_wanted (self->messages);
  GstreamMessage *message = NULL;
  OpenMessage    *open;

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

/* Removes @open before its message is ended, because handlers of the notification may re-enter. */
static GstreamMessage *
close_message (GstreamMessagesTransformer *self,
               OpenMessage                *open)
{
  GstreamMessage *message = g_steal_pointer (&open->message);

  note_past_at_node (self, open->place->namespace_, open->run_id, open->id);
  open_messages_remove (&self->open, open);

  return message;
}

static void
end_message (GstreamMessagesTransformer *self,
             OpenMessage                *open,
             GstreamMessageStatus        status,
             const GError               *error)
{
  g_autoptr (GstreamMessage) message = close_message (self, open);

  if (message != NULL)
    gstream_message_end (message, status, error);
}

/* --- what events do --- */

/* The open message that a message-start repeats: same message id, else same run id with no other message id. */
static OpenMessage *
find_same (GstreamMessagesTransformer *self,
           const GstreamEventFields   *fields)
{
  OpenMessage *other = NULL;

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
  OpenMessage *open = find_same (self, gstream_event_get_fields (event));

  if (open != NULL)
    end_message (self, open, GSTREAM_MESSAGE_STATUS_INCOMPLETE, NULL);
  open = open_message (self, event);
  if (open->message != NULL)
    gstream_message_begin (open->message, event);
}

static OpenPlace *
place_of (GstreamMessagesTransformer *self,
          GstreamEvent               *event)
{
  return open_messages_at (&self->open, gstream_event_peek_namespace (event));
}

/* Notes whether the one of several open messages that an event was attributed to is foreign. */
static OpenMessage *
note_found (GstreamMessagesTransformer *self,
            OpenMessage                *open)
{
  self->found_foreign = open != NULL && open->foreign;

  return open;
}

/* Returns: %NULL for a delta that is late, or not attributable: then the finish of the block contains the text */
static OpenMessage *
find_for_delta (GstreamMessagesTransformer *self,
                GstreamEvent               *event,
                const GstreamEventFields   *fields)
{
  About        about = ABOUT_NEW;
  OpenMessage *open = look_up (&self->open, event, fields, &about);

  if (open == NULL && about == ABOUT_SEVERAL)
    {
      self->open.latest = NULL; /* it may lack this delta, so it must be looked up (and told) next time */
      return note_found (self, unattributed_delta (place_of (self, event), event));
    }
  if (open == NULL && about == ABOUT_NEW)
    return open_message (self, event); /* attached in the middle of the message */

  return open;
}

static inline void
take_delta (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            const GstreamEventFields   *fields)
{
  OpenMessage *open =
      G_LIKELY (is_latest (&self->open, event, fields)) ? self->open.latest : find_for_delta (self, event, fields);

  if (open != NULL && open->message != NULL)
    gstream_message_take_delta (open->message, event, fields);
}

/* A start whose message is guessed is not passed on to the subgraph; it only helps to attribute its finish. */
static OpenMessage *
start_block_of_several (GstreamMessagesTransformer *self,
                        GstreamEvent               *event,
                        gboolean                   *is_guess)
{
  OpenMessage *open = unattributed_start (place_of (self, event), event, is_guess);

  note_found (self, *is_guess ? NULL : open);

  return open;
}

static void
start_block (GstreamMessagesTransformer *self,
             GstreamEvent               *event,
             const GstreamEventFields   *fields)
{
  About        about = ABOUT_NEW;
  OpenMessage *open = open_messages_find (&self->open, event, fields, &about);
  gboolean     is_guess = FALSE;

  if (open == NULL && about == ABOUT_SEVERAL)
    open = start_block_of_several (self, event, &is_guess);
  else if (open == NULL && about == ABOUT_NEW)
    open = open_message (self, event);
  if (open == NULL)
    return;

  catch_up (open);
  open->place->latest = open;
  open->place->step = GSTREAM_STEP_BLOCK_START;
  if (open->message != NULL)
    gstream_message_start_block (open->message, event, is_guess);
}

/* Attributes the finishes that were held back. @is_end: the message-finish has come. */
static OpenMessage *
attribute_burst (GstreamMessagesTransformer *self,
                 OpenPlace                  *place,
                 gboolean                    is_end)
{
  OpenMessage *open = unattributed_finish (place, is_end);
  g_autoptr (GPtrArray) burst = open_messages_release (&self->open, place);

  for (guint i = 0; open != NULL && i < burst->len; i++)
    gstream_message_finish_block (open->message, g_ptr_array_index (burst, i));

  return open;
}

/*
 * Consecutive finishes are held back and attributed together, which is more reliable. At a subgraph each is attributed
 * at once, as it has to be passed on if it is for a message of the subgraph (D4).
 */
static OpenMessage *
finish_block_of_several (GstreamMessagesTransformer *self,
                         OpenPlace                  *place,
                         GstreamEvent               *event)
{
  if (self->in_subgraph && place->step == GSTREAM_STEP_BLOCK_FINISH && place->latest != NULL)
    return note_found (self, place->latest);

  open_messages_hold (&self->open, place, event);
  if (self->in_subgraph)
    note_found (self, attribute_burst (self, place, FALSE));

  return NULL;
}

static void
finish_block (GstreamMessagesTransformer *self,
              GstreamEvent               *event,
              const GstreamEventFields   *fields)
{
  About        about = ABOUT_NEW;
  OpenMessage *open = open_messages_find (&self->open, event, fields, &about);

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
attribute_bursts (GstreamMessagesTransformer *self)
{
  OpenPlace *place;

  while ((place = open_messages_peek_burst (&self->open)) != NULL)
    attribute_burst (self, place, FALSE);
}

/* Attributes finishes that were held back, unless @event continues them. */
static void
attribute_before (GstreamMessagesTransformer *self,
                  GstreamEvent               *event,
                  const GstreamEventFields   *fields)
{
  OpenPlace *place = place_of (self, event);

  if (fields->message_id != NULL || fields->run_id != NULL)
    attribute_bursts (self);
  else if (place != NULL && place->burst != NULL && fields->step != GSTREAM_STEP_BLOCK_FINISH &&
           fields->step != GSTREAM_STEP_MESSAGE_FINISH)
    attribute_burst (self, place, FALSE);
}

static OpenMessage *
find_ending (GstreamMessagesTransformer *self,
             GstreamEvent               *event)
{
  OpenPlace *place = place_of (self, event);

  if (place->burst != NULL)
    return attribute_burst (self, place, TRUE);
  if (place->step == GSTREAM_STEP_BLOCK_FINISH && place->latest != NULL)
    return place->latest;

  return unattributed_end (place);
}

/* The end of a message that is not open makes no message, but events after it are late. */
static void
finish (GstreamMessagesTransformer *self,
        GstreamEvent               *event,
        const GstreamEventFields   *fields)
{
  About        about = ABOUT_NEW;
  OpenMessage *open = open_messages_find (&self->open, event, fields, &about);
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
  About            about = ABOUT_NEW;
  OpenMessage     *open = open_messages_find (&self->open, event, fields, &about);
  g_autofree char *text = gstream_error_dup_words_in (gstream_event_peek_item (event));
  g_autoptr (GError) error =
      gstream_run_error_new (text ? text : _ ("The model failed, and its source does not say why"));

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
  OpenMessage *open = fields->message_id ? open_messages_by_id (&self->open, fields->message_id) : NULL;
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
  GstreamMessagesTransformer *self =
      (GstreamMessagesTransformer *) transformer; /* no type check, because this runs for each token */
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (G_UNLIKELY (self->open.n_bursts > 0))
    attribute_before (self, event, fields);
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
static OpenMessage *
find_there (GstreamMessagesTransformer *self,
            GstreamEvent               *event,
            About                      *about)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  OpenMessage              *open = NULL;

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
 * Whether @event is a delta for a foreign message, before which an unattributed delta may be missing. The subgraph does
 * not know about that one, and must not append this one.
 */
static gboolean
lacks_text (OpenMessage  *open,
            GstreamEvent *event)
{
  return gstream_event_get_fields (event)->step == GSTREAM_STEP_BLOCK_DELTA && open != NULL && open->foreign &&
         open->message != NULL && gstream_message_content_has_gap (content_of (open));
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
  OpenMessage                *open = find_there (self, event, &about);
  gboolean                    is_ours = open != NULL ? !open->foreign : about != ABOUT_NEW;

  if (open == NULL && about == ABOUT_NEW && gstream_event_get_fields (event)->step != GSTREAM_STEP_MESSAGE_START)
    return FALSE;

  self->in_subgraph = TRUE;
  self->found_foreign = FALSE;
  gstream_messages_transformer_process (transformer, event, NULL);
  self->in_subgraph = FALSE;

  return (is_ours && !self->found_foreign) || lacks_text (open, event);
}

/* --- the end --- */

static void
end_all (GstreamMessagesTransformer *self,
         GstreamMessageStatus        status,
         const GError               *error)
{
  OpenMessage *open;

  attribute_bursts (self);
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
