/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model, which are updated once per frame. The cost of a frame only depends on the number of changed
 * rows.
 */
#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/model/gstream-rows-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>

typedef struct
{
  GstreamRows   *rows;
  GObject       *object;
  GObject       *companion; /* (nullable): released when the row leaves */
  guint64        arrival;
  gulong         handler;  /* of its notify signal; 0: the object has no status */
  GSequenceIter *shown;    /* its place in rows->shown; NULL: it is not shown */
  GSequenceIter *finished; /* its place in rows->finished; NULL: it is not there */
  GList          link;     /* in @queue */
  GQueue        *queue;    /* rows->answered or rows->aside; NULL: neither */
} Row;

/* All are of Row. */
struct _GstreamRows
{
  grefcount              ref_count;
  GSequence             *shown;    /* by arrival */
  GSequence             *finished; /* by arrival; rows in @shown that may be removed if there are more than @max */
  GPtrArray             *added;    /* since the last frame, in the order of gstream_rows_add() */
  GQueue                 answered; /* rows in @shown that were answered, and are removed with the next frame */
  GQueue                 aside;    /* rows that were answered and removed; until their objects are finalized */
  GPtrArray             *back;     /* rows that were @aside, and were set to unanswered since the last frame */
  guint                  max;      /* the bound of @shown; 0: none */
  GstreamPump           *pump;     /* NULL: no row can be added */
  GstreamNotifier        notifier;
  gboolean               is_showing; /* changes are being told; a main loop may be iterated meanwhile */
  gboolean               is_due;     /* there is something to show in the next frame */
  GstreamRowsChangedFunc changed;    /* NULL once it is closed */
  gpointer               owner;
};

/* --- a row --- */

static gboolean
is_over (GstreamRunStatus status)
{
  return status != GSTREAM_RUN_STATUS_PENDING && status != GSTREAM_RUN_STATUS_RUNNING;
}

/* Whether the row may be removed if there are too many. Objects of unknown types have no status, and always may. */
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
  return compare_arrivals (*(Row *const *) a, *(Row *const *) b, NULL);
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

/* Updates @finished and @queue of a row that is shown. */
static void
update (Row *row)
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
  update (row);
}

static void
hide (Row *row)
{
  g_clear_pointer (&row->shown, g_sequence_remove);
  g_clear_pointer (&row->finished, g_sequence_remove);
  leave_queue (row);
}

/* --- answered interrupts --- */

static void
on_forgotten (gpointer user_data,
              GObject *object)
{
  leave_queue (user_data);
  g_free (user_data);
}

/* Keeps a weak reference and the handler, so that the row is inserted again if it is set to unanswered. */
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

/* --- rows that leave --- */

/* Returns by how many rows the limit will be exceeded when the added ones are shown. */
static guint
count_excess (GstreamRows *self)
{
  guint n = g_sequence_get_length (self->shown) + self->added->len;

  return self->max > 0 && n > self->max ? n - self->max : 0;
}

static void
drop_rows (GPtrArray *gone)
{
  for (guint i = 0; i < gone->len; i++)
    {
      Row *row = g_ptr_array_index (gone, i);

      if (row->rows->changed == NULL || !GSTREAM_IS_PENDING_INTERRUPT (row->object))
        free_row (row);
      else if (is_answered (row->object))
        set_aside (row);
      else /* it was set to unanswered during a call of @changed */
        g_ptr_array_add (row->rows->back, row);
    }
  g_ptr_array_unref (gone);
}

/*
 * Returns the rows to be removed, by arrival: those that were answered, and the oldest finished ones that exceed the
 * limit.
 */
static GPtrArray *
list_leaving (GstreamRows *self)
{
  GPtrArray     *leaving = g_ptr_array_new ();
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

/* Consecutive rows are removed in one change, others in several, so that a view keeps the rows in between. */
static void
show_leaving (GstreamRows *self)
{
  GPtrArray *leaving = list_leaving (self);
  GPtrArray *gone = g_ptr_array_new ();

  for (guint i = 0, n; i < leaving->len && self->changed != NULL; i += n)
    {
      Row           *first = g_ptr_array_index (leaving, i);
      guint          position = g_sequence_iter_get_position (first->shown);
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
  drop_rows (gone);
}

/*
 * Drops rows that would be added and removed in the same frame: answered ones, and finished ones that exceed the limit.
 */
static void
drop_added (GstreamRows *self)
{
  GPtrArray *gone = g_ptr_array_new ();
  guint      excess = count_excess (self);
  guint      n_kept = 0;

  for (guint i = 0; i < self->added->len; i++)
    {
      Row     *row = g_ptr_array_index (self->added, i);
      gboolean is_spare = !is_answered (row->object) && excess > 0 && is_finished (row->object);

      excess -= is_spare ? 1 : 0;
      if (is_spare || is_answered (row->object))
        g_ptr_array_add (gone, row);
      else
        self->added->pdata[n_kept++] = row;
    }
  g_ptr_array_set_size (self->added, n_kept);
  drop_rows (gone);
}

/* --- rows that come --- */

/* Inserts each row in a separate change, so that a view keeps the rows around it. */
static void
show_back (GstreamRows *self)
{
  while (self->changed != NULL && self->back->len > 0)
    {
      Row *row = g_ptr_array_steal_index_fast (self->back, self->back->len - 1);

      if (is_answered (row->object)) /* again, since */
        {
          set_aside (row);
          continue;
        }
      show (row);
      self->changed (self->owner, g_sequence_iter_get_position (row->shown), 0, 1);
    }
}

static void
show_added (GstreamRows *self)
{
  guint n_before = g_sequence_get_length (self->shown);
  guint n_added;
  guint first;

  g_ptr_array_sort (self->added, compare_elements);
  drop_added (self);
  n_added = self->added->len;
  if (n_added == 0)
    return;

  for (guint i = 0; i < n_added; i++)
    show (g_ptr_array_index (self->added, i));
  /*
   * Items of several cursors may arrive out of order in one frame, so that new rows may have to be inserted between
   * existing ones.
   */
  first = g_sequence_iter_get_position (((Row *) self->added->pdata[0])->shown);
  g_ptr_array_set_size (self->added, 0);
  self->changed (self->owner, first, n_before - first, n_before + n_added - first);
}

/*
 * Removals and insertions are separate changes: a single one would cover all rows, and a view would recreate all of
 * them.
 */
static void
show_changes (GstreamRows *self)
{
  if (self->changed != NULL)
    show_leaving (self);
  show_back (self);
  if (self->changed != NULL)
    show_added (self);
}

/* While changes are being told, the next frame only has to be remembered: everybody is told of one before the next. */
static void
notify_slowly (GstreamRows *self)
{
  self->is_due = TRUE;
  if (self->pump != NULL && !self->is_showing)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

static void
on_notify (GstreamNotifier *notifier)
{
  g_autoptr (GstreamRows) self =
      gstream_rows_ref ((GstreamRows *) ((char *) notifier - G_STRUCT_OFFSET (GstreamRows, notifier)));

  self->is_due = FALSE;
  self->is_showing = TRUE;
  show_changes (self);
  self->is_showing = FALSE;
  if (self->is_due)
    notify_slowly (self);
}

static void
on_status (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Row         *row = user_data;
  GstreamRows *self = row->rows;
  gboolean     is_back = row->queue == &self->aside && !is_answered (object);

  if (is_back)
    {
      take_back (row);
      g_ptr_array_add (self->back, row);
    }
  else if (row->shown != NULL)
    update (row);
  if (is_back || count_excess (self) > 0 || is_answered (object))
    notify_slowly (self);
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
  g_ptr_array_add (self->added, row);
  notify_slowly (self);
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
  notify_slowly (self);
}

guint
gstream_rows_get_max (GstreamRows *self)
{
  return self->max;
}

/* --- creation and destruction --- */

GstreamRows *
gstream_rows_new (GstreamRowsChangedFunc changed,
                  gpointer               owner)
{
  GstreamRows *self = g_new0 (GstreamRows, 1);

  g_ref_count_init (&self->ref_count);
  self->shown = g_sequence_new (NULL);
  self->finished = g_sequence_new (NULL);
  self->added = g_ptr_array_new ();
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
  move_rows (self->added, gone);
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
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->back);
  g_free (self);
}
