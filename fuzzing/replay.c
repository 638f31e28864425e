/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a fuzz target over files, and all those of folders, where no fuzzer is linked: the inputs that are kept are a test.
 */
#include "fuzz.h"

/* Returns: how many files that were. */
static guint
replay (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autofree char *data = NULL;
  gsize            size;
  const char      *name;
  guint            n = 0;

  if (folder != NULL)
    {
      while ((name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *inside = g_build_filename (path, name, NULL);

          n += replay (inside);
        }
      return n;
    }

  g_print ("# %s\n", path);
  if (!g_file_get_contents (path, &data, &size, NULL))
    return 0;
  LLVMFuzzerTestOneInput ((const uint8_t *) data, size);

  return 1;
}

int
main (int    argc,
      char **argv)
{
  guint n = 0;

  for (int i = 1; i < argc; i++)
    {
      guint found = replay (argv[i]);

      if (found == 0)
        return 1;
      n += found;
    }
  g_print ("ok 1 /fuzzing/%u-inputs\n1..1\n", n);

  return n == 0;
}
