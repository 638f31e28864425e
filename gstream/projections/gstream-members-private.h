/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members of a JSON object that is put together piece by piece: names, each
 * once, in the order they came, and their values as JSON.
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h> /* the pieces are parts of events' texts */

G_BEGIN_DECLS

typedef struct
{
  GPtrArray  *list;    /* NULL: none yet */
  GHashTable *by_name; /* NULL: they are few */
} GstreamMembers;

void gstream_members_clear (GstreamMembers *self);
/* The value's JSON, or NULL. */
const char *gstream_members_get (GstreamMembers *self,
                                 const char     *name);
/* What it says, if it is a string; else NULL. */
char       *gstream_members_dup_string (GstreamMembers *self,
                                        const char     *name);
void        gstream_members_set (GstreamMembers  *self,
                                 const char      *name,
                                 GstreamJsonValue value);
void        gstream_members_set_json (GstreamMembers *self,
                                      const char     *name,
                                      const char     *json);
void        gstream_members_set_string (GstreamMembers *self,
                                        const char     *name,
                                        const char     *string);
guint       gstream_members_count (GstreamMembers *self);
const char *gstream_members_name_at (GstreamMembers *self,
                                     guint           i);
/* Sets it where it is missing, or null. */
void gstream_members_default (GstreamMembers *self,
                              const char     *name,
                              const char     *json);
/* Puts those of @object over those that are there. */
void gstream_members_merge (GstreamMembers  *self,
                            GstreamJsonValue object);
/* All but @but and @and_but, which may be NULL, within an object that is begun. */
void gstream_members_write (GstreamMembers *self,
                            GString        *out,
                            const char     *but,
                            const char     *and_but);
/* An object of them all, or NULL where there are none. */
GstreamPayload *gstream_members_to_payload (GstreamMembers *self);

G_END_DECLS
