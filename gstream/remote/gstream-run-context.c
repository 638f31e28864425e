/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main context that a run belongs to (R7), for code that waits for a network.
 *
 * An application may iterate a context without making it the thread default. GIO and libsoup attach their sources
 * to the thread default, and so would end up in a context that nobody iterates: not only in the calls made here, where
 * the right one could be pushed, but also in those that libsoup makes from its own sources. Therefore they get a
 * context of their own, which is a source of the run's context and the thread default whenever it is dispatched.
 *
 * Applications never see it: their callbacks are those of tasks, which are completed in the run's context.
 */
#include <gstream/remote/gstream-run-context-private.h>

/* --- the nested context --- */

typedef struct
{
  GSource source;

  GMainContext *nested;
  GArray       *wanted; /* GPollFD: what that has to poll, in the order of the descriptors */
  GPtrArray    *polled; /* GPollFD: what the source has the outer context poll, in the same order */
  gint64        due;    /* monotonic µs: when one of its sources is ready whatever is polled; -1: never */
} Nesting;

static GPollFD *
add_poll (Nesting       *self,
          const GPollFD *wanted)
{
  GPollFD *poll = g_new0 (GPollFD, 1);

  poll->fd = wanted->fd;
  g_source_add_poll (&self->source, poll);

  return poll;
}

static void
drop_poll (Nesting *self,
           GPollFD *poll)
{
  g_source_remove_poll (&self->source, poll);
  g_free (poll);
}

static gboolean
is_polled_already (Nesting *self)
{
  if (self->polled->len != self->wanted->len)
    return FALSE;

  for (guint i = 0; i < self->polled->len; i++)
    if (((GPollFD *) self->polled->pdata[i])->fd != g_array_index (self->wanted, GPollFD, i).fd)
      return FALSE;

  return TRUE;
}

/* Merges both lists: a descriptor stays where it is, since each change wakes the outer context. */
static void
change_polled (Nesting *self)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->polled);
  guint next = 0;

  self->polled = g_ptr_array_sized_new (self->wanted->len);
  for (guint i = 0; i < self->wanted->len; i++)
    {
      GPollFD *wanted = &g_array_index (self->wanted, GPollFD, i);

      while (next < old->len && ((GPollFD *) old->pdata[next])->fd < wanted->fd)
        drop_poll (self, old->pdata[next++]);
      if (next < old->len && ((GPollFD *) old->pdata[next])->fd == wanted->fd)
        g_ptr_array_add (self->polled, old->pdata[next++]);
      else
        g_ptr_array_add (self->polled, add_poll (self, wanted));
    }
  while (next < old->len)
    drop_poll (self, old->pdata[next++]);
}

static void
poll_wanted (Nesting *self)
{
  if (!is_polled_already (self))
    change_polled (self);
  for (guint i = 0; i < self->polled->len; i++)
    ((GPollFD *) self->polled->pdata[i])->events = g_array_index (self->wanted, GPollFD, i).events;
}

/* Returns: the timeout, in ms; -1: none. */
static int
query_nested (Nesting *self)
{
  int   timeout = -1;
  guint n_wanted;

  do
    {
      n_wanted = self->wanted->len;
      g_array_set_size (self->wanted, g_main_context_query (self->nested, G_MAXINT, &timeout,
                                                            (gpointer) self->wanted->data, n_wanted));
    }
  while (self->wanted->len > n_wanted);

  return timeout;
}

static gboolean
nesting_prepare (GSource *source,
                 int     *timeout)
{
  Nesting *self = (Nesting *) source;
  int      priority;
  gboolean is_ready;

  if (!g_main_context_acquire (self->nested))
    return FALSE;

  is_ready = g_main_context_prepare (self->nested, &priority);
  if (!is_ready)
    {
      *timeout = query_nested (self);
      self->due = *timeout < 0 ? -1 : g_source_get_time (source) + *timeout * G_GINT64_CONSTANT (1000);
      poll_wanted (self);
    }
  g_main_context_release (self->nested);

  return is_ready || *timeout == 0;
}

static gboolean
nesting_check (GSource *source)
{
  Nesting *self = (Nesting *) source;

  for (guint i = 0; i < self->polled->len; i++)
    if (((GPollFD *) self->polled->pdata[i])->revents != 0)
      return TRUE;

  return self->due >= 0 && g_source_get_time (source) >= self->due;
}

static gboolean
nesting_dispatch (GSource    *source,
                  GSourceFunc func,
                  gpointer    user_data)
{
  g_autoptr (GMainContext) nested = g_main_context_ref (((Nesting *) source)->nested);

  g_main_context_push_thread_default (nested);
  g_main_context_iteration (nested, FALSE);
  g_main_context_pop_thread_default (nested);

  return G_SOURCE_CONTINUE;
}

static void
nesting_finalize (GSource *source)
{
  Nesting *self = (Nesting *) source;

  g_ptr_array_foreach (self->polled, (GFunc) g_free, NULL);
  g_ptr_array_unref (self->polled);
  g_array_unref (self->wanted);
  g_main_context_unref (self->nested);
}

static GSourceFuncs nesting_funcs = { nesting_prepare, nesting_check, nesting_dispatch, nesting_finalize, NULL, NULL };

static GSource *
nest (GMainContext *context)
{
  GSource *source = g_source_new (&nesting_funcs, sizeof (Nesting));
  Nesting *self = (Nesting *) source;

  /* Threads of GIO's complete tasks in it while the outer context polls, and nobody owns it. */
  self->nested = g_main_context_new_with_flags (G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  self->polled = g_ptr_array_new ();
  self->due = -1;
  g_source_set_static_name (source, "[gstream] network");
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);

  return source;
}

static void
end_nesting (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static GPtrArray *
nestings_of (GObject *owner)
{
  GPtrArray *all = g_object_get_data (owner, "gstream-nested-contexts");

  if (all == NULL)
    {
      all = g_ptr_array_new_with_free_func (end_nesting);
      g_object_set_data_full (owner, "gstream-nested-contexts", all, (GDestroyNotify) g_ptr_array_unref);
    }

  return all;
}

/*
 * One for each pair of the two: connections that a session keeps have sources in the context that they were made in,
 * and serve the next run of the same context.
 */
GMainContext *
gstream_run_context_get_nested (GMainContext *context,
                                GObject      *owner)
{
  GPtrArray *all;

  /* The thread default wherever none was pushed, also for whoever iterates it: it needs no other, whose cost is that
   * of one more iteration for each event. */
  if (context == g_main_context_default ())
    return context;

  all = nestings_of (owner);
  for (guint i = all->len; i > 0; i--)
    if (g_source_is_destroyed (all->pdata[i - 1])) /* its context is gone */
      g_ptr_array_remove_index_fast (all, i - 1);
  for (guint i = 0; i < all->len; i++)
    if (g_source_get_context (all->pdata[i]) == context)
      return ((Nesting *) all->pdata[i])->nested;

  g_ptr_array_add (all, nest (context));

  return ((Nesting *) all->pdata[all->len - 1])->nested;
}

/* --- tasks --- */

GTask *
gstream_run_context_new_task (GMainContext       *context,
                              gpointer            object,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  GTask *task;

  g_main_context_push_thread_default (context);
  task = g_task_new (object, cancellable, callback, user_data);
  g_main_context_pop_thread_default (context);

  return task;
}

/* --- timers --- */

typedef struct
{
  GMainContext   *context;
  GSourceOnceFunc func;
  gpointer        user_data;
  GDestroyNotify  destroy;
} Timer;

static void
timer_free (gpointer data)
{
  Timer *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
on_timer (gpointer user_data)
{
  Timer *self = user_data;
  g_autoptr (GMainContext) context = g_main_context_ref (self->context);

  g_main_context_push_thread_default (context);
  self->func (self->user_data); /* may end the timer */
  g_main_context_pop_thread_default (context);

  return G_SOURCE_REMOVE;
}

GSource *
gstream_timer_start (GMainContext   *context,
                     gint64          milliseconds,
                     GCancellable   *cancellable,
                     const char     *name,
                     GSourceOnceFunc func,
                     gpointer        user_data,
                     GDestroyNotify  destroy)
{
  GSource *source = g_timeout_source_new (milliseconds);
  Timer   *self = g_new (Timer, 1);

  *self = (Timer) { g_main_context_ref (context), func, user_data, destroy };
  g_source_set_static_name (source, name);
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  g_source_set_callback (source, on_timer, self, timer_free);
  g_source_attach (source, context);

  return source;
}

void
gstream_timer_end (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
