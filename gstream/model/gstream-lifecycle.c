/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lifecycle of one namespace of a run, as a row of a model.
 */
#include <gstream/model/gstream-lifecycle-private.h>

#include <gstream/event/gstream-payload.h>

/**
 * GstreamLifecycle:
 *
 * The state of one subgraph or node of a run: a row of a [class@RunModel].
 *
 * The items of [property@RunStream:lifecycle] are changes of it. There is one row
 * for each namespace, and its [property@Lifecycle:status] is updated:
 *
 * ```c
 * g_object_bind_property_full (lifecycle, "status", icon, "icon-name", G_BINDING_SYNC_CREATE,
 *                              status_to_icon, NULL, NULL, NULL);
 * ```
 *
 * Since: 1.0
 */
struct _GstreamLifecycle
{
  GObject parent_instance;

  char           **namespace_;
  GstreamPayload  *item; /* the newest */
  GstreamRunStatus status;
};

enum
{
  PROP_0,
  PROP_NAMESPACE,
  PROP_GRAPH_NAME,
  PROP_STATUS,
  PROP_ERROR,
  PROP_ITEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamLifecycle, gstream_lifecycle, G_TYPE_OBJECT)

/* "started" is not a status of a run, and becomes running. */
static GstreamRunStatus
read_status (GstreamPayload *item)
{
  const char *event = gstream_payload_get_string (item, "/event");
  g_autoptr (GEnumClass) klass = g_type_class_ref (GSTREAM_TYPE_RUN_STATUS);
  GEnumValue *value = event ? g_enum_get_value_by_nick (klass, event) : NULL;

  return value ? (GstreamRunStatus) value->value : GSTREAM_RUN_STATUS_RUNNING;
}

static char **
read_namespace (GstreamPayload *item)
{
  g_autoptr (GstreamPayload) namespace_ = gstream_payload_lookup (item, "/namespace");
  g_autoptr (GStrvBuilder) segments = g_strv_builder_new ();
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  if (namespace_ == NULL) /* an item of an application's transformer: the root */
    return g_new0 (char *, 1);

  gstream_payload_iter_init (&iter, namespace_);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) segment = next;
      const char *name = gstream_payload_get_string (segment, "");

      if (name != NULL)
        g_strv_builder_add (segments, name);
    }

  return g_strv_builder_end (segments);
}

void
gstream_lifecycle_take (GstreamLifecycle *self,
                        GstreamPayload   *item)
{
  g_autoptr (GstreamPayload) before = g_steal_pointer (&self->item);
  GstreamRunStatus status = read_status (item);
  GObject         *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  self->item = gstream_payload_ref (item);
  g_object_notify_by_pspec (object, properties[PROP_ITEM]);
  if (g_strcmp0 (gstream_payload_get_string (before, "/graph_name"), gstream_lifecycle_get_graph_name (self)) != 0)
    g_object_notify_by_pspec (object, properties[PROP_GRAPH_NAME]);
  if (g_strcmp0 (gstream_payload_get_string (before, "/error"), gstream_lifecycle_get_error (self)) != 0)
    g_object_notify_by_pspec (object, properties[PROP_ERROR]);
  if (self->status != status)
    g_object_notify_by_pspec (object, properties[PROP_STATUS]);
  self->status = status;
  g_object_thaw_notify (object);
}

/**
 * gstream_lifecycle_get_namespace:
 * @self: the lifecycle of a namespace
 *
 * The namespace.
 *
 * Returns: (transfer none) (array zero-terminated=1): the namespace
 *
 * Since: 1.0
 */
const char *const *
gstream_lifecycle_get_namespace (GstreamLifecycle *self)
{
  g_return_val_if_fail (GSTREAM_IS_LIFECYCLE (self), NULL);

  return (const char *const *) self->namespace_;
}

/**
 * gstream_lifecycle_get_graph_name:
 * @self: the lifecycle of a namespace
 *
 * The name of its graph or node.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if nothing said it
 *
 * Since: 1.0
 */
const char *
gstream_lifecycle_get_graph_name (GstreamLifecycle *self)
{
  g_return_val_if_fail (GSTREAM_IS_LIFECYCLE (self), NULL);

  return self->item ? gstream_payload_get_string (self->item, "/graph_name") : NULL;
}

/**
 * gstream_lifecycle_get_status:
 * @self: the lifecycle of a namespace
 *
 * The status.
 *
 * Returns: the status; running from its start on
 *
 * Since: 1.0
 */
GstreamRunStatus
gstream_lifecycle_get_status (GstreamLifecycle *self)
{
  g_return_val_if_fail (GSTREAM_IS_LIFECYCLE (self), GSTREAM_RUN_STATUS_PENDING);

  return self->status;
}

/**
 * gstream_lifecycle_get_error:
 * @self: the lifecycle of a namespace
 *
 * Why it failed.
 *
 * Returns: (transfer none) (nullable): the message, or %NULL
 *
 * Since: 1.0
 */
const char *
gstream_lifecycle_get_error (GstreamLifecycle *self)
{
  g_return_val_if_fail (GSTREAM_IS_LIFECYCLE (self), NULL);

  return self->item ? gstream_payload_get_string (self->item, "/error") : NULL;
}

/**
 * gstream_lifecycle_get_item:
 * @self: the lifecycle of a namespace
 *
 * Gets the newest item of the lifecycle projection for this namespace, with its cause and other members from the source
 * (T5).
 *
 * Returns: (transfer none): the item
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_lifecycle_get_item (GstreamLifecycle *self)
{
  g_return_val_if_fail (GSTREAM_IS_LIFECYCLE (self), NULL);

  return self->item;
}

static void
gstream_lifecycle_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GstreamLifecycle *self = GSTREAM_LIFECYCLE (object);

  switch (prop_id)
    {
    case PROP_NAMESPACE:
      g_value_set_boxed (value, self->namespace_);
      break;
    case PROP_GRAPH_NAME:
      g_value_set_string (value, gstream_lifecycle_get_graph_name (self));
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_ERROR:
      g_value_set_string (value, gstream_lifecycle_get_error (self));
      break;
    case PROP_ITEM:
      g_value_set_boxed (value, self->item);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_lifecycle_finalize (GObject *object)
{
  GstreamLifecycle *self = GSTREAM_LIFECYCLE (object);

  g_strfreev (self->namespace_);
  g_clear_pointer (&self->item, gstream_payload_unref);

  G_OBJECT_CLASS (gstream_lifecycle_parent_class)->finalize (object);
}

static void
gstream_lifecycle_class_init (GstreamLifecycleClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gstream_lifecycle_get_property;
  object_class->finalize = gstream_lifecycle_finalize;

  /**
   * GstreamLifecycle:namespace: (getter get_namespace)
   *
   * The namespace.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamLifecycle:graph-name: (getter get_graph_name)
   *
   * The name of its graph or node.
   *
   * Since: 1.0
   */
  properties[PROP_GRAPH_NAME] = g_param_spec_string ("graph-name", NULL, NULL, NULL, flags);
  /**
   * GstreamLifecycle:status: (getter get_status)
   *
   * The status.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] =
      g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_RUN_STATUS, GSTREAM_RUN_STATUS_PENDING, flags);
  /**
   * GstreamLifecycle:error: (getter get_error)
   *
   * Why it failed.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  /**
   * GstreamLifecycle:item: (getter get_item)
   *
   * The newest item of the lifecycle projection.
   *
   * Since: 1.0
   */
  properties[PROP_ITEM] = g_param_spec_boxed ("item", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_lifecycle_init (GstreamLifecycle *self)
{
}

GstreamLifecycle *
gstream_lifecycle_new (GstreamPayload *item)
{
  GstreamLifecycle *self = g_object_new (GSTREAM_TYPE_LIFECYCLE, NULL);

  self->item = gstream_payload_ref (item);
  self->namespace_ = read_namespace (item);
  self->status = read_status (item);

  return self;
}
