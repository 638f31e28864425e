/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of one model call: the writer, and text piece by piece.
 */
#include "gstream/event/gstream-message-writer-private.h"

/**
 * GstreamMessageWriter:
 *
 * Makes the events of one model call, for an application that is its own source.
 *
 * An application that calls a model itself gets text piece by piece, and hands it to a
 * run as events. The writer knows their order and shape, and makes them cheaply: an event
 * of [method@MessageWriter.text] is one small allocation, and its JSON is written only
 * if somebody asks for it.
 *
 * ```c
 * g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "chat", NULL);
 *
 * push (source, gstream_message_writer_start (writer));
 * push (source, gstream_message_writer_text (writer, "Hello, "));
 * push (source, gstream_message_writer_text (writer, "world."));
 * push (source, gstream_message_writer_finish (writer, NULL, "stop"));
 * ```
 *
 * Text and reasoning need no block to be started or finished: a block begins with the
 * first piece of its kind. Other blocks (tool calls, images) are given whole.
 *
 * A writer may be used from any thread, but not from two at once.
 */

enum
{
  PROP_0,
  PROP_NAMESPACE,
  PROP_NODE,
  PROP_ID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamMessageWriter, gstream_message_writer, G_TYPE_OBJECT)

static void
forget_given (GstreamMessageWriter *self)
{
  g_clear_pointer (&self->given_namespace, g_strfreev);
  g_clear_pointer (&self->given_node, g_free);
  g_clear_pointer (&self->given_id, g_free);
}

static void
gstream_message_writer_constructed (GObject *object)
{
  GstreamMessageWriter *self = GSTREAM_MESSAGE_WRITER (object);

  if (self->given_id == NULL)
    self->given_id = g_uuid_string_random ();
  gstream_message_writer_make_first (self, (const char * const *) self->given_namespace, self->given_node,
                                     self->given_id);
  forget_given (self);

  G_OBJECT_CLASS (gstream_message_writer_parent_class)->constructed (object);
}

static void
gstream_message_writer_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  GstreamMessageWriter *self = GSTREAM_MESSAGE_WRITER (object);

  switch (prop_id)
    {
    case PROP_NAMESPACE:
      g_value_set_boxed (value, gstream_event_get_namespace (self->first));
      break;
    case PROP_NODE:
      g_value_set_string (value, gstream_event_get_node (self->first));
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_message_writer_set_property (GObject      *object,
                                     guint         prop_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  GstreamMessageWriter *self = GSTREAM_MESSAGE_WRITER (object);

  switch (prop_id)
    {
    case PROP_NAMESPACE:
      self->given_namespace = g_value_dup_boxed (value);
      break;
    case PROP_NODE:
      self->given_node = g_value_dup_string (value);
      break;
    case PROP_ID:
      self->given_id = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_message_writer_finalize (GObject *object)
{
  GstreamMessageWriter *self = GSTREAM_MESSAGE_WRITER (object);

  forget_given (self);
  g_clear_pointer (&self->page, gstream_event_page_finish);
  g_clear_pointer (&self->first, gstream_event_unref);
  G_OBJECT_CLASS (gstream_message_writer_parent_class)->finalize (object);
}

static void
gstream_message_writer_class_init (GstreamMessageWriterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = gstream_message_writer_constructed;
  object_class->get_property = gstream_message_writer_get_property;
  object_class->set_property = gstream_message_writer_set_property;
  object_class->finalize = gstream_message_writer_finalize;

  /**
   * GstreamMessageWriter:namespace:
   *
   * Where in the run the model is called; empty for the root.
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamMessageWriter:node:
   *
   * The node that calls it, or %NULL.
   */
  properties[PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, flags);
  /**
   * GstreamMessageWriter:id:
   *
   * The message's id; made at random where none is given.
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_message_writer_init (GstreamMessageWriter *self)
{
  self->index = -1;
}

/**
 * gstream_message_writer_new:
 * @namespace_: (nullable) (array zero-terminated=1): where in the run the model is called, or %NULL for the root
 * @node: (nullable): the node that calls it
 * @id: (nullable): the message's id, or %NULL for one made at random
 *
 * Makes a writer for one message.
 *
 * Returns: (transfer full): a writer
 */
GstreamMessageWriter *
gstream_message_writer_new (const char * const *namespace_,
                            const char         *node,
                            const char         *id)
{
  return g_object_new (GSTREAM_TYPE_MESSAGE_WRITER, "namespace", namespace_, "node", node, "id", id, NULL);
}

/* --- text and reasoning: their data is written when it is asked for --- */

static GstreamEvent *
delta_new (GstreamMessageWriter *self,
           GstreamDelta          delta,
           const char           *text,
           gsize                 length)
{
  gpointer room;
  GstreamEvent *event = gstream_message_writer_event_new (self, GSTREAM_STEP_BLOCK_DELTA, length + 1, &room);
  GstreamEventFields *fields = gstream_message_writer_fields (event);

  fields->delta = delta;
  fields->index = self->index;
  fields->text = memcpy (room, text, length + 1);
  fields->text_length = length;
  return event;
}

static inline guint64
word_at (const char *text,
         gsize       size)
{
  guint64 word = 0;

  memcpy (&word, text, size);
  return word;
}

/* Most text is ASCII, and of that eight bytes can be looked at together: the last ones again, with those before them. */
static inline gboolean
is_ascii (const char *text,
          gsize       length)
{
  guint64 all = 0;

  if (length >= 8)
    {
      for (gsize i = 0; i < length - 8; i += 8)
        all |= word_at (text + i, 8);
      all |= word_at (text + length - 8, 8);
    }
  else if (length >= 4)
    all = word_at (text, 4) | word_at (text + length - 4, 4);
  else if (length > 0)
    all = (guchar) text[0] | (guchar) text[length / 2] | (guchar) text[length - 1];
  return (all & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

static GstreamEvent *
mend_delta (GstreamMessageWriter *self,
            GstreamDelta          delta,
            const char           *text,
            gsize                 length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);

  return delta_new (self, delta, valid, strlen (valid));
}

static inline GstreamEvent *
write_delta (GstreamMessageWriter *self,
             GstreamWriterBlock    block,
             GstreamDelta          delta,
             const char           *text)
{
  gsize length = strlen (text);

  if (self->block != block)
    {
      self->block = block;
      self->index++;
    }
  if (G_LIKELY (is_ascii (text, length)) || g_utf8_validate_len (text, length, NULL))
    return delta_new (self, delta, text, length);
  return mend_delta (self, delta, text, length);
}

/**
 * gstream_message_writer_text:
 * @self: a writer
 * @text: the next piece of text; bytes of it that are not UTF-8 become U+FFFD
 *
 * More of the message's text. Begins a text block if the latest block is not one.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_text (GstreamMessageWriter *self,
                             const char           *text)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  return write_delta (self, GSTREAM_WRITER_TEXT, GSTREAM_DELTA_TEXT, text);
}

/**
 * gstream_message_writer_reasoning:
 * @self: a writer
 * @reasoning: the next piece of reasoning; bytes of it that are not UTF-8 become U+FFFD
 *
 * More of the model's reasoning. Begins a reasoning block if the latest block is not one.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_reasoning (GstreamMessageWriter *self,
                                  const char           *reasoning)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (reasoning != NULL, NULL);

  return write_delta (self, GSTREAM_WRITER_REASONING, GSTREAM_DELTA_REASONING, reasoning);
}
