/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes are JSON Lines or an error, and are the same in whatever pieces they come.
 */
#include "fuzz.h"

static char *
read_pieces (const uint8_t *data,
             size_t         size,
             uint32_t       seed)
{
  g_autoptr (GInputStream) stream = fuzz_stream_new (data, size, seed);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new_for_stream (stream);

  return fuzz_read_all (source);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = read_pieces (data, size, 0);
  g_autofree char *pieces = read_pieces (data, size, 1 + size);

  g_assert_cmpstr (whole, ==, pieces);

  return 0;
}
