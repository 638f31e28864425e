/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gstream.h>

#include <config.h>

int
main (void)
{
  g_print ("%s: %s\n", PACKAGE_VERSION, g_quark_to_string (GSTREAM_ERROR));
  return 0;
}
