/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a fuzz target over files, where no fuzzer is linked: the inputs that are kept are a test.
 */
#include "fuzz.h"

int
main (int    argc,
      char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *data = NULL;
      gsize            size;

      if (!g_file_get_contents (argv[i], &data, &size, NULL))
        return 1;
      g_print ("# %s\n", argv[i]);
      LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
    }
  g_print ("ok 1 /fuzzing/%d-inputs\n1..1\n", argc - 1);

  return 0;
}
