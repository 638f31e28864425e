/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The data of tool calls by their ids.
 */
#include <gstream/conversation/gstream-call-book-private.h>
#include <gstream/conversation/gstream-conversation-tool-call-private.h>
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading a result without copying it */

typedef struct
{
  GstreamToolCall             *call;      /* of a run; NULL: not known */
  GstreamPayload              *result;    /* its tool message; NULL: none */
  GListStore                  *subagents; /* of GstreamSubagent; NULL: none */
  GstreamConversationToolCall *shown;     /* weak; NULL: not in use */
} Entry;

struct _GstreamCallBook
{
  grefcount   ref_count;
  GHashTable *entries; /* id -> Entry */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_object (&entry->call);
  g_clear_pointer (&entry->result, gstream_payload_unref);
  g_clear_object (&entry->subagents);
  g_clear_weak_pointer (&entry->shown);
  g_free (entry);
}

GstreamCallBook *
gstream_call_book_new (void)
{
  GstreamCallBook *self = g_new0 (GstreamCallBook, 1);

  g_ref_count_init (&self->ref_count);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_entry);
  return self;
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
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->entries);
  g_free (self);
}

static Entry *
get_entry (GstreamCallBook *self,
           const char      *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (self->entries, g_strdup (id), entry);
    }
  return entry;
}

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
show (Entry      *entry,
      const char *id)
{
  GstreamConversationToolCall *shown = gstream_conversation_tool_call_new (id);

  g_set_weak_pointer (&entry->shown, shown);
  if (entry->call != NULL)
    gstream_conversation_tool_call_set_call (shown, entry->call);
  gstream_conversation_tool_call_set_subagents (shown, get_subagents (entry));
  show_result (entry);
  return shown;
}

GstreamConversationToolCall *
gstream_call_book_get (GstreamCallBook *self,
                       const char      *id)
{
  Entry *entry = id != NULL ? get_entry (self, id) : NULL;

  if (entry == NULL)
    return gstream_conversation_tool_call_new (NULL);

  return entry->shown != NULL ? g_object_ref (entry->shown) : show (entry, id);
}

void
gstream_call_book_add_call (GstreamCallBook *self,
                            GstreamToolCall *call)
{
  const char *id = gstream_tool_call_get_id (call);
  Entry      *entry = id != NULL && *id != '\0' ? get_entry (self, id) : NULL;

  if (entry == NULL)
    return; /* cannot be requested by a message */

  g_set_object (&entry->call, call);
  if (entry->shown != NULL)
    gstream_conversation_tool_call_set_call (entry->shown, call);
}

void
gstream_call_book_set_result (GstreamCallBook *self,
                              const char      *id,
                              GstreamPayload  *message)
{
  Entry *entry = get_entry (self, id);

  if (entry->result == message)
    return;

  g_clear_pointer (&entry->result, gstream_payload_unref);
  entry->result = gstream_payload_ref (message);
  if (entry->shown != NULL)
    show_result (entry);
}

/* Frees entries that have no other data. */
void
gstream_call_book_unset_result (GstreamCallBook *self,
                                const char      *id,
                                GstreamPayload  *message)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL || entry->result != message)
    return;

  g_clear_pointer (&entry->result, gstream_payload_unref);
  if (entry->shown != NULL)
    show_result (entry);
  else if (entry->call == NULL && entry->subagents == NULL)
    g_hash_table_remove (self->entries, id);
}

GListStore *
gstream_call_book_get_subagents (GstreamCallBook *self,
                                 const char      *id)
{
  return get_subagents (get_entry (self, id));
}

GstreamPayload *
gstream_call_book_get_input (GstreamCallBook *self,
                             const char      *id)
{
  Entry          *entry = g_hash_table_lookup (self->entries, id);
  GstreamPayload *input = NULL;

  if (entry != NULL && entry->shown != NULL)
    input = gstream_conversation_tool_call_get_input (entry->shown);
  if (input == NULL && entry != NULL && entry->call != NULL)
    input = gstream_tool_call_get_input (entry->call);

  return input;
}
