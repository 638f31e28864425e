/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at or taking many items at once: what the iterators of the language
 * bindings are made of.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>

/* A batch ends with the item that brings its texts beyond this many bytes. */
#define MAX_BATCH_SIZE (64 * 1024)
/* Bytes reserved for each: most are tokens. */
#define TYPICAL_TEXT_SIZE 16

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
gstream_cursor_peek (GstreamCursor *self,
                     const char   **name,
                     GError       **error)
{
  GstreamQueue *queue = NULL;
  GstreamTry    tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (name != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  gstream_cursor_enter (self);
  tried = gstream_cursor_look (self, 1, &queue, error);
  *name = tried == GSTREAM_TRY_ITEM ? gstream_queue_get_name (queue) : NULL;
  gstream_cursor_leave (self);

  return tried;
}

/* Appends what ends with a NUL; FALSE for a string that is not there. */
static gboolean
append_text (GString               *block,
             const GstreamItemType *type,
             GstreamItem            item)
{
  g_autoptr (GstreamPayload) payload = NULL;
  g_autofree char *json = NULL;
  const char      *text = item.p;

  if (type->kind != GSTREAM_ITEM_STRING)
    {
      payload = gstream_item_type_is_json (type) ? gstream_item_to_payload (type, item, NULL) : NULL;
      text = json = payload ? gstream_payload_dup_json (payload) : g_strdup ("null");
    }
  if (text != NULL)
    g_string_append_len (block, text, strlen (text) + 1);

  return text != NULL;
}

/* An array of pointers, and behind it, in the same block, what they point to: one block to allocate, however many texts. */
static char **
join_texts (GstreamQueue *queue,
            guint         max)
{
  const GstreamItemType *type = gstream_queue_get_item_type (queue);
  guint                  n_items = MIN (max, gstream_queue_get_length (queue));
  guint                  n = 0;
  gsize                  start = (n_items + 1) * sizeof (char *);
  GString               *block = g_string_sized_new (start + n_items * TYPICAL_TEXT_SIZE);
  char                 **texts;

  g_string_set_size (block, start);
  while (n < n_items && block->len - start < MAX_BATCH_SIZE)
    {
      gsize offset = block->len;

      if (!append_text (block, type, gstream_queue_peek (queue, n)->item))
        break;
      ((char **) block->str)[n++] = GSIZE_TO_POINTER (offset); /* the block may yet move */
    }

  texts = (char **) g_string_free (block, FALSE);
  for (guint i = 0; i < n; i++)
    texts[i] = (char *) texts + GPOINTER_TO_SIZE (texts[i]);
  texts[n] = NULL;

  return texts;
}

/**
 * gstream_cursor_peek_texts:
 * @self: a cursor over a projection of strings, or of what has a JSON form: payloads,
 *   variants, numbers and booleans
 * @max: the most items to look at; 1 for the next one alone
 * @texts: (out) (transfer container) (array zero-terminated=1): the strings, or the JSON of each
 *   item, all of them freed with the array by one g_free(), for %GSTREAM_TRY_ITEM; else none
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Gives the texts of the next items, and leaves the items where they are. This is
 * for bindings, which pay dearly for each call and little for one string more:
 * their iterators look at a batch, and [method@Cursor.skip] the items as they give
 * them out. Leaving the loop loses nothing, and what is not yet given out counts as
 * queued (P6).
 *
 * The run's source is driven without waiting until @max items have available, or
 * as far as it goes: so with a @max of 1 no further than by [method@Cursor.try_next].
 * A batch ends early after 64 KiB of text, and before a string that is %NULL: where
 * that is the next item, @texts is empty.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_peek_texts (GstreamCursor *self,
                           guint          max,
                           char        ***texts,
                           GError       **error)
{
  GstreamQueue *queue = NULL;
  GstreamTry    tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (max > 0, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (texts != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  *texts = NULL;
  if (self->n_queues > 1)
    max = 1; /* the item after it may be from another projection */
  gstream_cursor_enter (self);
  tried = gstream_cursor_look (self, max, &queue, error);
  if (tried == GSTREAM_TRY_ITEM)
    {
      g_warn_if_fail (gstream_item_type_is_json (gstream_queue_get_item_type (queue)));
      *texts = join_texts (queue, max);
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
  GstreamQueue *queue = NULL;

  g_return_if_fail (GSTREAM_IS_CURSOR (self));

  gstream_cursor_enter (self);
  while (n-- > 0 && self->task == NULL && self->reader.available > 0 &&
         gstream_cursor_look (self, 1, &queue, NULL) == GSTREAM_TRY_ITEM)
    {
      GstreamItemType type = *gstream_queue_get_item_type (queue);

      gstream_item_free (&type, gstream_cursor_pop (self, queue));
    }
  gstream_cursor_leave (self);
}

/**
 * gstream_cursor_take_texts:
 * @self: a cursor over a projection of strings, or of what has a JSON form: payloads,
 *   variants, numbers and booleans
 * @max: the most items to take; 1 for the next one alone
 * @texts: (out) (transfer container) (array zero-terminated=1): the strings, or the JSON of each
 *   item, all of them freed with the array by one g_free(), for %GSTREAM_TRY_ITEM; else none
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Takes the next items and gives their texts: [method@Cursor.peek_texts], and
 * [method@Cursor.skip] of what it shows, in one call. For whoever handles a batch as a
 * whole: what is taken is no longer queued (P3), so a bounded projection has room
 * again (P6).
 *
 * Drives the run's source like [method@Cursor.peek_texts]. Where the next item is a
 * string that is %NULL, it is taken, and @texts is empty.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_take_texts (GstreamCursor *self,
                           guint          max,
                           char        ***texts,
                           GError       **error)
{
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (max > 0, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (texts != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  gstream_cursor_enter (self); /* for what is skipped */
  tried = gstream_cursor_peek_texts (self, max, texts, error);
  if (tried == GSTREAM_TRY_ITEM)
    gstream_cursor_skip (self, MAX (1, g_strv_length (*texts)));
  gstream_cursor_leave (self);

  return tried;
}
