/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model.
 */
#include "config.h"

#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/model/gstream-rows-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>

typedef struct
{
  GstreamRows   *rows;
  GObject       *object;
  GObject       *companion; /* leaves with it; or NULL */
  guint64        arrival;
  gulong         handler;   /* of its status; 0: it has none */
  GSequenceIter *shown;     /* where it is shown; NULL: it is not */
  GSequenceIter *finished;  /* among those that may leave; NULL: it is not */
  GList          link;      /* among those answered, or aside */
  GQueue        *queue;     /* which of them; NULL: neither */
} Row;

/* Of Row, by arrival where nothing else is said. What a frame costs is what has changed, however many rows there are. */
struct _GstreamRows
{
  grefcount              ref_count;
  GSequence             *shown;
  GSequence             *finished; /* those shown that may leave where there are too many */
  GPtrArray             *pending;  /* come since the last frame; as they came */
  GQueue                 answered; /* shown, and to leave; as they were answered */
  GQueue                 aside;    /* answered, and left; as long as somebody else holds their objects */
  GPtrArray             *back;     /* not answered after all, since the last frame */
  guint                  max;     /* 0: no bound */
  GstreamPump           *pump;    /* NULL: there will be no rows */
  GstreamNotifier       notifier;
  GstreamRowsChangedFunc changed; /* NULL once the owner is going away */
  gpointer               owner;
};

/* --- a row --- */

static gboolean
is_over (GstreamRunStatus status)
{
  return status != GSTREAM_RUN_STATUS_PENDING && status != GSTREAM_RUN_STATUS_RUNNING;
}

/* Objects of other kinds never say that more will become of them. */
static gboolean
is_finished (GObject *object)
{
  if (GSTREAM_IS_MESSAGE (object))
    return gstream_message_get_status (GSTREAM_MESSAGE (object)) != GSTREAM_MESSAGE_STATUS_STREAMING;
  if (GSTREAM_IS_TOOL_CALL (object))
    return gstream_tool_call_get_status (GSTREAM_TOOL_CALL (object)) != GSTREAM_TOOL_CALL_STATUS_RUNNING;
  if (GSTREAM_IS_RUN_STREAM (object))
    return is_over (gstream_run_stream_get_status (GSTREAM_RUN_STREAM (object)));
  if (GSTREAM_IS_LIFECYCLE (object))
    return is_over (gstream_lifecycle_get_status (GSTREAM_LIFECYCLE (object)));

  return !GSTREAM_IS_PENDING_INTERRUPT (object);
}

static gboolean
is_answered (GObject *object)
{
  return GSTREAM_IS_PENDING_INTERRUPT (object) &&
         gstream_pending_interrupt_get_answered (GSTREAM_PENDING_INTERRUPT (object));
}

static void
free_row (gpointer data)
{
  Row *row = data;

  g_clear_signal_handler (&row->handler, row->object);
  g_object_unref (row->object);
  g_clear_object (&row->companion);
  g_free (row);
}

static int
compare_arrivals (gconstpointer a,
                  gconstpointer b,
                  gpointer      unused)
{
  const Row *first = a;
  const Row *second = b;

  return (first->arrival > second->arrival) - (first->arrival < second->arrival);
}

static int
compare_elements (gconstpointer a,
                  gconstpointer b)
{
  return compare_arrivals (*(Row * const *) a, *(Row * const *) b, NULL);
}

static void
leave_queue (Row *row)
{
  if (row->queue != NULL)
    g_queue_unlink (row->queue, &row->link);
  row->queue = NULL;
}

static void
join_queue (Row    *row,
            GQueue *queue)
{
  leave_queue (row);
  row->link.data = row;
  row->queue = queue;
  g_queue_push_tail_link (queue, &row->link);
}

/* What has become of one that is shown. */
static void
look_at (Row *row)
{
  if (row->finished == NULL && is_finished (row->object))
    row->finished = g_sequence_insert_sorted (row->rows->finished, row, compare_arrivals, NULL);
  if (!is_answered (row->object))
    leave_queue (row);
  else if (row->queue == NULL)
    join_queue (row, &row->rows->answered);
}

static void
show (Row *row)
{
  row->shown = g_sequence_insert_sorted (row->rows->shown, row, compare_arrivals, NULL);
  look_at (row);
}

static void
hide (Row *row)
{
  g_clear_pointer (&row->shown, g_sequence_remove);
  g_clear_pointer (&row->finished, g_sequence_remove);
  leave_queue (row);
}

/* --- what was answered --- */

static void
on_forgotten (gpointer  user_data,
              GObject  *object)
{
  leave_queue (user_data);
  g_free (user_data);
}

/* It may come back, if whoever holds it says so: its handler stays. */
static void
set_aside (Row *row)
{
  g_clear_object (&row->companion);
  join_queue (row, &row->rows->aside);
  g_object_weak_ref (row->object, on_forgotten, row);
  g_object_unref (row->object);
}

static void
take_back (Row *row)
{
  g_object_weak_unref (g_object_ref (row->object), on_forgotten, row);
  leave_queue (row);
}

/* --- what leaves --- */

/* How many rows there are too many, if what is pending comes. */
static guint
count_excess (GstreamRows *self)
{
  guint n = g_sequence_get_length (self->shown) + self->pending->len;

  return self->max > 0 && n > self->max ? n - self->max : 0;
}

static void
let_go (GPtrArray *gone)
{
  for (guint i = 0; i < gone->len; i++)
    {
      Row *row = g_ptr_array_index (gone, i);

      if (row->rows->changed == NULL || !GSTREAM_IS_PENDING_INTERRUPT (row->object))
        free_row (row);
      else if (is_answered (row->object))
        set_aside (row);
      else /* not any more, while its leaving was told */
        g_ptr_array_add (row->rows->back, row);
    }
  g_ptr_array_unref (gone);
}

/* What is answered, and the oldest finished ones that are too many; in order. */
static GPtrArray *
list_leaving (GstreamRows *self)
{
  GPtrArray *leaving = g_ptr_array_new ();
  GSequenceIter *oldest = g_sequence_get_begin_iter (self->finished);

  for (GList *link = self->answered.head; link != NULL; link = link->next)
    g_ptr_array_add (leaving, link->data);
  for (guint n = count_excess (self); n > 0 && !g_sequence_iter_is_end (oldest); n--)
    {
      g_ptr_array_add (leaving, g_sequence_get (oldest));
      oldest = g_sequence_iter_next (oldest);
    }
  g_ptr_array_sort (leaving, compare_elements);

  return leaving;
}

/* Those that lie together leave together: the rows between them stay. */
static void
show_leaving (GstreamRows *self)
{
  GPtrArray *leaving = list_leaving (self);
  GPtrArray *gone = g_ptr_array_new ();

  for (guint i = 0, n; i < leaving->len && self->changed != NULL; i += n)
    {
      Row *first = g_ptr_array_index (leaving, i);
      guint position = g_sequence_iter_get_position (first->shown);
      GSequenceIter *next = first->shown;

      for (n = 0; i + n < leaving->len && ((Row *) leaving->pdata[i + n])->shown == next; n++)
        {
          next = g_sequence_iter_next (next);
          hide (leaving->pdata[i + n]);
          g_ptr_array_add (gone, leaving->pdata[i + n]);
        }
      self->changed (self->owner, position, n, 0);
    }
  g_ptr_array_unref (leaving);
  let_go (gone);
}

/* Of what is pending: answered, or finished and too many already. It is never shown. */
static void
drop_unseen (GstreamRows *self)
{
  GPtrArray *gone = g_ptr_array_new ();
  guint excess = count_excess (self);
  guint n_kept = 0;

  for (guint i = 0; i < self->pending->len; i++)
    {
      Row *row = g_ptr_array_index (self->pending, i);
      gboolean is_spare = !is_answered (row->object) && excess > 0 && is_finished (row->object);

      excess -= is_spare ? 1 : 0;
      if (is_spare || is_answered (row->object))
        g_ptr_array_add (gone, row);
      else
        self->pending->pdata[n_kept++] = row;
    }
  g_ptr_array_set_size (self->pending, n_kept);
  let_go (gone);
}

/* --- what comes --- */

/* Each to its place: the rows around it stay. */
static void
show_back (GstreamRows *self)
{
  while (self->changed != NULL && self->back->len > 0)
    {
      Row *row = g_ptr_array_steal_index_fast (self->back, self->back->len - 1);

      if (is_answered (row->object)) /* once more */
        {
          set_aside (row);
          continue;
        }
      show (row);
      self->changed (self->owner, g_sequence_iter_get_position (row->shown), 0, 1);
    }
}

static void
show_pending (GstreamRows *self)
{
  guint n_before = g_sequence_get_length (self->shown);
  guint n_pending;
  guint first;

  g_ptr_array_sort (self->pending, compare_elements);
  drop_unseen (self);
  n_pending = self->pending->len;
  if (n_pending == 0)
    return;

  for (guint i = 0; i < n_pending; i++)
    show (g_ptr_array_index (self->pending, i));
  /* What several cursors bring in one frame may come out of order by a few. */
  first = g_sequence_iter_get_position (((Row *) self->pending->pdata[0])->shown);
  g_ptr_array_set_size (self->pending, 0);
  self->changed (self->owner, first, n_before - first, n_before + n_pending - first);
}

/*
 * What leaves and what comes are several changes: one for both would begin with
 * the first row and end with the last, and a view would make all of them anew.
 */
static void
on_notify (GstreamNotifier *notifier)
{
  g_autoptr (GstreamRows) self =
    gstream_rows_ref ((GstreamRows *) ((char *) notifier - G_STRUCT_OFFSET (GstreamRows, notifier)));

  if (self->changed != NULL)
    show_leaving (self);
  show_back (self);
  if (self->changed != NULL)
    show_pending (self);
}

static void
settle_slowly (GstreamRows *self)
{
  if (self->pump != NULL)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

static void
on_status (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Row *row = user_data;
  GstreamRows *self = row->rows;
  gboolean is_back = row->queue == &self->aside && !is_answered (object);

  if (is_back)
    {
      take_back (row);
      g_ptr_array_add (self->back, row);
    }
  else if (row->shown != NULL)
    look_at (row);
  if (is_back || count_excess (self) > 0 || is_answered (object))
    settle_slowly (self);
}

static gulong
watch_status (Row     *row,
              GObject *object)
{
  const char *signal = "notify::status";

  if (GSTREAM_IS_PENDING_INTERRUPT (object))
    signal = "notify::answered";
  else if (g_object_class_find_property (G_OBJECT_GET_CLASS (object), "status") == NULL)
    return 0;

  return g_signal_connect (object, signal, G_CALLBACK (on_status), row);
}

void
gstream_rows_add (GstreamRows *self,
                  GObject     *object,
                  guint64      arrival,
                  GObject     *companion)
{
  Row *row = g_new0 (Row, 1);

  row->rows = self;
  row->object = g_object_ref (object);
  row->companion = companion ? g_object_ref (companion) : NULL;
  row->arrival = arrival;
  row->handler = watch_status (row, object);
  g_ptr_array_add (self->pending, row);
  settle_slowly (self);
}

guint
gstream_rows_get_length (GstreamRows *self)
{
  return g_sequence_get_length (self->shown);
}

GObject *
gstream_rows_get (GstreamRows *self,
                  guint        position)
{
  GSequenceIter *found = g_sequence_get_iter_at_pos (self->shown, MIN (position, G_MAXINT));

  return g_sequence_iter_is_end (found) ? NULL : ((Row *) g_sequence_get (found))->object;
}

void
gstream_rows_set_max (GstreamRows *self,
                      guint        max)
{
  self->max = max;
  settle_slowly (self);
}

guint
gstream_rows_get_max (GstreamRows *self)
{
  return self->max;
}

/* --- its life --- */

GstreamRows *
gstream_rows_new (GstreamRowsChangedFunc changed,
                  gpointer               owner)
{
  GstreamRows *self = g_new0 (GstreamRows, 1);

  g_ref_count_init (&self->ref_count);
  self->shown = g_sequence_new (NULL);
  self->finished = g_sequence_new (NULL);
  self->pending = g_ptr_array_new ();
  self->back = g_ptr_array_new ();
  self->notifier.notify = on_notify;
  self->changed = changed;
  self->owner = owner;

  return self;
}

GstreamRows *
gstream_rows_ref (GstreamRows *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
gstream_rows_set_pump (GstreamRows *self,
                       GstreamPump *pump)
{
  g_assert (self->pump == NULL);

  self->pump = gstream_pump_ref (pump);
}

static void
move_rows (GPtrArray *from,
           GPtrArray *to)
{
  g_ptr_array_extend (to, from, NULL, NULL);
  g_ptr_array_set_size (from, 0);
}

void
gstream_rows_close (GstreamRows *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (free_row);

  self->changed = NULL;
  if (self->pump != NULL)
    gstream_pump_cancel_notify (self->pump, &self->notifier);
  g_clear_pointer (&self->pump, gstream_pump_unref);

  for (GSequenceIter *iter; iter = g_sequence_get_begin_iter (self->shown), !g_sequence_iter_is_end (iter);)
    {
      g_ptr_array_add (gone, g_sequence_get (iter));
      hide (g_sequence_get (iter));
    }
  while (self->aside.length > 0)
    {
      g_ptr_array_add (gone, self->aside.head->data);
      take_back (self->aside.head->data);
    }
  move_rows (self->pending, gone);
  move_rows (self->back, gone);
}

void
gstream_rows_unref (GstreamRows *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->changed == NULL && g_sequence_get_length (self->shown) == 0);

  g_sequence_free (self->shown);
  g_sequence_free (self->finished);
  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->back);
  g_free (self);
}
