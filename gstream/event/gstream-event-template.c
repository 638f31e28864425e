/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading an event that is written like another.
 */
#include "gstream/event/gstream-event-template-private.h"

#include "gstream/event/gstream-json-token-private.h"

/* So many deltas in a row have to differ from the template before one takes its place: of two shapes that take turns, one keeps it. */
#define PATIENCE 4

typedef struct
{
  guint    start;     /* in the template's text */
  guint    end;
  gsize    field;     /* of the envelope: a string, or a count */
  gboolean is_string; /* @start is behind the opening quote, @end before the closing one */
} Slot;

enum
{
  N_STRINGS = 5,
  N_COUNTS = 2,
  N_SLOTS = N_STRINGS + N_COUNTS,
};

/* Of a slice, whether slots are within it or not: how many stand before its start, and before its end. */
typedef struct
{
  guint start;
  guint end;
} Place;

struct _GstreamEventTemplate
{
  char            text[GSTREAM_EVENT_TEMPLATE_LARGEST];
  guint           length;
  GstreamEnvelope envelope;  /* what it says; of the namespace, a reference */
  Slot            slots[N_SLOTS]; /* one or more: a delta has text */
  guint           n_slots;
  Place           root;
  Place           data;
  Place           seq;
  guint           n_missed;  /* deltas in a row */
};

void
gstream_event_template_free (GstreamEventTemplate *self)
{
  if (self != NULL)
    gstream_envelope_clear (&self->envelope);
  g_free (self);
}

/* --- reading --- */

/* Behind the string's last byte; NULL unless it is written plainly. */
static inline const char *
read_string (const char        *p,
             const char        *end,
             GstreamJsonString *string)
{
  const char *start = p;
  guchar all = 0;

  for (; p < end && *p != '"'; all |= (guchar) *p++)
    if ((guchar) *p < ' ' || *p == '\\')
      return NULL;
  if (all >= 0x80 && !g_utf8_validate_len (start, p - start, NULL))
    return NULL;
  *string = (GstreamJsonString) { start, p - start, FALSE };
  return p;
}

static inline const char *
read_value (const Slot      *slot,
            GstreamEnvelope *envelope,
            const char      *p,
            const char      *end)
{
  gpointer field = (char *) envelope + slot->field;

  return slot->is_string ? read_string (p, end, field) : gstream_json_token_pass_count (p, end, field);
}

/* How much further than in the template's text is what follows its first @n slots; these end at @ends. */
static inline int
shift_behind (const GstreamEventTemplate *self,
              const guint            *ends,
              guint                   n)
{
  return n > 0 ? (int) (ends[n - 1] - self->slots[n - 1].end) : 0;
}

static inline void
move_slice (const GstreamEventTemplate *self,
            const guint            *ends,
            Place                   place,
            GstreamJsonSlice       *slice)
{
  int shift = shift_behind (self, ends, place.start);

  slice->start += shift;
  slice->length += shift_behind (self, ends, place.end) - shift;
}

/* Whether the text from @p is the template's from @from to @to. */
static inline gboolean
is_same (const GstreamEventTemplate *self,
         guint                   from,
         guint                   to,
         const char             *p,
         const char             *end)
{
  return (gsize) (end - p) >= to - from && memcmp (p, self->text + from, to - from) == 0;
}

gboolean
gstream_event_template_read (GstreamEventTemplate *self,
                         GstreamEnvelope  *envelope,
                         const char       *json,
                         gsize             length)
{
  const char *p = json;
  const char *end = json + length;
  guint at = 0;
  guint ends[N_SLOTS];

  if (self == NULL || !is_same (self, 0, self->slots[0].start, json, end))
    return FALSE;

  memcpy (envelope, &self->envelope, G_STRUCT_OFFSET (GstreamEnvelope, cursor));
  for (guint i = 0; i < self->n_slots; at = self->slots[i++].end)
    {
      const Slot *slot = &self->slots[i];

      if (!is_same (self, at, slot->start, p, end))
        return FALSE;
      p = read_value (slot, envelope, p + (slot->start - at), end);
      if (p == NULL)
        return FALSE;
      ends[i] = p - json;
    }
  if (!is_same (self, at, self->length, p, end) || (gsize) (end - p) != self->length - at)
    return FALSE;

  move_slice (self, ends, self->root, &envelope->root);
  move_slice (self, ends, self->data, &envelope->data);
  move_slice (self, ends, self->seq, &envelope->seq_slice);
  gstream_namespace_ref (envelope->namespace_);
  envelope->cursor.json = json;
  self->n_missed = 0;
  return TRUE;
}

/* --- learning --- */

/* All strings of the envelope that an event takes over; the first are slots. */
static const gsize strings[] = {
  G_STRUCT_OFFSET (GstreamEnvelope, id),
  G_STRUCT_OFFSET (GstreamEnvelope, found.message_id),
  G_STRUCT_OFFSET (GstreamEnvelope, found.run_id),
  G_STRUCT_OFFSET (GstreamEnvelope, found.text),
  G_STRUCT_OFFSET (GstreamEnvelope, found.key),
  G_STRUCT_OFFSET (GstreamEnvelope, node),
  G_STRUCT_OFFSET (GstreamEnvelope, found.node),
  G_STRUCT_OFFSET (GstreamEnvelope, found.name),
};

/* In the order of the text. */
static void
add_slot (GstreamEventTemplate *self,
          Slot              slot)
{
  guint i = self->n_slots++;

  for (; i > 0 && self->slots[i - 1].start > slot.start; i--)
    self->slots[i] = self->slots[i - 1];
  self->slots[i] = slot;
}

static void
add_string (GstreamEventTemplate *self,
            gsize             field)
{
  const GstreamJsonString *string = G_STRUCT_MEMBER_P (&self->envelope, field);
  guint start = string->start - self->text;

  if (string->start != NULL && !string->escaped)
    add_slot (self, (Slot) { start, start + string->length, field, TRUE });
}

/* What is written with a point or an exponent means something else with other digits before it. */
static void
add_count (GstreamEventTemplate *self,
           gsize             field,
           guint             start) /* 0: it is not there */
{
  gint64 count;
  const char *behind = gstream_json_token_pass_count (self->text + start, self->text + self->length, &count);

  if (start > 0 && behind != NULL && *behind != '.' && *behind != 'e' && *behind != 'E')
    add_slot (self, (Slot) { start, behind - self->text, field, FALSE });
}

/* Once all slots are there. */
static Place
find_place (const GstreamEventTemplate *self,
            GstreamJsonSlice        slice)
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
add_slots (GstreamEventTemplate *self)
{
  self->n_slots = 0;
  for (guint i = 0; i < N_STRINGS; i++)
    add_string (self, strings[i]);
  add_count (self, G_STRUCT_OFFSET (GstreamEnvelope, seq), self->envelope.seq_slice.start);
  add_count (self, G_STRUCT_OFFSET (GstreamEnvelope, timestamp), self->envelope.timestamp_at);

  self->root = find_place (self, self->envelope.root);
  self->data = find_place (self, self->envelope.data);
  self->seq = find_place (self, self->envelope.seq_slice);
}

static void
take (GstreamEventTemplate      *self,
      const GstreamEnvelope *envelope)
{
  const GstreamJsonCursor *cursor = &envelope->cursor;

  gstream_envelope_clear (&self->envelope);
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

/* Whether the envelope is one of many like it. Lists (D1) and what has interrupts are written otherwise. */
static gboolean
is_delta (const GstreamEnvelope *envelope)
{
  return envelope->found.text.start != NULL && !envelope->found.text.escaped && envelope->found.item.length == 0 &&
         envelope->interrupts.length == 0 && envelope->cursor.length <= GSTREAM_EVENT_TEMPLATE_LARGEST;
}

GstreamEventTemplate *
gstream_event_template_learn (GstreamEventTemplate      *self,
                          const GstreamEnvelope *envelope)
{
  if (!is_delta (envelope) || (self != NULL && ++self->n_missed < PATIENCE))
    return self;
  if (self == NULL)
    self = g_new0 (GstreamEventTemplate, 1);
  take (self, envelope);
  self->n_missed = 0;
  return self;
}
