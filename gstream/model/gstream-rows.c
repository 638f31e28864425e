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
  GObject *object;
  GObject *companion; /* leaves with it; or NULL */
  guint64  arrival;
  gulong   handler;   /* of its status; 0: it has none */
} Row;

struct _GstreamRows
{
  grefcount              ref_count;
  GPtrArray             *shown;   /* of Row, by arrival */
  GPtrArray             *pending; /* come since the last frame */
  GPtrArray             *aside;   /* answered, and left; as long as somebody else holds their objects */
  GPtrArray             *back;    /* not answered after all, since the last frame */
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

static void
free_rows (GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    free_row (g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
}

static int
compare_arrivals (gconstpointer a,
                  gconstpointer b)
{
  const Row *first = *(Row * const *) a;
  const Row *second = *(Row * const *) b;

  return (first->arrival > second->arrival) - (first->arrival < second->arrival);
}

/* --- what was answered --- */

static void
on_forgotten (gpointer  user_data,
              GObject  *object)
{
  GPtrArray *aside = user_data;

  for (guint i = 0; i < aside->len; i++)
    if (((Row *) aside->pdata[i])->object == object)
      {
        g_free (g_ptr_array_steal_index_fast (aside, i));
        return;
      }
}

/* It may come back, if whoever holds it says so: its handler stays. */
static void
set_aside (GPtrArray *aside,
           Row       *row)
{
  g_clear_object (&row->companion);
  g_ptr_array_add (aside, row);
  g_object_weak_ref (row->object, on_forgotten, aside);
  g_object_unref (row->object);
}

/* NULL: it was not set aside. */
static Row *
take_back (GPtrArray *aside,
           GObject   *object)
{
  for (guint i = 0; i < aside->len; i++)
    if (((Row *) aside->pdata[i])->object == object)
      {
        g_object_weak_unref (g_object_ref (object), on_forgotten, aside);
        return g_ptr_array_steal_index_fast (aside, i);
      }

  return NULL;
}

/* --- what leaves --- */

typedef struct
{
  guint first; /* position of the first row that is touched */
  guint tail;  /* rows after the last one that is */
} Span;

/* How many rows there are too many, if what is pending comes. */
static guint
count_excess (GstreamRows *self)
{
  guint n = self->shown->len + self->pending->len;

  return self->max > 0 && n > self->max ? n - self->max : 0;
}

static gboolean
leaves (Row   *row,
        guint *excess)
{
  if (is_answered (row->object))
    return TRUE;
  if (*excess == 0 || !is_finished (row->object))
    return FALSE;

  (*excess)--;
  return TRUE;
}

/* Takes out what is answered, and the oldest finished ones that are too many. */
static GPtrArray *
take_leaving (GPtrArray *rows,
              guint      excess,
              Span      *span)
{
  GPtrArray *gone = g_ptr_array_new ();
  guint n_kept = 0;

  span->first = span->tail = rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      Row *row = g_ptr_array_index (rows, i);

      if (!leaves (row, &excess))
        {
          rows->pdata[n_kept++] = row;
          continue;
        }
      span->first = MIN (span->first, i);
      span->tail = rows->len - i - 1;
      g_ptr_array_add (gone, row);
    }
  g_ptr_array_set_size (rows, n_kept);

  return gone;
}

static void
let_go (GstreamRows *self,
        GPtrArray   *gone)
{
  for (guint i = 0; i < gone->len; i++)
    if (self->changed != NULL && is_answered (((Row *) gone->pdata[i])->object))
      set_aside (self->aside, gone->pdata[i]);
    else
      free_row (gone->pdata[i]);
  g_ptr_array_unref (gone);
}

static void
show_leaving (GstreamRows *self)
{
  Span span;
  guint n_before = self->shown->len;
  GPtrArray *gone = take_leaving (self->shown, count_excess (self), &span);

  if (gone->len > 0)
    self->changed (self->owner, span.first, n_before - span.first - span.tail,
                   self->shown->len - span.first - span.tail);
  let_go (self, gone);
}

/* --- what comes --- */

static guint
find_position (GstreamRows *self,
               Row         *row)
{
  guint position = self->shown->len;

  while (position > 0 && compare_arrivals (&self->shown->pdata[position - 1], &row) > 0)
    position--;

  return position;
}

/* Each to its place: the rows around it stay. */
static void
show_back (GstreamRows *self)
{
  while (self->changed != NULL && self->back->len > 0)
    {
      Row *row = g_ptr_array_steal_index (self->back, 0);
      guint position = find_position (self, row);

      if (is_answered (row->object)) /* once more */
        {
          set_aside (self->aside, row);
          continue;
        }
      g_ptr_array_insert (self->shown, position, row);
      self->changed (self->owner, position, 0, 1);
    }
}

static void
show_pending (GstreamRows *self)
{
  Span unseen;
  guint n_before = self->shown->len;
  guint first;

  let_go (self, take_leaving (self->pending, count_excess (self), &unseen));
  if (self->pending->len == 0)
    return;

  g_ptr_array_sort (self->pending, compare_arrivals);
  first = find_position (self, g_ptr_array_index (self->pending, 0));
  g_ptr_array_extend (self->shown, self->pending, NULL, NULL);
  g_ptr_array_set_size (self->pending, 0);
  /* What several cursors bring in one frame may come out of order by a few. */
  if (first < n_before)
    qsort (self->shown->pdata + first, self->shown->len - first, sizeof (gpointer), compare_arrivals);
  self->changed (self->owner, first, n_before - first, self->shown->len - first);
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
  GstreamRows *self = user_data;
  Row *back = is_answered (object) ? NULL : take_back (self->aside, object);

  if (back != NULL)
    g_ptr_array_add (self->back, back);
  if (back != NULL || count_excess (self) > 0 || is_answered (object))
    settle_slowly (self);
}

static gulong
watch_status (GstreamRows *self,
              GObject     *object)
{
  const char *signal = "notify::status";

  if (GSTREAM_IS_PENDING_INTERRUPT (object))
    signal = "notify::answered";
  else if (g_object_class_find_property (G_OBJECT_GET_CLASS (object), "status") == NULL)
    return 0;

  return g_signal_connect (object, signal, G_CALLBACK (on_status), self);
}

void
gstream_rows_add (GstreamRows *self,
                  GObject     *object,
                  guint64      arrival,
                  GObject     *companion)
{
  Row *row = g_new0 (Row, 1);

  row->object = g_object_ref (object);
  row->companion = companion ? g_object_ref (companion) : NULL;
  row->arrival = arrival;
  row->handler = watch_status (self, object);
  g_ptr_array_add (self->pending, row);
  settle_slowly (self);
}

guint
gstream_rows_get_length (GstreamRows *self)
{
  return self->shown->len;
}

GObject *
gstream_rows_get (GstreamRows *self,
                  guint        position)
{
  return position < self->shown->len ? ((Row *) g_ptr_array_index (self->shown, position))->object : NULL;
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
  self->shown = g_ptr_array_new ();
  self->pending = g_ptr_array_new ();
  self->aside = g_ptr_array_new ();
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

void
gstream_rows_close (GstreamRows *self)
{
  self->changed = NULL;
  if (self->pump != NULL)
    gstream_pump_cancel_notify (self->pump, &self->notifier);
  g_clear_pointer (&self->pump, gstream_pump_unref);

  while (self->aside->len > 0)
    free_row (take_back (self->aside, ((Row *) self->aside->pdata[0])->object));
  free_rows (self->shown);
  free_rows (self->pending);
  free_rows (self->back);
}

void
gstream_rows_unref (GstreamRows *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->changed == NULL && self->shown->len == 0 && self->pending->len == 0);

  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->aside);
  g_ptr_array_unref (self->back);
  g_free (self);
}
