/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any recording, of any dialect, is a run that ends, whose digest is the same each time. The first byte says how
 * the recording is written.
 */
#include "fuzz.h"

static char *
digest (const uint8_t *data,
        size_t         size,
        uint32_t       seed)
{
  g_autoptr (GInputStream) stream = fuzz_stream_new (data + 1, size - 1, seed);
  g_autoptr (GstreamEventSource) source = NULL;

  if (data[0] == 's')
    source = gstream_sse_source_new_for_stream (stream);
  else
    source = gstream_json_lines_source_new_for_stream (stream);

  return fuzz_digest (source);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = NULL;
  g_autofree char *pieces = NULL;

  if (size < 1)
    return 0;

  whole = digest (data, size, 0);
  pieces = digest (data, size, 7);
  g_assert_cmpstr (whole, ==, pieces);
  fuzz_settle ();

  return 0;
}
