/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of several open messages an event belongs to that does not say.
 */
#include "config.h"

#include <gstream/event/gstream-payload-private.h> /* reads events' texts without payloads in between */
#include <gstream/projections/gstream-unattributed-private.h>

static GstreamBlock *
find_block (GstreamOpenMessage *open,
            GstreamEvent       *event)
{
  return gstream_message_content_find (gstream_message_peek_content (open->message), event);
}

/* --- a block's start: the newest message that has not started that block --- */

static GstreamOpenMessage *
find_starter (GstreamOpenPlace *place,
              GstreamEvent     *event)
{
  for (guint i = place->open->len; i > 0; i--)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i - 1);

      if (open->message != NULL && find_block (open, event) == NULL)
        return open;
    }

  return NULL;
}

/* --- a delta: nobody's --- */

/* Any of them may lack this delta from now on, so that what follows no longer joins on. */
static void
end_certainty (GstreamOpenPlace *place)
{
  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);

      if (open->message != NULL)
        gstream_message_content_end_certainty (gstream_message_peek_content (open->message));
    }
}

/* What comes right after the start of a block is most likely its, which helps to tell its finish. */
static void
note_hint (GstreamOpenPlace *place,
           GstreamEvent     *event)
{
  const GstreamFacts *facts = gstream_event_get_facts (event);
  GstreamBlock *block = NULL;

  if (place->latest != NULL && place->latest->message != NULL && place->step == GSTREAM_STEP_BLOCK_START)
    block = find_block (place->latest, event);
  if (block == NULL || facts->text == NULL)
    return;

  g_free (block->hint);
  block->hint = g_strdup (facts->text);
}

/* --- a block's finish: the message that it continues --- */

static gboolean
starts_with (const char    *text,
             const GString *start,
             gsize          length)
{
  return start == NULL || (strlen (text) >= length && memcmp (text, start->str, length) == 0);
}

/* What the finish of a block says, as far as it tells messages apart. */
typedef struct
{
  GstreamEvent     *event;
  GstreamJsonValue  content;
  GstreamBlockKind  kind;
  char             *id;    /* or NULL */
  char             *text;  /* of the member that grows; or NULL */
} Finish;

static char *
dup_string_at (GstreamJsonValue  content,
               const char       *pointer)
{
  GstreamJsonValue value;

  return gstream_json_find (content, pointer, &value) && *value.start == '"' ? gstream_json_dup_string (value) : NULL;
}

static void
finish_init (Finish       *self,
             GstreamEvent *event)
{
  *self = (Finish) { .event = event, .kind = GSTREAM_BLOCK_OTHER };
  if (!gstream_message_content_of (event, &self->content))
    return;

  self->kind = gstream_block_kind_of (self->content, GSTREAM_BLOCK_OTHER);
  self->id = dup_string_at (self->content, "/id");
  if (self->kind == GSTREAM_BLOCK_TEXT)
    self->text = dup_string_at (self->content, "/text");
  else if (self->kind == GSTREAM_BLOCK_REASONING)
    self->text = dup_string_at (self->content, "/reasoning");
}

static void
finish_clear (Finish *self)
{
  g_free (self->id);
  g_free (self->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Finish, finish_clear)

/* How well a finish fits a message: the sum of what speaks for it. */
enum
{
  FITS_NOT = -1,
  FITS_MAYBE = 0,    /* nothing speaks against it */
  FITS_GUESS = 5,    /* it has started such a block, or that fits: but whose it is was guessed */
  FITS_STARTED = 10, /* it has started such a block */
  FITS_TEXT = 20,    /* the text goes on from the block's first delta; more, the longer that is */
  FITS_CERTAIN = 5,  /* and from what is certainly the block's */
  FITS_NEXT = 30,    /* its last block was finished by the event before this one */
  FITS_BURST = 60,   /* and it has started this one too */
  FITS_ID = 100,     /* so says the block's id */
};
#define MOST_TEXT 60 /* bytes that agree, beyond which more say no more */

static int
rate_match (gsize length)
{
  return FITS_TEXT + MIN (length, MOST_TEXT);
}

static int
rate_text (GstreamBlock *block,
           const Finish *finish)
{
  gsize certain = block->stream ? MIN (block->certain, block->stream->len) : 0;

  if (finish->text == NULL)
    return 0;
  if (!starts_with (finish->text, block->stream, certain))
    return FITS_NOT;
  if (certain > 0)
    return rate_match (certain) + FITS_CERTAIN;
  if (block->hint == NULL || !g_str_has_prefix (finish->text, block->hint))
    return 0;

  return block->guessed ? FITS_GUESS : rate_match (strlen (block->hint));
}

static int
rate_id (GstreamBlock *block,
         const Finish *finish)
{
  g_autofree char *id = gstream_members_dup_string (&block->members, "id");

  if (id == NULL || finish->id == NULL)
    return 0;
  if (strcmp (id, finish->id) == 0)
    return block->guessed ? FITS_GUESS : FITS_ID;

  return block->guessed ? 0 : FITS_NOT;
}

static int
rate (GstreamOpenMessage *open,
      const Finish       *finish)
{
  GstreamBlock *block = find_block (open, finish->event);
  gboolean is_next = open->place->latest == open && open->place->step == GSTREAM_STEP_BLOCK_FINISH;
  int by_text;
  int by_id;

  if (block == NULL)
    return is_next ? FITS_NEXT : FITS_MAYBE;
  if (block->finished)
    return FITS_NOT;

  by_text = rate_text (block, finish);
  by_id = rate_id (block, finish);
  if (by_text == FITS_NOT || by_id == FITS_NOT)
    return FITS_NOT;

  return (block->guessed ? FITS_GUESS : FITS_STARTED) + by_text + by_id + (is_next ? FITS_BURST : 0);
}

/* Text that continues nobody's replaces that of the only one it can. */
static GstreamOpenMessage *
find_only (GstreamOpenPlace *place,
           GstreamEvent     *event)
{
  GstreamOpenMessage *only = NULL;

  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);
      GstreamBlock *block = open->message != NULL ? find_block (open, event) : NULL;

      if (block == NULL || block->finished)
        continue;
      if (only != NULL)
        return NULL;
      only = open;
    }

  return only;
}

static GstreamOpenMessage *
find_continued (GstreamOpenPlace *place,
                GstreamEvent     *event)
{
  g_auto (Finish) finish = { 0 };
  GstreamOpenMessage *best = NULL;
  int best_rate = FITS_NOT;

  finish_init (&finish, event);
  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);
      int rated = open->message != NULL ? rate (open, &finish) : FITS_NOT;

      if (rated <= best_rate)
        continue;
      best = open;
      best_rate = rated;
    }

  return best != NULL ? best : find_only (place, event);
}

/* --- the finish of a message: the one whose block was finished last --- */

static gboolean
is_finished (GstreamOpenMessage *open)
{
  return open->stamp > 0 && gstream_message_content_is_finished (gstream_message_peek_content (open->message));
}

static gboolean
is_later (GstreamOpenMessage *open,
          GstreamOpenMessage *than)
{
  return than == NULL || (is_finished (open) && !is_finished (than)) ||
         (is_finished (open) == is_finished (than) && open->stamp > than->stamp);
}

static GstreamOpenMessage *
find_finished (GstreamOpenPlace *place)
{
  GstreamOpenMessage *last = NULL;

  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);

      if (open->message != NULL && open->stamp > 0 && is_later (open, last))
        last = open;
    }

  return last;
}

/* --- what helps to tell the next event --- */

static void
mark_guess (GstreamOpenMessage *open,
            GstreamEvent       *event)
{
  GstreamBlock *block;

  /* Right after its message-start, a block is certainly that message's. */
  if (open->message == NULL || (open->place->latest == open && open->place->step == GSTREAM_STEP_MESSAGE_START))
    return;

  block = find_block (open, event);
  if (block != NULL)
    block->guessed = TRUE;
}

void
gstream_unattributed_note (GstreamOpenMessage *open,
                           GstreamEvent       *event,
                           gboolean            is_guess)
{
  GstreamOpenPlace *place = open->place;
  GstreamStep step = gstream_event_get_facts (event)->step;

  if (is_guess && step == GSTREAM_STEP_BLOCK_START)
    mark_guess (open, event);
  if (step == GSTREAM_STEP_BLOCK_FINISH)
    open->stamp = ++place->clock;
  place->latest = open;
  place->step = step;
}

GstreamOpenMessage *
gstream_unattributed_find (GstreamOpenPlace *place,
                           GstreamEvent     *event)
{
  switch (gstream_event_get_facts (event)->step)
    {
    case GSTREAM_STEP_BLOCK_START:
      return find_starter (place, event);
    case GSTREAM_STEP_BLOCK_DELTA:
      end_certainty (place);
      note_hint (place, event);
      place->step = GSTREAM_STEP_BLOCK_DELTA;
      return NULL;
    case GSTREAM_STEP_BLOCK_FINISH:
      return find_continued (place, event);
    case GSTREAM_STEP_MESSAGE_FINISH:
      return find_finished (place);
    case GSTREAM_STEP_MESSAGE_ERROR:
    default:
      return NULL; /* nothing tells whose error it is; the run's end settles what stays open */
    }
}
