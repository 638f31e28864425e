/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outline of a long JSON text: where its long arrays and objects end. It is made while the text is checked, so that
 * finding a part of the text does not pass over all of it again.
 *
 * A state with ten thousand messages is such a text: its end, that of its values and that of their list of messages
 * would otherwise each be found by counting brackets through five megabytes.
 */
#pragma once

#include <gstream/event/gstream-json-cursor-internal.h>

G_BEGIN_DECLS

/*
 * Parses the value at @cursor like gstream_json_cursor_skip(). Sets @outline to an outline of the value if that is long,
 * and else to NULL. The outline has to be given the text that it belongs to before it is used.
 */
gboolean gstream_json_outline_skip (GstreamJsonCursor   *cursor,
                                    GstreamJsonOutline **outline);
/* @text: starts with the value that was parsed. It may be a copy of what was parsed. */
void gstream_json_outline_set_text (GstreamJsonOutline *self,
                                    const char         *text);
/*
 * Lists the outline of a text of that length, which was checked with GSTREAM_JSON_MAX_DEPTH, until it is freed. It must
 * be freed before the text.
 */
void gstream_json_outline_list (GstreamJsonOutline *self,
                                gsize               length);
/*
 * Checks a text that begins as a listed one, from where they differ. Returns the outline, and sets @length to the length
 * without white space at the end; NULL: it does not begin so, or is invalid. It is without white space at the beginning
 * then.
 */
GstreamJsonOutline *gstream_json_outline_continue (const char *json,
                                                   gsize      *length);
/* Whether @text is the text that it was given, and not a part of it. */
gboolean gstream_json_outline_is_of (const GstreamJsonOutline *self,
                                     const char               *text);
void     gstream_json_outline_free (GstreamJsonOutline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamJsonOutline, gstream_json_outline_free)

G_END_DECLS
