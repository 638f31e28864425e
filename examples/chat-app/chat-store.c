/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of conversations, and where their threads come from. What is known of them is kept in a key file.
 */
#include "chat-store.h"

#include <glib/gstdio.h>

struct _ChatStore
{
  GObject parent_instance;

  GListStore    *entries;
  char          *folder;
  char          *index;     /* the key file's path */
  char         **command;   /* NULL: threads are on the server */
  GstreamServer *server;    /* NULL: threads are in child processes */
  char          *assistant; /* of the server */
};

static GType
chat_store_get_item_type (GListModel *model)
{
  return CHAT_TYPE_ENTRY;
}

static guint
chat_store_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (CHAT_STORE (model)->entries));
}

static gpointer
chat_store_get_item (GListModel *model,
                     guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (CHAT_STORE (model)->entries), position);
}

static void
chat_store_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = chat_store_get_item_type;
  iface->get_n_items = chat_store_get_n_items;
  iface->get_item = chat_store_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ChatStore, chat_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, chat_store_list_model_init))

/* --- the file --- */

static void
save_entry (GKeyFile  *file,
            ChatEntry *entry)
{
  const char *id = chat_entry_get_thread_id (entry);

  if (id == NULL)
    return;

  g_key_file_set_string (file, id, "Title", chat_entry_get_title (entry));
  g_key_file_set_int64 (file, id, "Time", chat_entry_get_time (entry));
}

static void
save (ChatStore *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < chat_store_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (ChatEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);

      save_entry (file, entry);
    }
  if (!g_key_file_save_to_file (file, self->index, &error))
    g_warning ("The list of conversations cannot be kept: %s", error->message);
}

static void
put (ChatStore *self,
     ChatEntry *entry)
{
  g_signal_connect_object (entry, "notify", G_CALLBACK (save), self, G_CONNECT_SWAPPED);
  g_list_store_append (self->entries, entry);
}

static void
load (ChatStore *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) ids = NULL;

  g_mkdir_with_parents (self->folder, 0700);
  g_key_file_load_from_file (file, self->index, G_KEY_FILE_NONE, NULL); /* none: there are no conversations */
  ids = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *title = g_key_file_get_string (file, ids[i], "Title", NULL);
      g_autoptr (ChatEntry) entry = chat_entry_new (ids[i], title, g_key_file_get_int64 (file, ids[i], "Time", NULL));

      put (self, entry);
    }
}

/* --- threads --- */

static char *
get_checkpoints (ChatStore *self,
                 ChatEntry *entry)
{
  g_autofree char *name = g_strconcat (chat_entry_get_thread_id (entry), ".checkpoints", NULL);

  return g_build_filename (self->folder, name, NULL);
}

static GstreamThread *
create_process_thread (ChatStore *self,
                       ChatEntry *entry,
                       GError   **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *checkpoints = NULL;
  g_auto (GStrv) argv = NULL;
  GstreamThread *thread;

  if (chat_entry_get_thread_id (entry) == NULL)
    {
      g_autofree char *id = g_uuid_string_random ();

      chat_entry_set_thread_id (entry, id);
    }
  checkpoints = get_checkpoints (self, entry);
  g_strv_builder_addv (builder, (const char **) self->command);
  g_strv_builder_add_many (builder, "--checkpoints", checkpoints, NULL);
  argv = g_strv_builder_end (builder);
  thread = gstream_thread_new_for_command ((const char *const *) argv, error);
  if (thread != NULL)
    gstream_thread_set_thread_id (thread, chat_entry_get_thread_id (entry));

  return thread;
}

static void
on_thread_id (GstreamThread *thread,
              GParamSpec    *pspec,
              ChatEntry     *entry)
{
  if (g_strcmp0 (gstream_thread_get_thread_id (thread), chat_entry_get_thread_id (entry)) != 0)
    chat_entry_set_thread_id (entry, gstream_thread_get_thread_id (thread));
}

static GstreamThread *
create_thread (ChatStore *self,
               ChatEntry *entry,
               GError   **error)
{
  if (self->server == NULL)
    return create_process_thread (self, entry, error);
  if (chat_entry_get_thread_id (entry) == NULL)
    return gstream_server_create_thread (self->server, self->assistant);

  return gstream_server_get_thread (self->server, self->assistant, chat_entry_get_thread_id (entry));
}

GstreamConversation *
chat_store_open (ChatStore *self,
                 ChatEntry *entry,
                 GError   **error)
{
  GstreamConversation *conversation = chat_entry_get_conversation (entry);
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GstreamConversation) opened = NULL;

  if (conversation != NULL)
    return conversation;

  thread = create_thread (self, entry, error);
  if (thread == NULL)
    return NULL;

  g_signal_connect_object (thread, "notify::thread-id", G_CALLBACK (on_thread_id), entry, 0);
  opened = gstream_conversation_new (thread);
  gstream_conversation_set_tool_rows (opened, FALSE); /* the results are at the calls */
  chat_entry_set_conversation (entry, opened);

  return opened; /* the entry has it */
}

void
chat_store_add (ChatStore *self,
                ChatEntry *entry)
{
  if (g_list_store_find (self->entries, entry, NULL))
    return;

  put (self, entry);
  save (self);
}

void
chat_store_remove (ChatStore *self,
                   ChatEntry *entry)
{
  g_autoptr (ChatEntry) keep = g_object_ref (entry);
  guint position;

  g_signal_handlers_disconnect_by_func (entry, save, self);
  chat_entry_set_conversation (entry, NULL);
  if (g_list_store_find (self->entries, entry, &position))
    g_list_store_remove (self->entries, position);
  if (self->command != NULL && chat_entry_get_thread_id (entry) != NULL)
    {
      g_autofree char *checkpoints = get_checkpoints (self, entry);

      g_unlink (checkpoints); /* there may be none */
    }
  save (self);
}

/* --- the object --- */

static void
on_items_changed (ChatStore *self,
                  guint      position,
                  guint      removed,
                  guint      added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
chat_store_finalize (GObject *object)
{
  ChatStore *self = CHAT_STORE (object);

  g_clear_object (&self->entries);
  g_clear_object (&self->server);
  g_strfreev (self->command);
  g_free (self->folder);
  g_free (self->index);
  g_free (self->assistant);

  G_OBJECT_CLASS (chat_store_parent_class)->finalize (object);
}

static void
chat_store_class_init (ChatStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = chat_store_finalize;
}

static void
chat_store_init (ChatStore *self)
{
  self->entries = g_list_store_new (CHAT_TYPE_ENTRY);
  g_signal_connect_object (self->entries, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
}

static ChatStore *
create (const char *folder,
        const char *index)
{
  ChatStore *self = g_object_new (CHAT_TYPE_STORE, NULL);

  self->folder = g_strdup (folder);
  self->index = g_build_filename (folder, index, NULL);
  load (self);

  return self;
}

ChatStore *
chat_store_new_for_command (const char        *folder,
                            const char *const *command)
{
  ChatStore *self = create (folder, "conversations.ini");

  self->command = g_strdupv ((char **) command);

  return self;
}

ChatStore *
chat_store_new_for_server (const char *folder,
                           const char *url,
                           const char *assistant)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
  g_autofree char *name = g_strdup_printf ("server-%.16s.ini", hash);
  ChatStore       *self = create (folder, name);

  self->server = gstream_server_new (url);
  self->assistant = g_strdup (assistant);

  return self;
}
