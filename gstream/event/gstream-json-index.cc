/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uses simdjson's first stage, which finds the tokens of a JSON text. Its second stage, which builds a tree, is not
 * used: gstream parses the text itself.
 */
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstring>
#include <memory>

#include "gstream/event/gstream-json-index-private.h"

static constexpr gsize SMALLEST_CAPACITY = 4096;
static constexpr gsize LARGEST_KEPT = 1024 * 1024; /* bytes of text; the scanner's memory is four times as large */

struct _GstreamJsonIndex
{
  std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner;
  std::unique_ptr<char[]> padded; /* a copy of the text, since the scanner reads beyond its end */
  gsize capacity = 0;
  bool pads = simdjson::get_active_implementation ()->name () == "fallback";
};

/* Accessed directly, which is faster than a GPrivate. A GPrivate frees it when the thread ends. */
static thread_local GstreamJsonIndex *index_of_thread;

static void
index_free (gpointer data)
{
  delete static_cast<GstreamJsonIndex *> (data);
  index_of_thread = nullptr;
}

static GstreamJsonIndex *
index_new (void)
{
  static GPrivate owner = G_PRIVATE_INIT (index_free);

  index_of_thread = new GstreamJsonIndex ();
  g_private_set (&owner, index_of_thread);
  return index_of_thread;
}

GstreamJsonIndex *
gstream_json_index_get (void)
{
  return index_of_thread != nullptr ? index_of_thread : index_new ();
}

static gsize
capacity_for (gsize length)
{
  gsize capacity = SMALLEST_CAPACITY;

  if (length > LARGEST_KEPT)
    return length;
  while (capacity < length)
    capacity *= 2;
  return capacity;
}

static void
reserve (GstreamJsonIndex *self,
         gsize             length)
{
  if (length <= self->capacity && (self->capacity <= LARGEST_KEPT || length > LARGEST_KEPT))
    return;

  self->capacity = capacity_for (length);
  self->scanner.reset ();
  if (simdjson::get_active_implementation ()->create_dom_parser_implementation (self->capacity, 1, self->scanner) != simdjson::SUCCESS)
    g_error ("no memory to read %" G_GSIZE_FORMAT " bytes of JSON", length);
  if (self->pads)
    self->padded.reset (new char[self->capacity + simdjson::SIMDJSON_PADDING]());
}

gboolean
gstream_json_index_scan (GstreamJsonIndex  *self,
                         const char        *json,
                         gsize              length,
                         const guint32    **positions,
                         gsize             *n_positions)
{
  reserve (self, length);
  if (self->pads)
    {
      memcpy (self->padded.get (), json, length);
      memset (self->padded.get () + length, ' ', simdjson::SIMDJSON_PADDING);
      json = self->padded.get ();
    }
  if (self->scanner->stage1 (reinterpret_cast<const uint8_t *> (json), length, simdjson::stage1_mode::regular) != simdjson::SUCCESS)
    return FALSE;

  *positions = self->scanner->structural_indexes.get ();
  *n_positions = self->scanner->n_structural_indexes;
  return TRUE;
}
