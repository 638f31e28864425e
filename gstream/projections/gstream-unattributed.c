/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Attributes events without ids to one of several open messages.
 */
#include "config.h"

#include <gstream/event/gstream-payload-internal.h> /* reads events' texts without payloads in between */
#include <gstream/projections/gstream-unattributed-private.h>

static GstreamMessageContent *
content_of (GstreamOpenMessage *open)
{
  return gstream_message_peek_content (open->message);
}

/* --- a block's start: of the message that has just begun, else of the newest that has not started that index --- */

static GstreamOpenMessage *
find_newest_without (GstreamOpenPlace        *place,
                     const GstreamBlockPlace *at)
{
  for (guint i = place->open->len; i > 0; i--)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i - 1);

      if (open->message != NULL && !gstream_message_content_has_begun (content_of (open), at))
        return open;
    }

  return NULL;
}

GstreamOpenMessage *
gstream_unattributed_start (GstreamOpenPlace *place,
                            GstreamEvent     *event,
                            gboolean         *is_guess)
{
  g_auto (GstreamBlockPlace) at = gstream_block_place_of (event);

  *is_guess = place->latest == NULL || place->step != GSTREAM_STEP_MESSAGE_START || place->latest->message == NULL;
  if (*is_guess)
    place->latest = find_newest_without (place, &at);
  place->step = GSTREAM_STEP_BLOCK_START;

  return place->latest;
}

/* --- a delta: of the block that has just begun, else nobody's --- */

/* Any of the messages may lack this delta, so their text has a gap from here on. */
static void
add_gaps (GstreamOpenPlace *place)
{
  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);

      if (open->message != NULL)
        gstream_message_content_add_gap (content_of (open));
    }
}

GstreamOpenMessage *
gstream_unattributed_delta (GstreamOpenPlace *place,
                            GstreamEvent     *event)
{
  GstreamOpenMessage *latest = place->step == GSTREAM_STEP_BLOCK_START ? place->latest : NULL;
  GstreamBlock       *block = latest != NULL ? gstream_message_content_expect (content_of (latest), event) : NULL;

  place->step = GSTREAM_STEP_BLOCK_DELTA;
  if (block == NULL)
    {
      add_gaps (place);
      return NULL;
    }
  if (!gstream_block_is_doubtful (block))
    return latest;

  /* The text of that block, whichever message it belongs to. */
  if (block->hint == NULL)
    block->hint = gstream_message_content_dup_words (event);

  return NULL;
}

/* --- blocks' finishes: of the message that they speak for most --- */

/* What of a content-block-finish helps to attribute it. */
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
  FITS_MAYBE = 1,         /* its block there is of no known kind */
  FITS_NOT = -1,          /* its block there is of another kind */
  FITS_GUESS = 5,         /* a block of that kind is there, but was attributed by a guess */
  FITS_STARTED = 10,      /* a block of that kind is there */
  FITS_TEXT = 20,         /* the finish begins with the block's text: this, and 1 a byte */
  FITS_ID = 1000,         /* the ids are equal */
  LEAVES_OPEN = -200,     /* for each block that would be unfinished at the end of the message */
  CONTRADICTS = -1000000, /* the block has other text */
};
#define MOST_TEXT 60 /* bytes of equal text that give points */

/* If the start of the block was not seen, its text may lack the beginning. */
static gboolean
agrees (GstreamBlock *block,
        const Finish *finish)
{
  return block->begun ? g_str_has_prefix (finish->text, block->stream->str)
                      : strstr (finish->text, block->stream->str) != NULL;
}

static int
rate_words (GstreamBlock *block,
            const Finish *finish)
{
  if (finish->text == NULL)
    return 0;
  if (block->guessed)
    return block->hint != NULL && g_str_has_prefix (finish->text, block->hint) ? FITS_GUESS : 0;
  if (block->stream == NULL || block->stream->len == 0)
    return 0;

  return agrees (block, finish) ? FITS_TEXT + (int) MIN (block->stream->len, MOST_TEXT) : CONTRADICTS;
}

static int
rate_block (GstreamBlock *block,
            const Finish *finish)
{
  gboolean is_same = block->id != NULL && finish->place.id != NULL;

  if (!gstream_block_may_become (block->kind, finish->place.kind))
    return block->kind == GSTREAM_BLOCK_OTHER ? FITS_MAYBE : FITS_NOT;
  if (block->guessed)
    return FITS_GUESS + (is_same ? FITS_GUESS : 0) + rate_words (block, finish);

  return FITS_STARTED + (is_same ? FITS_ID : rate_words (block, finish));
}

/* The unfinished block that @finish would finish, or %NULL */
static GstreamBlock *
find_block (GstreamMessageContent *content,
            const Finish          *finish)
{
  GstreamBlock *block = gstream_message_content_find_ending (content, &finish->place);

  return block != NULL && !block->finished ? block : NULL;
}

static gint64
rate (GstreamOpenMessage *open,
      GPtrArray          *finishes,
      gboolean            is_end)
{
  GstreamMessageContent *content = content_of (open);
  gint64                 left = gstream_message_content_count_open (content) >> 32;
  gint64                 rated = 0;

  for (guint i = 0; i < finishes->len; i++)
    {
      GstreamBlock *block = find_block (content, g_ptr_array_index (finishes, i));

      if (block == NULL)
        continue;
      rated += rate_block (block, g_ptr_array_index (finishes, i));
      left -= !block->guessed;
    }

  return is_end ? rated + MAX (left, 0) * LEAVES_OPEN : rated;
}

static GPtrArray *
read_finishes (GstreamOpenPlace *place)
{
  GPtrArray *finishes = g_ptr_array_new_with_free_func (finish_free);

  for (guint i = 0; i < place->burst->len; i++)
    g_ptr_array_add (finishes, finish_new (g_ptr_array_index (place->burst, i)));

  return finishes;
}

GstreamOpenMessage *
gstream_unattributed_finish (GstreamOpenPlace *place,
                             gboolean          is_end)
{
  g_autoptr (GPtrArray) finishes = read_finishes (place);
  GstreamOpenMessage *best = NULL;
  gint64              best_rate = G_MININT64;

  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);
      gint64              rated = open->message != NULL ? rate (open, finishes, is_end) : G_MININT64;

      if (rated <= best_rate)
        continue;
      best = open;
      best_rate = rated;
    }
  place->latest = best;
  place->step = GSTREAM_STEP_BLOCK_FINISH;

  return best;
}

/* --- the finish of a message: of the newest with fewest blocks unfinished, for one without blocks comes in one piece --- */

GstreamOpenMessage *
gstream_unattributed_end (GstreamOpenPlace *place)
{
  GstreamOpenMessage *best = NULL;
  guint64             fewest = G_MAXUINT64;

  for (guint i = 0; i < place->open->len; i++)
    {
      GstreamOpenMessage *open = g_ptr_array_index (place->open, i);
      guint64 n = open->message != NULL ? gstream_message_content_count_open (content_of (open)) : G_MAXUINT64;

      if (n > fewest)
        continue;
      best = open;
      fewest = n;
    }

  return best;
}
