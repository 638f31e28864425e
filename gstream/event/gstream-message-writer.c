/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the events of one model call. Nearly all of them are deltas of text or reasoning, which are allocated in an
 * arena and have only fields; their data is made when it is first used. All other events are made with their data.
 */
#include "gstream/event/gstream-message-writer-internal.h"

#include <string.h>

#include "gstream/event/gstream-error.h"
#include "gstream/event/gstream-event-private.h"
#include "gstream/event/gstream-i18n-internal.h"
#include "gstream/event/gstream-json-cursor-internal.h"
#include "gstream/event/gstream-json-writer-internal.h"
#include "gstream/event/gstream-payload-internal.h"

/* Bytes of an event's data besides the values that are passed in. */
#define USUAL_DATA_SIZE 160

/**
 * GstreamMessageWriter:
 *
 * Makes the events of one model call, for an application that is its own source.
 *
 * An application that calls a model itself gets the text in pieces, and passes them to a run as events. The writer
 * makes these events in the right order and format, and at little cost: an event of [method@MessageWriter.text] is one
 * small allocation, and its JSON is only written if it is used.
 *
 * ```c
 * g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "chat", NULL);
 *
 * push (source, gstream_message_writer_start (writer));
 * push (source, gstream_message_writer_text (writer, "Hello, "));
 * push (source, gstream_message_writer_text (writer, "world."));
 * push (source, gstream_message_writer_finish (writer, NULL, "stop"));
 * ```
 *
 * Blocks of text and reasoning need not be started or finished: a block begins with the first piece of its kind. A tool call
 * begins with [method@MessageWriter.start_tool_call], and its arguments follow in pieces. Other blocks, such as images, are
 * written as a whole. What the tool then does is written by [class@ToolWriter].
 *
 * A writer may be used from any thread, but not from two at once.
 *
 * Since: 1.0
 */

/* The kind of the current block. */
typedef enum
{
  BLOCK_NONE,
  BLOCK_TEXT,
  BLOCK_REASONING,
  BLOCK_TOOL_CALL,
  BLOCK_OTHER,
} WriterBlock;

struct _GstreamMessageWriter
{
  GObject parent_instance;

  char             **given_namespace; /* these three are used for the first event */
  char              *given_node;
  char              *given_id;
  GstreamEvent      *first; /* the message-start event; all other events use its namespace and strings */
  const char        *id;    /* of the message, and of its run; owned by the first event */
  gint64             index; /* of the latest block; -1 before any */
  WriterBlock        block; /* kind of that block */
  GstreamEventArena *arena; /* that deltas are allocated in; NULL before the first */
};

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

/* --- making events --- */

/*
 * Makes any event except the first, whose namespace and strings it uses. @size: bytes that are needed at @room, after
 * the fields.
 */
static inline GstreamEvent *
event_new (GstreamMessageWriter *self,
           GstreamStep           step,
           gsize                 size,
           gpointer             *room)
{
  gsize               whole = sizeof (GstreamEvent) + sizeof (GstreamEventBody) + sizeof (GstreamEventFields) + size;
  GstreamEvent       *event = gstream_event_arena_alloc (&self->arena, self->first, whole);
  GstreamEventFields *fields = gstream_event_init (event);
  const GstreamEventBody *first = self->first->body;
  GstreamEventBody       *body = event->body;

  gstream_event_fields_init (fields, GSTREAM_METHOD_MESSAGES);
  fields->step = step;
  fields->run_id = self->id;
  fields->node = first->node;
  body->fields = fields;
  body->namespace_ = first->namespace_;
  body->method = GSTREAM_METHOD_MESSAGES;
  body->method_name = first->method_name;
  body->node = first->node;
  body->arena = self->arena;
  body->timestamp = gstream_event_now ();
  *room = fields + 1;
  return event;
}

static inline GstreamEventFields *
fields_of (GstreamEvent *event)
{
  return (GstreamEventFields *) event->body->fields;
}

static GString *
begin_data (const char *event,
            gsize       size)
{
  GString *out = g_string_sized_new (USUAL_DATA_SIZE + size);

  g_string_append_c (out, '{');
  gstream_json_add_string (out, "event", event);
  return out;
}

/* Consumes @out. */
static GstreamPayload *
end_data (GString    *out,
          const char *run_id)
{
  GstreamPayload *payload;

  gstream_json_add_string (out, "run_id", run_id);
  g_string_append_c (out, '}');
  payload = gstream_payload_new_checked (out->str, out->len);
  g_string_free (out, TRUE);
  return payload;
}

/* Makes an event with @out as its data; consumes @out. */
static GstreamEvent *
data_event_new (GstreamMessageWriter *self,
                GstreamStep           step,
                GString              *out)
{
  gpointer      room;
  GstreamEvent *event = event_new (self, step, 0, &room);

  event->body->data = end_data (out, self->id);
  return event;
}

/* Makes the fields that parsing the event's JSON would result in. */
static const GstreamEventFields *
make_first_fields (GstreamEvent *first,
                   const char   *id)
{
  gsize               size = strlen (id) + 1;
  GstreamEventFields *fields = g_malloc (sizeof *fields + size);

  gstream_event_fields_init (fields, GSTREAM_METHOD_MESSAGES);
  fields->step = GSTREAM_STEP_MESSAGE_START;
  fields->message_id = fields->run_id = memcpy (fields + 1, id, size);
  fields->node = first->body->node;
  first->body->fields = fields;
  first->body->fields_apart = TRUE;
  return fields;
}

static void
make_first (GstreamMessageWriter *self,
            const char *const    *namespace_,
            const char           *node,
            const char           *id)
{
  GString *out = begin_data ("message-start", 2 * strlen (id));
  g_autoptr (GstreamPayload) data = NULL;

  gstream_json_add_string (out, "role", "ai");
  gstream_json_add_string (out, "id", id);
  data = end_data (out, id);
  self->first = gstream_event_new_full ("messages", namespace_, data, -1, node, NULL, NULL);
  self->id = make_first_fields (self->first, id)->run_id;
}

/* --- the object --- */

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
  make_first (self, (const char *const *) self->given_namespace, self->given_node, self->given_id);
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
  g_clear_pointer (&self->arena, gstream_event_arena_finish);
  g_clear_pointer (&self->first, gstream_event_unref);
  G_OBJECT_CLASS (gstream_message_writer_parent_class)->finalize (object);
}

static void
gstream_message_writer_class_init (GstreamMessageWriterClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = gstream_message_writer_constructed;
  object_class->get_property = gstream_message_writer_get_property;
  object_class->set_property = gstream_message_writer_set_property;
  object_class->finalize = gstream_message_writer_finalize;

  /**
   * GstreamMessageWriter:namespace: (getter get_namespace)
   *
   * The namespace of the graph that calls the model; empty for the root.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamMessageWriter:node: (getter get_node)
   *
   * The node that calls the model, or %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, flags);
  /**
   * GstreamMessageWriter:id: (getter get_id)
   *
   * The message's id. A random one is made if none is given.
   *
   * Since: 1.0
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
 * @namespace_: (nullable) (array zero-terminated=1): the namespace of the graph that calls the model, or %NULL for the
 *   root
 * @node: (nullable): the node that calls it
 * @id: (nullable): the message's id, or %NULL for a random one
 *
 * Makes a writer for one message.
 *
 * Returns: (transfer full): a writer
 *
 * Since: 1.0
 */
GstreamMessageWriter *
gstream_message_writer_new (const char *const *namespace_,
                            const char        *node,
                            const char        *id)
{
  return g_object_new (GSTREAM_TYPE_MESSAGE_WRITER, "namespace", namespace_, "node", node, "id", id, NULL);
}

/**
 * gstream_message_writer_get_namespace: (get-property namespace)
 * @self: a writer
 *
 * Gets where in the run the model is called.
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace; empty for the root
 *
 * Since: 1.0
 */
const char *const *
gstream_message_writer_get_namespace (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return gstream_event_get_namespace (self->first);
}

/**
 * gstream_message_writer_get_node: (get-property node)
 * @self: a writer
 *
 * Gets the node that calls the model.
 *
 * Returns: (nullable): its name; %NULL where none was given
 *
 * Since: 1.0
 */
const char *
gstream_message_writer_get_node (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return gstream_event_get_node (self->first);
}

/**
 * gstream_message_writer_get_id: (get-property id)
 * @self: a writer
 *
 * Gets the message's id.
 *
 * Returns: the id that was given, or the one made at random
 *
 * Since: 1.0
 */
const char *
gstream_message_writer_get_id (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return self->id;
}

/* --- in the order of a message --- */

/**
 * gstream_message_writer_start:
 * @self: a writer
 *
 * Makes the event that starts the message. It must be the first one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_start (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return gstream_event_ref (self->first);
}

static gboolean
check_block (GstreamPayload *block,
             GError        **error)
{
  if (gstream_payload_get_string (block, "/type") != NULL)
    return TRUE;
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
               _ ("expected a content block, an object with type, a string"));
  return FALSE;
}

static WriterBlock
block_of_type (const char *type)
{
  if (strcmp (type, "text") == 0)
    return BLOCK_TEXT;
  return strcmp (type, "reasoning") == 0 ? BLOCK_REASONING : BLOCK_OTHER;
}

static GstreamEvent *
block_event (GstreamMessageWriter *self,
             GstreamStep           step,
             const char           *name,
             GstreamPayload       *block)
{
  GString      *out = begin_data (name, block->length);
  GstreamEvent *event;

  gstream_json_add_integer (out, "index", self->index);
  gstream_json_add_payload (out, "content", block);
  event = data_event_new (self, step, out);
  fields_of (event)->index = self->index;
  return event;
}

/**
 * gstream_message_writer_start_block:
 * @self: a writer
 * @block: the content block as far as it is known, an object with the member `type`
 * @error: return location for an error
 *
 * Starts a block, to which the following pieces are added. Fails with %GSTREAM_ERROR_INVALID if @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_start_block (GstreamMessageWriter *self,
                                    GstreamPayload       *block,
                                    GError              **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (block != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_block (block, error))
    return NULL;
  self->index++;
  self->block = block_of_type (gstream_payload_get_string (block, "/type"));
  return block_event (self, GSTREAM_STEP_BLOCK_START, "content-block-start", block);
}

/**
 * gstream_message_writer_finish_block:
 * @self: a writer
 * @block: the whole content block, an object with the member `type`
 * @error: return location for an error
 *
 * Finishes the current block with its final content, or, if no block is started, adds a whole block. Fails with
 * %GSTREAM_ERROR_INVALID if @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_finish_block (GstreamMessageWriter *self,
                                     GstreamPayload       *block,
                                     GError              **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (block != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_block (block, error))
    return NULL;
  if (self->block == BLOCK_NONE)
    self->index++;
  self->block = BLOCK_NONE;
  return block_event (self, GSTREAM_STEP_BLOCK_FINISH, "content-block-finish", block);
}

/**
 * gstream_message_writer_finish:
 * @self: a writer
 * @usage: (nullable): the tokens used: an object with `input_tokens`, `output_tokens`, `total_tokens`
 * @finish_reason: (nullable): why the model stopped, such as `stop`
 *
 * Makes the event that finishes the message. It must be the last one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_finish (GstreamMessageWriter *self,
                               GstreamPayload       *usage,
                               const char           *finish_reason)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  out = begin_data ("message-finish", usage != NULL ? usage->length : 0);
  gstream_json_add_string (out, "reason", finish_reason);
  gstream_json_add_payload (out, "usage", usage);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_FINISH, out);
}

/**
 * gstream_message_writer_fail:
 * @self: a writer
 * @message: what went wrong; bytes of it that are not UTF-8 become U+FFFD
 *
 * Makes the event that ends the message because the model failed. It must be the last one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_fail (GstreamMessageWriter *self,
                             const char           *message)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  out = begin_data ("error", strlen (message));
  gstream_json_add_string (out, "message", message);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_ERROR, out);
}

/* --- text and reasoning: their data is written when it is asked for --- */

static GstreamEvent *
delta_new (GstreamMessageWriter *self,
           GstreamDelta          delta,
           const char           *text,
           gsize                 length)
{
  gpointer            room;
  GstreamEvent       *event = event_new (self, GSTREAM_STEP_BLOCK_DELTA, length + 1, &room);
  GstreamEventFields *fields = fields_of (event);

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

/*
 * Checks eight bytes at a time; if the length is not a multiple of eight, some of the last ones are checked twice. Most
 * text is ASCII, and needs no other check.
 */
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
             WriterBlock           block,
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
 * Adds a piece of text to the message. Starts a text block if the current block is not one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_text (GstreamMessageWriter *self,
                             const char           *text)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  return write_delta (self, BLOCK_TEXT, GSTREAM_DELTA_TEXT, text);
}

/**
 * gstream_message_writer_reasoning:
 * @self: a writer
 * @reasoning: the next piece of reasoning; bytes of it that are not UTF-8 become U+FFFD
 *
 * Adds a piece of reasoning to the message. Starts a reasoning block if the current block is not one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_reasoning (GstreamMessageWriter *self,
                                  const char           *reasoning)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (reasoning != NULL, NULL);

  return write_delta (self, BLOCK_REASONING, GSTREAM_DELTA_REASONING, reasoning);
}

/**
 * gstream_message_writer_start_tool_call:
 * @self: a writer
 * @id: the call's id
 * @name: the name of the tool
 *
 * Starts a tool call that the model asks for. Its arguments follow, by [method@MessageWriter.tool_call_arguments]; it is over
 * where the next block begins or the message finishes.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_start_tool_call (GstreamMessageWriter *self,
                                        const char           *id,
                                        const char           *name)
{
  g_autoptr (GstreamPayload) block = NULL;
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  out = g_string_new ("{\"type\":\"tool_call_chunk\"");
  gstream_json_add_string (out, "id", id);
  gstream_json_add_string (out, "name", name);
  g_string_append (out, ",\"args\":\"\"}");
  block = gstream_payload_new_checked (out->str, out->len);
  g_string_free (out, TRUE);
  self->index++;
  self->block = BLOCK_TOOL_CALL;

  return block_event (self, GSTREAM_STEP_BLOCK_START, "content-block-start", block);
}

/**
 * gstream_message_writer_tool_call_arguments:
 * @self: a writer, whose latest block is a tool call
 * @piece: the next piece of the arguments' JSON; bytes of it that are not UTF-8 become U+FFFD
 *
 * Adds to the arguments of the tool call that was started.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_message_writer_tool_call_arguments (GstreamMessageWriter *self,
                                            const char           *piece)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (piece != NULL, NULL);
  g_return_val_if_fail (self->block == BLOCK_TOOL_CALL, NULL);

  return write_delta (self, BLOCK_TOOL_CALL, GSTREAM_DELTA_TOOL_CALL, piece);
}

GstreamEvent *
gstream_message_writer_delta (GstreamMessageWriter    *self,
                              GstreamDelta             delta,
                              gint64                   index,
                              const GstreamJsonString *raw)
{
  GstreamJsonValue    text = { raw->start, raw->start + raw->length };
  guint16             low = 0;
  guint16             high = 0;
  gpointer            room;
  GstreamEvent       *event;
  GstreamEventFields *fields;

  if (raw->escaped)
    gstream_json_trim_halves (&text, &low, &high);

  event = event_new (self, GSTREAM_STEP_BLOCK_DELTA, text.end - text.start + 1, &room);
  fields = fields_of (event);
  fields->delta = delta;
  fields->index = index;
  fields->halves = low | (guint32) high << 16;
  fields->text = gstream_json_string_copy (&(GstreamJsonString) { text.start, text.end - text.start, raw->escaped },
                                           (char **) &room);
  fields->text_length = (char *) room - fields->text - 1;
  return event;
}
