/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the content of a message comes to.
 */
#include "config.h"

#include <stdlib.h>

#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-message-content-private.h>

static int
compare_blocks (gconstpointer a,
                gconstpointer b)
{
  const GstreamBlock *first = *(GstreamBlock * const *) a;
  const GstreamBlock *second = *(GstreamBlock * const *) b;

  if (first->index != second->index)
    return first->index < second->index ? -1 : 1;

  return first->serial < second->serial ? -1 : 1;
}

/* What cannot be compared stays where it is. */
static guint
count_comparable (GPtrArray *blocks,
                  guint      start)
{
  guint n = 0;

  while (start + n < blocks->len && ((GstreamBlock *) g_ptr_array_index (blocks, start + n))->key == NULL)
    n++;

  return n;
}

GPtrArray *
gstream_message_content_order (GstreamMessageContent *self)
{
  if (!self->is_disordered)
    return self->blocks;

  for (guint i = 0; i < self->blocks->len; i++)
    {
      guint n = count_comparable (self->blocks, i);

      qsort (self->blocks->pdata + i, n, sizeof (gpointer), compare_blocks);
      i += n;
    }
  self->is_disordered = FALSE;

  return self->blocks;
}

/* Whether it shows, of those of @kind; ANY: of all. */
static inline gboolean
shows (GstreamBlock     *block,
       GstreamBlockKind  kind)
{
  return (block->kind == kind || kind == GSTREAM_BLOCK_ANY) && !gstream_block_is_doubtful (block);
}

static guint
count (GstreamMessageContent *self,
       GstreamBlockKind       kind,
       GstreamBlock         **last)
{
  guint n = 0;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!shows (block, kind) || block->stream == NULL)
        continue;
      *last = block;
      n++;
    }

  return n;
}

static const char *
join (GstreamMessageContent *self,
      GstreamBlockKind       kind)
{
  GString *joined = self->joined[kind] ? self->joined[kind] : g_string_new (NULL);

  gstream_message_content_order (self);
  self->joined[kind] = g_string_truncate (joined, 0);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (shows (block, kind) && block->stream != NULL)
        g_string_append_len (joined, block->stream->str, block->stream->len);
    }

  return joined->str;
}

const char *
gstream_message_content_text (GstreamMessageContent *self,
                              GstreamBlockKind       kind)
{
  GstreamBlock *last = NULL;
  guint n = count (self, kind, &last);

  if (n == 0)
    return "";

  return n == 1 ? last->stream->str : join (self, kind);
}

typedef void (*WriteFunc) (GstreamBlock *block,
                           GString      *out);

static GstreamPayload *
write_blocks (GstreamMessageContent *self,
              WriteFunc              write,
              GstreamBlockKind       kind)
{
  g_autoptr (GString) json = g_string_new ("[");

  gstream_message_content_order (self);
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!shows (block, kind))
        continue;
      if (json->len > 1)
        g_string_append_c (json, ',');
      write (block, json);
    }
  g_string_append_c (json, ']');

  return gstream_payload_new_checked (json->str, json->len);
}

GstreamPayload *
gstream_message_content_blocks (GstreamMessageContent *self)
{
  return write_blocks (self, gstream_block_write, GSTREAM_BLOCK_ANY);
}

GstreamPayload *
gstream_message_content_calls (GstreamMessageContent *self,
                               GstreamBlockKind       kind)
{
  return write_blocks (self, gstream_block_write_call, kind);
}
