/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the content of a message comes to, and how much of it is certain.
 */
#include "config.h"

#include <gstream/event/gstream-payload-private.h>
#include <gstream/projections/gstream-message-content-private.h>

static guint
count (GstreamMessageContent *self,
       GstreamBlockKind       kind,
       GstreamBlock         **last)
{
  guint n = 0;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->kind != kind || block->stream == NULL)
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

  self->joined[kind] = g_string_truncate (joined, 0);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->kind == kind && block->stream != NULL)
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
              GstreamBlockKind       kind,
              gboolean               any)
{
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!any && block->kind != kind)
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
  return write_blocks (self, gstream_block_write, GSTREAM_BLOCK_OTHER, TRUE);
}

GstreamPayload *
gstream_message_content_calls (GstreamMessageContent *self,
                               GstreamBlockKind       kind)
{
  return write_blocks (self, gstream_block_write_call, kind, FALSE);
}

/* --- certainty (T2) --- */

gboolean
gstream_message_content_is_finished (GstreamMessageContent *self)
{
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!block->finished && !block->guessed)
        return FALSE;
    }

  return TRUE;
}

void
gstream_message_content_end_certainty (GstreamMessageContent *self)
{
  self->is_gapped = TRUE;
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->certain == GSTREAM_BLOCK_ALL_CERTAIN && !block->finished)
        block->certain = block->stream ? block->stream->len : 0;
    }
}
