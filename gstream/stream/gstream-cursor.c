/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A consumer's place in one projection, or in several at once: the class and its life.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>

/**
 * GstreamCursor:
 *
 * A consumer's place in a projection: gives its items one after another.
 *
 * A cursor is what [method@Projection.subscribe], [method@Projection.tee] and
 * [method@RunStream.interleave] return. Asking it for an item is what drives
 * the run (R1):
 *
 * ```c
 * g_autoptr (GstreamCursor) values = gstream_projection_subscribe (gstream_run_stream_get_values (run), &error);
 * g_auto (GValue) item = G_VALUE_INIT;
 *
 * while (gstream_cursor_next_sync (values, &item, NULL, &error))
 *   show_state (g_value_get_boxed (&item));
 * ```
 *
 * [method@Cursor.next] waits on the main loop, [method@Cursor.next_sync] waits
 * by iterating it, and [method@Cursor.try_next] never waits; the last is by far
 * the cheapest, so a consumer that reads a lot empties the cursor with it and
 * waits only when it says %GSTREAM_TRY_PENDING. What reads for somebody else,
 * such as an iterator, has [method@Cursor.wait], which takes nothing, and
 * [method@Cursor.peek_texts], which looks at many items at once.
 *
 * Items come in the order in which they were pushed, each once (P3). After the
 * last one the cursor ends: the calls return %FALSE without an error. If the
 * run failed, they give its error, now and every time after (P4).
 *
 * Closing a cursor, or dropping the last reference to it, unsubscribes (P9).
 */

enum
{
  PROP_0,
  PROP_CLOSED,
  PROP_ITEM_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamCursor, gstream_cursor, G_TYPE_OBJECT)

/**
 * gstream_cursor_get_item_type:
 * @self: a cursor
 *
 * The type of its items.
 *
 * Returns: the type; %G_TYPE_INVALID in an interleave of projections that differ in it
 */
GType
gstream_cursor_get_item_type (GstreamCursor *self)
{
  GType type;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), G_TYPE_INVALID);

  if (self->n_feeds == 0)
    return G_TYPE_INVALID;

  type = gstream_feed_get_item_type (self->feeds[0])->type;
  for (guint i = 1; i < self->n_feeds; i++)
    if (gstream_feed_get_item_type (self->feeds[i])->type != type)
      return G_TYPE_INVALID;

  return type;
}

/**
 * gstream_cursor_get_item_name:
 * @self: a cursor
 *
 * The name of the projection that the newest item came from: what tells the
 * items of an interleave apart (P10).
 *
 * Returns: (nullable): the name, or %NULL before the first item
 */
const char *
gstream_cursor_get_item_name (GstreamCursor *self)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), NULL);

  return self->item_name;
}

guint64
gstream_cursor_get_item_stamp (GstreamCursor *self)
{
  return self->item_stamp;
}

gboolean
gstream_cursor_yields (GstreamCursor *self,
                       GType          type)
{
  for (guint i = 0; i < self->n_feeds; i++)
    if (!g_type_is_a (gstream_feed_get_item_type (self->feeds[i])->type, type))
      return FALSE;

  return TRUE;
}

GstreamPump *
gstream_cursor_get_pump (GstreamCursor *self)
{
  if (self->reader.pump == NULL)
    self->reader.pump = gstream_pump_new (NULL, NULL); /* it reads nothing */

  return self->reader.pump;
}

/* --- its life --- */

void
gstream_cursor_release_feeds (GstreamCursor *self)
{
  g_object_ref (self);
  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_detach (self->feeds[i]);
  g_object_unref (self);
}

/**
 * gstream_cursor_is_closed:
 * @self: a cursor
 *
 * Whether [method@Cursor.close] was called.
 *
 * Returns: %TRUE if it was
 */
gboolean
gstream_cursor_is_closed (GstreamCursor *self)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);

  return self->closed;
}

/**
 * gstream_cursor_close:
 * @self: a cursor
 *
 * Unsubscribes (P9): what is queued is dropped, a pending [method@Cursor.next]
 * fails with %G_IO_ERROR_CANCELLED, later calls find the end, and the projection
 * may be subscribed again. Closing twice does nothing. Dropping the last
 * reference closes too.
 */
void
gstream_cursor_close (GstreamCursor *self)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));

  if (self->closed)
    return;

  g_object_ref (self);
  self->closed = TRUE;
  gstream_cursor_settle_newest (self);
  if (self->task != NULL)
    {
      self->cut_short = TRUE;
      gstream_pump_ready (self->reader.pump, &self->reader.waiter);
    }
  gstream_cursor_release_feeds (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
  g_object_unref (self);
}

static void
gstream_cursor_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  switch (prop_id)
    {
    case PROP_CLOSED:
      g_value_set_boolean (value, self->closed);
      break;
    case PROP_ITEM_NAME:
      g_value_set_string (value, self->item_name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_cursor_dispose (GObject *object)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  /* Cheaper than a reference for every item, and hardly ever needed. */
  if (self->n_calls > 0)
    {
      self->reprieved = TRUE;
      g_object_ref (self);
      return;
    }

  gstream_cursor_close (self);

  G_OBJECT_CLASS (gstream_cursor_parent_class)->dispose (object);
}

static void
gstream_cursor_finalize (GObject *object)
{
  GstreamCursor *self = GSTREAM_CURSOR (object);

  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_unref (self->feeds[i]);
  if (self->feeds != &self->only)
    g_free (self->feeds);
  g_clear_pointer (&self->string, gstream_text_unref);
  g_clear_pointer (&self->reader.pump, gstream_pump_unref);

  G_OBJECT_CLASS (gstream_cursor_parent_class)->finalize (object);
}

static void
gstream_cursor_class_init (GstreamCursorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_cursor_get_property;
  object_class->dispose = gstream_cursor_dispose;
  object_class->finalize = gstream_cursor_finalize;

  /**
   * GstreamCursor:closed: (getter is_closed)
   *
   * Whether the cursor was closed by [method@Cursor.close]. One that was made by
   * `g_object_new()` reads nothing, and is closed from the beginning.
   */
  properties[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamCursor:item-name: (getter get_item_name)
   *
   * The name of the projection that the newest item came from. Not notified: it
   * changes with every item.
   */
  properties[PROP_ITEM_NAME] =
    g_param_spec_string ("item-name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_cursor_init (GstreamCursor *self)
{
  self->reader.waiter.wake = gstream_cursor_on_ready;
  self->closed = TRUE; /* until it has something to read */
}

GstreamCursor *
gstream_cursor_new_for_feeds (GstreamFeed **feeds,
                              guint         n_feeds)
{
  GstreamCursor *self = g_object_new (GSTREAM_TYPE_CURSOR, NULL);

  self->feeds = n_feeds == 1 ? &self->only : g_new (GstreamFeed *, n_feeds);
  self->n_feeds = n_feeds;
  self->closed = FALSE;
  self->reader.n_open = n_feeds; /* before the first is attached, which may have ended already */
  for (guint i = 0; i < n_feeds; i++)
    {
      self->feeds[i] = gstream_feed_ref (feeds[i]);
      gstream_feed_attach (feeds[i], &self->reader);
    }

  return self;
}
