/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records about namespaces, which are kept for as long as they may be needed.
 */
#include <gstream/stream/gstream-places-internal.h>

/* If more than this number have ended, the oldest are freed. */
#define MAX_ENDED 4096

/* How many of those that cannot be freed yet are examined each time. */
#define MAX_KEPT_LONGER 8

/* --- by task --- */

static guint
hash_task (gconstpointer data)
{
  const GstreamPlace *place = data;

  return g_direct_hash (place->parent) * 31 + g_str_hash (place->task);
}

static gboolean
equal_tasks (gconstpointer a,
             gconstpointer b)
{
  const GstreamPlace *one = a;
  const GstreamPlace *other = b;

  return one->parent == other->parent && strcmp (one->task, other->task) == 0;
}

static void
index_task (GstreamPlaces *self,
            GstreamPlace  *place)
{
  if (place->task == NULL)
    return;

  place->next_of_task = g_hash_table_lookup (self->by_task, place);
  g_hash_table_replace (self->by_task, place, place);
}

/* There is rarely more than one. */
static void
unindex_task (GstreamPlaces *self,
              GstreamPlace  *place)
{
  GstreamPlace *first = place->task ? g_hash_table_lookup (self->by_task, place) : NULL;

  if (first == place)
    {
      g_hash_table_remove (self->by_task, place);
      if (place->next_of_task != NULL)
        g_hash_table_replace (self->by_task, place->next_of_task, place->next_of_task);
    }
  for (; first != NULL && first != place; first = first->next_of_task)
    if (first->next_of_task == place)
      {
        first->next_of_task = place->next_of_task;
        break;
      }
  place->next_of_task = NULL;
}

/* --- their life --- */

static void
free_place (GstreamPlaces *self,
            GstreamPlace  *place)
{
  if (self->clear != NULL)
    self->clear (place);
  gstream_namespace_unref (place->ns);
  g_free (place);
}

void
gstream_places_init (GstreamPlaces *self,
                     gsize          size,
                     GDestroyNotify clear)
{
  *self = (GstreamPlaces) { .size = size, .clear = clear };
}

void
gstream_places_clear (GstreamPlaces *self)
{
  GHashTableIter iter;
  gpointer       place;

  if (self->table == NULL)
    return;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &place))
    free_place (self, place);
  g_clear_pointer (&self->table, g_hash_table_unref);
  g_clear_pointer (&self->by_task, g_hash_table_unref);
  gstream_places_init (self, self->size, self->clear);
}

static GQueue *
siblings_of (GstreamPlaces *self,
             GstreamPlace  *place)
{
  return place->parent != NULL ? &place->parent->live : &self->live;
}

static void
live (GstreamPlaces *self,
      GstreamPlace  *place)
{
  g_queue_push_tail_link (siblings_of (self, place), &place->link);
  index_task (self, place);
}

static GstreamPlace *
make (GstreamPlaces    *self,
      GstreamNamespace *ns,
      GstreamPlace     *parent)
{
  GstreamPlace *place = g_malloc0 (self->size);
  const char   *colon = strchr (ns->segments[ns->length - 1], ':');

  place->ns = gstream_namespace_ref (ns);
  place->parent = parent;
  place->task = colon ? colon + 1 : NULL;
  place->link.data = place;
  if (parent != NULL)
    parent->n_children++;
  g_hash_table_insert (self->table, place->ns, place);
  live (self, place);

  return place;
}

GstreamPlace *
gstream_places_find (GstreamPlaces    *self,
                     GstreamNamespace *ns)
{
  return self->table ? g_hash_table_lookup (self->table, ns) : NULL;
}

GstreamPlace *
gstream_places_get (GstreamPlaces    *self,
                    GstreamNamespace *ns,
                    guint             scope_length)
{
  GstreamPlace *place = gstream_places_find (self, ns);
  GstreamPlace *parent = NULL;

  if (place != NULL)
    return place;

  if (self->table == NULL)
    {
      self->table = g_hash_table_new (gstream_namespace_hash, gstream_namespace_equal);
      self->by_task = g_hash_table_new (hash_task, equal_tasks);
    }
  if (ns->length > scope_length + 1)
    {
      g_autoptr (GstreamNamespace) above =
          gstream_namespace_new_len ((const char *const *) ns->segments, ns->length - 1);

      parent = gstream_places_get (self, above, scope_length);
    }

  return make (self, ns, parent);
}

GstreamPlace *
gstream_places_of_task (GstreamPlaces    *self,
                        GstreamNamespace *ns,
                        const char       *task)
{
  GstreamPlace  key = { .parent = gstream_places_find (self, ns), .task = task };
  GstreamPlace *place = self->by_task ? g_hash_table_lookup (self->by_task, &key) : NULL;

  /* There is no record of @ns if it is the scope, or if nothing is known about it. */
  return place != NULL && place->ns->length == ns->length + 1 ? place : NULL;
}

/* --- their end --- */

void
gstream_places_end (GstreamPlaces *self,
                    GstreamPlace  *place,
                    GFunc          ended,
                    gpointer       user_data)
{
  if (place->ended)
    return;

  while (place->live.length > 0)
    gstream_places_end (self, place->live.head->data, ended, user_data);

  place->ended = TRUE;
  g_queue_unlink (siblings_of (self, place), &place->link);
  unindex_task (self, place);
  g_queue_push_tail_link (&self->ended, &place->link);
  if (ended != NULL)
    ended (place, user_data);
}

void
gstream_places_revive (GstreamPlaces *self,
                       GstreamPlace  *place)
{
  if (!place->ended)
    return;

  place->ended = FALSE;
  g_queue_unlink (&self->ended, &place->link);
  live (self, place);
}

static void
forget (GstreamPlaces *self,
        GstreamPlace  *place)
{
  g_queue_unlink (&self->ended, &place->link);
  if (place->parent != NULL)
    place->parent->n_children--;
  g_hash_table_remove (self->table, place->ns);
  free_place (self, place);
}

static void
keep_longer (GstreamPlaces *self,
             GstreamPlace  *place)
{
  g_queue_unlink (&self->ended, &place->link);
  g_queue_push_tail_link (&self->ended, &place->link);
}

gboolean
gstream_places_trim (GstreamPlaces *self,
                     gboolean (*may_go) (GstreamPlace *place))
{
  guint    kept = 0;
  gboolean any = FALSE;

  while (kept < MAX_KEPT_LONGER && self->ended.length > MAX_ENDED)
    {
      GstreamPlace *oldest = self->ended.head->data;

      if (oldest->n_children > 0 || (may_go != NULL && !may_go (oldest)))
        {
          keep_longer (self, oldest);
          kept++;
          continue;
        }
      forget (self, oldest);
      any = TRUE;
    }

  return any;
}
