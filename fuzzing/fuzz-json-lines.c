/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Any bytes are JSON Lines or an error, and are the same in whatever pieces they come.
 */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  return fuzz_source (gstream_json_lines_source_new_for_stream, data, size);
}
