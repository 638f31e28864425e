/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A typed, ordered, drainable queue of a run.
 */
#include "config.h"

#include <gstream/stream/gstream-projection-private.h>

/**
 * GstreamProjection:
 *
 * One view of a run: its messages, its states, or something of your own.
 *
 * Transformers fill projections; consumers subscribe to them and read with the
 * cursor they get:
 *
 * ```c
 * g_autoptr (GstreamCursor) messages =
 *   gstream_projection_subscribe (gstream_run_stream_get_messages (run), &error);
 * ```
 *
 * A projection has one consumer (P1); for more, [method@Projection.tee] makes
 * several cursors that each see every item (P8). It is lazy: what is pushed
 * while nobody has subscribed is dropped (P2). It keeps nothing but what is
 * queued, and [property@Projection:max-buffered] bounds that: while a queue is
 * full, the run asks its source for nothing (P6).
 *
 * A projection is used in the main context of its run only.
 */

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ITEM_TYPE,
  PROP_MAX_BUFFERED,
  PROP_FORWARD,
  PROP_SUBSCRIBED,
  PROP_CLOSED,
  PROP_NATIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamProjection, gstream_projection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, gstream_projection_handle_init))

void
gstream_projection_tell_subscribed (GstreamProjection *self)
{
  if (self->funcs != NULL)
    self->funcs->changed (self->owner);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUBSCRIBED]);
}

/* --- its end --- */

static void
end (GstreamProjection *self,
     const GError      *error)
{
  if (self->closed)
    return;

  self->closed = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_pushers_drop (&self->pushers); /* before the queues' end lets them in, where all is refused */
  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_end (self->feeds[i], error);
  g_clear_pointer (&self->page, gstream_text_page_finish);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}

/**
 * gstream_projection_close:
 * @self: a projection
 *
 * Ends the projection (P4): its cursors give what is queued, then the end. The
 * run does this for the projections of its transformers. Closing twice, or after
 * a failure, does nothing.
 */
void
gstream_projection_close (GstreamProjection *self)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));

  end (self, NULL);
}

/**
 * gstream_projection_fail:
 * @self: a projection
 * @error: what its cursors give after what is queued, to every call
 *
 * Ends the projection with an error (P4).
 */
void
gstream_projection_fail (GstreamProjection *self,
                         const GError      *error)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (error != NULL);

  end (self, error);
}

/* --- its properties --- */

/**
 * gstream_projection_get_name:
 * @self: a projection
 *
 * The name it is registered under.
 *
 * Returns: the name
 */
const char *
gstream_projection_get_name (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);

  return self->name;
}

/**
 * gstream_projection_get_item_type:
 * @self: a projection
 *
 * The type of its items.
 *
 * Returns: the type
 */
GType
gstream_projection_get_item_type (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), G_TYPE_INVALID);

  return self->type.type;
}

/**
 * gstream_projection_get_max_buffered:
 * @self: a projection
 *
 * How many items a queue may hold before the run is held (P6).
 *
 * Returns: items; 0 for no bound
 */
guint
gstream_projection_get_max_buffered (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), 0);

  return self->max_buffered;
}

/**
 * gstream_projection_set_max_buffered:
 * @self: a projection
 * @max_buffered: items; 0 for no bound
 *
 * Sets [property@Projection:max-buffered]. It may be changed at any time.
 */
void
gstream_projection_set_max_buffered (GstreamProjection *self,
                                     guint              max_buffered)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));

  if (self->max_buffered == max_buffered)
    return;

  self->max_buffered = max_buffered;
  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_set_max (self->feeds[i], max_buffered);
  gstream_projection_let_in (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED]);
}

/**
 * gstream_projection_get_forward:
 * @self: a projection
 *
 * Whether pushes go to the main log too (M6).
 *
 * Returns: %TRUE if they do
 */
gboolean
gstream_projection_get_forward (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->forward;
}

/**
 * gstream_projection_set_forward:
 * @self: a projection
 * @forward: whether pushes go to the main log too
 *
 * Sets [property@Projection:forward]. Only items that have a JSON form can be
 * forwarded: strings, numbers, booleans, payloads and variants.
 */
void
gstream_projection_set_forward (GstreamProjection *self,
                                gboolean           forward)
{
  g_return_if_fail (GSTREAM_IS_PROJECTION (self));
  g_return_if_fail (!forward || gstream_item_type_is_json (&self->type));

  forward = !!forward;
  if (self->forward == forward)
    return;

  self->forward = forward;
  gstream_projection_let_in (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FORWARD]);
}

/**
 * gstream_projection_is_subscribed:
 * @self: a projection
 *
 * Whether it has a consumer now.
 *
 * Returns: %TRUE if it has
 */
gboolean
gstream_projection_is_subscribed (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->n_feeds > 0;
}

/**
 * gstream_projection_is_closed:
 * @self: a projection
 *
 * Whether it has ended, or failed.
 *
 * Returns: %TRUE if it has
 */
gboolean
gstream_projection_is_closed (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->closed;
}

/**
 * gstream_projection_is_native:
 * @self: a projection
 *
 * Whether it belongs to a native transformer: then what it forwards has its bare
 * name as its method (M6), and in Python and JavaScript it is a property of the
 * run (M2). A projection is nobody's until its transformer is registered.
 *
 * Returns: %TRUE if it does
 */
gboolean
gstream_projection_is_native (GstreamProjection *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), FALSE);

  return self->native;
}

/**
 * gstream_projection_get_n_buffered:
 * @self: a projection
 *
 * How many items wait to be read; with a tee, those of its slowest branch.
 *
 * Returns: items
 */
guint
gstream_projection_get_n_buffered (GstreamProjection *self)
{
  guint most = 0;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), 0);

  for (guint i = 0; i < self->n_feeds; i++)
    most = MAX (most, gstream_feed_get_length (self->feeds[i]));

  return most;
}

/* --- its life --- */

static void
gstream_projection_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, self->type.type);
      break;
    case PROP_MAX_BUFFERED:
      g_value_set_uint (value, self->max_buffered);
      break;
    case PROP_FORWARD:
      g_value_set_boolean (value, self->forward);
      break;
    case PROP_SUBSCRIBED:
      g_value_set_boolean (value, self->n_feeds > 0);
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, self->closed);
      break;
    case PROP_NATIVE:
      g_value_set_boolean (value, self->native);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_projection_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  switch (prop_id)
    {
    case PROP_NAME:
      self->name = g_ref_string_new_intern (g_value_get_string (value) ? g_value_get_string (value) : "");
      break;
    case PROP_ITEM_TYPE:
      if (!gstream_item_type_init (&self->type, g_value_get_gtype (value)))
        {
          if (g_value_get_gtype (value) != G_TYPE_NONE) /* what it is where nobody says it */
            g_critical ("%s cannot be the type of a projection's items", g_type_name (g_value_get_gtype (value)));
          gstream_item_type_init (&self->type, GSTREAM_TYPE_PAYLOAD);
        }
      break;
    case PROP_MAX_BUFFERED:
      gstream_projection_set_max_buffered (self, g_value_get_uint (value));
      break;
    case PROP_FORWARD:
      gstream_projection_set_forward (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_projection_dispose (GObject *object)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  /* Whoever still reads finds what is queued, then the end. */
  gstream_projection_unbind (self);
  end (self, NULL);
  gstream_projection_settle (self);
  gstream_projection_drop_feeds (self);

  G_OBJECT_CLASS (gstream_projection_parent_class)->dispose (object);
}

static void
gstream_projection_finalize (GObject *object)
{
  GstreamProjection *self = GSTREAM_PROJECTION (object);

  g_clear_error (&self->error);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_clear_pointer (&self->followers, g_ptr_array_unref);
  g_ref_string_release (self->name);
  g_free (self->method);

  G_OBJECT_CLASS (gstream_projection_parent_class)->finalize (object);
}

static void
gstream_projection_class_init (GstreamProjectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_projection_get_property;
  object_class->set_property = gstream_projection_set_property;
  object_class->dispose = gstream_projection_dispose;
  object_class->finalize = gstream_projection_finalize;

  /**
   * GstreamProjection:name: (getter get_name)
   *
   * The name it is registered under.
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:item-type: (getter get_item_type)
   *
   * The type of its items: a string, boolean or number, an enumeration, a boxed
   * type such as [struct@Payload] and [struct@Event], a variant, or a class.
   * [struct@Payload] where nothing is said.
   */
  properties[PROP_ITEM_TYPE] =
    g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_NONE,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:max-buffered: (getter get_max_buffered) (setter set_max_buffered)
   *
   * How many items a queue may hold before the run is held (P6): while a
   * consumer has that many unread, the source is asked for nothing. 0 means no
   * bound.
   */
  properties[PROP_MAX_BUFFERED] =
    g_param_spec_uint ("max-buffered", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:forward: (getter get_forward) (setter set_forward)
   *
   * Whether each push also goes to the main log, as an event whose method is the
   * projection's name, or `custom:NAME` (M6).
   */
  properties[PROP_FORWARD] =
    g_param_spec_boolean ("forward", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:subscribed: (getter is_subscribed)
   *
   * Whether it has a consumer now.
   */
  properties[PROP_SUBSCRIBED] =
    g_param_spec_boolean ("subscribed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:closed: (getter is_closed)
   *
   * Whether it has ended, or failed.
   */
  properties[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProjection:native: (getter is_native)
   *
   * Whether it belongs to a native transformer (M2).
   */
  properties[PROP_NATIVE] =
    g_param_spec_boolean ("native", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_projection_init (GstreamProjection *self)
{
}

/**
 * gstream_projection_new:
 * @name: its name
 * @item_type: the type of its items
 *
 * Makes a projection that belongs to no run; its items come only from who
 * pushes. A transformer makes its own with [method@Transformer.add_projection].
 *
 * Returns: (transfer full): the projection
 */
GstreamProjection *
gstream_projection_new (const char *name,
                        GType       item_type)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (item_type != G_TYPE_NONE && item_type != G_TYPE_INVALID, NULL);

  return g_object_new (GSTREAM_TYPE_PROJECTION, "name", name, "item-type", item_type, NULL);
}
