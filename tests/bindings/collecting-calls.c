/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A library to preload into GJS or Python: garbage is collected before and after calls from there into C, in the middle of
 * what the binding does with arguments and with what is returned. GSTREAM_TEST_COLLECT says how many calls are passed over
 * from one to the next; 0: at every one.
 *
 * Both bindings call C through ffi_call(), which is defined here and so takes the place of libffi's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ffi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_ulong       n_calls;
static atomic_ulong       n_collections;
static pthread_t          main_thread;
static _Thread_local bool collecting; /* finalizers call into C, too */

static void
collect_python (void)
{
  int (*ensure) (void) = (int (*) (void)) dlsym (RTLD_DEFAULT, "PyGILState_Ensure");
  void (*release) (int) = (void (*) (int)) dlsym (RTLD_DEFAULT, "PyGILState_Release");
  long (*collect) (void) = (long (*) (void)) dlsym (RTLD_DEFAULT, "PyGC_Collect");
  int state;

  if (ensure == NULL || release == NULL || collect == NULL)
    return;

  state = ensure ();
  collect ();
  release (state);
  n_collections++;
}

/* JavaScript has one thread. */
static void
collect_javascript (void)
{
  void *(*get_current) (void) = (void *(*) (void) ) dlsym (RTLD_DEFAULT, "gjs_context_get_current");
  void (*collect) (void *) = (void (*) (void *)) dlsym (RTLD_DEFAULT, "gjs_context_gc");
  void *context;

  if (get_current == NULL || collect == NULL || !pthread_equal (pthread_self (), main_thread))
    return;

  context = get_current ();
  if (context == NULL)
    return;
  collect (context);
  n_collections++;
}

static void
collect (void)
{
  if (collecting)
    return;

  collecting = true;
  collect_python ();
  collect_javascript ();
  collecting = false;
}

static unsigned long
get_passed_over (void)
{
  const char *value = getenv ("GSTREAM_TEST_COLLECT");

  return value != NULL ? strtoul (value, NULL, 10) : 0;
}

/* The file named by GSTREAM_TEST_COLLECTED gets the number of collections: none would be a test of nothing. */
static void
tell (void)
{
  const char *path = getenv ("GSTREAM_TEST_COLLECTED");
  FILE       *file = path != NULL && n_collections > 0 ? fopen (path, "w") : NULL;

  if (file == NULL)
    return;

  fprintf (file, "%lu\n", (unsigned long) n_collections);
  fclose (file);
}

__attribute__ ((constructor)) static void
begin (void)
{
  main_thread = pthread_self ();
  atexit (tell);
}

void
ffi_call (ffi_cif *cif,
          void (*function) (void),
          void  *returned,
          void **arguments)
{
  static void (*next) (ffi_cif *, void (*) (void), void *, void **) = NULL;
  bool chosen = n_calls++ % (get_passed_over () + 1) == 0;

  if (next == NULL)
    next = (void (*) (ffi_cif *, void (*) (void), void *, void **)) dlsym (RTLD_NEXT, "ffi_call");
  if (chosen)
    collect ();
  next (cif, function, returned, arguments);
  if (chosen)
    collect ();
}
