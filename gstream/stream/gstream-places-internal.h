/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records about the namespaces below a scope. Users extend the record. Those of ended namespaces are kept for late
 * events, until many others have ended after them: so a run with a million short subgraphs needs no more memory than
 * one with a few thousand.
 *
 * Internal, not private: the transformer of `lifecycle` (projections/) has records of its own.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>

G_BEGIN_DECLS

typedef struct _GstreamPlace GstreamPlace;

/* The first member of the user's record. */
struct _GstreamPlace
{
  GstreamNamespace *ns;
  GstreamPlace     *parent;       /* NULL: it is the scope */
  const char       *task;         /* the task id in its last segment, within @ns; NULL: none */
  GstreamPlace     *next_of_task; /* the next live one with the same parent and task */
  GQueue            live;         /* children that have not ended, in the order they were made */
  guint             n_children;   /* ended or not */
  GList             link;         /* in the parent's live children, or, when it has ended, in the list of ended ones */
  gboolean          ended;
};

typedef struct
{
  gsize          size;    /* bytes of a record */
  GDestroyNotify clear;   /* clears the user's part of a record; NULL: nothing to clear */
  GHashTable    *table;   /* GstreamNamespace -> GstreamPlace; NULL until there is one */
  GHashTable    *by_task; /* those that are live and name a task, by parent and task */
  GQueue         live;    /* the top-level ones that have not ended */
  GQueue         ended;   /* in the order in which they ended */
} GstreamPlaces;

void gstream_places_init (GstreamPlaces *self,
                          gsize          size,
                          GDestroyNotify clear);
void gstream_places_clear (GstreamPlaces *self);

/* Returns NULL if there is no record. */
GstreamPlace *gstream_places_find (GstreamPlaces    *self,
                                   GstreamNamespace *ns);
/* Finds or makes a record, and those of its parents with more than @scope_length segments. */
GstreamPlace *gstream_places_get (GstreamPlaces    *self,
                                  GstreamNamespace *ns,
                                  guint             scope_length);
/* Returns a live record directly below @ns whose last segment has the id @task; NULL if there is none. */
GstreamPlace *gstream_places_of_task (GstreamPlaces    *self,
                                      GstreamNamespace *ns,
                                      const char       *task);
/* Ends @place and all live ones below it. @ended (nullable) is called for each of them, children first. */
void gstream_places_end (GstreamPlaces *self,
                         GstreamPlace  *place,
                         GFunc          ended,
                         gpointer       user_data);
/* Makes an ended record live again. */
void gstream_places_revive (GstreamPlaces *self,
                            GstreamPlace  *place);
/* Frees records that ended long ago, and for which @may_go (nullable) returns TRUE. Returns whether there were any. */
gboolean gstream_places_trim (GstreamPlaces *self,
                              gboolean (*may_go) (GstreamPlace *place));

G_END_DECLS
