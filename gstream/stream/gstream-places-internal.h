/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known of the namespaces below a scope: one record each, which whoever
 * keeps them makes longer. Those that have ended are kept for events that come
 * late, until many others have ended after them: a run of a million short
 * subgraphs needs no more room than one of a few thousand.
 *
 * Internal, not private: the transformer of `lifecycle` (projections/) has records of its own.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>

G_BEGIN_DECLS

typedef struct _GstreamPlace GstreamPlace;

/* The first member of a longer one. */
struct _GstreamPlace
{
  GstreamNamespace *ns;
  GstreamPlace     *parent;       /* NULL: it is the scope */
  const char       *task;         /* the id that its last segment names, in @ns; NULL: none */
  GstreamPlace     *next_of_task; /* of those that are live, another one of its parent's and its task's */
  GQueue            live;         /* children that have not ended, in the order they were made */
  guint             n_children;   /* ended or not */
  GList             link;         /* among its parent's live children; once it has ended, among those that have */
  gboolean          ended;
};

typedef struct
{
  gsize          size;    /* bytes of one */
  GDestroyNotify clear;   /* of what is longer; NULL: nothing is to be done */
  GHashTable    *table;   /* GstreamNamespace -> GstreamPlace; NULL until there is one */
  GHashTable    *by_task; /* those that are live and name a task, by parent and task */
  GQueue         live;    /* the topmost that have not ended */
  GQueue         ended;   /* the one that ended first comes first */
} GstreamPlaces;

void gstream_places_init (GstreamPlaces *self,
                          gsize          size,
                          GDestroyNotify clear);
void gstream_places_clear (GstreamPlaces *self);

/* NULL: nothing is known of it. */
GstreamPlace *gstream_places_find (GstreamPlaces    *self,
                                   GstreamNamespace *ns);
/* Made if need be, with those above it that are longer than @scope_length. */
GstreamPlace *gstream_places_get (GstreamPlaces    *self,
                                  GstreamNamespace *ns,
                                  guint             scope_length);
/* A live one, just below @ns, whose last segment names @task; NULL: there is none. */
GstreamPlace *gstream_places_of_task (GstreamPlaces    *self,
                                      GstreamNamespace *ns,
                                      const char       *task);
/* Ends what is live of @place and below it. @ended is told of each, of those below first; it may be NULL. */
void gstream_places_end (GstreamPlaces *self,
                         GstreamPlace  *place,
                         GFunc          ended,
                         gpointer       user_data);
/* It has begun anew. */
void gstream_places_revive (GstreamPlaces *self,
                            GstreamPlace  *place);
/* Lets go of what ended long ago and @may_go, which may be NULL; whether there was any. */
gboolean gstream_places_trim (GstreamPlaces *self,
                              gboolean (*may_go) (GstreamPlace *place));

G_END_DECLS
