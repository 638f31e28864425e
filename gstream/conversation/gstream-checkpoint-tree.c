/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree of a thread's checkpoints. For each state, only the ids of messages that its ancestors do not have are
 * stored, so that the memory is proportional to the number of messages.
 */
#include <gstream/conversation/gstream-checkpoint-tree-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-run-reader-private.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading a state's messages without copying them */
#include <string.h>

#define MESSAGES_BETWEEN_LOOKS 32 /* at the clock */

typedef struct
{
  char      *id;
  char      *parent_id; /* "": it is the root */
  gboolean   is_input;  /* it was made from the input of a run */
  gint64     created;   /* microseconds since the epoch; 0: not said */
  GPtrArray *messages;  /* ids of messages that its ancestors do not have; in @strings */
} Checkpoint;

/* The reading of a history's states, from the oldest one on. */
typedef struct
{
  GPtrArray      *states;       /* newest first; NULL: none are being read */
  char           *messages_key; /* of their values */
  guint           left;         /* number of @states that have not been read */
  guint           n_new;        /* number of new ones so far */
  Checkpoint     *checkpoint;   /* the one whose messages are being read; NULL: none */
  GstreamPayload *messages;     /* of that state; NULL: it has none */
  GstreamJsonIter iter;         /* over @messages */
  GHashTable     *known;        /* the ids of the messages of @checkpoint and its ancestors; in the tree's strings */
  GArray         *elements;     /* of GstreamJsonValue: the elements of @messages so far */
  GArray         *before;       /* the elements of its parent, if that was the previous state; otherwise empty */
  GstreamPayload *kept;         /* the payload that @before refers to */
} Reading;

/* A step on a path: from a checkpoint that adds messages, or the beginning, to the next one that does. */
typedef struct
{
  Checkpoint *top;     /* the previous one that adds messages; NULL: the beginning */
  Checkpoint *input;   /* the first input checkpoint in between; NULL: none */
  Checkpoint *brought; /* the one that adds messages; NULL: there are no more */
  guint       next;    /* index on the path after it */
} Stretch;

/* The setting of rows' branches: along the path, and then of the rows that no checkpoint on it has added. */
typedef struct
{
  GstreamConversationRows *rows; /* NULL: none are being set */
  GPtrArray               *way;
  Stretch                  stretch;
  guint                    at;         /* the next message of the checkpoint at the end of @stretch */
  guint                    n_versions; /* of the next row that is found; 0: it is not the first of its checkpoint */
  guint                    branch;
  guint                    place;  /* of the next row of the state, after the path */
  guint32                  number; /* of this description; also set in the rows that were found */
} Description;

struct _GstreamCheckpointTree
{
  GHashTable   *by_id;
  GHashTable   *children; /* id of a parent, known or not, "" for none -> GPtrArray of Checkpoint, oldest first */
  GStringChunk *strings;  /* the ids of messages, each once */
  Checkpoint   *newest;   /* NULL: there is none */
  Reading       reading;
  Description   description;
};

static void
free_checkpoint (gpointer data)
{
  Checkpoint *checkpoint = data;

  g_free (checkpoint->id);
  g_free (checkpoint->parent_id);
  g_ptr_array_unref (checkpoint->messages);
  g_free (checkpoint);
}

GstreamCheckpointTree *
gstream_checkpoint_tree_new (void)
{
  GstreamCheckpointTree *self = g_new0 (GstreamCheckpointTree, 1);

  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_checkpoint);
  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->strings = g_string_chunk_new (4096);
  self->reading.elements = g_array_new (FALSE, FALSE, sizeof (GstreamJsonValue));
  self->reading.before = g_array_new (FALSE, FALSE, sizeof (GstreamJsonValue));

  return self;
}

static void
end_reading (Reading *reading)
{
  g_clear_pointer (&reading->states, g_ptr_array_unref);
  g_clear_pointer (&reading->messages_key, g_free);
  g_clear_pointer (&reading->messages, gstream_payload_unref);
  g_clear_pointer (&reading->kept, gstream_payload_unref);
  g_clear_pointer (&reading->known, g_hash_table_unref);
  g_array_set_size (reading->elements, 0);
  g_array_set_size (reading->before, 0);
  reading->checkpoint = NULL;
}

static void
end_description (Description *description)
{
  g_clear_object (&description->rows);
  g_clear_pointer (&description->way, g_ptr_array_unref);
}

void
gstream_checkpoint_tree_clear (GstreamCheckpointTree *self)
{
  end_reading (&self->reading);
  end_description (&self->description);
  g_hash_table_remove_all (self->children);
  g_hash_table_remove_all (self->by_id);
  g_string_chunk_clear (self->strings);
  self->newest = NULL;
}

void
gstream_checkpoint_tree_free (GstreamCheckpointTree *self)
{
  end_reading (&self->reading);
  end_description (&self->description);
  g_array_unref (self->reading.elements);
  g_array_unref (self->reading.before);
  g_hash_table_unref (self->children);
  g_hash_table_unref (self->by_id);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/* --- the way to the root --- */

static Checkpoint *
get_parent (GstreamCheckpointTree *self,
            Checkpoint            *checkpoint)
{
  return g_hash_table_lookup (self->by_id, checkpoint->parent_id);
}

/* Returns the path from the oldest known ancestor to @head. */
static GPtrArray *
list_way (GstreamCheckpointTree *self,
          const char            *head)
{
  GPtrArray  *way = g_ptr_array_new ();
  Checkpoint *checkpoint = head != NULL ? g_hash_table_lookup (self->by_id, head) : NULL;

  for (; checkpoint != NULL && way->len <= g_hash_table_size (self->by_id); checkpoint = get_parent (self, checkpoint))
    g_ptr_array_add (way, checkpoint);
  for (guint i = 0; i < way->len / 2; i++)
    {
      gpointer other = way->pdata[i];

      way->pdata[i] = way->pdata[way->len - 1 - i];
      way->pdata[way->len - 1 - i] = other;
    }

  return way;
}

static gboolean
is_root (Checkpoint *checkpoint)
{
  return *checkpoint->parent_id == '\0';
}

gboolean
gstream_checkpoint_tree_reaches_root (GstreamCheckpointTree *self,
                                      const char            *head)
{
  g_autoptr (GPtrArray) way = list_way (self, head);

  return way->len > 0 && is_root (way->pdata[0]);
}

/* --- reading states --- */

#define N_PARTS (sizeof (GstreamStateParts) / sizeof (GstreamPayload *))

void
gstream_state_parts_init (GstreamStateParts *self,
                          GstreamPayload    *state)
{
  static const char *const names[N_PARTS] = {
    "values",        "tasks",         "interrupts", "metadata",          "created_at",
    "checkpoint",    "checkpoint_id", "config",     "parent_checkpoint", "parent_checkpoint_id",
    "parent_config",
  };
  GstreamPayload   **parts = (GstreamPayload **) self;
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *value;

  memset (self, 0, sizeof *self);
  if (gstream_payload_get_kind (state) != GSTREAM_PAYLOAD_KIND_OBJECT)
    return;

  gstream_payload_iter_init (&iter, state);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      guint i = 0;

      while (i < N_PARTS && !g_str_equal (name, names[i]))
        i++;
      if (i < N_PARTS && parts[i] == NULL)
        parts[i] = gstream_payload_ref (value);
      gstream_payload_unref (value);
    }
}

void
gstream_state_parts_clear (GstreamStateParts *self)
{
  GstreamPayload **parts = (GstreamPayload **) self;

  for (guint i = 0; i < N_PARTS; i++)
    g_clear_pointer (&parts[i], gstream_payload_unref);
}

static const char *
get_string (GstreamPayload *part,
            const char     *pointer)
{
  return part != NULL ? gstream_payload_get_string (part, pointer) : NULL;
}

static const char *
first_of (const char *first,
          const char *second,
          const char *third)
{
  return first != NULL ? first : second != NULL ? second : third;
}

const char *
gstream_state_parts_get_id (const GstreamStateParts *self)
{
  return first_of (get_string (self->checkpoint, "/checkpoint_id"), get_string (self->checkpoint_id, ""),
                   get_string (self->config, "/configurable/checkpoint_id"));
}

const char *
gstream_state_parts_get_parent_id (const GstreamStateParts *self)
{
  return first_of (get_string (self->parent_checkpoint, "/checkpoint_id"), get_string (self->parent_checkpoint_id, ""),
                   get_string (self->parent_config, "/configurable/checkpoint_id"));
}

static gint64
read_time (const GstreamStateParts *state)
{
  const char *text = get_string (state->created_at, "");
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time) : 0;
}

/* Returns the ids of the messages on @way. */
static GHashTable *
list_known (GPtrArray *way)
{
  GHashTable *known = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < way->len; i++)
    {
      GPtrArray *messages = ((Checkpoint *) way->pdata[i])->messages;

      for (guint j = 0; j < messages->len; j++)
        g_hash_table_add (known, messages->pdata[j]);
    }
  return known;
}

/* Skips the messages that are bytewise equal to those of the parent, if that was read directly before. */
static gboolean
is_as_before (const Reading *reading)
{
  gsize                   left = reading->iter.end - reading->iter.at;
  const GstreamJsonValue *before;

  if (reading->elements->len >= reading->before->len)
    return FALSE;

  before = &g_array_index (reading->before, GstreamJsonValue, reading->elements->len);
  return (gsize) (before->end - before->start) < left && *before->start == '{' &&
         memcmp (before->start, reading->iter.at, before->end - before->start) == 0;
}

static void
learn_message (GstreamCheckpointTree *self,
               GstreamJsonValue       element)
{
  GstreamMessageJson message;
  g_autofree char   *id = NULL;
  char              *kept;

  gstream_message_json_read (&message, element);
  id = gstream_message_json_dup (message.id);
  kept = id != NULL ? g_string_chunk_insert_const (self->strings, id) : NULL;
  if (kept != NULL && g_hash_table_add (self->reading.known, kept))
    g_ptr_array_add (self->reading.checkpoint->messages, kept);
}

/* Returns FALSE if there are no more. */
static gboolean
read_message (GstreamCheckpointTree *self)
{
  Reading         *reading = &self->reading;
  GstreamJsonValue element;

  if (reading->messages == NULL)
    return FALSE;
  reading->iter.at = gstream_json_pass_space (reading->iter.at);
  if (*reading->iter.at == ',')
    reading->iter.at = gstream_json_pass_space (reading->iter.at + 1);
  if (is_as_before (reading))
    {
      const GstreamJsonValue *before = &g_array_index (reading->before, GstreamJsonValue, reading->elements->len);

      element.start = reading->iter.at;
      element.end = reading->iter.at += before->end - before->start;
    }
  else if (gstream_json_iter_element (&reading->iter, &element))
    learn_message (self, element);
  else
    return FALSE;

  g_array_append_val (reading->elements, element);
  return TRUE;
}

/* Removes the ids of messages that an ancestor, which was read later, has too. */
static void
drop_known (GstreamCheckpointTree *self,
            Checkpoint            *checkpoint)
{
  g_autoptr (GPtrArray) way = list_way (self, checkpoint->parent_id);
  g_autoptr (GHashTable) known = list_known (way);
  GPtrArray *own = g_ptr_array_new ();

  for (guint i = 0; i < checkpoint->messages->len; i++)
    if (!g_hash_table_contains (known, checkpoint->messages->pdata[i]))
      g_ptr_array_add (own, checkpoint->messages->pdata[i]);
  g_ptr_array_unref (checkpoint->messages);
  checkpoint->messages = own;
}

/* The ids of checkpoints also increase with time. */
static gboolean
is_newer (const Checkpoint *checkpoint,
          const Checkpoint *than)
{
  return checkpoint->created != than->created ? checkpoint->created > than->created
                                              : strcmp (checkpoint->id, than->id) > 0;
}

static GPtrArray *
list_children (GstreamCheckpointTree *self,
               const char            *id)
{
  return g_hash_table_lookup (self->children, id);
}

static void
add_to_parent (GstreamCheckpointTree *self,
               Checkpoint            *checkpoint)
{
  GPtrArray *children = list_children (self, checkpoint->parent_id);
  guint      place;

  if (children == NULL)
    {
      children = g_ptr_array_new ();
      g_hash_table_insert (self->children, g_strdup (checkpoint->parent_id), children);
    }
  for (place = children->len; place > 0 && is_newer (children->pdata[place - 1], checkpoint);)
    place--;
  g_ptr_array_insert (children, place, checkpoint);
}

/* Sets the elements to compare with: those of the previous state, if that is the parent; otherwise none. */
static void
remember_elements (Reading *reading,
                   gboolean is_parent)
{
  GArray *elements = reading->elements;

  g_clear_pointer (&reading->kept, gstream_payload_unref);
  reading->kept = g_steal_pointer (&reading->messages);
  reading->elements = reading->before;
  reading->before = elements;
  g_array_set_size (reading->elements, 0);
  if (!is_parent)
    g_array_set_size (reading->before, 0);
}

static void
begin_messages (GstreamCheckpointTree *self,
                Checkpoint            *checkpoint,
                GstreamPayload        *values)
{
  Reading *reading = &self->reading;
  gboolean is_parent = reading->checkpoint != NULL && g_str_equal (reading->checkpoint->id, checkpoint->parent_id);
  g_autoptr (GPtrArray) way = NULL;

  remember_elements (reading, is_parent);
  if (!is_parent)
    {
      g_clear_pointer (&reading->known, g_hash_table_unref);
      way = list_way (self, checkpoint->parent_id);
      reading->known = list_known (way);
    }
  reading->checkpoint = checkpoint;
  reading->messages = values != NULL ? gstream_run_reader_get_messages (values, reading->messages_key) : NULL;
  if (reading->messages != NULL && gstream_payload_get_kind (reading->messages) == GSTREAM_PAYLOAD_KIND_ARRAY)
    gstream_json_iter_init (&reading->iter, gstream_payload_value (reading->messages));
  else
    g_clear_pointer (&reading->messages, gstream_payload_unref);
}

static void
begin_state (GstreamCheckpointTree   *self,
             const char              *id,
             const GstreamStateParts *state)
{
  const char *parent_id = gstream_state_parts_get_parent_id (state);
  Checkpoint *checkpoint = g_new0 (Checkpoint, 1);

  checkpoint->id = g_strdup (id);
  checkpoint->parent_id = g_strdup (parent_id != NULL ? parent_id : "");
  checkpoint->is_input = g_strcmp0 (get_string (state->metadata, "/source"), "input") == 0;
  checkpoint->created = read_time (state);
  checkpoint->messages = g_ptr_array_new ();
  begin_messages (self, checkpoint, state->values);
  g_hash_table_insert (self->by_id, checkpoint->id, checkpoint);
  add_to_parent (self, checkpoint);
  if (self->newest == NULL || is_newer (checkpoint, self->newest))
    self->newest = checkpoint;
  self->reading.n_new++;
}

static void
end_state (GstreamCheckpointTree *self)
{
  GPtrArray *children = list_children (self, self->reading.checkpoint->id);

  for (guint i = 0; children != NULL && i < children->len; i++)
    drop_known (self, children->pdata[i]);
}

/* Returns FALSE if there are no more. */
static gboolean
begin_next (GstreamCheckpointTree *self)
{
  Reading *reading = &self->reading;

  while (reading->left > 0)
    {
      g_auto (GstreamStateParts) state;
      const char *id;

      gstream_state_parts_init (&state, reading->states->pdata[--reading->left]);
      id = gstream_state_parts_get_id (&state);
      if (id == NULL || *id == '\0' || g_hash_table_contains (self->by_id, id))
        continue;
      begin_state (self, id, &state);
      return TRUE;
    }
  return FALSE;
}

void
gstream_checkpoint_tree_begin (GstreamCheckpointTree *self,
                               GPtrArray             *states,
                               const char            *messages_key)
{
  Reading *reading = &self->reading;

  end_reading (reading);
  reading->states = g_ptr_array_ref (states);
  reading->messages_key = g_strdup (messages_key);
  reading->left = states->len;
  reading->n_new = 0;
}

gboolean
gstream_checkpoint_tree_read (GstreamCheckpointTree *self,
                              gint64                 deadline)
{
  Reading *reading = &self->reading;
  guint    n = 0;

  while (reading->states != NULL)
    {
      if (deadline > 0 && n++ % MESSAGES_BETWEEN_LOOKS == MESSAGES_BETWEEN_LOOKS - 1 &&
          g_get_monotonic_time () >= deadline)
        return FALSE;
      if (reading->checkpoint != NULL && read_message (self))
        continue;
      if (reading->checkpoint != NULL)
        end_state (self);
      if (!begin_next (self))
        end_reading (reading);
    }
  return TRUE;
}

guint
gstream_checkpoint_tree_get_n_new (GstreamCheckpointTree *self)
{
  return self->reading.n_new;
}

const char *
gstream_checkpoint_tree_get_newest (GstreamCheckpointTree *self)
{
  return self->newest != NULL ? self->newest->id : NULL;
}

/* --- versions of the conversation --- */

static gboolean
next_stretch (GPtrArray *way,
              Stretch   *stretch)
{
  stretch->top = stretch->brought;
  stretch->input = stretch->brought = NULL;
  while (stretch->brought == NULL && stretch->next < way->len)
    {
      Checkpoint *checkpoint = way->pdata[stretch->next++];

      if (checkpoint->is_input && stretch->input == NULL)
        stretch->input = checkpoint;
      if (checkpoint->messages->len > 0)
        stretch->brought = checkpoint;
    }
  return stretch->brought != NULL;
}

/* Collects the nearest descendants that add messages. */
static void
list_versions (GstreamCheckpointTree *self,
               const char            *top,
               GPtrArray             *versions)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  g_ptr_array_add (open, (gpointer) top);
  while (open->len > 0)
    {
      GPtrArray *children = list_children (self, g_ptr_array_steal_index (open, open->len - 1));

      for (guint i = 0; children != NULL && i < children->len; i++)
        {
          Checkpoint *child = children->pdata[i];

          g_ptr_array_add (child->messages->len > 0 ? versions : open,
                           child->messages->len > 0 ? (gpointer) child : child->id);
        }
    }
}

static int
compare_ages (gconstpointer a,
              gconstpointer b)
{
  const Checkpoint *first = *(Checkpoint *const *) a;
  const Checkpoint *second = *(Checkpoint *const *) b;

  return first == second ? 0 : is_newer (first, second) ? 1 : -1;
}

/* Returns the branches, oldest first. There are none if the previous checkpoint is not known. */
static GPtrArray *
get_versions (GstreamCheckpointTree *self,
              GPtrArray             *way,
              const Stretch         *stretch)
{
  GPtrArray *versions = g_ptr_array_new ();

  if (stretch->top != NULL || is_root (way->pdata[0]))
    list_versions (self, stretch->top != NULL ? stretch->top->id : "", versions);
  g_ptr_array_sort (versions, compare_ages);

  return versions;
}

/*
 * For a message of the user, this is the checkpoint before the input of the run; for one of a node, the checkpoint
 * before the step that made it.
 */
static const char *
get_before (GPtrArray              *way,
            const Stretch          *stretch,
            GstreamConversationRole role)
{
  Checkpoint *input = role == GSTREAM_CONVERSATION_ROLE_HUMAN ? stretch->input : NULL;
  Checkpoint *after = input != NULL ? input : stretch->brought;

  if (stretch->top == NULL && !is_root (way->pdata[0]))
    return NULL; /* its messages may have been added earlier */
  if (!is_root (after))
    return after->parent_id;

  return input != NULL ? input->id : NULL;
}

static gboolean
begin_stretch (GstreamCheckpointTree *self)
{
  Description *description = &self->description;
  g_autoptr (GPtrArray) versions = NULL;

  if (!next_stretch (description->way, &description->stretch))
    return FALSE;

  versions = get_versions (self, description->way, &description->stretch);
  description->at = description->branch = 0;
  description->n_versions = versions->len;
  g_ptr_array_find (versions, description->stretch.brought, &description->branch);
  return TRUE;
}

/* The first of several messages that were added together represents all. */
static void
describe_message (GstreamCheckpointTree *self,
                  const char            *id)
{
  Description *description = &self->description;
  g_autoptr (GstreamConversationRow) row = gstream_conversation_rows_lookup (description->rows, id);
  guint       n_versions = description->n_versions, branch = description->branch;
  const char *before;

  if (row == NULL || !g_object_ref (row)->in_state)
    return;

  before = get_before (description->way, &description->stretch, row->role);
  description->n_versions = description->branch = 0;
  row->described = description->number;
  if (row->time == 0)
    gstream_conversation_row_set_time (row, description->stretch.brought->created);
  gstream_conversation_row_set_branch (row, before, n_versions, branch);
}

/* Returns FALSE if there are no more. */
static gboolean
describe_next (GstreamCheckpointTree *self)
{
  Description            *description = &self->description;
  Checkpoint             *brought = description->stretch.brought;
  GstreamConversationRow *row;

  if (brought != NULL && description->at < brought->messages->len)
    {
      describe_message (self, brought->messages->pdata[description->at++]);
      return TRUE;
    }
  if (description->place == 0 && begin_stretch (self))
    return TRUE;
  if (description->place >= gstream_conversation_rows_get_n_state (description->rows))
    return FALSE;

  row = gstream_conversation_rows_get_state (description->rows, description->place++);
  if (row->described != description->number)
    gstream_conversation_row_set_branch (row, NULL, 0, 0);
  return TRUE;
}

void
gstream_checkpoint_tree_begin_describing (GstreamCheckpointTree   *self,
                                          const char              *head,
                                          GstreamConversationRows *rows)
{
  Description *description = &self->description;

  end_description (description);
  description->rows = g_object_ref (rows);
  description->way = list_way (self, head);
  description->stretch = (Stretch) { NULL, NULL, NULL, 0 };
  description->place = 0;
  description->number++;
}

gboolean
gstream_checkpoint_tree_describe (GstreamCheckpointTree *self,
                                  gint64                 deadline)
{
  Description *description = &self->description;
  guint        n = 0;

  /* The rows' handlers may begin another one. */
  while (description->rows != NULL)
    {
      if (deadline > 0 && n++ % MESSAGES_BETWEEN_LOOKS == MESSAGES_BETWEEN_LOOKS - 1 &&
          g_get_monotonic_time () >= deadline)
        return FALSE;
      if (!describe_next (self))
        end_description (description);
    }
  return TRUE;
}

static gboolean
find_stretch (GPtrArray  *way,
              const char *message_id,
              Stretch    *stretch)
{
  *stretch = (Stretch) { NULL, NULL, NULL, 0 };
  while (next_stretch (way, stretch))
    for (guint i = 0; i < stretch->brought->messages->len; i++)
      if (g_strcmp0 (stretch->brought->messages->pdata[i], message_id) == 0)
        return TRUE;

  return FALSE;
}

const char *
gstream_checkpoint_tree_get_before (GstreamCheckpointTree  *self,
                                    const char             *head,
                                    const char             *message_id,
                                    GstreamConversationRole role)
{
  g_autoptr (GPtrArray) way = list_way (self, head);
  Stretch stretch;

  return find_stretch (way, message_id, &stretch) ? get_before (way, &stretch, role) : NULL;
}

const char *
gstream_checkpoint_tree_get_leaf (GstreamCheckpointTree *self,
                                  const char            *head,
                                  const char            *message_id,
                                  guint                  branch)
{
  g_autoptr (GPtrArray) way = list_way (self, head);
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  Checkpoint *newest = NULL;
  Stretch     stretch;

  if (!find_stretch (way, message_id, &stretch))
    return NULL;
  versions = get_versions (self, way, &stretch);
  if (branch < versions->len)
    g_ptr_array_add (open, versions->pdata[branch]);
  while (open->len > 0)
    {
      Checkpoint *checkpoint = g_ptr_array_steal_index (open, open->len - 1);
      GPtrArray  *children = list_children (self, checkpoint->id);

      if (newest == NULL || is_newer (checkpoint, newest))
        newest = checkpoint;
      if (children != NULL)
        g_ptr_array_extend (open, children, NULL, NULL);
    }

  return newest != NULL ? newest->id : NULL;
}
