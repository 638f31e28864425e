/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Going over the members of an object, or the elements of an array.
 */
#include "gstream/event/gstream-payload.h"

#include "gstream/event/gstream-payload-internal.h"

/**
 * GstreamPayloadIter:
 *
 * Goes over the members of an object, or the elements of an array (E2).
 *
 * The whole costs one pass over the text, however many members or elements there
 * are; a JSON Pointer for each would go through all before it every time.
 *
 * In C it lives on the stack, needs no clearing, and may be left at any point:
 *
 * ```c
 * GstreamPayloadIter iter;
 * const char *key;
 * GstreamPayload *value;
 *
 * gstream_payload_iter_init (&iter, state);
 * while (gstream_payload_iter_next (&iter, &key, &value))
 *   {
 *     g_print ("%s is %s\n", key, gstream_payload_get_json (value, NULL));
 *     gstream_payload_unref (value);
 *   }
 * ```
 *
 * Vala has `foreach (var element in payload)`, Python `for element in payload` and
 * `for key, value in payload`, JavaScript `for (const element of payload)` and
 * `for (const [key, value] of payload)`. What is part of a part is reached with
 * [method@Payload.get] first.
 *
 * A payload never changes, and may be iterated any number of times at once, in any
 * threads; one iterator is for one thread.
 */

/* What a GstreamPayloadIter is inside. */
typedef struct
{
  GstreamPayload  *payload;
  gboolean         holds_payload;
  gboolean         is_array;
  GstreamJsonIter  elements; /* of an array */
  const GArray    *members;  /* of an object, or NULL; @payload's */
  guint            next;     /* of them */
} Iter;

G_STATIC_ASSERT (sizeof (Iter) <= sizeof (GstreamPayloadIter));

G_DEFINE_BOXED_TYPE (GstreamPayloadIter, gstream_payload_iter, gstream_payload_iter_copy, gstream_payload_iter_free)

/**
 * gstream_payload_iter_init: (skip)
 * @iter: (out caller-allocates): where the iterator is to be
 * @payload: (nullable): a payload, which has to outlive @iter
 *
 * Sets @iter before the first member or element of @payload. There is none where
 * @payload is neither object nor array, or %NULL.
 */
void
gstream_payload_iter_init (GstreamPayloadIter *iter,
                           GstreamPayload     *payload)
{
  Iter *self = (Iter *) iter;

  g_return_if_fail (iter != NULL);

  *self = (Iter) { .payload = payload };
  if (payload == NULL)
    return;
  self->is_array = *payload->json == '[';
  if (self->is_array)
    gstream_json_iter_init (&self->elements, gstream_payload_value (payload));
  else if (*payload->json == '{')
    self->members = gstream_payload_extras_members (payload);
}

static gboolean
next_member (Iter              *self,
             const char       **key,
             GstreamJsonValue  *value)
{
  const GstreamJsonMember *member;

  *key = NULL;
  if (self->members == NULL || self->next == self->members->len)
    return FALSE;
  member = &g_array_index (self->members, GstreamJsonMember, self->next++);
  *key = member->name;
  *value = member->value;
  return TRUE;
}

/* At the end it stays there. */
static gboolean
next_element (Iter              *self,
              const char       **key,
              GstreamJsonValue  *value)
{
  *key = NULL;
  return gstream_json_iter_element (&self->elements, value);
}

/**
 * gstream_payload_iter_next:
 * @iter: an iterator
 * @key: (out) (optional) (nullable) (transfer none): return location for the member's
 *   name, which the payload keeps; %NULL for an element of an array
 * @value: (out) (optional) (nullable) (transfer full): return location for the member's
 *   value, or the element, as a payload of its own that shares the text
 *
 * Goes on to the next member or element, in the order of the text. Of members of the
 * same name there is one, with the last one's value, where the first one stands.
 *
 * At the end, and whenever it is called after that, @key and @value are %NULL.
 *
 * Returns: %TRUE if there was one more
 */
gboolean
gstream_payload_iter_next (GstreamPayloadIter  *iter,
                           const char         **key,
                           GstreamPayload     **value)
{
  Iter *self = (Iter *) iter;
  GstreamJsonValue found;
  const char *name;
  gboolean is_there;

  g_return_val_if_fail (iter != NULL, FALSE);

  is_there = self->is_array ? next_element (self, &name, &found) : next_member (self, &name, &found);
  if (key != NULL)
    *key = name;
  if (value != NULL)
    *value = is_there ? gstream_payload_new_part (self->payload, found) : NULL;
  return is_there;
}

/**
 * gstream_payload_iter_next_value:
 * @iter: an iterator
 *
 * Goes on as [method@PayloadIter.next] does, for whoever wants no keys.
 *
 * Returns: (transfer full) (nullable): the next value or element, or %NULL at the end
 */
GstreamPayload *
gstream_payload_iter_next_value (GstreamPayloadIter *iter)
{
  GstreamPayload *value = NULL;

  g_return_val_if_fail (iter != NULL, NULL);

  gstream_payload_iter_next (iter, NULL, &value);
  return value;
}

static GstreamPayloadIter *
iter_dup (const Iter *iter)
{
  GstreamPayloadIter *dup = g_new0 (GstreamPayloadIter, 1);
  Iter *self = (Iter *) dup;

  *self = *iter;
  self->holds_payload = iter->payload != NULL;
  if (self->holds_payload)
    gstream_payload_ref (self->payload);
  return dup;
}

/**
 * gstream_payload_iterator:
 * @payload: a payload
 *
 * Makes an iterator that holds @payload, as languages with garbage collection want it.
 * In C, [method@PayloadIter.init] needs no memory.
 *
 * Returns: (transfer full): an iterator before the first member or element
 */
GstreamPayloadIter *
gstream_payload_iterator (GstreamPayload *payload)
{
  GstreamPayloadIter iter;

  g_return_val_if_fail (payload != NULL, NULL);

  gstream_payload_iter_init (&iter, payload);
  return iter_dup ((Iter *) &iter);
}

/**
 * gstream_payload_iter_copy:
 * @iter: an iterator
 *
 * A second iterator, at the same place, that holds the payload.
 *
 * Returns: (transfer full): the copy
 */
GstreamPayloadIter *
gstream_payload_iter_copy (GstreamPayloadIter *iter)
{
  g_return_val_if_fail (iter != NULL, NULL);

  return iter_dup ((Iter *) iter);
}

/**
 * gstream_payload_iter_free:
 * @iter: (transfer full): an iterator that is not on the stack
 *
 * Frees what [method@Payload.iterator] or [method@PayloadIter.copy] made.
 */
void
gstream_payload_iter_free (GstreamPayloadIter *iter)
{
  Iter *self = (Iter *) iter;

  g_return_if_fail (iter != NULL);

  if (self->holds_payload)
    gstream_payload_unref (self->payload);
  g_free (iter);
}
