/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events: construction, reference counting, accessors, and conversion to JSON.
 */
#include "gstream/event/gstream-event-private.h"

#include <string.h>

#include "gstream/event/gstream-json-outline-private.h"
#include "gstream/event/gstream-json-writer-internal.h"
#include "gstream/event/gstream-payload-internal.h"
#include "gstream/event/gstream-ref-count-private.h"

/*
 * Bytes of an arena with its events: enough for about seven deltas. A consumer that keeps one of them keeps no more
 * memory than this alive.
 */
#define USUAL_ARENA_SIZE 2304

/*
 * The initial count of shares of an arena: more than the events that fit in, so that the count need not be changed when
 * an event is made.
 */
#define SHARES (G_MAXINT / 2)

/**
 * GstreamEvent:
 *
 * An event of a run, as defined by the agent streaming protocol (E1). Sources yield events, and a run passes them to
 * its transformers.
 *
 * Its *method* is the kind of event (`values`, `messages`, `custom:NAME` …). Its *namespace* is the graph that it comes
 * from: empty for the root, otherwise one segment for each level of subgraphs. Its *data* is a [struct@Payload]. An
 * application that is its own source makes events like this:
 *
 * ```c
 * const char *here[] = { "research:1", NULL };
 * g_autoptr (GstreamPayload) data = gstream_payload_new ("{\"percent\": 25}", -1, NULL);
 * g_autoptr (GstreamEvent) event = gstream_event_new ("custom", here, data);
 * ```
 *
 * Events are immutable and may be used from any thread. The getters return values that are owned by the event.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (GstreamEvent, gstream_event, gstream_event_ref, gstream_event_unref)

/* --- methods --- */

static const char *const method_names[GSTREAM_N_METHODS] = {
  [GSTREAM_METHOD_VALUES] = "values",
  [GSTREAM_METHOD_UPDATES] = "updates",
  [GSTREAM_METHOD_MESSAGES] = "messages",
  [GSTREAM_METHOD_TOOLS] = "tools",
  [GSTREAM_METHOD_LIFECYCLE] = "lifecycle",
  [GSTREAM_METHOD_INPUT_REQUESTED] = "input.requested",
  [GSTREAM_METHOD_CHECKPOINTS] = "checkpoints",
  [GSTREAM_METHOD_TASKS] = "tasks",
  [GSTREAM_METHOD_DEBUG] = "debug",
  [GSTREAM_METHOD_CUSTOM] = "custom",
};

/* The only known method with this length and first letter. (tasks and tools have the same length and first letter.) */
static GstreamMethod
guess_method (char  first,
              gsize length)
{
  switch (first)
    {
    case 'v':
      return GSTREAM_METHOD_VALUES;
    case 'u':
      return GSTREAM_METHOD_UPDATES;
    case 'm':
      return GSTREAM_METHOD_MESSAGES;
    case 'l':
      return GSTREAM_METHOD_LIFECYCLE;
    case 'i':
      return GSTREAM_METHOD_INPUT_REQUESTED;
    case 'd':
      return GSTREAM_METHOD_DEBUG;
    case 'c':
      return length == strlen ("custom") ? GSTREAM_METHOD_CUSTOM : GSTREAM_METHOD_CHECKPOINTS;
    case 't':
      return GSTREAM_METHOD_TOOLS;
    default:
      return GSTREAM_METHOD_OTHER;
    }
}

static gboolean
is_method_name (GstreamMethod method,
                const char   *name,
                gsize         length)
{
  return strlen (method_names[method]) == length && memcmp (method_names[method], name, length) == 0;
}

GstreamMethod
gstream_method_from_name (const char *name,
                          gsize       length)
{
  GstreamMethod method = length > 0 ? guess_method (*name, length) : GSTREAM_METHOD_OTHER;

  if (method == GSTREAM_METHOD_TOOLS && is_method_name (GSTREAM_METHOD_TASKS, name, length))
    return GSTREAM_METHOD_TASKS;
  return method != GSTREAM_METHOD_OTHER && is_method_name (method, name, length) ? method : GSTREAM_METHOD_OTHER;
}

const char *
gstream_method_get_name (GstreamMethod method)
{
  return method_names[method];
}

/* Whether the data of events of this method has fields. */
static gboolean
has_fields (GstreamMethod method)
{
  return method == GSTREAM_METHOD_MESSAGES || method == GSTREAM_METHOD_TOOLS || method == GSTREAM_METHOD_LIFECYCLE ||
         method == GSTREAM_METHOD_TASKS || method == GSTREAM_METHOD_CUSTOM;
}

/* --- namespaces, each one allocation with its hash --- */

static gsize
namespace_size (const char *const *segments,
                guint              length)
{
  gsize size = sizeof (GstreamNamespace) + (length + 1) * sizeof (char *);

  for (guint i = 0; i < length; i++)
    size += strlen (segments[i]) + 1;
  return size;
}

static GstreamNamespace *
namespace_build (const char *const *segments,
                 guint              length)
{
  GstreamNamespace *self = g_malloc (namespace_size (segments, length));
  char             *string = (char *) &self->segments[length + 1];

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;
  self->hash = length;
  for (guint i = 0; i < length; i++)
    {
      self->segments[i] = string;
      self->hash = self->hash * 31 + g_str_hash (segments[i]);
      string = g_stpcpy (string, segments[i]) + 1;
    }
  self->segments[length] = NULL;
  return self;
}

/* The namespace of the root, which most events have, is made once and never freed. Its references are not counted. */
static GstreamNamespace *
root_namespace (void)
{
  static gsize             made = 0;
  static GstreamNamespace *the_root;

  if (g_once_init_enter (&made))
    {
      the_root = namespace_build (NULL, 0);
      g_once_init_leave (&made, 1);
    }
  return the_root;
}

GstreamNamespace *
gstream_namespace_new_len (const char *const *segments,
                           guint              length)
{
  return length == 0 ? root_namespace () : namespace_build (segments, length);
}

GstreamNamespace *
gstream_namespace_new (const char *const *segments)
{
  return gstream_namespace_new_len (segments, segments != NULL ? g_strv_length ((char **) segments) : 0);
}

GstreamNamespace *
gstream_namespace_ref (GstreamNamespace *self)
{
  if (self->length > 0)
    gstream_ref_count_inc (&self->ref_count);
  return self;
}

void
gstream_namespace_unref (GstreamNamespace *self)
{
  if (self->length > 0 && gstream_ref_count_dec (&self->ref_count))
    g_free (self);
}

guint
gstream_namespace_hash (gconstpointer self)
{
  return ((const GstreamNamespace *) self)->hash;
}

static gboolean
starts_alike (const GstreamNamespace *a,
              const GstreamNamespace *b,
              guint                   length)
{
  for (guint i = 0; i < length; i++)
    if (strcmp (a->segments[i], b->segments[i]) != 0)
      return FALSE;
  return TRUE;
}

gboolean
gstream_namespace_equal (gconstpointer a,
                         gconstpointer b)
{
  const GstreamNamespace *namespace_a = a;
  const GstreamNamespace *namespace_b = b;

  if (a == b)
    return TRUE;
  return namespace_a->hash == namespace_b->hash && namespace_a->length == namespace_b->length &&
         starts_alike (namespace_a, namespace_b, namespace_a->length);
}

gboolean
gstream_namespace_is_in (const GstreamNamespace *self,
                         const GstreamNamespace *ancestor)
{
  return self == ancestor || (self->length >= ancestor->length && starts_alike (self, ancestor, ancestor->length));
}

/* --- arenas --- */

static void
arena_destroy (GstreamEventArena *self)
{
  gstream_event_unref (self->lender);
  g_free (self);
}

static GstreamEventArena *
arena_new (GstreamEvent *lender,
           gsize         least)
{
  gsize              size = MAX (least, USUAL_ARENA_SIZE - sizeof (GstreamEventArena));
  GstreamEventArena *self = g_malloc (sizeof *self + size);

  *self = (GstreamEventArena) { .n_shares = SHARES, .size = size };
  self->lender = gstream_event_ref (lender);
  return self;
}

/* Whether all events that were made in the arena are freed, so that nobody else uses it. */
static gboolean
is_unused (GstreamEventArena *self)
{
  return (guint) g_atomic_int_get (&self->n_shares) == SHARES - self->n_made;
}

void
gstream_event_arena_renew (GstreamEventArena **place,
                           GstreamEvent       *lender,
                           gsize               size)
{
  GstreamEventArena *self = *place;

  if (self != NULL && size <= self->size && is_unused (self))
    {
      self->n_shares = SHARES;
      self->n_made = 0;
      self->used = 0;
      return;
    }
  if (self != NULL)
    gstream_event_arena_finish (self);
  *place = arena_new (lender, size);
}

void
gstream_event_arena_finish (GstreamEventArena *self)
{
  int unmade = SHARES - self->n_made;

  if (g_atomic_int_add (&self->n_shares, -unmade) == unmade)
    arena_destroy (self);
}

/* Releases the memory of @event, which is in the arena. */
static void
arena_free (GstreamEventArena *self,
            GstreamEvent      *event)
{
#ifdef __SANITIZE_ADDRESS__
  /* Lets AddressSanitizer report a use after free, until the memory is reused. */
  ASAN_POISON_MEMORY_REGION (event, sizeof (GstreamEvent));
#endif
  if (gstream_ref_count_dec (&self->n_shares))
    arena_destroy (self);
}

/* --- making them --- */

static gsize
size_of (const char *string)
{
  return string != NULL ? strlen (string) + 1 : 0;
}

static const char *
copy_string (const char *string,
             char      **room)
{
  gsize size = size_of (string);

  if (string == NULL)
    return NULL;
  memcpy (*room, string, size);
  *room += size;
  return *room - size;
}

/* Sets the fields at once for a method whose data has none, so that the data need not be parsed. */
static void
set_plain_fields (GstreamEventBody   *body,
                  GstreamEventFields *fields)
{
  gstream_event_fields_init (fields, body->method);
  fields->node = body->node;
  body->fields = fields;
}

/**
 * gstream_event_new_full:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): the graph that it comes from, or %NULL for the root
 * @data: the data
 * @timestamp: the time in ms since the epoch, or -1 for now
 * @node: (nullable): the node of the graph that it comes from
 * @id: (nullable): the event's id
 * @interrupts: (nullable): the interrupts that come with a `values` event: an array of objects with `id` and `value`
 *
 * Makes an event with all its parts. Its seq is 0 until it is appended to a run's main log (E4). All strings are UTF-8.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_new_full (const char        *method,
                        const char *const *namespace_,
                        GstreamPayload    *data,
                        gint64             timestamp,
                        const char        *node,
                        const char        *id,
                        GstreamPayload    *interrupts)
{
  GstreamMethod       known;
  const char         *other; /* the name of the method, if it is not a known one */
  GstreamEventFields *fields;
  GstreamEvent       *self;
  gpointer            room;
  char               *strings;

  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (data != NULL, NULL);

  known = gstream_method_from_name (method, strlen (method));
  other = known == GSTREAM_METHOD_OTHER ? method : NULL;
  self = gstream_event_alloc (sizeof *fields + size_of (other) + size_of (node) + size_of (id), &room);
  fields = room;
  strings = (char *) (fields + 1);
  self->body->method = known;
  self->body->method_name = other != NULL ? copy_string (other, &strings) : gstream_method_get_name (known);
  self->body->node = copy_string (node, &strings);
  self->body->id = copy_string (id, &strings);
  self->body->namespace_ = gstream_namespace_new (namespace_);
  self->body->timestamp = timestamp >= 0 ? timestamp : gstream_event_now ();
  self->body->data = gstream_payload_ref (data);
  if (interrupts != NULL)
    self->body->interrupts = gstream_payload_ref (interrupts);
  if (!has_fields (self->body->method))
    set_plain_fields (self->body, fields);
  return self;
}

/**
 * gstream_event_new:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): the graph that it comes from, or %NULL for the root
 * @data: the data
 *
 * Makes an event with the current time.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_new (const char        *method,
                   const char *const *namespace_,
                   GstreamPayload    *data)
{
  return gstream_event_new_full (method, namespace_, data, -1, NULL, NULL, NULL);
}

/**
 * gstream_event_new_variant:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): the graph that it comes from, or %NULL for the root
 * @data: the data, as [ctor@Payload.new_variant] takes it; consumed if it is floating
 * @error: return location for an error
 *
 * Makes an event with the current time. Fails with %GSTREAM_ERROR_INVALID if @data cannot be represented in JSON.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_new_variant (const char        *method,
                           const char *const *namespace_,
                           GVariant          *data,
                           GError           **error)
{
  g_autoptr (GstreamPayload) payload = NULL;

  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (data != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  payload = gstream_payload_new_variant (data, error);
  return payload != NULL ? gstream_event_new (method, namespace_, payload) : NULL;
}

/* --- references --- */

/**
 * gstream_event_ref:
 * @event: an event
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_ref (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  gstream_ref_count_inc (&event->ref_count);
  return event;
}

/*
 * Releases a payload: one of the event's own, or one that an application passed in, which may belong to another event.
 */
static void
release_payload (GstreamEvent   *self,
                 GstreamPayload *payload)
{
  if (payload == NULL)
    return;
  if (payload->host == self)
    gstream_payload_free_hosted (payload);
  else
    gstream_payload_unref (payload);
}

static void
clear_body (GstreamEvent *self)
{
  GstreamEventBody *body = self->body;

  /* The data is released last, because the others may be parts of its text. */
  if (body->item != body->data)
    release_payload (self, body->item);
  release_payload (self, body->interrupts);
  release_payload (self, body->data);
  if (body->fields_apart)
    g_free ((gpointer) body->fields);
  if (body->json != NULL)
    g_clear_pointer (&body->owner, g_bytes_unref);
}

static void
event_free (GstreamEvent *self)
{
  if (self->host != NULL)
    {
      gstream_event_unref (self->host);
      g_free (self);
      return;
    }

  clear_body (self);
  if (self->body->arena != NULL)
    {
      arena_free (self->body->arena, self);
      return;
    }
  gstream_namespace_unref (self->body->namespace_);
  g_free (self);
}

/**
 * gstream_event_unref:
 * @event: (transfer full): an event
 *
 * Releases a reference.
 *
 * Since: 1.0
 */
void
gstream_event_unref (GstreamEvent *event)
{
  g_return_if_fail (event != NULL);

  if (gstream_ref_count_dec (&event->ref_count))
    event_free (event);
}

/* Returns a reference to the event that owns the body of @event; consumes the reference to @event. */
static GstreamEvent *
take_host (GstreamEvent *event)
{
  GstreamEvent *host = event->host;

  if (host == NULL)
    return event;
  gstream_event_ref (host);
  gstream_event_unref (event);
  return host;
}

GstreamEvent *
gstream_event_copy_with_seq (GstreamEvent *event,
                             guint64       seq)
{
  GstreamEvent *copy = g_malloc (sizeof *copy);

  *copy = (GstreamEvent) { .ref_count = 1, .seq = seq, .body = event->body };
  copy->host = take_host (event);
  return copy;
}

/* --- parts, made when they are first asked for --- */

/* Stores @payload at @place, unless another thread has stored one in the meantime. Returns the one that is stored. */
static GstreamPayload *
publish (GstreamPayload **place,
         GstreamPayload  *payload)
{
  if (g_atomic_pointer_compare_and_exchange (place, NULL, payload))
    return payload;
  if (payload->host != payload)
    gstream_payload_free_hosted (payload);
  else
    gstream_payload_unref (payload);
  return g_atomic_pointer_get (place);
}

/* Returns the payload at @place; if there is none yet, makes it from the part @slice of @text, which has @outline. */
static GstreamPayload *
get_part (GstreamEvent       *event,
          GstreamPayload    **place,
          const char         *text,
          GstreamJsonSlice    slice,
          GstreamJsonOutline *outline)
{
  GstreamPayload *payload = g_atomic_pointer_get (place);
  GstreamEvent   *host = event->host != NULL ? event->host : event;

  if (payload != NULL)
    return payload;
  return publish (place, gstream_payload_new_hosted (host, (GDestroyNotify) event_free, text + slice.start,
                                                     slice.length, outline));
}

void
gstream_event_take_outline (GstreamEvent       *event,
                            GstreamJsonOutline *outline)
{
  GstreamEventBody *body = event->body;

  gstream_json_outline_set_text (outline, body->json + body->data_slice.start);
  get_part (event, &body->data, body->json, body->data_slice, outline);
}

/* Writes a string with the halves of surrogate pairs at its ends, escaped as in JSON (T3). */
static void
add_halved_string (GString    *out,
                   const char *name,
                   const char *text,
                   guint32     halves)
{
  guint16 low = halves & 0xffff;
  guint16 high = halves >> 16;
  gsize   start;

  gstream_json_write_member (out, name);
  start = out->len + 1; /* after the quote */
  gstream_json_write_string (out, text);
  if (high != 0)
    {
      g_string_truncate (out, out->len - 1);
      g_string_append_printf (out, "\\u%04x\"", high);
    }
  if (low != 0)
    {
      char escape[8];

      g_snprintf (escape, sizeof escape, "\\u%04x", low);
      g_string_insert (out, start, escape);
    }
}

/* The names of a delta's type and of the member that has its text. */
typedef struct
{
  const char *type;
  const char *member;
} DeltaNames;

static const DeltaNames delta_names[] = {
  [GSTREAM_DELTA_TEXT] = { "text-delta", "text" },
  [GSTREAM_DELTA_REASONING] = { "reasoning-delta", "reasoning" },
  [GSTREAM_DELTA_TOOL_CALL] = { "tool-call-delta", "args" },
};

/* Makes the data of an event that has only fields: a delta of a message writer. */
static GstreamPayload *
write_data (const GstreamEventFields *fields)
{
  const DeltaNames *names = &delta_names[fields->delta];
  g_autoptr (GString) out = g_string_new ("{");

  g_assert (fields->delta < G_N_ELEMENTS (delta_names) && names->type != NULL);

  gstream_json_add_string (out, "event", "content-block-delta");
  gstream_json_add_integer (out, "index", fields->index);
  gstream_json_write_member (out, "delta");
  g_string_append_c (out, '{');
  gstream_json_add_string (out, "type", names->type);
  add_halved_string (out, names->member, fields->text, fields->halves);
  g_string_append_c (out, '}');
  gstream_json_add_string (out, "run_id", fields->run_id);
  g_string_append_c (out, '}');
  return gstream_payload_new_checked (out->str, out->len);
}

/* Returns the data, which belongs to the event. */
static GstreamPayload *
peek_data (GstreamEvent *event)
{
  GstreamEventBody *body = event->body;
  GstreamPayload   *data = g_atomic_pointer_get (&body->data);

  if (data != NULL)
    return data;
  if (body->json != NULL)
    return get_part (event, &body->data, body->json, body->data_slice, NULL);
  return publish (&body->data, write_data (body->fields));
}

const char *
gstream_event_peek_made_text (GstreamEvent *event,
                              gsize        *length)
{
  GstreamPayload *data = peek_data (event);

  *length = data->length;
  return data->json;
}

GstreamPayload *
gstream_event_find_item (GstreamEvent *event)
{
  GstreamJsonSlice slice = gstream_event_get_fields (event)->item;
  GstreamPayload  *data = peek_data (event);

  if (slice.length > 0)
    return get_part (event, &event->body->item, data->json, slice, data->outline);
  g_atomic_pointer_set (&event->body->item, data);
  return data;
}

/* --- getters --- */

/**
 * gstream_event_get_id:
 * @event: an event
 *
 * Gets the id that the source has given the event, if it gives ids.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL
 *
 * Since: 1.0
 */
const char *
gstream_event_get_id (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->id;
}

/**
 * gstream_event_get_seq:
 * @event: an event
 *
 * Gets the event's position in the log. In a run's main log events are numbered from 1 without gaps (E4); before that,
 * it is the number that the source has given.
 *
 * Returns: the seq, or 0 if it has none
 *
 * Since: 1.0
 */
guint64
gstream_event_get_seq (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, 0);

  return event->seq;
}

/**
 * gstream_event_get_method:
 * @event: an event
 *
 * Gets the kind of event: `values`, `messages`, `custom:NAME` …
 *
 * Returns: (transfer none): the method
 *
 * Since: 1.0
 */
const char *
gstream_event_get_method (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->method_name;
}

/**
 * gstream_event_get_namespace:
 * @event: an event
 *
 * Gets the namespace of the graph that the event comes from. It is empty for the root.
 *
 * Returns: (transfer none) (array zero-terminated=1): the namespace
 *
 * Since: 1.0
 */
const char *const *
gstream_event_get_namespace (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->namespace_->segments;
}

/**
 * gstream_event_get_timestamp:
 * @event: an event
 *
 * Gets the time of the event, by the clock of the sender. It should not be used for ordering.
 *
 * Returns: the time in milliseconds since the epoch, or 0 if it is not known
 *
 * Since: 1.0
 */
gint64
gstream_event_get_timestamp (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, 0);

  return event->body->timestamp;
}

/**
 * gstream_event_get_node:
 * @event: an event
 *
 * Gets the node of the graph that the event comes from, if the source says so (D1).
 *
 * Returns: (transfer none) (nullable): the node's name, or %NULL
 *
 * Since: 1.0
 */
const char *
gstream_event_get_node (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return gstream_event_get_fields (event)->node;
}

/**
 * gstream_event_get_data:
 * @event: an event
 *
 * Gets the data of the event, as its source has given it.
 *
 * Returns: (transfer none): the data
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_event_get_data (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return peek_data (event);
}

/**
 * gstream_event_get_interrupts:
 * @event: an event
 *
 * Gets the interrupts that came with the event, as its source has given them: usually an array.
 *
 * Returns: (transfer none) (nullable): the interrupts, or %NULL if it has none
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_event_get_interrupts (GstreamEvent *event)
{
  GstreamEventBody *body;

  g_return_val_if_fail (event != NULL, NULL);

  body = event->body;
  if (body->json == NULL)
    return body->interrupts;
  if (body->interrupts_slice.length == 0)
    return NULL;
  return get_part (event, &body->interrupts, body->json, body->interrupts_slice, NULL);
}

/* --- JSON --- */

/* Returns the text that was parsed, with the current seq. */
static char *
rewrite (GstreamEvent *event)
{
  const GstreamEventBody *body = event->body;
  GstreamJsonSlice        seq = body->seq_slice;
  g_autoptr (GString) out = NULL;

  if (event->seq == body->read_seq)
    return g_strndup (body->json, body->length);

  out = g_string_sized_new (body->length + 32);
  if (seq.length > 0)
    {
      g_string_append_len (out, body->json, seq.start);
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, event->seq);
      seq.start += seq.length;
    }
  else
    {
      seq.start = strlen ("{");
      g_string_append_printf (out, "{\"seq\":%" G_GUINT64_FORMAT ",", event->seq);
    }
  g_string_append_len (out, body->json + seq.start, body->length - seq.start);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
write_params (GString      *out,
              GstreamEvent *event)
{
  GstreamEventBody *body = event->body;

  gstream_json_write_member (out, "params");
  g_string_append_c (out, '{');
  gstream_json_write_member (out, "namespace");
  gstream_json_write_strv (out, body->namespace_->segments);
  gstream_json_add_integer (out, "timestamp", body->timestamp);
  gstream_json_add_string (out, "node", body->node);
  gstream_json_add_payload (out, "data", gstream_event_get_data (event));
  gstream_json_add_payload (out, "interrupts", body->interrupts);
  g_string_append_c (out, '}');
}

/**
 * gstream_event_to_json:
 * @event: an event
 *
 * Converts the event to JSON: an object as defined by the protocol. For an event that was parsed, this is the original
 * text, including members that gstream does not know, except for the seq (E3).
 *
 * Returns: (transfer full): JSON text
 *
 * Since: 1.0
 */
char *
gstream_event_to_json (GstreamEvent *event)
{
  GString *out;

  g_return_val_if_fail (event != NULL, NULL);

  if (event->body->json != NULL)
    return rewrite (event);

  out = g_string_new ("{");
  gstream_json_add_string (out, "type", "event");
  gstream_json_add_string (out, "event_id", event->body->id);
  if (event->seq != 0)
    gstream_json_add_integer (out, "seq", event->seq);
  gstream_json_add_string (out, "method", event->body->method_name);
  write_params (out, event);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}
