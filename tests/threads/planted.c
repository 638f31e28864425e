/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a detector of races has to find, and what it must not take for one: races that are planted, and threads that GLib
 * orders in each of the ways that GLib has. Its argument says which; tests/threads/run knows what is expected.
 */
#include <gio/gio.h>

typedef struct
{
  GMutex        mutex;
  GCond         cond;
  GRWLock       rw_lock;
  GRecMutex     rec_mutex;
  GAsyncQueue  *queue;
  GMainContext *context;
  int           bit;    /* a lock */
  int           signal; /* atomic */
  int           other;  /* atomic */
  gboolean      is_there;
  int           data; /* what threads touch */
} Shared;

typedef void (*Part) (Shared *shared);

/* --- races --- */

static void
race_plain (Shared *shared)
{
  shared->data++;
}

/* Each takes a lock, and not the same. */
static void
race_mutex (Shared *shared)
{
  g_mutex_lock (&shared->mutex);
  shared->data++;
  g_mutex_unlock (&shared->mutex);
}

static void
race_rec_mutex (Shared *shared)
{
  g_rec_mutex_lock (&shared->rec_mutex);
  shared->data++;
  g_rec_mutex_unlock (&shared->rec_mutex);
}

/* Each has an atomic of its own beside it, which orders nothing. */
static void
race_signal (Shared *shared)
{
  g_atomic_int_inc (&shared->signal);
  shared->data++;
  g_atomic_int_inc (&shared->signal);
}

static void
race_other (Shared *shared)
{
  g_atomic_int_inc (&shared->other);
  shared->data++;
  g_atomic_int_inc (&shared->other);
}

/* --- order --- */

static void
give_atomic (Shared *shared)
{
  shared->data++;
  g_atomic_int_set (&shared->signal, 1);
}

static void
take_atomic (Shared *shared)
{
  while (!g_atomic_int_get (&shared->signal))
    g_thread_yield ();
  shared->data++;
}

static void
give_cond (Shared *shared)
{
  shared->data++;
  g_mutex_lock (&shared->mutex);
  shared->is_there = TRUE;
  g_cond_signal (&shared->cond);
  g_mutex_unlock (&shared->mutex);
}

static void
take_cond (Shared *shared)
{
  g_mutex_lock (&shared->mutex);
  while (!shared->is_there)
    g_cond_wait (&shared->cond, &shared->mutex);
  g_mutex_unlock (&shared->mutex);
  shared->data++;
}

static void
give_queue (Shared *shared)
{
  shared->data++;
  g_async_queue_push (shared->queue, shared);
}

static void
take_queue (Shared *shared)
{
  g_async_queue_pop (shared->queue);
  shared->data++;
}

static gboolean
on_handed (gpointer data)
{
  Shared *shared = data;

  shared->data++;
  shared->is_there = TRUE;

  return G_SOURCE_REMOVE;
}

static void
give_source (Shared *shared)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  shared->data++;
  g_source_set_callback (source, on_handed, shared, NULL);
  g_source_attach (source, shared->context);
}

static void
take_source (Shared *shared)
{
  while (!shared->is_there)
    g_main_context_iteration (shared->context, TRUE);
}

static void
under_mutex (Shared *shared)
{
  race_mutex (shared);
}

static void
under_rw_lock (Shared *shared)
{
  g_rw_lock_writer_lock (&shared->rw_lock);
  shared->data++;
  g_rw_lock_writer_unlock (&shared->rw_lock);
}

static void
under_bit_lock (Shared *shared)
{
  g_bit_lock (&shared->bit, 3);
  shared->data++;
  g_bit_unlock (&shared->bit, 3);
}

static void
once (Shared *shared)
{
  static int  *made = NULL;
  static gsize is_made = 0;

  if (g_once_init_enter (&is_made))
    {
      made = g_new0 (int, 1);
      *made = 42;
      g_once_init_leave (&is_made, 1);
    }
  g_assert_cmpint (*made, ==, 42);
}

/* The last to let go of an object frees it, after what others did with it. */
static void
unref (Shared *shared)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data_full (object, "data", g_strdup ("data"), g_free);
  g_object_unref (object);
}

static const struct
{
  const char *name;
  Part        parts[2]; /* one a thread */
} pairs[] = {
  { "race/plain", { race_plain, race_plain } },
  { "race/two-locks", { race_mutex, race_rec_mutex } },
  { "race/two-atomics", { race_signal, race_other } },
  { "order/atomic", { give_atomic, take_atomic } },
  { "order/cond", { give_cond, take_cond } },
  { "order/queue", { give_queue, take_queue } },
  { "order/source", { give_source, take_source } },
  { "order/mutex", { under_mutex, under_mutex } },
  { "order/rw-lock", { under_rw_lock, under_rw_lock } },
  { "order/rec-mutex", { race_rec_mutex, race_rec_mutex } },
  { "order/bit-lock", { under_bit_lock, under_bit_lock } },
  { "order/once", { once, once } },
  { "order/unref", { unref, unref } },
};

static Shared shared;

static gpointer
run_part (gpointer data)
{
  (*(Part *) data) (&shared);

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  GThread *threads[2];

  g_assert_cmpint (argc, ==, 2);
  shared.queue = g_async_queue_new ();
  shared.context = g_main_context_new ();
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      if (!g_str_equal (argv[1], pairs[i].name))
        continue;
      for (guint j = 0; j < 2; j++)
        threads[j] = g_thread_new ("part", run_part, (gpointer) &pairs[i].parts[j]);
      for (guint j = 0; j < 2; j++)
        g_thread_join (threads[j]);
      return 0;
    }
  g_printerr ("There is no pair %s\n", argv[1]);

  return 2;
}
