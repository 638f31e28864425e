/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of the built-in transformers.
 */
#include "config.h"

#include <gstream/stream/gstream-builtins-private.h>

const GstreamBuiltin gstream_builtins[] = {
  { NULL, NULL },
};
