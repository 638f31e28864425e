/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The description of a thread on a server, as properties: the item of a thread list.
 */
#include <gstream/remote/gstream-thread-info-private.h>

/**
 * GstreamThreadInfo:
 *
 * The description of a thread on a [class@Server]: the item of a [class@ThreadList].
 *
 * ```c
 * g_autoptr (GstreamThread) thread = gstream_server_open_thread (server, "agent", gstream_thread_info_get_thread_id (info));
 * ```
 *
 * It stays the same object as long as the thread is in the list; changes of its properties are notified.
 *
 * Since: 1.0
 */
struct _GstreamThreadInfo
{
  GObject parent_instance;

  char           *thread_id;
  char           *status; /* NULL: not known; the same for all that follows */
  GDateTime      *created_at;
  GDateTime      *updated_at;
  GstreamPayload *metadata;
  GstreamPayload *values;
};

enum
{
  PROP_THREAD_ID = 1,
  PROP_STATUS,
  PROP_CREATED_AT,
  PROP_UPDATED_AT,
  PROP_METADATA,
  PROP_VALUES,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstreamThreadInfo, gstream_thread_info, G_TYPE_OBJECT)

/**
 * gstream_thread_info_get_thread_id: (get-property thread-id)
 * @self: a thread info
 *
 * Gets the thread's id.
 *
 * Returns: (nullable): its id
 *
 * Since: 1.0
 */
const char *
gstream_thread_info_get_thread_id (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->thread_id;
}

/**
 * gstream_thread_info_get_status: (get-property status)
 * @self: a thread info
 *
 * Gets the status of the thread.
 *
 * Returns: (nullable): `idle`, `busy`, `interrupted` or `error`, or what else the server says
 *
 * Since: 1.0
 */
const char *
gstream_thread_info_get_status (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->status;
}

/**
 * gstream_thread_info_get_created_at: (get-property created-at)
 * @self: a thread info
 *
 * Gets when the thread was made.
 *
 * Returns: (nullable) (transfer none): the time; %NULL: not said
 *
 * Since: 1.0
 */
GDateTime *
gstream_thread_info_get_created_at (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->created_at;
}

/**
 * gstream_thread_info_get_updated_at: (get-property updated-at)
 * @self: a thread info
 *
 * Gets when the thread changed last.
 *
 * Returns: (nullable) (transfer none): the time; %NULL: not said
 *
 * Since: 1.0
 */
GDateTime *
gstream_thread_info_get_updated_at (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->updated_at;
}

/**
 * gstream_thread_info_get_metadata: (get-property metadata)
 * @self: a thread info
 *
 * Gets the metadata of the thread.
 *
 * Returns: (nullable) (transfer none): an object; %NULL: not said
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_info_get_metadata (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->metadata;
}

/**
 * gstream_thread_info_get_values: (get-property values)
 * @self: a thread info
 *
 * Gets the values of the thread's state.
 *
 * Returns: (nullable) (transfer none): an object; %NULL: not said
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_info_get_values (GstreamThreadInfo *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_INFO (self), NULL);

  return self->values;
}

/* --- what is said --- */

static void
changed (GstreamThreadInfo *self,
         guint              property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
take_string (GstreamThreadInfo *self,
             char             **field,
             const char        *said,
             guint              property)
{
  if (said == NULL || g_strcmp0 (*field, said) == 0)
    return;

  g_free (*field);
  *field = g_strdup (said);
  changed (self, property);
}

static void
take_time (GstreamThreadInfo *self,
           GDateTime        **field,
           const char        *said,
           guint              property)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = said != NULL ? g_date_time_new_from_iso8601 (said, utc) : NULL;

  if (time == NULL || (*field != NULL && g_date_time_equal (*field, time)))
    return;

  g_clear_pointer (field, g_date_time_unref);
  *field = g_steal_pointer (&time);
  changed (self, property);
}

static void
take_payload (GstreamThreadInfo *self,
              GstreamPayload   **field,
              GstreamPayload    *said,
              guint              property)
{
  if (said == NULL ||
      (*field != NULL && g_str_equal (gstream_payload_get_json (*field, NULL), gstream_payload_get_json (said, NULL))))
    return;

  g_clear_pointer (field, gstream_payload_unref);
  *field = gstream_payload_ref (said);
  changed (self, property);
}

void
gstream_thread_info_update (GstreamThreadInfo *self,
                            GstreamPayload    *said)
{
  g_autoptr (GstreamPayload) metadata = gstream_payload_lookup (said, "/metadata");
  g_autoptr (GstreamPayload) values = gstream_payload_lookup (said, "/values");

  g_object_freeze_notify (G_OBJECT (self));
  take_string (self, &self->thread_id, gstream_payload_get_string (said, "/thread_id"), PROP_THREAD_ID);
  take_string (self, &self->status, gstream_payload_get_string (said, "/status"), PROP_STATUS);
  take_time (self, &self->created_at, gstream_payload_get_string (said, "/created_at"), PROP_CREATED_AT);
  take_time (self, &self->updated_at, gstream_payload_get_string (said, "/updated_at"), PROP_UPDATED_AT);
  take_payload (self, &self->metadata, metadata, PROP_METADATA);
  take_payload (self, &self->values, values, PROP_VALUES);
  g_object_thaw_notify (G_OBJECT (self));
}

GstreamThreadInfo *
gstream_thread_info_new (GstreamPayload *said)
{
  GstreamThreadInfo *self = g_object_new (GSTREAM_TYPE_THREAD_INFO, NULL);

  gstream_thread_info_update (self, said);

  return self;
}

/* --- the object --- */

static void
gstream_thread_info_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamThreadInfo *self = GSTREAM_THREAD_INFO (object);

  switch (property_id)
    {
    case PROP_THREAD_ID:
      g_value_set_string (value, self->thread_id);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_CREATED_AT:
      g_value_set_boxed (value, self->created_at);
      break;
    case PROP_UPDATED_AT:
      g_value_set_boxed (value, self->updated_at);
      break;
    case PROP_METADATA:
      g_value_set_boxed (value, self->metadata);
      break;
    case PROP_VALUES:
      g_value_set_boxed (value, self->values);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_info_finalize (GObject *object)
{
  GstreamThreadInfo *self = GSTREAM_THREAD_INFO (object);

  g_free (self->thread_id);
  g_free (self->status);
  g_clear_pointer (&self->created_at, g_date_time_unref);
  g_clear_pointer (&self->updated_at, g_date_time_unref);
  g_clear_pointer (&self->metadata, gstream_payload_unref);
  g_clear_pointer (&self->values, gstream_payload_unref);

  G_OBJECT_CLASS (gstream_thread_info_parent_class)->finalize (object);
}

static void
gstream_thread_info_class_init (GstreamThreadInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_thread_info_get_property;
  object_class->finalize = gstream_thread_info_finalize;

  /**
   * GstreamThreadInfo:thread-id: (getter get_thread_id)
   *
   * The thread's id.
   *
   * Since: 1.0
   */
  properties[PROP_THREAD_ID] =
      g_param_spec_string ("thread-id", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadInfo:status: (getter get_status)
   *
   * The status of the thread: `idle`, `busy`, `interrupted` (it has pending interrupts), `error`, or another one from
   * the server.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadInfo:created-at: (getter get_created_at)
   *
   * When the thread was made.
   *
   * Since: 1.0
   */
  properties[PROP_CREATED_AT] =
      g_param_spec_boxed ("created-at", NULL, NULL, G_TYPE_DATE_TIME,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadInfo:updated-at: (getter get_updated_at)
   *
   * When the thread changed last.
   *
   * Since: 1.0
   */
  properties[PROP_UPDATED_AT] =
      g_param_spec_boxed ("updated-at", NULL, NULL, G_TYPE_DATE_TIME,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadInfo:metadata: (getter get_metadata)
   *
   * The metadata of the thread, an object, which may have a title for example. [method@Server.update_thread] changes
   * it.
   *
   * Since: 1.0
   */
  properties[PROP_METADATA] = g_param_spec_boxed ("metadata", NULL, NULL, GSTREAM_TYPE_PAYLOAD,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadInfo:values: (getter get_values)
   *
   * The values of the thread's state, if they were requested ([property@ThreadList:with-values]).
   *
   * Since: 1.0
   */
  properties[PROP_VALUES] = g_param_spec_boxed ("values", NULL, NULL, GSTREAM_TYPE_PAYLOAD,
                                                G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_thread_info_init (GstreamThreadInfo *self)
{
}
