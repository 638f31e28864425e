/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at many items at once: what the iterators of the language bindings are
 * made of.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>

/* A batch ends with the item that brings its texts beyond this many bytes. */
#define MAX_BATCH_SIZE (64 * 1024)

/**
 * gstream_cursor_peek:
 * @self: a cursor
 * @name: (out) (transfer none) (nullable): the name of the projection that the next item is
 *   from, for %GSTREAM_TRY_ITEM
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Says whether there is an item without waiting, driving the run's source like
 * [method@Cursor.try_next], and leaves it where it is. In an interleave (P10), the
 * name tells which of the typed calls takes it.
 *
 * Returns: what there is
 */
GstreamTry
gstream_cursor_peek (GstreamCursor  *self,
                     const char    **name,
                     GError        **error)
{
  GstreamFeed *feed = NULL;
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (name != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  gstream_cursor_enter (self);
  tried = gstream_cursor_look (self, 1, &feed, error);
  *name = tried == GSTREAM_TRY_ITEM ? gstream_feed_get_name (feed) : NULL;
  gstream_cursor_leave (self);

  return tried;
}

/* NULL for a string that is not there. */
static char *
dup_text (const GstreamItemType *type,
          GstreamItem            item)
{
  g_autoptr (GstreamPayload) payload = NULL;

  if (type->kind == GSTREAM_ITEM_STRING)
    return g_strdup (item.p);

  payload = gstream_item_type_is_json (type) ? gstream_item_to_payload (type, item, NULL) : NULL;

  return payload ? gstream_payload_dup_json (payload) : g_strdup ("null");
}

static char **
dup_texts (GstreamFeed *feed,
           guint        max)
{
  const GstreamItemType *type = gstream_feed_get_item_type (feed);
  guint n = MIN (max, gstream_feed_get_length (feed));
  char **texts = g_new0 (char *, n + 1);
  gsize size = 0;

  for (guint i = 0; i < n && size < MAX_BATCH_SIZE; i++)
    {
      texts[i] = dup_text (type, gstream_feed_peek (feed, i)->item);
      if (texts[i] == NULL)
        break;
      size += strlen (texts[i]);
    }

  return texts;
}

/**
 * gstream_cursor_peek_texts:
 * @self: a cursor over a projection of strings, or of what has a JSON form: payloads,
 *   variants, numbers and booleans
 * @max: the most items to look at; 1 for the next one alone
 * @texts: (out) (transfer full) (array zero-terminated=1): the strings, or the JSON of each
 *   item, for %GSTREAM_TRY_ITEM; else none
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Gives the texts of the next items, and leaves the items where they are. This is
 * for bindings, which pay dearly for each call and little for one string more:
 * their iterators look at a batch, and [method@Cursor.skip] the items as they give
 * them out. Leaving the loop loses nothing, and what is not yet given out counts as
 * queued (P6).
 *
 * The run's source is driven without waiting until @max items have landed, or
 * as far as it goes: so with a @max of 1 no further than by [method@Cursor.try_next].
 * A batch ends early after 64 KiB of text, and before a string that is %NULL: where
 * that is the next item, @texts is empty.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_peek_texts (GstreamCursor   *self,
                           guint            max,
                           char          ***texts,
                           GError         **error)
{
  GstreamFeed *feed = NULL;
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (max > 0, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (texts != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  *texts = NULL;
  if (self->n_feeds > 1)
    max = 1; /* the item after it may be from another projection */
  gstream_cursor_enter (self);
  tried = gstream_cursor_look (self, max, &feed, error);
  if (tried == GSTREAM_TRY_ITEM)
    {
      g_warn_if_fail (gstream_item_type_is_json (gstream_feed_get_item_type (feed)));
      *texts = dup_texts (feed, max);
    }
  gstream_cursor_leave (self);

  return tried;
}

/**
 * gstream_cursor_skip:
 * @self: a cursor
 * @n: how many items
 *
 * Takes the next items without giving them, as far as there are so many: those
 * that [method@Cursor.peek_texts] has shown.
 */
void
gstream_cursor_skip (GstreamCursor *self,
                     guint          n)
{
  GstreamFeed *feed = NULL;

  g_return_if_fail (GSTREAM_IS_CURSOR (self));

  gstream_cursor_enter (self);
  while (n-- > 0 && self->task == NULL && self->reader.landed > 0 &&
         gstream_cursor_look (self, 1, &feed, NULL) == GSTREAM_TRY_ITEM)
    {
      GstreamItemType type = *gstream_feed_get_item_type (feed);

      gstream_item_free (&type, gstream_cursor_pop (self, feed));
    }
  gstream_cursor_leave (self);
}
