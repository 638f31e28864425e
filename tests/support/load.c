/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load.h"

guint
test_load (guint n)
{
  const char *percent = g_getenv ("GSTREAM_TEST_LOAD");

  return percent != NULL ? MAX (n * g_ascii_strtoull (percent, NULL, 10) / 100, 1) : n;
}
