/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The text of the list of messages that was read last, to be compared with that of a newer state. Usually nearly all of
 * the list is as it was, and what begins and ends it in the same way need not be read again.
 */
#pragma once

#include <gstream/event/gstream-payload-internal.h> /* for reading a list without copying it */

G_BEGIN_DECLS

typedef struct
{
  GstreamPayload *list;   /* an array; NULL: none has been read, or it is not kept */
  GArray         *starts; /* of guint32: the byte at which each element starts, and that of the closing bracket */
} GstreamListText;

/* The part of a list that is not as it was. */
typedef struct
{
  guint       n_before; /* elements at the beginning that are the same in both */
  guint       n_behind; /* elements at the end that are the same in both */
  const char *start;    /* after the elements at the beginning, in the newer list */
  const char *end;      /* the byte at which those at the end start, or the closing bracket */
} GstreamListChange;

/* Compares it with @list, which must be an array. */
void gstream_list_text_compare (const GstreamListText *self,
                                GstreamPayload        *list,
                                GstreamListChange     *change);
/* Replaces it by @list, which @change has been found for. @starts: those of the elements that are not as they were. */
void gstream_list_text_take (GstreamListText         *self,
                             GstreamPayload          *list,
                             const GstreamListChange *change,
                             GArray                  *starts);
void gstream_list_text_clear (GstreamListText *self);

G_END_DECLS
