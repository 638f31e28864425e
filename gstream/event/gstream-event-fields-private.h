/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds an event's fields in its data: in the text first, with strings where they stand; copied once
 * it is known how much memory the event needs.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-cursor-internal.h>

G_BEGIN_DECLS

/* The same as in GstreamEventFields, as it is written in the text. */
typedef struct
{
  GstreamStep       step;
  GstreamDelta      delta;
  gboolean          tool_role;
  gint64            index;
  GstreamJsonString message_id;
  GstreamJsonString run_id;
  GstreamJsonString node; /* the metadata's */
  GstreamJsonString text;
  GstreamJsonString key;
  GstreamJsonString name;
  GstreamJsonSlice  item;
} GstreamRawFields;

/* Whether the data of such events has fields; else the method says all. */
gboolean gstream_method_has_fields (GstreamMethod method);
/* Passes the data. Slices count from where that starts. FALSE: @cursor knows why. */
gboolean gstream_raw_fields_read (GstreamRawFields  *self,
                                  GstreamMethod      method,
                                  GstreamJsonCursor *cursor);
/* The bytes that copies of the strings need. */
gsize gstream_raw_fields_get_size (const GstreamRawFields *self);
/* Copies all to @fields, the strings to @room; gives what is behind them. @node: params.node, or NULL. */
char *gstream_raw_fields_copy (const GstreamRawFields *self,
                               GstreamMethod           method,
                               const char             *node,
                               GstreamEventFields     *fields,
                               char                   *room);
/* A copy of @string, without escapes, in @room, which is moved behind it. */
const char *gstream_json_string_copy (const GstreamJsonString *string,
                                      char                   **room);

/* The same, and NULL where there is no string. */
static inline const char *
gstream_json_string_copy_if_any (const GstreamJsonString *string,
                                 char                   **room)
{
  return string->start != NULL ? gstream_json_string_copy (string, room) : NULL;
}

G_END_DECLS
