/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of one scope that are open.
 */
#include "config.h"

#include <gstream/projections/gstream-open-messages-private.h>

static void
open_message_free (gpointer data)
{
  GstreamOpenMessage *self = data;

  g_clear_object (&self->message);
  gstream_event_unref (self->first);
  g_free (self->run_id);
  g_free (self->id);
  g_free (self);
}

static void
open_place_free (gpointer data)
{
  GstreamOpenPlace *self = data;

  g_ptr_array_unref (self->open);
  g_clear_pointer (&self->burst, g_ptr_array_unref);
  gstream_namespace_unref (self->namespace_);
  g_free (self);
}

void
gstream_open_messages_init (GstreamOpenMessages *self)
{
  self->by_run = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->places = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal, NULL, open_place_free);
}

void
gstream_open_messages_clear (GstreamOpenMessages *self)
{
  g_clear_pointer (&self->by_run, g_hash_table_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
  gstream_past_ids_clear (&self->past);
  self->n_bursts = 0;
  self->latest = NULL;
}

GstreamOpenMessage *
gstream_open_messages_by_run (GstreamOpenMessages *self,
                              const char          *run_id)
{
  return g_hash_table_lookup (self->by_run, run_id);
}

GstreamOpenMessage *
gstream_open_messages_by_id (GstreamOpenMessages *self,
                             const char          *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

GstreamOpenPlace *
gstream_open_messages_at (GstreamOpenMessages *self,
                          GstreamNamespace    *namespace_)
{
  return g_hash_table_lookup (self->places, namespace_);
}

static GstreamOpenPlace *
get_place (GstreamOpenMessages *self,
           GstreamNamespace    *namespace_)
{
  GstreamOpenPlace *place = gstream_open_messages_at (self, namespace_);

  if (place != NULL)
    return place;

  place = g_new0 (GstreamOpenPlace, 1);
  place->namespace_ = gstream_namespace_ref (namespace_);
  place->open = g_ptr_array_new_with_free_func (open_message_free);
  g_hash_table_insert (self->places, place->namespace_, place);

  return place;
}

/* The newest of several takes what says their run id alone. */
static void
give_run (GstreamOpenMessages *self,
          GstreamOpenMessage  *open)
{
  GstreamOpenMessage *before = gstream_open_messages_by_run (self, open->run_id);

  if (before != NULL)
    before->has_run = FALSE;
  open->has_run = TRUE;
  g_hash_table_replace (self->by_run, open->run_id, open);
}

void
gstream_open_messages_name (GstreamOpenMessages *self,
                            GstreamOpenMessage  *open,
                            const char          *run_id,
                            const char          *id)
{
  if (run_id != NULL && open->run_id == NULL)
    {
      open->run_id = g_strdup (run_id);
      give_run (self, open);
    }
  if (id != NULL && open->id == NULL)
    {
      open->id = g_strdup (id);
      g_hash_table_replace (self->by_id, open->id, open);
    }
}

GstreamOpenMessage *
gstream_open_messages_add (GstreamOpenMessages *self,
                           GstreamEvent        *event,
                           GstreamMessage      *message)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamOpenMessage *open = g_new0 (GstreamOpenMessage, 1);

  open->message = message;
  open->first = gstream_event_ref (event);
  open->place = get_place (self, gstream_event_peek_namespace (event));
  g_ptr_array_add (open->place->open, open);
  gstream_open_messages_name (self, open, fields->run_id, fields->message_id);
  open->place->latest = open;
  open->place->step = GSTREAM_STEP_MESSAGE_START;
  self->latest = open;

  return open;
}

/* --- what is over --- */

#define SORT_ID 'm'
#define SORT_RUN 'r'
#define SORT_PLACE 'p'
#define SORT_NODE  'n' /* a namespace, and what is at it */

static void
add_past (GstreamOpenMessages *self,
          const char          *id,
          const char          *run_id)
{
  gstream_past_ids_add (&self->past, SORT_ID, id);
  gstream_past_ids_add (&self->past, SORT_RUN, run_id);
}

/* Where messages do not say which they are, their namespace stands for them. */
static char *
name_place (GstreamNamespace *ns)
{
  return g_strjoinv ("\n", (char **) ns->segments);
}

static void
add_past_place (GstreamOpenMessages *self,
                GstreamNamespace    *ns)
{
  g_autofree char *name = name_place (ns);

  gstream_past_ids_add (&self->past, SORT_PLACE, name);
}

/* Nothing is open there: what has no ids, then, is late for a message that was. */
static gboolean
is_past_place (GstreamOpenMessages *self,
               GstreamNamespace    *ns)
{
  g_autofree char *name = name_place (ns);

  return gstream_past_ids_contains (&self->past, SORT_PLACE, name);
}

static void
add_past_of_node (GstreamOpenMessages *self,
                  const char          *place,
                  const char          *sort,
                  const char          *id)
{
  g_autofree char *name = id != NULL ? g_strconcat (place, sort, id, NULL) : NULL;

  gstream_past_ids_add (&self->past, SORT_NODE, name);
}

void
gstream_open_messages_add_past_at (GstreamOpenMessages *self,
                                   GstreamNamespace    *ns,
                                   const char          *run_id,
                                   const char          *id)
{
  g_autofree char *place = name_place (ns);

  add_past_of_node (self, place, "\n\n", "");
  add_past_of_node (self, place, "\n\nrun ", run_id);
  add_past_of_node (self, place, "\n\nid ", id);
}

gboolean
gstream_open_messages_has_past_at (GstreamOpenMessages *self,
                                   GstreamNamespace    *ns)
{
  g_autofree char *place = name_place (ns);
  g_autofree char *name = g_strconcat (place, "\n\n", NULL);

  return gstream_past_ids_contains (&self->past, SORT_NODE, name);
}

gboolean
gstream_open_messages_is_past_at (GstreamOpenMessages *self,
                                  GstreamNamespace    *ns,
                                  const GstreamEventFields  *fields)
{
  g_autofree char *place = name_place (ns);
  const char *id = fields->message_id ? fields->message_id : fields->run_id;
  g_autofree char *name = id ? g_strconcat (place, fields->message_id ? "\n\nid " : "\n\nrun ", id, NULL) : NULL;

  return gstream_past_ids_contains (&self->past, SORT_NODE, name);
}

void
gstream_open_messages_bury (GstreamOpenMessages *self,
                            const GstreamEventFields  *fields)
{
  add_past (self, fields->message_id, fields->run_id);
}

void
gstream_open_messages_bury_id (GstreamOpenMessages *self,
                               const char          *id)
{
  add_past (self, id, NULL);
}

/* A run may have several messages: their own ids go before. */
gboolean
gstream_open_messages_is_past (GstreamOpenMessages *self,
                               const GstreamEventFields  *fields)
{
  if (fields->message_id != NULL)
    return gstream_past_ids_contains (&self->past, SORT_ID, fields->message_id);

  return gstream_past_ids_contains (&self->past, SORT_RUN, fields->run_id);
}

/* --- finishes of blocks that are not yet known to be of a message (D2) --- */

void
gstream_open_messages_hold (GstreamOpenMessages *self,
                            GstreamOpenPlace    *place,
                            GstreamEvent        *event)
{
  if (place->burst == NULL)
    {
      place->burst = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);
      self->n_bursts++;
    }
  g_ptr_array_add (place->burst, gstream_event_ref (event));
}

GPtrArray *
gstream_open_messages_release (GstreamOpenMessages *self,
                               GstreamOpenPlace    *place)
{
  self->n_bursts--;

  return g_steal_pointer (&place->burst);
}

GstreamOpenPlace *
gstream_open_messages_peek_burst (GstreamOpenMessages *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->places);
  while (self->n_bursts > 0 && g_hash_table_iter_next (&iter, NULL, &value))
    if (((GstreamOpenPlace *) value)->burst != NULL)
      return value;

  return NULL;
}

/* --- removing --- */

static void
forget_run (GstreamOpenMessages *self,
            GstreamOpenMessage  *open)
{
  if (!open->has_run)
    return;

  g_hash_table_remove (self->by_run, open->run_id);
  for (guint i = open->place->open->len; i > 0; i--)
    {
      GstreamOpenMessage *other = g_ptr_array_index (open->place->open, i - 1);

      if (other == open || g_strcmp0 (other->run_id, open->run_id) != 0)
        continue;
      give_run (self, other);
      return;
    }
}

void
gstream_open_messages_remove (GstreamOpenMessages *self,
                              GstreamOpenMessage  *open)
{
  GstreamOpenPlace *place = open->place;

  add_past (self, open->id, open->run_id);
  if (open->run_id == NULL && open->id != NULL) /* one whose start was not seen may not have been the only one */
    add_past_place (self, place->namespace_);
  forget_run (self, open);
  if (open->id != NULL && gstream_open_messages_by_id (self, open->id) == open)
    g_hash_table_remove (self->by_id, open->id);
  if (self->latest == open)
    self->latest = NULL;
  if (place->latest == open)
    place->latest = NULL;

  g_ptr_array_remove (place->open, open);
  if (place->open->len == 0)
    g_hash_table_remove (self->places, place->namespace_);
}

GstreamOpenMessage *
gstream_open_messages_peek (GstreamOpenMessages *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->places);
  if (!g_hash_table_iter_next (&iter, NULL, &value))
    return NULL;

  return g_ptr_array_index (((GstreamOpenPlace *) value)->open, 0);
}

/* --- finding --- */

static inline gboolean
is_same (const char *a,
         const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp (a, b) == 0);
}

/* The one that was found last, if it is that again: almost always. */
static inline gboolean
is_latest (GstreamOpenMessages *self,
           GstreamEvent        *event,
           const GstreamEventFields  *fields)
{
  GstreamOpenMessage *latest = self->latest;

  if (latest == NULL)
    return FALSE;
  if (fields->message_id != NULL)
    return is_same (latest->id, fields->message_id);
  if (fields->run_id != NULL)
    return latest->has_run && (fields->run_id == gstream_event_get_fields (latest->first)->run_id ||
                               is_same (latest->run_id, fields->run_id));

  return latest->place->open->len == 1 && latest->place->namespace_ == gstream_event_peek_namespace (event);
}

/* By run id, that which has no other id than @fields say. */
static GstreamOpenMessage *
find_named (GstreamOpenMessages *self,
            const GstreamEventFields  *fields)
{
  GstreamOpenMessage *open = NULL;

  if (fields->message_id != NULL)
    open = gstream_open_messages_by_id (self, fields->message_id);
  if (open == NULL && fields->run_id != NULL)
    open = gstream_open_messages_by_run (self, fields->run_id);
  if (open == NULL || fields->message_id == NULL || open->id == NULL)
    return open;

  return is_same (open->id, fields->message_id) ? open : NULL;
}

/* An id that is new may be that of the one message there that nothing has named. */
static GstreamOpenMessage *
adopt (GstreamOpenMessages *self,
       GstreamOpenPlace    *place,
       const GstreamEventFields  *fields)
{
  GstreamOpenMessage *open;

  if (place->open->len != 1)
    return NULL;
  open = g_ptr_array_index (place->open, 0);
  if ((fields->run_id != NULL && open->run_id != NULL) || (fields->message_id != NULL && open->id != NULL))
    return NULL;

  gstream_open_messages_name (self, open, fields->run_id, fields->message_id);

  return open;
}

static GstreamOpenMessage *
look_up (GstreamOpenMessages *self,
         GstreamEvent        *event,
         const GstreamEventFields  *fields,
         GstreamAbout        *about)
{
  GstreamOpenPlace *place = gstream_open_messages_at (self, gstream_event_peek_namespace (event));
  GstreamOpenMessage *open = find_named (self, fields);

  *about = GSTREAM_ABOUT_NEW;
  if (open != NULL)
    return open;
  if (gstream_open_messages_is_past (self, fields))
    {
      *about = GSTREAM_ABOUT_PAST;
      return NULL;
    }
  if (place == NULL && fields->message_id == NULL && fields->run_id == NULL &&
      is_past_place (self, gstream_event_peek_namespace (event)))
    *about = GSTREAM_ABOUT_PAST;
  if (place == NULL)
    return NULL;
  if (fields->message_id != NULL || fields->run_id != NULL)
    return adopt (self, place, fields);
  if (place->open->len == 1)
    return g_ptr_array_index (place->open, 0);

  *about = GSTREAM_ABOUT_SEVERAL;

  return NULL;
}

GstreamOpenMessage *
gstream_open_messages_find (GstreamOpenMessages *self,
                            GstreamEvent        *event,
                            const GstreamEventFields  *fields,
                            GstreamAbout        *about)
{
  GstreamOpenMessage *open;

  if (G_LIKELY (is_latest (self, event, fields)))
    return self->latest;

  open = look_up (self, event, fields, about);
  if (open != NULL)
    self->latest = open;

  return open;
}
