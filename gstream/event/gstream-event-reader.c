/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses events from JSON (E3). The envelope are the members that events of all methods have. The fields are the values
 * that the library needs from the data, in any of the dialects (D1-D3, D5). An event is made from both.
 *
 * The deltas of a source usually differ only in text, ids, number and time. The reader keeps the latest delta that it
 * parsed as a template, with slots where these values are. An event whose JSON equals the template in all other bytes
 * is not parsed: its values are taken from the slots, and the rest from the template. That takes less than half the
 * instructions of parsing, and nearly all events of a run are deltas.
 */
#include "gstream/event/gstream-event-reader-internal.h"

#include <string.h>

#include "gstream/event/gstream-error-internal.h"
#include "gstream/event/gstream-event-private.h"
#include "gstream/event/gstream-i18n-internal.h"
#include "gstream/event/gstream-json-cursor-internal.h"
#include "gstream/event/gstream-json-outline-private.h"
#include "gstream/event/gstream-payload-internal.h"

#define DEFAULT_MAX_SIZE (64 * 1024 * 1024)

/*
 * In bytes. A text up to this size is copied into its event, so that the event does not keep the source's buffer alive.
 */
#define LARGEST_EMBEDDED 4096

/* In bytes of text. */
#define LARGEST_TEMPLATE 1024

/*
 * The number of consecutive deltas that must differ from the template before it is replaced. If deltas of two forms
 * alternate, one of them stays the template.
 */
#define PATIENCE 4

/* Number of entries. A run may use any number of namespaces; a table that is full is cleared. */
#define MOST_NAMESPACES 4096
#define EXPECTED_NAMESPACE N_ ("params.namespace, a list of strings")

typedef enum
{
  ENVELOPE_NONE,
  ENVELOPE_EVENT,
  ENVELOPE_ERROR,
  ENVELOPE_OTHER,
} EnvelopeType;

/* The namespaces of a source, looked up by their JSON text, so that events of the same namespace share one object. */
typedef struct
{
  GHashTable *entries; /* a set; NULL until there are any */
} NamespaceTable;

/*
 * The fields found in an event's data. Strings are references into the text; they are copied when the size of the event
 * is known.
 */
typedef struct
{
  GstreamStep       step;
  GstreamDelta      delta;
  gboolean          tool_role;
  gint64            index;
  GstreamJsonString message_id;
  GstreamJsonString run_id;
  GstreamJsonString node; /* the metadata's */
  GstreamJsonString text;
  GstreamJsonString key;
  GstreamJsonString name;
  GstreamJsonSlice  item;
} RawFields;

/* The parsed JSON of an event, before the event is made. Strings and slices refer to the text. */
typedef struct
{
  NamespaceTable   *namespaces; /* the reader's */
  GstreamJsonSlice  root;       /* the document, without surrounding white space */
  EnvelopeType      type;
  guint32           type_at; /* byte */
  GstreamJsonString id;
  GstreamJsonString method_name;
  GstreamMethod     method;
  GstreamJsonSlice  seq_slice; /* of the value; length 0: there is none */
  gint64            seq;
  const guint32    *params;      /* the token where they start; NULL: there are none */
  gboolean          params_read; /* by the rules of the method; if there are several, of the last one */

  GstreamNamespace   *namespace_;   /* held; NULL until there is one */
  gint64              timestamp;    /* ms */
  guint32             timestamp_at; /* byte; 0: there is none */
  GstreamJsonString   node;
  GstreamJsonSlice    data;
  GstreamJsonSlice    interrupts; /* length 0: there are none */
  GstreamJsonOutline *outline;    /* owned; of @data; NULL: it is not long */

  RawFields         raw; /* of @data, and set together with it; only the members before this one are initialized to 0 */
  GstreamJsonCursor cursor;
} Envelope;

/* A place where an event that has the form of the template may differ from it. */
typedef struct
{
  guint    start; /* byte of the template's text */
  guint    end;
  gsize    field;     /* offset in Envelope: a string or an integer */
  gboolean is_string; /* @start is after the opening quote, @end is at the closing one */
} Slot;

enum
{
  N_STRINGS = 5,
  N_COUNTS = 2,
  N_SLOTS = N_STRINGS + N_COUNTS,
};

/*
 * The position of a slice relative to the slots, whose different lengths move and extend it: the number of slots before
 * its start, and before its end.
 */
typedef struct
{
  guint start;
  guint end;
} Place;

typedef struct
{
  char     text[LARGEST_TEMPLATE];
  guint    length;         /* bytes of @text */
  Envelope envelope;       /* the values in the text; strings refer to @text, the namespace is held */
  Slot     slots[N_SLOTS]; /* in the order of the text; at least one, since a delta has text */
  guint    n_slots;
  Place    root; /* the positions of the envelope's slices of these names */
  Place    data;
  Place    seq;
  guint    n_missed; /* deltas in a row that differed */
} Template;

struct _GstreamEventReader
{
  gsize          max_size;
  guint          max_depth;
  NamespaceTable namespaces;
  Template *template; /* NULL until a delta has come */
  guint64 n_compared; /* events that were read by the template */
};

/* --- namespaces: each distinct one is made once --- */

typedef struct
{
  GstreamNamespace *namespace_;
  guint             length; /* bytes of the text */
  const char       *text;   /* follows the entry in its allocation; in a key for look-ups, anywhere */
} NamespaceEntry;

static guint
entry_hash (gconstpointer data)
{
  const NamespaceEntry *entry = data;
  guint                 hash = entry->length;

  for (guint i = 0; i < entry->length; i++)
    hash = hash * 31 + (guchar) entry->text[i];
  return hash;
}

static gboolean
entry_equal (gconstpointer a,
             gconstpointer b)
{
  const NamespaceEntry *entry_a = a;
  const NamespaceEntry *entry_b = b;

  return entry_a->length == entry_b->length && memcmp (entry_a->text, entry_b->text, entry_a->length) == 0;
}

static void
entry_free (gpointer data)
{
  NamespaceEntry *entry = data;

  gstream_namespace_unref (entry->namespace_);
  g_free (entry);
}

static void
namespace_table_clear (NamespaceTable *self)
{
  g_clear_pointer (&self->entries, g_hash_table_unref);
}

static GstreamNamespace *
namespace_from_text (const char *text,
                     gsize       length)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) segments = NULL;
  GstreamJsonValue value;
  GstreamJsonIter  iter;

  gstream_json_iter_init (&iter, (GstreamJsonValue) { text, text + length });
  while (gstream_json_iter_element (&iter, &value))
    {
      g_autofree char *segment = gstream_json_dup_string (value);

      g_strv_builder_add (builder, segment);
    }
  segments = g_strv_builder_end (builder);
  return gstream_namespace_new ((const char *const *) segments);
}

static NamespaceEntry *
add_entry (NamespaceTable       *self,
           const NamespaceEntry *key)
{
  NamespaceEntry *entry = g_malloc (sizeof *entry + key->length);

  if (self->entries != NULL && g_hash_table_size (self->entries) == MOST_NAMESPACES)
    namespace_table_clear (self);
  if (self->entries == NULL)
    self->entries = g_hash_table_new_full (entry_hash, entry_equal, entry_free, NULL);

  *entry = *key;
  entry->text = memcpy (entry + 1, key->text, key->length);
  entry->namespace_ = namespace_from_text (key->text, key->length);
  g_hash_table_add (self->entries, entry);
  return entry;
}

static gboolean
pass_list (GstreamJsonCursor *cursor)
{
  GstreamJsonString string;

  if (!gstream_json_cursor_open (cursor, '[', EXPECTED_NAMESPACE))
    return FALSE;
  while (gstream_json_cursor_element (cursor))
    if (gstream_json_cursor_peek (cursor) != '"')
      gstream_json_cursor_fail (cursor, *cursor->next, EXPECTED_NAMESPACE);
    else
      gstream_json_cursor_string (cursor, &string);
  return cursor->expected == NULL;
}

/*
 * Parses an array of strings; returns the namespace, which belongs to the table. NULL: the next value is not a
 * namespace, and @cursor has the error.
 */
static GstreamNamespace *
namespace_table_read (NamespaceTable    *self,
                      GstreamJsonCursor *cursor)
{
  guint32         start = *cursor->next;
  NamespaceEntry  key = { 0 };
  NamespaceEntry *entry;

  if (!pass_list (cursor))
    return NULL;

  key.length = gstream_json_cursor_since (cursor, start).length;
  key.text = cursor->json + start;
  entry = self->entries != NULL ? g_hash_table_lookup (self->entries, &key) : NULL;
  if (entry == NULL)
    entry = add_entry (self, &key);
  return entry->namespace_;
}

/* --- fields of messages --- */

static GstreamStep
message_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "content-block-delta"))
    return GSTREAM_STEP_BLOCK_DELTA;
  if (gstream_json_string_is (event, "content-block-start"))
    return GSTREAM_STEP_BLOCK_START;
  if (gstream_json_string_is (event, "content-block-finish"))
    return GSTREAM_STEP_BLOCK_FINISH;
  if (gstream_json_string_is (event, "message-start"))
    return GSTREAM_STEP_MESSAGE_START;
  if (gstream_json_string_is (event, "message-finish"))
    return GSTREAM_STEP_MESSAGE_FINISH;
  if (gstream_json_string_is (event, "error"))
    return GSTREAM_STEP_MESSAGE_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamDelta
delta_kind (const GstreamJsonString *type)
{
  if (gstream_json_string_is (type, "text-delta"))
    return GSTREAM_DELTA_TEXT;
  if (gstream_json_string_is (type, "reasoning-delta"))
    return GSTREAM_DELTA_REASONING;
  if (gstream_json_string_is (type, "tool-call-delta"))
    return GSTREAM_DELTA_TOOL_CALL;
  if (gstream_json_string_is (type, "data-delta"))
    return GSTREAM_DELTA_DATA;
  if (gstream_json_string_is (type, "block-delta"))
    return GSTREAM_DELTA_BLOCK;
  return GSTREAM_DELTA_OTHER;
}

/* The strings that a delta may have. Which of them is used depends on its kind, which may come after them. */
typedef struct
{
  GstreamJsonString text;
  GstreamJsonString reasoning;
  GstreamJsonString data;
  GstreamJsonString args;
} DeltaStrings;

static GstreamJsonString
delta_text (const DeltaStrings *strings,
            GstreamDelta        kind)
{
  switch (kind)
    {
    case GSTREAM_DELTA_TEXT:
      return strings->text;
    case GSTREAM_DELTA_REASONING:
      return strings->reasoning;
    case GSTREAM_DELTA_DATA:
      return strings->data;
    case GSTREAM_DELTA_TOOL_CALL:
      return strings->args;
    case GSTREAM_DELTA_OTHER:
    case GSTREAM_DELTA_BLOCK:
    default:
      return (GstreamJsonString) { NULL, 0, FALSE };
    }
}

static gboolean
read_delta_member (RawFields               *self,
                   DeltaStrings            *strings,
                   GstreamJsonCursor       *cursor,
                   const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "text"))
    return gstream_json_cursor_string_if_any (cursor, &strings->text);
  if (gstream_json_string_is (name, "reasoning"))
    return gstream_json_cursor_string_if_any (cursor, &strings->reasoning);
  if (gstream_json_string_is (name, "data"))
    return gstream_json_cursor_string_if_any (cursor, &strings->data);
  if (gstream_json_string_is (name, "args"))
    return gstream_json_cursor_string_if_any (cursor, &strings->args);
  if (!gstream_json_string_is (name, "type"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->delta = delta_kind (&word);
  return TRUE;
}

static gboolean
read_delta (RawFields         *self,
            GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  DeltaStrings      strings = { 0 };

  self->delta = GSTREAM_DELTA_OTHER;
  self->text = (GstreamJsonString) { NULL, 0, FALSE };
  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_delta_member (self, &strings, cursor, &name);
  self->text = delta_text (&strings, self->delta);
  return cursor->expected == NULL;
}

/*
 * The members that determine the step of a messages event. Since they can come in any order, the step is determined
 * after all of them.
 */
typedef struct
{
  gboolean    has_event;
  gboolean    is_tool;   /* according to its role */
  gboolean    is_result; /* of a tool, according to its type */
  gboolean    is_chunk;  /* a kind of whole message that is ignored (D1) */
  gboolean    is_removal;
  GstreamStep step;
} MessageKind;

static gboolean
read_message_word (MessageKind             *kind,
                   GstreamJsonCursor       *cursor,
                   const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  if (gstream_json_string_is (name, "event"))
    {
      kind->has_event = TRUE;
      kind->step = message_step (&word);
    }
  else if (gstream_json_string_is (name, "role"))
    {
      kind->is_tool = gstream_json_string_is (&word, "tool");
    }
  else
    {
      kind->is_result = gstream_json_string_is (&word, "tool");
      kind->is_chunk = gstream_json_string_is (&word, "AIMessageChunk");
      kind->is_removal = gstream_json_string_is (&word, "remove");
    }
  return TRUE;
}

static gboolean
read_message_member (RawFields               *self,
                     MessageKind             *kind,
                     GstreamJsonCursor       *cursor,
                     const GstreamJsonString *name)
{
  switch (name->length)
    {
    case 2:
      if (gstream_json_string_is (name, "id"))
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    case 4:
      if (gstream_json_string_is (name, "role") || gstream_json_string_is (name, "type"))
        return read_message_word (kind, cursor, name);
      break;
    case 5:
      if (gstream_json_string_is (name, "event"))
        return read_message_word (kind, cursor, name);
      if (gstream_json_string_is (name, "index"))
        return gstream_json_cursor_count_if_any (cursor, &self->index);
      if (gstream_json_string_is (name, "delta"))
        return read_delta (self, cursor);
      break;
    default:
      if (gstream_json_string_is (name, "run_id"))
        return gstream_json_cursor_string_if_any (cursor, &self->run_id);
      if (gstream_json_string_is (name, "message_id") && self->message_id.start == NULL)
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_message (RawFields         *self,
              GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  MessageKind       kind = { 0 };

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_message_member (self, &kind, cursor, &name);

  self->tool_role = kind.is_tool || kind.is_result;
  self->step = kind.step;
  if (!kind.has_event && !kind.is_chunk)
    self->step = kind.is_removal ? GSTREAM_STEP_MESSAGE_REMOVE : GSTREAM_STEP_MESSAGE_WHOLE;
  return cursor->expected == NULL;
}

/* The run id of the message itself, which comes before the metadata, takes precedence. */
static gboolean
read_metadata (RawFields         *self,
               GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  GstreamJsonString run_id = { 0 };

  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    if (gstream_json_string_is (&name, "langgraph_node"))
      gstream_json_cursor_string_if_any (cursor, &self->node);
    else if (gstream_json_string_is (&name, "run_id"))
      gstream_json_cursor_string_if_any (cursor, &run_id);
    else
      gstream_json_cursor_skip (cursor);
  if (self->run_id.start == NULL)
    self->run_id = run_id;
  return cursor->expected == NULL;
}

static gboolean
is_pair (guint       n,
         const char *first,
         const char *second)
{
  return n == 2 && *first == '{' && *second == '{';
}

/* An array of a message and its metadata (D1). Any other array has no fields. */
static gboolean
read_pair (RawFields         *self,
           GstreamJsonCursor *cursor)
{
  guint32          start = *cursor->next;
  GstreamJsonSlice parts[2] = { { 0 } };
  guint            n = 0;

  if (!gstream_json_cursor_open (cursor, '[', N_ ("a list")))
    return FALSE;
  for (; gstream_json_cursor_element (cursor); n++)
    {
      guint32 part = *cursor->next;

      if (n == 0)
        read_message (self, cursor);
      else if (n == 1 && gstream_json_cursor_peek (cursor) == '{')
        read_metadata (self, cursor);
      else
        gstream_json_cursor_skip (cursor);
      if (n < 2 && cursor->expected == NULL)
        parts[n] = gstream_json_cursor_since (cursor, part);
    }
  if (cursor->expected != NULL)
    return FALSE;

  if (!is_pair (n, cursor->json + parts[0].start, cursor->json + parts[1].start))
    {
      *self = (RawFields) { .index = -1 };
      return TRUE;
    }
  self->item = gstream_json_slice_within (parts[0], start);
  return TRUE;
}

/* --- fields of other methods --- */

static GstreamStep
tool_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "tool-output-delta"))
    return GSTREAM_STEP_TOOL_DELTA;
  if (gstream_json_string_is (event, "tool-started"))
    return GSTREAM_STEP_TOOL_STARTED;
  if (gstream_json_string_is (event, "tool-finished"))
    return GSTREAM_STEP_TOOL_FINISHED;
  if (gstream_json_string_is (event, "tool-error"))
    return GSTREAM_STEP_TOOL_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamStep
lifecycle_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "started"))
    return GSTREAM_STEP_STARTED;
  if (gstream_json_string_is (event, "running"))
    return GSTREAM_STEP_RUNNING;
  if (gstream_json_string_is (event, "completed"))
    return GSTREAM_STEP_COMPLETED;
  if (gstream_json_string_is (event, "failed"))
    return GSTREAM_STEP_FAILED;
  if (gstream_json_string_is (event, "interrupted"))
    return GSTREAM_STEP_INTERRUPTED;
  if (gstream_json_string_is (event, "drained"))
    return GSTREAM_STEP_DRAINED;
  return GSTREAM_STEP_NONE;
}

/* Some agents send numbers: an id that is not a string is represented by its JSON text (T4). */
static gboolean
read_tool_id (RawFields         *self,
              GstreamJsonCursor *cursor)
{
  guint32          start = *cursor->next;
  gboolean         is_other = gstream_json_cursor_peek (cursor) != '"' && gstream_json_cursor_peek (cursor) != 'n';
  GstreamJsonSlice slice;

  if (!gstream_json_cursor_string_if_any (cursor, &self->key))
    return FALSE;
  if (is_other)
    {
      slice = gstream_json_cursor_since (cursor, start);
      self->key = (GstreamJsonString) { cursor->json + slice.start, slice.length, FALSE };
    }
  return TRUE;
}

static gboolean
read_tool_member (RawFields               *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "tool_call_id") || gstream_json_string_is (name, "toolCallId"))
    return read_tool_id (self, cursor);
  if (gstream_json_string_is (name, "tool_name") || gstream_json_string_is (name, "toolName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (gstream_json_string_is (name, "delta"))
    return gstream_json_cursor_string_if_any (cursor, &self->text);
  if (!gstream_json_string_is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = tool_step (&word);
  return TRUE;
}

static gboolean
read_lifecycle_member (RawFields               *self,
                       GstreamJsonCursor       *cursor,
                       const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "trigger_call_id") || gstream_json_string_is (name, "triggerCallId"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (gstream_json_string_is (name, "graph_name") || gstream_json_string_is (name, "graphName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (!gstream_json_string_is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = lifecycle_step (&word);
  return TRUE;
}

static gboolean
read_task_member (RawFields               *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  if (self->step == GSTREAM_STEP_NONE)
    self->step = GSTREAM_STEP_TASK_START;
  if (gstream_json_string_is (name, "result"))
    self->step = GSTREAM_STEP_TASK_RESULT;
  if (gstream_json_string_is (name, "id"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (gstream_json_string_is (name, "name"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  return gstream_json_cursor_skip (cursor);
}

typedef gboolean (*ReadMember) (RawFields               *self,
                                GstreamJsonCursor       *cursor,
                                const GstreamJsonString *name);

static gboolean
read_members (RawFields         *self,
              GstreamJsonCursor *cursor,
              ReadMember         read_member)
{
  GstreamJsonString name;

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_member (self, cursor, &name);
  return cursor->expected == NULL;
}

/* An object with exactly the members {payload} or {name, payload}, where the name is a string, is an envelope (D5). */
static gboolean
read_custom (RawFields         *self,
             GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  guint32           start = *cursor->next;
  gboolean          is_envelope = TRUE;

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    {
      guint32 value = *cursor->next;

      if (gstream_json_string_is (&name, "payload"))
        {
          if (gstream_json_cursor_skip (cursor))
            self->item = gstream_json_slice_within (gstream_json_cursor_since (cursor, value), start);
        }
      else if (gstream_json_string_is (&name, "name") && gstream_json_cursor_peek (cursor) == '"')
        gstream_json_cursor_string (cursor, &self->key);
      else
        is_envelope = gstream_json_cursor_skip (cursor) && FALSE;
    }
  if (!is_envelope || self->item.length == 0)
    *self = (RawFields) { .index = -1 };
  return cursor->expected == NULL;
}

/* Parses the data. Slices are relative to its start. FALSE: @cursor has the error. @outline: set only if there is one. */
static gboolean
raw_fields_read (RawFields           *self,
                 GstreamMethod        method,
                 GstreamJsonCursor   *cursor,
                 GstreamJsonOutline **outline)
{
  *self = (RawFields) { .index = -1 };
  switch ((int) method)
    {
    case GSTREAM_METHOD_MESSAGES:
      return gstream_json_cursor_peek (cursor) == '[' ? read_pair (self, cursor) : read_message (self, cursor);
    case GSTREAM_METHOD_TOOLS:
      return read_members (self, cursor, read_tool_member);
    case GSTREAM_METHOD_LIFECYCLE:
      return read_members (self, cursor, read_lifecycle_member);
    case GSTREAM_METHOD_TASKS:
      return read_members (self, cursor, read_task_member);
    case GSTREAM_METHOD_CUSTOM:
      return read_custom (self, cursor);
    default:
      return gstream_json_outline_skip (cursor, outline);
    }
}

static gsize
size_of (const GstreamJsonString *string)
{
  return string->start != NULL ? string->length + 1 : 0;
}

/* Returns the number of bytes that copies of the strings need. */
static gsize
raw_fields_size (const RawFields *self)
{
  return size_of (&self->message_id) + size_of (&self->run_id) + size_of (&self->node) + size_of (&self->text) +
         size_of (&self->key) + size_of (&self->name);
}

/* The same, but returns NULL if there is no string. */
static inline const char *
copy_string_if_any (const GstreamJsonString *string,
                    char                   **room)
{
  return string->start != NULL ? gstream_json_string_copy (string, room) : NULL;
}

/*
 * Half a surrogate pair at the start or end of the text may form a character together with the previous or next delta
 * (T3).
 */
G_GNUC_NO_INLINE static const char *
copy_escaped_text (const RawFields    *self,
                   GstreamEventFields *fields,
                   char              **room)
{
  GstreamJsonValue raw = { self->text.start, self->text.start + self->text.length };
  guint16          low;
  guint16          high;

  gstream_json_trim_halves (&raw, &low, &high);
  fields->halves = low | (guint32) high << 16;

  return gstream_json_string_copy (&(GstreamJsonString) { raw.start, raw.end - raw.start, TRUE }, room);
}

/*
 * Copies everything to @fields and the strings to @room; returns the address after them. @node: params.node, or NULL.
 */
static char *
raw_fields_copy (const RawFields    *self,
                 GstreamMethod       method,
                 const char         *node,
                 GstreamEventFields *fields,
                 char               *room)
{
  const char *own_node;

  fields->method = method;
  fields->step = self->step;
  fields->delta = self->delta;
  fields->tool_role = self->tool_role;
  fields->index = self->index;
  fields->message_id = copy_string_if_any (&self->message_id, &room);
  fields->run_id = copy_string_if_any (&self->run_id, &room);
  own_node = copy_string_if_any (&self->node, &room);
  fields->node = node != NULL ? node : own_node;
  fields->halves = 0;
  fields->text = G_UNLIKELY (self->text.escaped) ? copy_escaped_text (self, fields, &room)
                                                 : copy_string_if_any (&self->text, &room);
  fields->text_length = fields->text != NULL ? room - fields->text - 1 : 0;
  fields->key = copy_string_if_any (&self->key, &room);
  fields->name = copy_string_if_any (&self->name, &room);
  fields->item = self->item;
  return room;
}

/*
 * Parses the fields of an event that an application made: its data is known to be valid JSON. That may be nested more
 * deeply than any text that is read from elsewhere, since a payload of the deepest kind can be part of it.
 */
static GstreamEventFields *
read_fields (GstreamEventBody *body)
{
  GstreamPayload     *data = body->data;
  GstreamJsonOutline *outline = NULL;
  GstreamJsonCursor   cursor;
  GstreamEventFields *fields;
  RawFields           raw;

  if (!gstream_json_cursor_init (&cursor, data->json, data->length, G_MAXUINT) ||
      !raw_fields_read (&raw, body->method, &cursor, &outline))
    raw = (RawFields) { .index = -1 };
  g_clear_pointer (&outline, gstream_json_outline_free); /* that of the payload is used */
  fields = g_malloc (sizeof *fields + raw_fields_size (&raw));
  raw_fields_copy (&raw, body->method, body->node, fields, (char *) (fields + 1));
  return fields;
}

const GstreamEventFields *
gstream_event_find_fields (GstreamEvent *event)
{
  GstreamEventBody   *body = event->body;
  GstreamEventFields *fields = read_fields (body);

  if (g_atomic_pointer_compare_and_exchange (&body->fields, NULL, fields))
    {
      body->fields_apart = TRUE;
      return fields;
    }
  g_free (fields);
  return g_atomic_pointer_get (&body->fields);
}

/* --- the envelope --- */

/* Optional members may also be null. */
static gboolean
read_optional_string (GstreamJsonCursor *cursor,
                      GstreamJsonString *string,
                      const char        *expected)
{
  char c = gstream_json_cursor_peek (cursor);

  if (c != '"' && c != 'n')
    return gstream_json_cursor_fail (cursor, *cursor->next, expected);
  return gstream_json_cursor_string_if_any (cursor, string);
}

static gboolean
read_seq (Envelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32            start = *cursor->next;
  gboolean           is_null = gstream_json_cursor_peek (cursor) == 'n';

  self->seq = 0;
  if (is_null ? !gstream_json_cursor_skip (cursor)
              : !gstream_json_cursor_count (cursor, &self->seq, N_ ("seq, an integer")))
    return FALSE;
  self->seq_slice = gstream_json_cursor_since (cursor, start);
  return TRUE;
}

static gboolean
read_namespace (Envelope *self)
{
  GstreamNamespace *namespace_ = namespace_table_read (self->namespaces, &self->cursor);

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  if (namespace_ != NULL)
    self->namespace_ = gstream_namespace_ref (namespace_);
  return namespace_ != NULL;
}

static gboolean
read_data (Envelope *self)
{
  guint32 start = *self->cursor.next;

  g_clear_pointer (&self->outline, gstream_json_outline_free);
  if (!raw_fields_read (&self->raw, self->method, &self->cursor, &self->outline))
    return FALSE;
  self->data = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

static gboolean
read_timestamp (Envelope *self)
{
  self->timestamp_at = *self->cursor.next;
  return gstream_json_cursor_count (&self->cursor, &self->timestamp,
                                    N_ ("params.timestamp, an integer: ms since the epoch"));
}

static gboolean
read_interrupts (Envelope *self)
{
  guint32  start = *self->cursor.next;
  gboolean none = gstream_json_cursor_peek (&self->cursor) == 'n';

  self->interrupts.length = 0;
  if (!gstream_json_cursor_skip (&self->cursor))
    return FALSE;
  if (!none)
    self->interrupts = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

/* Switches on the length first, so that at most two comparisons are needed. */
static gboolean
read_param (Envelope                *self,
            const GstreamJsonString *name)
{
  GstreamJsonCursor *cursor = &self->cursor;

  switch (name->length)
    {
    case 4:
      if (gstream_json_string_is (name, "data"))
        return read_data (self);
      if (gstream_json_string_is (name, "node"))
        return read_optional_string (cursor, &self->node, N_ ("params.node, a string"));
      break;
    case 9:
      if (gstream_json_string_is (name, "namespace"))
        return read_namespace (self);
      if (gstream_json_string_is (name, "timestamp"))
        return read_timestamp (self);
      break;
    default:
      if (gstream_json_string_is (name, "interrupts"))
        return read_interrupts (self);
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_params (Envelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32            start = *cursor->next;
  GstreamJsonString  name;

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  self->timestamp = 0;
  self->timestamp_at = 0;
  self->node.start = NULL;
  self->data.length = 0;
  self->interrupts.length = 0;
  if (!gstream_json_cursor_open (cursor, '{', N_ ("params, an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_param (self, &name);

  if (cursor->expected == NULL && self->namespace_ == NULL)
    return gstream_json_cursor_fail (cursor, start, N_ ("params to have namespace, a list of strings"));
  if (cursor->expected == NULL && self->data.length == 0)
    return gstream_json_cursor_fail (cursor, start, N_ ("params to have data"));
  return cursor->expected == NULL;
}

/*
 * How the data is parsed depends on the method. If the params come before the method, they are parsed after all other
 * members.
 */
static gboolean
read_or_skip_params (Envelope *self)
{
  self->params = self->cursor.next;
  self->params_read = self->method_name.start != NULL;
  return self->params_read ? read_params (self) : gstream_json_cursor_skip (&self->cursor);
}

static gboolean
read_method (Envelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  GstreamJsonString *name = &self->method_name;

  if (gstream_json_cursor_peek (cursor) != '"')
    return gstream_json_cursor_fail (cursor, *cursor->next, N_ ("method, a string"));
  if (!gstream_json_cursor_string (cursor, name))
    return FALSE;
  self->params_read = FALSE;
  if (name->escaped && name->length <= sizeof cursor->word)
    self->method =
        gstream_method_from_name (cursor->word, gstream_json_unescape (cursor->word, name->start, name->length));
  else
    self->method = gstream_method_from_name (name->start, name->length);
  return TRUE;
}

static gboolean
read_type (Envelope *self)
{
  GstreamJsonString word;

  self->type_at = *self->cursor.next;
  if (!gstream_json_cursor_word_if_any (&self->cursor, &word))
    return FALSE;
  if (gstream_json_string_is (&word, "event"))
    self->type = ENVELOPE_EVENT;
  else
    self->type = gstream_json_string_is (&word, "error") ? ENVELOPE_ERROR : ENVELOPE_OTHER;
  return TRUE;
}

static gboolean
read_member (Envelope                *self,
             const GstreamJsonString *name)
{
  GstreamJsonCursor *cursor = &self->cursor;

  switch (name->length)
    {
    case 3:
      if (gstream_json_string_is (name, "seq"))
        return read_seq (self);
      break;
    case 4:
      if (gstream_json_string_is (name, "type"))
        return read_type (self);
      break;
    case 6:
      if (gstream_json_string_is (name, "method"))
        return read_method (self);
      if (gstream_json_string_is (name, "params"))
        return read_or_skip_params (self);
      break;
    default:
      if (gstream_json_string_is (name, "event_id") || gstream_json_string_is (name, "eventId"))
        return read_optional_string (cursor, &self->id, N_ ("the event's id, a string"));
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_root (Envelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32            start = *cursor->next;
  GstreamJsonString  name;

  if (!gstream_json_cursor_open (cursor, '{', N_ ("an event, a JSON object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_member (self, &name);
  if (!gstream_json_cursor_end (cursor))
    return FALSE;
  self->root = gstream_json_cursor_since (cursor, start);
  return TRUE;
}

/* To be called after read_root(): checks that the required members are there. */
static gboolean
check_event (Envelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32            start = self->root.start;

  if (self->type == ENVELOPE_NONE)
    return gstream_json_cursor_fail (cursor, start, N_ ("the event to have type \"event\""));
  if (self->type == ENVELOPE_OTHER)
    return gstream_json_cursor_fail (cursor, self->type_at, N_ ("type to be \"event\""));
  if (self->method_name.start == NULL || self->method_name.length == 0)
    return gstream_json_cursor_fail (cursor, start, N_ ("the event to have method, a string that is not empty"));
  if (self->params == NULL)
    return gstream_json_cursor_fail (cursor, start, N_ ("the event to have params, an object"));
  if (self->params_read)
    return TRUE;

  gstream_json_cursor_move (cursor, self->params);
  cursor->depth = 1;
  return read_params (self);
}

/*
 * Returns FALSE if the text is invalid; then the cursor has the error. Otherwise the type is ERROR, or EVENT with all
 * required members. The envelope must be cleared in either case.
 */
static gboolean
envelope_read (Envelope       *self,
               NamespaceTable *namespaces,
               const char     *json,
               gsize           length,
               guint           max_depth)
{
  memset (self, 0, G_STRUCT_OFFSET (Envelope, raw));
  self->namespaces = namespaces;
  if (!gstream_json_cursor_init (&self->cursor, json, length, max_depth) || !read_root (self))
    return FALSE;
  return self->type == ENVELOPE_ERROR || check_event (self);
}

static void
envelope_clear (Envelope *self)
{
  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  g_clear_pointer (&self->outline, gstream_json_outline_free);
}

/* --- comparing with the template --- */

#define EACH_BYTE(byte) ((byte) * G_GUINT64_CONSTANT (0x0101010101010101))
#define HIGH_BITS EACH_BYTE (0x80)

/*
 * Sets the high bit of each byte of @word that ends plain text: a quote, a backslash or a control character. Only the
 * lowest set bit is reliable.
 */
static inline guint64
find_special (guint64 word)
{
  guint64 quote = word ^ EACH_BYTE ('"');
  guint64 backslash = word ^ EACH_BYTE ('\\');

  return (((quote - EACH_BYTE (1)) & ~quote) | ((backslash - EACH_BYTE (1)) & ~backslash) |
          ((word - EACH_BYTE (' ')) & ~word)) &
         HIGH_BITS;
}

/*
 * Skips plain text eight bytes at a time, up to the first other byte or fewer than eight remaining ones. @all: the bits
 * of all skipped bytes are OR'ed into it.
 */
static inline const char *
pass_plain_words (const char *p,
                  const char *end,
                  guint64    *all)
{
  for (; end - p >= (gssize) sizeof (guint64); p += sizeof (guint64))
    {
      guint64 word;
      guint64 special;

      memcpy (&word, p, sizeof word);
      word = GUINT64_FROM_LE (word); /* so that the first byte is the lowest */
      special = find_special (word);
      if (special != 0)
        {
          *all |= word & (special - 1) & ~special;
          return p + __builtin_ctzll (special) / 8;
        }
      *all |= word;
    }
  return p;
}

/*
 * Reads a string's text from @p to its closing quote, and returns the address of that; NULL if the string has escapes
 * or is invalid.
 */
static inline const char *
read_plain_text (const char        *p,
                 const char        *end,
                 GstreamJsonString *string)
{
  const char *start = p;
  guint64     all = 0;

  for (p = pass_plain_words (p, end, &all); p < end && *p != '"'; all |= (guchar) *p++)
    if ((guchar) *p < ' ' || *p == '\\')
      return NULL;
  if ((all & HIGH_BITS) != 0 && !g_utf8_validate_len (start, p - start, NULL))
    return NULL;
  *string = (GstreamJsonString) { start, p - start, FALSE };
  return p;
}

static inline const char *
read_slot (const Slot *slot,
           Envelope   *envelope,
           const char *p,
           const char *end)
{
  gpointer field = (char *) envelope + slot->field;

  return slot->is_string ? read_plain_text (p, end, field) : gstream_json_pass_count (p, end, field);
}

/* @shifts: for each N, how many bytes further than in the template the text after the first N slots is. */
static inline void
move_slice (const int        *shifts,
            Place             place,
            GstreamJsonSlice *slice)
{
  slice->start += shifts[place.start];
  slice->length += shifts[place.end] - shifts[place.start];
}

/* Whether the text at @p equals the template from @from to @to. */
static inline gboolean
has_same_text (const Template *self,
               guint           from,
               guint           to,
               const char     *p,
               const char     *end)
{
  return (gsize) (end - p) >= to - from && memcmp (p, self->text + from, to - from) == 0;
}

/*
 * Returns TRUE if the text matches the template; then @envelope is what envelope_read() would return. FALSE: the text
 * has to be parsed, and @envelope is undefined.
 */
static gboolean
template_read (Template   *self,
               Envelope   *envelope,
               const char *json,
               gsize       length)
{
  const char *p = json;
  const char *end = json + length;
  guint       at = 0;
  int         shifts[N_SLOTS + 1];

  if (self == NULL || !has_same_text (self, 0, self->slots[0].start, json, end))
    return FALSE;

  shifts[0] = 0;
  memcpy (envelope, &self->envelope, G_STRUCT_OFFSET (Envelope, cursor));
  for (guint i = 0; i < self->n_slots; at = self->slots[i++].end)
    {
      const Slot *slot = &self->slots[i];

      if (!has_same_text (self, at, slot->start, p, end))
        return FALSE;
      p = read_slot (slot, envelope, p + (slot->start - at), end);
      if (p == NULL)
        return FALSE;
      shifts[i + 1] = (p - json) - slot->end;
    }
  if (!has_same_text (self, at, self->length, p, end) || (gsize) (end - p) != self->length - at)
    return FALSE;

  move_slice (shifts, self->root, &envelope->root);
  move_slice (shifts, self->data, &envelope->data);
  move_slice (shifts, self->seq, &envelope->seq_slice);
  gstream_namespace_ref (envelope->namespace_);
  envelope->cursor.json = json;
  self->n_missed = 0;
  return TRUE;
}

/* --- taking a template --- */

static void
template_free (Template *self)
{
  if (self != NULL)
    envelope_clear (&self->envelope);
  g_free (self);
}

/* All strings of the envelope that are copied into an event. The first N_STRINGS of them are slots. */
static const gsize strings[] = {
  G_STRUCT_OFFSET (Envelope, id),         G_STRUCT_OFFSET (Envelope, raw.message_id),
  G_STRUCT_OFFSET (Envelope, raw.run_id), G_STRUCT_OFFSET (Envelope, raw.text),
  G_STRUCT_OFFSET (Envelope, raw.key),    G_STRUCT_OFFSET (Envelope, node),
  G_STRUCT_OFFSET (Envelope, raw.node),   G_STRUCT_OFFSET (Envelope, raw.name),
};

/* Inserts a slot, so that they stay in the order of the text. */
static void
add_slot (Template *self,
          Slot      slot)
{
  guint i = self->n_slots++;

  for (; i > 0 && self->slots[i - 1].start > slot.start; i--)
    self->slots[i] = self->slots[i - 1];
  self->slots[i] = slot;
}

static void
add_string (Template *self,
            gsize     field)
{
  const GstreamJsonString *string = G_STRUCT_MEMBER_P (&self->envelope, field);
  guint                    start = string->start - self->text;

  if (string->start != NULL && !string->escaped)
    add_slot (self, (Slot) { start, start + string->length, field, TRUE });
}

/* Does not add a slot for a number with a fraction or an exponent, because the digits alone are not its value. */
static void
add_count (Template *self,
           gsize     field,
           guint     start) /* offset in the text; 0: there is none */
{
  gint64      count;
  const char *behind = gstream_json_pass_count (self->text + start, self->text + self->length, &count);

  if (start > 0 && behind != NULL && *behind != '.' && *behind != 'e' && *behind != 'E')
    add_slot (self, (Slot) { start, behind - self->text, field, FALSE });
}

/* All slots must have been added before. */
static Place
find_place (const Template  *self,
            GstreamJsonSlice slice)
{
  Place place = { 0, 0 };

  for (guint i = 0; i < self->n_slots; i++)
    {
      place.start += self->slots[i].start < slice.start;
      place.end += self->slots[i].start < slice.start + slice.length;
    }
  return place;
}

static void
add_slots (Template *self)
{
  self->n_slots = 0;
  for (guint i = 0; i < N_STRINGS; i++)
    add_string (self, strings[i]);
  add_count (self, G_STRUCT_OFFSET (Envelope, seq), self->envelope.seq_slice.start);
  add_count (self, G_STRUCT_OFFSET (Envelope, timestamp), self->envelope.timestamp_at);

  self->root = find_place (self, self->envelope.root);
  self->data = find_place (self, self->envelope.data);
  self->seq = find_place (self, self->envelope.seq_slice);
}

static void
take_template (Template       *self,
               const Envelope *envelope)
{
  const GstreamJsonCursor *cursor = &envelope->cursor;

  envelope_clear (&self->envelope);
  memcpy (self->text, cursor->json, cursor->length);
  self->length = cursor->length;
  self->envelope = *envelope;
  gstream_namespace_ref (envelope->namespace_);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      GstreamJsonString *string = G_STRUCT_MEMBER_P (&self->envelope, strings[i]);

      if (string->start != NULL)
        string->start = self->text + (string->start - cursor->json);
    }
  add_slots (self);
}

/*
 * Whether further events of the same form are to be expected. Pairs (D1) and events with interrupts are always parsed,
 * because matching does not adjust their slices.
 */
static gboolean
is_usual_delta (const Envelope *envelope)
{
  return envelope->raw.text.start != NULL && !envelope->raw.text.escaped && envelope->raw.item.length == 0 &&
         envelope->interrupts.length == 0 && envelope->cursor.length <= LARGEST_TEMPLATE;
}

/* Returns the template to use after an event that had to be parsed. Consumes @self, which may be NULL. */
static Template *
template_learn (Template       *self,
                const Envelope *envelope)
{
  if (!is_usual_delta (envelope) || (self != NULL && ++self->n_missed < PATIENCE))
    return self;
  if (self == NULL)
    self = g_new0 (Template, 1);
  take_template (self, envelope);
  self->n_missed = 0;
  return self;
}

/* --- the reader --- */

GstreamEventReader *
gstream_event_reader_new (void)
{
  GstreamEventReader *self = g_new0 (GstreamEventReader, 1);

  gstream_event_reader_set_limits (self, DEFAULT_MAX_SIZE, GSTREAM_JSON_DEFAULT_DEPTH);
  return self;
}

void
gstream_event_reader_free (GstreamEventReader *self)
{
  namespace_table_clear (&self->namespaces);
  template_free (self->template);
  g_free (self);
}

void
gstream_event_reader_set_limits (GstreamEventReader *self,
                                 gsize               max_size,
                                 guint               max_depth)
{
  self->max_size = MIN (max_size, GSTREAM_JSON_MAX_SIZE);
  self->max_depth = MIN (max_depth, GSTREAM_JSON_MAX_DEPTH);
  g_clear_pointer (&self->template, template_free); /* it may be nested more deeply than is allowed now */
}

/* Sets the text of the event: a part of @owner, or a copy at @room. */
static void
set_text (GstreamEventBody *body,
          const Envelope   *envelope,
          GBytes           *owner,
          char             *room)
{
  guint32 start = envelope->root.start;

  body->json = envelope->cursor.json + start;
  body->length = envelope->root.length;
  body->owner = owner != NULL ? g_bytes_ref (owner) : NULL;
  if (owner == NULL)
    body->json = memcpy (room, body->json, body->length);
  body->data_slice = gstream_json_slice_within (envelope->data, start);
  body->interrupts_slice = gstream_json_slice_within (envelope->interrupts, start);
  body->seq_slice = gstream_json_slice_within (envelope->seq_slice, start);
  body->read_seq = envelope->seq;
}

static GstreamEvent *
make_event (Envelope *envelope,
            GBytes   *owner)
{
  gboolean            is_known = envelope->method != GSTREAM_METHOD_OTHER;
  gsize               size = sizeof (GstreamEventFields) + raw_fields_size (&envelope->raw) + size_of (&envelope->id) +
                             size_of (&envelope->node);
  GstreamEventFields *fields;
  GstreamEventBody   *body;
  GstreamEvent       *event;
  gpointer            start;
  char               *room;

  if (envelope->root.length <= LARGEST_EMBEDDED)
    owner = NULL;
  if (!is_known)
    size += size_of (&envelope->method_name);
  if (owner == NULL)
    size += envelope->root.length;

  event = gstream_event_alloc (size, &start);
  event->seq = envelope->seq;
  body = event->body;
  body->fields = fields = start;
  room = (char *) (fields + 1);
  body->method = envelope->method;
  body->method_name =
      is_known ? gstream_method_get_name (envelope->method) : gstream_json_string_copy (&envelope->method_name, &room);
  body->namespace_ = g_steal_pointer (&envelope->namespace_);
  body->timestamp = envelope->timestamp;
  body->id = copy_string_if_any (&envelope->id, &room);
  body->node = copy_string_if_any (&envelope->node, &room);
  room = raw_fields_copy (&envelope->raw, envelope->method, body->node, fields, room);
  set_text (body, envelope, owner, room);
  if (G_UNLIKELY (envelope->outline != NULL))
    gstream_event_take_outline (event, g_steal_pointer (&envelope->outline));
  return event;
}

/* A document of type `error` says that the run failed (R5). Its message is the error message, and it may have a code. */
static GError *
make_failure (const Envelope *envelope)
{
  g_autoptr (GstreamPayload) failure =
      gstream_payload_new_checked (envelope->cursor.json + envelope->root.start, envelope->root.length);
  g_autofree char *words = gstream_error_dup_words_in (failure);
  g_autofree char *code = gstream_error_find_code (failure, words);
  GError *error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED,
                                       words != NULL ? words : _ ("The run failed, and its source does not say why"));

  gstream_error_set_origin (error, 0, code);

  return error;
}

GstreamEvent *
gstream_event_reader_read (GstreamEventReader *self,
                           GBytes             *owner,
                           const char         *json,
                           gsize               length,
                           GError            **error)
{
  Envelope      envelope;
  GstreamEvent *event = NULL;

  if (length > self->max_size)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("expected an event of at most %zu bytes, not %zu"),
                   self->max_size, length);
      return NULL;
    }
  if (template_read (self->template, &envelope, json, length))
    {
      self->n_compared++;
      event = make_event (&envelope, owner);
    }
  else if (!envelope_read (&envelope, &self->namespaces, json, length, self->max_depth))
    gstream_json_cursor_set_error (&envelope.cursor, error);
  else if (envelope.type == ENVELOPE_ERROR)
    g_propagate_error (error, make_failure (&envelope));
  else
    {
      self->template = template_learn (self->template, &envelope);
      event = make_event (&envelope, owner);
    }
  envelope_clear (&envelope);
  return event;
}

guint64
gstream_event_reader_get_n_compared (GstreamEventReader *self)
{
  return self->n_compared;
}

static GstreamEventReader *
get_reader_of_thread (void)
{
  static GPrivate     reader_of_thread = G_PRIVATE_INIT ((GDestroyNotify) gstream_event_reader_free);
  GstreamEventReader *reader = g_private_get (&reader_of_thread);

  if (reader == NULL)
    {
      reader = gstream_event_reader_new ();
      g_private_set (&reader_of_thread, reader);
    }
  return reader;
}

/**
 * gstream_event_new_from_json:
 * @json: an event as the protocol writes it, UTF-8
 * @length: bytes of @json, or -1 if it ends with a NUL
 * @error: return location for an error
 *
 * Parses an event from its JSON (E3), which may have up to 64 MiB and 128 levels of nesting; otherwise the call fails
 * with %GSTREAM_ERROR_TOO_LARGE.
 *
 * Fails with %GSTREAM_ERROR_INVALID if @json is not JSON or not an event; the message says at which byte, and what was
 * expected there. An object of type `error` is not an event: it says that a run failed, and the call fails with
 * %GSTREAM_ERROR_FAILED and that message.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_new_from_json (const char *json,
                             gssize      length,
                             GError    **error)
{
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_event_reader_read (get_reader_of_thread (), NULL, json, length < 0 ? strlen (json) : (gsize) length,
                                    error);
}
