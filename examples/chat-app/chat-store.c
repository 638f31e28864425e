/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of conversations, and where their threads come from. What is known of those in child processes is kept in a key
 * file; what is known of a server's, the server keeps.
 */
#include "chat-store.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define MOST_THREADS 1000 /* of a server's that are listed, the newest */

struct _ChatStore
{
  GObject parent_instance;

  GListStore        *entries;
  char              *folder;
  char              *index;     /* the key file's path */
  char             **command;   /* NULL: threads are on the server */
  GstreamServer     *server;    /* NULL: threads are in child processes */
  GstreamThreadList *threads;   /* of the server */
  char              *assistant; /* of the server */
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

enum
{
  PROP_ERROR = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_TELLING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (ChatStore, chat_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, chat_store_list_model_init))

/* @format has the words of @error in it. */
static void
tell (ChatStore    *self,
      const char   *format,
      const GError *error)
{
  g_autoptr (GString) words = g_string_new (format);

  g_string_replace (words, "%s", error->message, 1);
  g_signal_emit (self, signals[SIGNAL_TELLING], 0, words->str);
}

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

  if (self->server != NULL)
    return;

  for (guint i = 0; i < chat_store_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (ChatEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);

      save_entry (file, entry);
    }
  if (!g_key_file_save_to_file (file, self->index, &error))
    tell (self, _ ("The list of conversations cannot be kept: %s"), error);
}

static void on_title (ChatEntry  *entry,
                      GParamSpec *pspec,
                      ChatStore  *self);

static void
put (ChatStore *self,
     ChatEntry *entry)
{
  g_signal_connect_object (entry, "notify", G_CALLBACK (save), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "notify::title", G_CALLBACK (on_title), self, 0);
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

/* --- a server's --- */

static void
on_renamed (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ChatStore) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) thread = gstream_server_update_thread_finish (GSTREAM_SERVER (object), result, &error);

  if (thread == NULL)
    tell (self, _ ("The title is not kept: %s"), error);
}

static void
on_title (ChatEntry  *entry,
          GParamSpec *pspec,
          ChatStore  *self)
{
  g_autoptr (GVariant) metadata = NULL;
  g_autoptr (GstreamPayload) payload = NULL;

  if (self->server == NULL || chat_entry_get_thread_id (entry) == NULL)
    return;

  metadata = g_variant_ref_sink (g_variant_new_parsed ("{'title': <%s>}", chat_entry_get_title (entry)));
  payload = gstream_payload_new_variant (metadata, NULL);
  gstream_server_update_thread (self->server, chat_entry_get_thread_id (entry), payload, NULL, on_renamed,
                                g_object_ref (self));
}

static void
on_deleted (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ChatStore) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gstream_server_delete_thread_finish (GSTREAM_SERVER (object), result, &error))
    tell (self, _ ("The conversation is still on the server: %s"), error);
}

static GHashTable *
collect_ids (ChatStore *self)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < chat_store_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (ChatEntry) entry = chat_store_get_item (G_LIST_MODEL (self), i);

      if (chat_entry_get_thread_id (entry) != NULL)
        g_hash_table_add (ids, g_strdup (chat_entry_get_thread_id (entry)));
    }

  return ids;
}

static const char *
find_title (GstreamThreadInfo *info)
{
  GstreamPayload *metadata = gstream_thread_info_get_metadata (info);
  GstreamPayload *values = gstream_thread_info_get_values (info);
  const char     *title = metadata ? gstream_payload_get_string (metadata, "/title") : NULL;

  return title != NULL || values == NULL ? title : gstream_payload_get_string (values, "/messages/0/content");
}

static void
take_thread (ChatStore         *self,
             GstreamThreadInfo *info)
{
  GDateTime *updated = gstream_thread_info_get_updated_at (info);
  gint64     time =
      updated != NULL ? g_date_time_to_unix (updated) * G_USEC_PER_SEC + g_date_time_get_microsecond (updated) : 0;
  g_autoptr (ChatEntry) entry = chat_entry_new (gstream_thread_info_get_thread_id (info), NULL, time);

  if (find_title (info) != NULL)
    chat_entry_suggest_title (entry, find_title (info));
  put (self, entry);
}

/* What is asked for near the end of the list loads the next page of it. */
static void
on_threads_changed (ChatStore *self,
                    guint      position,
                    guint      removed,
                    guint      added)
{
  g_autoptr (GHashTable) ids = collect_ids (self);

  for (guint i = position; i < position + added && i < MOST_THREADS; i++)
    {
      g_autoptr (GstreamThreadInfo) info = g_list_model_get_item (G_LIST_MODEL (self->threads), i);

      if (info != NULL && !g_hash_table_contains (ids, gstream_thread_info_get_thread_id (info)))
        take_thread (self, info);
    }
}

static void
on_threads_error (ChatStore *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

const GError *
chat_store_get_error (ChatStore *self)
{
  return self->threads != NULL ? gstream_thread_list_get_error (self->threads) : NULL;
}

void
chat_store_reload (ChatStore *self)
{
  if (self->threads != NULL)
    gstream_thread_list_reload (self->threads);
}

static void
list_threads (ChatStore *self)
{
  self->threads = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", self->server, "with-values", TRUE, NULL);
  g_signal_connect_object (self->threads, "items-changed", G_CALLBACK (on_threads_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->threads, "notify::error", G_CALLBACK (on_threads_error), self, G_CONNECT_SWAPPED);
}

/* --- opening --- */

static void
on_thread_id (GstreamThread *thread,
              GParamSpec    *pspec,
              ChatEntry     *entry)
{
  if (g_strcmp0 (gstream_thread_get_thread_id (thread), chat_entry_get_thread_id (entry)) != 0)
    {
      chat_entry_set_thread_id (entry, gstream_thread_get_thread_id (thread));
      g_object_notify (G_OBJECT (entry), "title"); /* now there is what has it */
    }
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

  return gstream_server_open_thread (self->server, self->assistant, chat_entry_get_thread_id (entry));
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

gboolean
chat_store_has (ChatStore *self,
                ChatEntry *entry)
{
  return g_list_store_find (self->entries, entry, NULL);
}

void
chat_store_add (ChatStore *self,
                ChatEntry *entry)
{
  if (chat_store_has (self, entry))
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
  g_signal_handlers_disconnect_by_func (entry, on_title, self);
  chat_entry_set_conversation (entry, NULL);
  if (g_list_store_find (self->entries, entry, &position))
    g_list_store_remove (self->entries, position);
  if (self->command != NULL && chat_entry_get_thread_id (entry) != NULL)
    {
      g_autofree char *checkpoints = get_checkpoints (self, entry);

      g_unlink (checkpoints); /* there may be none */
    }
  if (self->server != NULL && chat_entry_get_thread_id (entry) != NULL)
    gstream_server_delete_thread (self->server, chat_entry_get_thread_id (entry), NULL, on_deleted,
                                  g_object_ref (self));
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
chat_store_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  if (prop_id == PROP_ERROR)
    g_value_set_boxed (value, chat_store_get_error (CHAT_STORE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
chat_store_finalize (GObject *object)
{
  ChatStore *self = CHAT_STORE (object);

  g_clear_object (&self->entries);
  g_clear_object (&self->threads);
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
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = chat_store_get_property;
  object_class->finalize = chat_store_finalize;
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_TELLING] =
      g_signal_new ("telling", CHAT_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
chat_store_init (ChatStore *self)
{
  self->entries = g_list_store_new (CHAT_TYPE_ENTRY);
  g_signal_connect_object (self->entries, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
}

ChatStore *
chat_store_new_for_command (const char        *folder,
                            const char *const *command)
{
  ChatStore *self = g_object_new (CHAT_TYPE_STORE, NULL);

  self->folder = g_strdup (folder);
  self->index = g_build_filename (folder, "conversations.ini", NULL);
  self->command = g_strdupv ((char **) command);
  load (self);

  return self;
}

ChatStore *
chat_store_new_for_server (GstreamServer *server,
                           const char    *assistant)
{
  ChatStore *self = g_object_new (CHAT_TYPE_STORE, NULL);

  self->server = g_object_ref (server);
  self->assistant = g_strdup (assistant);
  list_threads (self);

  return self;
}
