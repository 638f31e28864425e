/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The data of tool calls, by the rows that request them and by their ids, which some models use again.
 */
#include <gstream/conversation/gstream-call-book-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation-tool-call-private.h>
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading a result without copying it */

typedef struct _GstreamCallEntry Entry;

struct _GstreamCallEntry
{
  char                        *id;
  GstreamConversationRow      *row;       /* that requests it; not held; NULL: not known yet */
  guint                        nth;       /* the number of calls of @row with that id before it */
  Entry                       *of_row;    /* the next one of @row */
  Entry                       *older;     /* the one with that id that was added before it; NULL: it is the first */
  Entry                       *newer;     /* the reverse */
  guint                        listing;   /* with @nth 0: the number of the last listing of @row */
  guint                        n_listed;  /* the number of calls with that id found in that listing */
  GstreamToolCall             *call;      /* of a run; NULL: not known */
  GstreamPayload              *result;    /* its tool message; NULL: none */
  GListStore                  *subagents; /* of GstreamSubagent; NULL: none */
  GstreamConversationToolCall *shown;     /* weak; NULL: not in use */
};

struct _GstreamCallBook
{
  grefcount   ref_count;
  GHashTable *newest;  /* id -> Entry: the one that was added last */
  GHashTable *by_row;  /* set of Entry, by row, id and nth; those without a row are not in it */
  GHashTable *results; /* payload -> Entry with that result */
  guint       listing; /* the number of the listing of a row's calls */
};

static guint
hash_entry (gconstpointer key)
{
  const Entry *entry = key;

  return g_direct_hash (entry->row) ^ (g_str_hash (entry->id) + entry->nth);
}

static gboolean
is_same_entry (gconstpointer a,
               gconstpointer b)
{
  const Entry *one = a, *other = b;

  return one->row == other->row && one->nth == other->nth && g_str_equal (one->id, other->id);
}

GstreamCallBook *
gstream_call_book_new (void)
{
  GstreamCallBook *self = g_new0 (GstreamCallBook, 1);

  g_ref_count_init (&self->ref_count);
  self->newest = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_row = g_hash_table_new (hash_entry, is_same_entry);
  self->results = g_hash_table_new (NULL, NULL);
  return self;
}

static Entry *
add_entry (GstreamCallBook *self,
           const char      *id)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->id = g_strdup (id);
  entry->older = g_hash_table_lookup (self->newest, id);
  if (entry->older != NULL)
    entry->older->newer = entry;
  g_hash_table_replace (self->newest, entry->id, entry);

  return entry;
}

static void
unlink_entry (GstreamCallBook *self,
              Entry           *entry)
{
  if (entry->newer != NULL)
    entry->newer->older = entry->older;
  else if (entry->older != NULL)
    g_hash_table_replace (self->newest, entry->older->id, entry->older);
  else
    g_hash_table_remove (self->newest, entry->id);
  if (entry->older != NULL)
    entry->older->newer = entry->newer;
}

static void
remove_entry (GstreamCallBook *self,
              Entry           *entry)
{
  unlink_entry (self, entry);
  if (entry->row != NULL)
    g_hash_table_remove (self->by_row, entry);
  if (entry->result != NULL)
    g_hash_table_remove (self->results, entry->result);
  g_clear_object (&entry->call);
  g_clear_pointer (&entry->result, gstream_payload_unref);
  g_clear_object (&entry->subagents);
  g_clear_weak_pointer (&entry->shown);
  g_free (entry->id);
  g_free (entry);
}

GstreamCallBook *
gstream_call_book_ref (GstreamCallBook *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
gstream_call_book_unref (GstreamCallBook *self)
{
  g_autoptr (GList) entries = NULL;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  entries = g_hash_table_get_values (self->newest);
  for (GList *l = entries; l != NULL; l = l->next)
    for (Entry *entry = l->data, *older; entry != NULL; entry = older)
      {
        older = entry->older;
        remove_entry (self, entry);
      }
  g_hash_table_unref (self->newest);
  g_hash_table_unref (self->by_row);
  g_hash_table_unref (self->results);
  g_free (self);
}

/* --- finding entries --- */

static Entry *
get_newest (GstreamCallBook *self,
            const char      *id)
{
  Entry *entry = g_hash_table_lookup (self->newest, id);

  return entry != NULL ? entry : add_entry (self, id);
}

/* Returns the entry of a call of @row; uses the newest one, if it has been added for a call of which no row was known. */
static Entry *
get_requested (GstreamCallBook        *self,
               GstreamConversationRow *row,
               const char             *id,
               guint                   nth)
{
  Entry  key = { .id = (char *) id, .row = row, .nth = nth };
  Entry *entry = g_hash_table_lookup (self->by_row, &key);

  if (entry != NULL)
    return entry;

  entry = g_hash_table_lookup (self->newest, id);
  if (entry == NULL || entry->row != NULL)
    entry = add_entry (self, id);
  entry->row = row;
  entry->nth = nth;
  entry->of_row = row->requests;
  row->requests = entry;
  g_hash_table_add (self->by_row, entry);
  return entry;
}

void
gstream_call_book_begin_row (GstreamCallBook *self)
{
  self->listing++;
}

static Entry *
get_next (GstreamCallBook        *self,
          GstreamConversationRow *row,
          const char             *id)
{
  Entry *first = get_requested (self, row, id, 0);

  if (first->listing != self->listing)
    {
      first->listing = self->listing;
      first->n_listed = 0;
    }
  first->n_listed++;

  return first->n_listed == 1 ? first : get_requested (self, row, id, first->n_listed - 1);
}

void
gstream_call_book_request (GstreamCallBook        *self,
                           GstreamConversationRow *row,
                           const char             *id)
{
  get_next (self, row, id);
}

void
gstream_call_book_release (GstreamCallBook        *self,
                           GstreamConversationRow *row)
{
  Entry *next;

  for (Entry *entry = row->requests; entry != NULL; entry = next)
    {
      next = entry->of_row;
      remove_entry (self, entry);
    }
  row->requests = NULL;
}

/*
 * Returns the entry for what has come of a call with that id: of the calls with it that the newest row requests, the
 * first that has nothing at that offset yet.
 */
static Entry *
get_open (GstreamCallBook *self,
          const char      *id,
          gsize            offset)
{
  Entry *newest = get_newest (self, id);
  Entry *open = newest;

  for (Entry *entry = newest; entry != NULL && entry->row == newest->row; entry = entry->older)
    if (G_STRUCT_MEMBER (gpointer, entry, offset) == NULL)
      open = entry;

  return open;
}

/* --- what is known of them --- */

static void
show_result (Entry *entry)
{
  GstreamMessageJson message;
  g_autofree char   *text = NULL;
  g_autofree char   *status = NULL;

  if (entry->result != NULL)
    {
      gstream_message_json_read (&message, gstream_payload_value (entry->result));
      text = gstream_message_json_dup_text (&message);
      status = gstream_message_json_dup (message.status);
    }
  gstream_conversation_tool_call_set_result (entry->shown, text, g_strcmp0 (status, "error") == 0);
}

static GListStore *
get_subagents (Entry *entry)
{
  if (entry->subagents == NULL)
    entry->subagents = g_list_store_new (GSTREAM_TYPE_SUBAGENT);

  return entry->subagents;
}

static GstreamConversationToolCall *
show (Entry *entry)
{
  GstreamConversationToolCall *shown = gstream_conversation_tool_call_new (entry->id);

  g_set_weak_pointer (&entry->shown, shown);
  if (entry->call != NULL)
    gstream_conversation_tool_call_set_call (shown, entry->call);
  gstream_conversation_tool_call_set_subagents (shown, get_subagents (entry));
  show_result (entry);
  return shown;
}

GstreamConversationToolCall *
gstream_call_book_get (GstreamCallBook        *self,
                       GstreamConversationRow *row,
                       const char             *id)
{
  Entry *entry = id != NULL ? get_next (self, row, id) : NULL;

  if (entry == NULL)
    return gstream_conversation_tool_call_new (NULL);

  return entry->shown != NULL ? g_object_ref (entry->shown) : show (entry);
}

void
gstream_call_book_add_call (GstreamCallBook *self,
                            GstreamToolCall *call)
{
  const char *id = gstream_tool_call_get_id (call);
  Entry      *entry;

  if (id == NULL || *id == '\0')
    return; /* cannot be requested by a message */

  entry = get_open (self, id, G_STRUCT_OFFSET (Entry, call));
  g_set_object (&entry->call, call);
  if (entry->shown != NULL)
    gstream_conversation_tool_call_set_call (entry->shown, call);
}

static void
take_result (GstreamCallBook *self,
             Entry           *entry,
             GstreamPayload  *message)
{
  if (entry->result != NULL)
    g_hash_table_remove (self->results, entry->result);
  g_clear_pointer (&entry->result, gstream_payload_unref);
  if (message != NULL)
    {
      entry->result = gstream_payload_ref (message);
      g_hash_table_insert (self->results, message, entry);
    }
  if (entry->shown != NULL)
    show_result (entry);
}

void
gstream_call_book_set_result (GstreamCallBook *self,
                              const char      *id,
                              GstreamPayload  *before,
                              GstreamPayload  *message)
{
  Entry *entry = before != NULL ? g_hash_table_lookup (self->results, before) : NULL;

  if (g_hash_table_contains (self->results, message))
    return;

  take_result (self, entry != NULL ? entry : get_open (self, id, G_STRUCT_OFFSET (Entry, result)), message);
}

/* Frees entries that have no other data. */
void
gstream_call_book_unset_result (GstreamCallBook *self,
                                GstreamPayload  *message)
{
  Entry *entry = g_hash_table_lookup (self->results, message);

  if (entry == NULL)
    return;

  take_result (self, entry, NULL);
  if (entry->row == NULL && entry->shown == NULL && entry->call == NULL && entry->subagents == NULL)
    remove_entry (self, entry);
}

GListStore *
gstream_call_book_get_subagents (GstreamCallBook *self,
                                 const char      *id)
{
  return get_subagents (get_newest (self, id));
}

GstreamPayload *
gstream_call_book_get_input (GstreamCallBook *self,
                             const char      *id)
{
  Entry          *entry = g_hash_table_lookup (self->newest, id);
  GstreamPayload *input = NULL;

  if (entry != NULL && entry->shown != NULL)
    input = gstream_conversation_tool_call_get_input (entry->shown);
  if (input == NULL && entry != NULL && entry->call != NULL)
    input = gstream_tool_call_get_input (entry->call);

  return input;
}
