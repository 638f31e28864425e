/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of one model call.
 */
#include "gstream/event/gstream-message-writer.h"

#include "gstream/event/gstream-event-body-private.h"
#include "gstream/event/gstream-json-private.h"

/* The kind of the block that deltas go to. */
typedef enum
{
  BLOCK_NONE,
  BLOCK_TEXT,
  BLOCK_REASONING,
  BLOCK_OTHER,
} Block;

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
struct _GstreamMessageWriter
{
  GObject       parent_instance;

  GstreamEvent *first;     /* message-start: all other events use its namespace and strings */
  const char   *id;        /* of the message, and its run: the first event's */
  gint64        index;     /* of the latest block; -1 before any */
  Block         block;     /* what that block takes */
  GstreamEventPage *page;  /* that deltas are made in; NULL before the first */
};

G_DEFINE_FINAL_TYPE (GstreamMessageWriter, gstream_message_writer, G_TYPE_OBJECT)

static void
gstream_message_writer_finalize (GObject *object)
{
  GstreamMessageWriter *self = GSTREAM_MESSAGE_WRITER (object);

  g_clear_pointer (&self->page, gstream_event_page_finish);
  g_clear_pointer (&self->first, gstream_event_unref);
  G_OBJECT_CLASS (gstream_message_writer_parent_class)->finalize (object);
}

static void
gstream_message_writer_class_init (GstreamMessageWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_message_writer_finalize;
}

static void
gstream_message_writer_init (GstreamMessageWriter *self)
{
  self->index = -1;
}

/* Beside what every event says. */
#define ROOM 160

static GString *
begin (const char *event,
       gsize       size)
{
  GString *out = g_string_sized_new (ROOM + size);

  g_string_append_c (out, '{');
  gstream_json_add_string (out, "event", event);
  return out;
}

/* Takes @out. */
static GstreamPayload *
end (GString    *out,
     const char *run_id)
{
  GstreamPayload *payload;

  gstream_json_add_string (out, "run_id", run_id);
  g_string_append_c (out, '}');
  payload = gstream_payload_new_checked (out->str, out->len);
  g_string_free (out, TRUE);
  return payload;
}

/* The shape of all events but the first, from which they borrow what is the same for all of them. */
static inline GstreamEvent *
event_new (GstreamMessageWriter *self,
           GstreamStep           step,
           gsize                 size,
           gpointer             *room)
{
  gsize whole = sizeof (GstreamEvent) + sizeof (GstreamEventBody) + sizeof (GstreamEventFacts) + size;
  GstreamEvent *event = gstream_event_page_alloc (&self->page, self->first, whole);
  GstreamEventFacts *facts = gstream_event_init (event);
  const GstreamEventBody *first = self->first->body;
  GstreamEventBody *body = event->body;

  gstream_event_facts_init (facts, GSTREAM_METHOD_MESSAGES);
  facts->facts.step = step;
  facts->facts.run_id = self->id;
  facts->facts.node = first->node;
  body->view.facts = &facts->facts;
  body->view.namespace_ = first->view.namespace_;
  body->method = GSTREAM_METHOD_MESSAGES;
  body->method_name = first->method_name;
  body->node = first->node;
  body->page = self->page;
  body->timestamp = gstream_event_now ();
  *room = facts + 1;
  return event;
}

static inline GstreamFacts *
facts_of (GstreamEvent *event)
{
  return (GstreamFacts *) event->body->view.facts;
}

/* One that has data, too; takes @out. */
static GstreamEvent *
data_event_new (GstreamMessageWriter *self,
                GstreamStep           step,
                GString              *out)
{
  gpointer room;
  GstreamEvent *event = event_new (self, step, 0, &room);

  event->body->data = end (out, self->id);
  return event;
}

/* What reading it would find. */
static const GstreamFacts *
make_first_facts (GstreamEvent *first,
                  const char   *id)
{
  gsize size = strlen (id) + 1;
  GstreamEventFacts *facts = g_malloc (sizeof *facts + size);

  gstream_event_facts_init (facts, GSTREAM_METHOD_MESSAGES);
  facts->facts.step = GSTREAM_STEP_MESSAGE_START;
  facts->facts.message_id = facts->facts.run_id = memcpy (facts + 1, id, size);
  facts->facts.node = first->body->node;
  first->body->view.facts = &facts->facts;
  first->body->facts_apart = TRUE;
  return &facts->facts;
}

static void
make_first (GstreamMessageWriter *self,
            const char * const   *namespace_,
            const char           *node,
            const char           *id)
{
  GString *out = begin ("message-start", 2 * strlen (id));
  g_autoptr(GstreamPayload) data = NULL;

  gstream_json_add_string (out, "role", "ai");
  gstream_json_add_string (out, "id", id);
  data = end (out, id);
  self->first = gstream_event_new_full ("messages", namespace_, data, -1, node, NULL, NULL);
  self->id = make_first_facts (self->first, id)->run_id;
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
  GstreamMessageWriter *self = g_object_new (GSTREAM_TYPE_MESSAGE_WRITER, NULL);
  g_autofree char *made = id == NULL ? g_uuid_string_random () : NULL;

  make_first (self, namespace_, node, id != NULL ? id : made);
  return self;
}

/**
 * gstream_message_writer_start:
 * @self: a writer
 *
 * The event that begins the message. It comes first.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_start (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return gstream_event_ref (self->first);
}

static gboolean
check_block (GstreamPayload  *block,
             GError         **error)
{
  if (gstream_payload_get_string (block, "/type") != NULL)
    return TRUE;
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "expected a content block, an object with type, a string");
  return FALSE;
}

static Block
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
  GString *out = begin (name, block->length);
  GstreamEvent *event;

  gstream_json_add_integer (out, "index", self->index);
  gstream_json_add_payload (out, "content", block);
  event = data_event_new (self, step, out);
  facts_of (event)->index = self->index;
  return event;
}

/**
 * gstream_message_writer_start_block:
 * @self: a writer
 * @block: the content block as far as it is known: an object with `type`
 * @error: return location for an error
 *
 * Begins a block; what comes then goes to it. Fails with %GSTREAM_ERROR_INVALID
 * where @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_message_writer_start_block (GstreamMessageWriter  *self,
                                    GstreamPayload        *block,
                                    GError               **error)
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

/* Its JSON is written when it is asked for. */
static GstreamEvent *
delta_new (GstreamMessageWriter *self,
           GstreamDelta          delta,
           const char           *text,
           gsize                 length)
{
  gpointer room;
  GstreamEvent *event = event_new (self, GSTREAM_STEP_BLOCK_DELTA, length + 1, &room);
  GstreamFacts *facts = facts_of (event);

  facts->delta = delta;
  facts->index = self->index;
  facts->text = memcpy (room, text, length + 1);
  facts->text_length = length;
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
             Block                 block,
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

  return write_delta (self, BLOCK_TEXT, GSTREAM_DELTA_TEXT, text);
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

  return write_delta (self, BLOCK_REASONING, GSTREAM_DELTA_REASONING, reasoning);
}

/**
 * gstream_message_writer_finish_block:
 * @self: a writer
 * @block: the whole content block: an object with `type`
 * @error: return location for an error
 *
 * Ends the latest block with its final content, or, where no block is begun, gives a
 * block as a whole. Fails with %GSTREAM_ERROR_INVALID where @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_message_writer_finish_block (GstreamMessageWriter  *self,
                                     GstreamPayload        *block,
                                     GError               **error)
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
 * The event that ends the message. It comes last.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_finish (GstreamMessageWriter *self,
                               GstreamPayload       *usage,
                               const char           *finish_reason)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  out = begin ("message-finish", usage != NULL ? usage->length : 0);
  gstream_json_add_string (out, "reason", finish_reason);
  gstream_json_add_payload (out, "usage", usage);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_FINISH, out);
}

/**
 * gstream_message_writer_fail:
 * @self: a writer
 * @message: what went wrong
 *
 * The event that ends the message because the model failed. It comes last.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_fail (GstreamMessageWriter *self,
                             const char           *message)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  out = begin ("error", strlen (message));
  gstream_json_add_string (out, "message", message);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_ERROR, out);
}
