/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server's threads as a list model that loads as it is scrolled (N13).
 *
 * The model has the threads that have been loaded. When an item of the last page is accessed, the next page is loaded,
 * so that it is there before a view is scrolled to it. The offset of a page is the number of threads that the server
 * has returned so far. If threads were made meanwhile, the page repeats some, which are skipped.
 *
 * What happens while a page is under way is not lost. If the server object has changed a thread, nobody knows whether the
 * server wrote the page before or after: it is thrown away and requested once more. If a view has got to the end of the
 * list, the next page follows. If the list is to be reloaded, it is, before anything else.
 *
 * Reloading requests as many threads as there are in the list at once. Remaining rows are the same objects, and `items-
 * changed` only covers the rows between the unchanged ones at the beginning and at the end.
 */
#include <gstream/remote/gstream-thread-list.h>

#include <gio/gio.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-server-private.h>
#include <gstream/remote/gstream-thread-info-private.h>

#define MOST_AT_ONCE 1000 /* the maximum number of threads in an answer */

/**
 * GstreamThreadList:
 *
 * The threads of a [class@Server], newest first, as a list model of [class@ThreadInfo].
 *
 * ```c
 * g_autoptr (GstreamThreadList) threads = gstream_thread_list_new (server, NULL);
 *
 * gtk_list_view_set_model (view, GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (g_object_ref (threads)))));
 * g_object_bind_property (threads, "loading", spinner, "spinning", G_BINDING_SYNC_CREATE);
 * ```
 *
 * The first page is requested when the list is made, and further ones when a view gets near the end of the list, or by
 * [method@ThreadList.load_more]. If a page could not be loaded, [property@ThreadList:error] says why; loading more, or
 * reloading, tries again.
 *
 * Changes by the server object, which makes, copies, renames or deletes a thread, are visible at once. Changes by
 * others, and the new order after a run, are visible after [method@ThreadList.reload], which keeps the row objects.
 *
 * Since: 1.0
 */
struct _GstreamThreadList
{
  GObject parent_instance;

  GstreamServer  *server;
  GstreamPayload *metadata; /* metadata that the threads must have; NULL: any */
  gboolean        with_values;
  guint           page_size;

  GPtrArray    *items;  /* GstreamThreadInfo, owned */
  GHashTable   *by_id;  /* the same, by their ids */
  guint         offset; /* the number of threads that the server has returned */
  gboolean      complete;
  gboolean      loading;
  gboolean      stale;    /* to be reloaded when the pending request has ended */
  gboolean      outdated; /* a thread was changed since the pending request was sent */
  guint         wanted;   /* the number of items that there should be, after what was accessed during it */
  GError       *error;    /* of the last request; NULL: it succeeded */
  GCancellable *closing;  /* ends the request under way */
};

enum
{
  PROP_SERVER = 1,
  PROP_METADATA,
  PROP_WITH_VALUES,
  PROP_PAGE_SIZE,
  PROP_LOADING,
  PROP_COMPLETE,
  PROP_ERROR,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamThreadList, gstream_thread_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
changed (GstreamThreadList *self,
         guint              property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* --- the list --- */

static GType
gstream_thread_list_get_item_type (GListModel *model)
{
  return GSTREAM_TYPE_THREAD_INFO;
}

static guint
gstream_thread_list_get_n_items (GListModel *model)
{
  return GSTREAM_THREAD_LIST (model)->items->len;
}

/* Has the next page loaded if there are less than @wanted items, after the pending request if there is one. */
static void
want (GstreamThreadList *self,
      guint              wanted)
{
  if (self->loading)
    self->wanted = MAX (self->wanted, wanted);
  else if (wanted > self->items->len && self->error == NULL)
    gstream_thread_list_load_more (self);
}

static gpointer
gstream_thread_list_get_item (GListModel *model,
                              guint       position)
{
  GstreamThreadList *self = GSTREAM_THREAD_LIST (model);

  if (position >= self->items->len)
    return NULL;

  want (self, position + 1 + self->page_size / 2);

  return g_object_ref (self->items->pdata[position]);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = gstream_thread_list_get_item_type;
  iface->get_n_items = gstream_thread_list_get_n_items;
  iface->get_item = gstream_thread_list_get_item;
}

/* --- what the server says --- */

/* Returns: (transfer full): the infos of the threads on @page, each once; existing ones are reused. */
static GPtrArray *
rows_of (GstreamThreadList *self,
         GstreamPayload    *page)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, page);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) said = next;
      const char        *id = gstream_payload_get_string (said, "/thread_id");
      GstreamThreadInfo *row = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;

      if (id == NULL)
        continue;
      if (row != NULL)
        gstream_thread_info_update (g_object_ref (row), said);
      else
        row = gstream_thread_info_new (said);
      if (g_hash_table_add (seen, (gpointer) gstream_thread_info_get_thread_id (row)))
        g_ptr_array_add (rows, row);
      else
        g_object_unref (row);
    }

  return rows;
}

static void
add_to (GstreamThreadList *self,
        guint              position,
        GstreamThreadInfo *row)
{
  g_ptr_array_insert (self->items, position, g_object_ref (row));
  g_hash_table_insert (self->by_id, (gpointer) gstream_thread_info_get_thread_id (row), row);
}

static void
append_page (GstreamThreadList *self,
             GPtrArray         *rows)
{
  guint before = self->items->len;

  for (guint i = 0; i < rows->len; i++)
    if (!g_hash_table_contains (self->by_id, gstream_thread_info_get_thread_id (rows->pdata[i])))
      add_to (self, self->items->len, rows->pdata[i]);
  if (self->items->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->items->len - before);
}

/* Replaces the content by @rows. */
static void
replace_all (GstreamThreadList *self,
             GPtrArray         *rows)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->items);
  guint shorter = MIN (old->len, rows->len);
  guint first = 0, last = 0;

  while (first < shorter && old->pdata[first] == rows->pdata[first])
    first++;
  while (last < shorter - first && old->pdata[old->len - 1 - last] == rows->pdata[rows->len - 1 - last])
    last++;

  g_hash_table_remove_all (self->by_id);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    add_to (self, i, rows->pdata[i]);
  if (old->len - last > first || rows->len - last > first)
    g_list_model_items_changed (G_LIST_MODEL (self), first, old->len - last - first, rows->len - last - first);
}

/* --- loading --- */

static void load (GstreamThreadList *self,
                  gboolean           anew);

static void
set_error (GstreamThreadList *self,
           GError            *error)
{
  if (self->error == NULL && error == NULL)
    return;

  g_clear_error (&self->error);
  self->error = error;
  changed (self, PROP_ERROR);
}

static void
set_complete (GstreamThreadList *self,
              gboolean           complete)
{
  if (self->complete == complete)
    return;

  self->complete = complete;
  changed (self, PROP_COMPLETE);
}

/* A pending page. */
typedef struct
{
  GWeakRef list;
  gboolean anew;
  guint    limit; /* the maximum number of threads on it */
} Page;

static void
page_free (Page *page)
{
  g_weak_ref_clear (&page->list);
  g_free (page);
}

static void
take_page (GstreamThreadList *self,
           const Page        *page,
           GstreamPayload    *said)
{
  g_autoptr (GPtrArray) rows = rows_of (self, said);

  self->offset = (page->anew ? 0 : self->offset) + rows->len;
  set_complete (self, rows->len < page->limit);
  if (page->anew)
    replace_all (self, rows);
  else
    append_page (self, rows);
}

static void
end_loading (GstreamThreadList *self)
{
  guint wanted = self->wanted;

  self->wanted = 0;
  changed (self, PROP_LOADING);
  want (self, wanted);
}

static void
page_came (GstreamThreadList *self,
           const Page        *page,
           GstreamPayload    *said,
           GError            *error)
{
  gboolean outdated = self->outdated;
  gboolean anew = self->stale || page->anew;
  gboolean again;

  if (error == NULL && gstream_payload_get_kind (said) != GSTREAM_PAYLOAD_KIND_ARRAY)
    error =
        g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                             _ ("The server's list of threads is something else than an array, which was expected"));

  /* Set before the list changes: a view that then asks for more must not come before the reload. */
  again = self->stale || (outdated && error == NULL);
  self->loading = again;
  if (error == NULL && !outdated)
    take_page (self, page, said);
  set_error (self, error);

  if (again)
    load (self, anew);
  else
    end_loading (self);
}

static void
on_page (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Page *page = user_data;
  g_autoptr (GstreamThreadList) self = g_weak_ref_get (&page->list);
  GError *error = NULL;
  g_autoptr (GstreamPayload) said = gstream_request_finish (result, &error);

  if (self != NULL)
    page_came (self, page, said, error);
  else
    g_clear_error (&error);
  page_free (page);
}

static char *
write_search (GstreamThreadList *self,
              guint              offset,
              guint              limit)
{
  static const char *const members[] = { "thread_id", "created_at", "updated_at", "metadata", "status", NULL };
  GString                 *json = g_string_new ("{\"sort_by\":\"updated_at\",\"sort_order\":\"desc\"");

  gstream_json_add_integer (json, "limit", limit);
  gstream_json_add_integer (json, "offset", offset);
  gstream_json_add_payload (json, "metadata", self->metadata);
  if (!self->with_values)
    {
      gstream_json_write_member (json, "select");
      gstream_json_write_strv (json, members);
    }
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static void
load (GstreamThreadList *self,
      gboolean           anew)
{
  guint            limit = anew ? CLAMP (self->items->len, self->page_size, MOST_AT_ONCE) : self->page_size;
  g_autofree char *body = write_search (self, anew ? 0 : self->offset, limit);
  GError          *error = NULL;
  g_autoptr (GstreamOrigin) origin =
      gstream_server_open (self->server, gstream_server_get_context (self->server), &error);
  Page *page = NULL;

  self->stale = FALSE;
  self->outdated = FALSE;
  self->loading = origin != NULL;
  if (origin == NULL)
    {
      set_error (self, error);
      end_loading (self);
      return;
    }

  changed (self, PROP_LOADING);
  page = g_new0 (Page, 1);
  g_weak_ref_init (&page->list, self);
  page->anew = anew;
  page->limit = limit;
  gstream_request_send (origin, "POST", "/threads/search", body, GSTREAM_RETRY_REPEATABLE, self->closing, on_page,
                        page);
}

/**
 * gstream_thread_list_load_more:
 * @self: a list of threads
 *
 * Loads the next page, if there may be one and no page is being loaded. [property@ThreadList:loading] tells when that
 * is done.
 *
 * Since: 1.0
 */
void
gstream_thread_list_load_more (GstreamThreadList *self)
{
  g_return_if_fail (GSTREAM_IS_THREAD_LIST (self));

  if (!self->loading && !self->complete)
    load (self, FALSE);
}

/**
 * gstream_thread_list_reload:
 * @self: a list of threads
 *
 * Reloads the list. Remaining rows are the same objects.
 *
 * Since: 1.0
 */
void
gstream_thread_list_reload (GstreamThreadList *self)
{
  g_return_if_fail (GSTREAM_IS_THREAD_LIST (self));

  if (self->loading)
    self->stale = TRUE;
  else
    load (self, TRUE);
}

/* --- what the server object does to threads --- */

/* Returns: (transfer full) (nullable): the member @name of @object. */
static GstreamPayload *
get_member (GstreamPayload *object,
            const char     *name)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *value;

  gstream_payload_iter_init (&iter, object);
  while (gstream_payload_iter_next (&iter, &key, &value))
    {
      if (g_str_equal (key, name))
        return value;
      gstream_payload_unref (value);
    }

  return NULL;
}

/* Whether @there has all that @wanted has, as servers compare metadata: an object may have other members. */
static gboolean
contains (GstreamPayload *there,
          GstreamPayload *wanted)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *next;

  if (gstream_payload_get_kind (wanted) != GSTREAM_PAYLOAD_KIND_OBJECT ||
      gstream_payload_get_kind (there) != GSTREAM_PAYLOAD_KIND_OBJECT)
    return gstream_payload_equal (there, wanted);

  gstream_payload_iter_init (&iter, wanted);
  while (gstream_payload_iter_next (&iter, &key, &next))
    {
      g_autoptr (GstreamPayload) inner_wanted = next;
      g_autoptr (GstreamPayload) inner = get_member (there, key);

      if (inner == NULL || !contains (inner, inner_wanted))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_listed (GstreamThreadList *self,
           GstreamPayload    *said)
{
  g_autoptr (GstreamPayload) metadata = gstream_payload_lookup (said, "/metadata");

  if (self->metadata == NULL || gstream_payload_get_kind (self->metadata) != GSTREAM_PAYLOAD_KIND_OBJECT)
    return TRUE;

  if (metadata == NULL)
    metadata = gstream_payload_new ("{}", -1, NULL);

  return contains (metadata, self->metadata);
}

static void
on_thread_changed (GstreamServer  *server,
                   GstreamPayload *said,
                   gpointer        user_data)
{
  GstreamThreadList *self = user_data;
  GstreamThreadInfo *row = g_hash_table_lookup (self->by_id, gstream_payload_get_string (said, "/thread_id"));
  g_autoptr (GstreamThreadInfo) made = NULL;

  self->outdated = TRUE;
  if (row != NULL)
    {
      gstream_thread_info_update (row, said);
      return;
    }
  if (!is_listed (self, said))
    return;

  made = gstream_thread_info_new (said);
  add_to (self, 0, made);
  self->offset++;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
}

static void
on_thread_deleted (GstreamServer *server,
                   const char    *thread_id,
                   gpointer       user_data)
{
  GstreamThreadList *self = user_data;
  GstreamThreadInfo *row = g_hash_table_lookup (self->by_id, thread_id);
  guint              position;

  self->outdated = TRUE;
  if (row == NULL || !g_ptr_array_find (self->items, row, &position))
    return;

  g_hash_table_remove (self->by_id, thread_id);
  g_ptr_array_remove_index (self->items, position);
  self->offset -= MIN (self->offset, 1);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* --- properties --- */

/**
 * gstream_thread_list_get_server: (get-property server)
 * @self: a list of threads
 *
 * Gets the server whose threads they are.
 *
 * Returns: (nullable) (transfer none): the server
 *
 * Since: 1.0
 */
GstreamServer *
gstream_thread_list_get_server (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), NULL);

  return self->server;
}

/**
 * gstream_thread_list_get_metadata: (get-property metadata)
 * @self: a list of threads
 *
 * Gets the metadata that the threads must have.
 *
 * Returns: (nullable) (transfer none): an object; %NULL: they are all there
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_list_get_metadata (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), NULL);

  return self->metadata;
}

/**
 * gstream_thread_list_get_with_values: (get-property with-values)
 * @self: a list of threads
 *
 * Gets whether the values of the threads' states are asked for, too.
 *
 * Returns: whether they are
 *
 * Since: 1.0
 */
gboolean
gstream_thread_list_get_with_values (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), FALSE);

  return self->with_values;
}

/**
 * gstream_thread_list_get_page_size: (get-property page-size)
 * @self: a list of threads
 *
 * Gets how many threads are asked for at once.
 *
 * Returns: the number of threads
 *
 * Since: 1.0
 */
guint
gstream_thread_list_get_page_size (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), 0);

  return self->page_size;
}

/**
 * gstream_thread_list_get_loading: (get-property loading)
 * @self: a list of threads
 *
 * Gets whether a page is being loaded.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
gstream_thread_list_get_loading (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), FALSE);

  return self->loading;
}

/**
 * gstream_thread_list_get_complete: (get-property complete)
 * @self: a list of threads
 *
 * Gets whether all of the server's threads are in the list.
 *
 * Returns: whether they are, as far as is known
 *
 * Since: 1.0
 */
gboolean
gstream_thread_list_get_complete (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), FALSE);

  return self->complete;
}

/**
 * gstream_thread_list_get_error: (get-property error)
 * @self: a list of threads
 *
 * Gets the error of the last request.
 *
 * Returns: (nullable) (transfer none): the error; %NULL: it came
 *
 * Since: 1.0
 */
const GError *
gstream_thread_list_get_error (GstreamThreadList *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_LIST (self), NULL);

  return self->error;
}

static void
gstream_thread_list_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamThreadList *self = GSTREAM_THREAD_LIST (object);

  switch (property_id)
    {
    case PROP_SERVER:
      g_value_set_object (value, self->server);
      break;
    case PROP_METADATA:
      g_value_set_boxed (value, self->metadata);
      break;
    case PROP_WITH_VALUES:
      g_value_set_boolean (value, self->with_values);
      break;
    case PROP_PAGE_SIZE:
      g_value_set_uint (value, self->page_size);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_list_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  GstreamThreadList *self = GSTREAM_THREAD_LIST (object);

  switch (property_id)
    {
    case PROP_SERVER:
      self->server = g_value_dup_object (value);
      break;
    case PROP_METADATA:
      self->metadata = g_value_dup_boxed (value);
      break;
    case PROP_WITH_VALUES:
      self->with_values = g_value_get_boolean (value);
      break;
    case PROP_PAGE_SIZE:
      self->page_size = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* --- the object --- */

static void
gstream_thread_list_constructed (GObject *object)
{
  GstreamThreadList *self = GSTREAM_THREAD_LIST (object);

  G_OBJECT_CLASS (gstream_thread_list_parent_class)->constructed (object);

  if (self->server == NULL)
    self->server = g_object_new (GSTREAM_TYPE_SERVER, NULL);
  g_signal_connect_object (self->server, "thread-changed", G_CALLBACK (on_thread_changed), self, 0);
  g_signal_connect_object (self->server, "thread-deleted", G_CALLBACK (on_thread_deleted), self, 0);
  gstream_thread_list_load_more (self);
}

static void
gstream_thread_list_dispose (GObject *object)
{
  g_cancellable_cancel (GSTREAM_THREAD_LIST (object)->closing);

  G_OBJECT_CLASS (gstream_thread_list_parent_class)->dispose (object);
}

static void
gstream_thread_list_finalize (GObject *object)
{
  GstreamThreadList *self = GSTREAM_THREAD_LIST (object);

  g_object_unref (self->closing);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->items);
  g_object_unref (self->server);
  g_clear_pointer (&self->metadata, gstream_payload_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_thread_list_parent_class)->finalize (object);
}

static GParamSpec *
flag_spec (const char *name,
           GParamFlags flags)
{
  return g_param_spec_boolean (name, NULL, NULL, FALSE, flags | G_PARAM_STATIC_STRINGS);
}

static void
gstream_thread_list_class_init (GstreamThreadListClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY;

  object_class->get_property = gstream_thread_list_get_property;
  object_class->set_property = gstream_thread_list_set_property;
  object_class->constructed = gstream_thread_list_constructed;
  object_class->dispose = gstream_thread_list_dispose;
  object_class->finalize = gstream_thread_list_finalize;

  /**
   * GstreamThreadList:server: (getter get_server)
   *
   * The server whose threads they are.
   *
   * Since: 1.0
   */
  properties[PROP_SERVER] =
      g_param_spec_object ("server", NULL, NULL, GSTREAM_TYPE_SERVER, once | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadList:metadata: (getter get_metadata)
   *
   * The metadata that the threads must have, an object such as `{"user":"ada"}`. %NULL: all threads.
   *
   * Since: 1.0
   */
  properties[PROP_METADATA] =
      g_param_spec_boxed ("metadata", NULL, NULL, GSTREAM_TYPE_PAYLOAD, once | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadList:with-values: (getter get_with_values)
   *
   * Whether the values of the threads' states are asked for, too: whole conversations.
   *
   * Since: 1.0
   */
  properties[PROP_WITH_VALUES] = flag_spec ("with-values", once);
  /**
   * GstreamThreadList:page-size: (getter get_page_size)
   *
   * How many threads are asked for at once.
   *
   * Since: 1.0
   */
  properties[PROP_PAGE_SIZE] =
      g_param_spec_uint ("page-size", NULL, NULL, 1, MOST_AT_ONCE, 50, once | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadList:loading: (getter get_loading)
   *
   * Whether a page is being loaded.
   *
   * Since: 1.0
   */
  properties[PROP_LOADING] = flag_spec ("loading", G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY);
  /**
   * GstreamThreadList:complete: (getter get_complete)
   *
   * Whether all of the server's threads are in the list, as far as is known.
   *
   * Since: 1.0
   */
  properties[PROP_COMPLETE] = flag_spec ("complete", G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY);
  /**
   * GstreamThreadList:error: (getter get_error)
   *
   * The error of the last request; %NULL: it succeeded.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_thread_list_init (GstreamThreadList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->closing = g_cancellable_new ();
}

/**
 * gstream_thread_list_new:
 * @server: whose threads
 * @metadata: (nullable): the metadata that the threads must have, an object; %NULL: all threads
 *
 * Makes a list of a server's threads, and requests its first page.
 *
 * Returns: (transfer full): the list
 *
 * Since: 1.0
 */
GstreamThreadList *
gstream_thread_list_new (GstreamServer  *server,
                         GstreamPayload *metadata)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (server), NULL);

  return g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "metadata", metadata, NULL);
}
