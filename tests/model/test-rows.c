/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model by themselves: what comes late finds its place (P10), and
 * what leaves takes with it what belongs to it.
 */
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/model/gstream-rows-private.h>

typedef struct
{
  GstreamRows *rows;
  GstreamPump *pump;
  GString     *changes; /* "POSITION-REMOVED+ADDED" each */

  GstreamPendingInterrupt *question; /* for take_answer_back(); NULL: none */
} Told;

static void
on_changed (gpointer owner,
            guint    position,
            guint    removed,
            guint    added)
{
  Told *self = owner;

  g_string_append_printf (self->changes, " %u-%u+%u", position, removed, added);
}

static void
told_begin_with (Told                  *self,
                 GstreamRowsChangedFunc changed)
{
  self->pump = gstream_pump_new (NULL, NULL);
  self->rows = gstream_rows_new (changed, self);
  self->changes = g_string_new (NULL);
  self->question = NULL;
  gstream_rows_set_pump (self->rows, self->pump);
}

static void
told_begin (Told *self)
{
  told_begin_with (self, on_changed);
}

static void
told_end (Told *self)
{
  gstream_rows_close (self->rows);
  g_clear_pointer (&self->rows, gstream_rows_unref);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_string_free (self->changes, TRUE);
}

static void
add (Told    *self,
     guint64  arrival,
     GObject *companion)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data (object, "arrival", GUINT_TO_POINTER (arrival));
  gstream_rows_add (self->rows, object, arrival, companion);
}

/* Waits for a frame, which there must be, and checks what it told. */
static void
assert_frame (Told       *self,
              const char *changes)
{
  g_string_truncate (self->changes, 0);
  while (self->changes->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (self->changes->str, ==, changes);
}

static void
assert_arrivals (Told       *self,
                 const char *expected)
{
  g_autoptr (GString) arrivals = g_string_new (NULL);

  for (guint i = 0; i < gstream_rows_get_length (self->rows); i++)
    g_string_append_printf (arrivals, " %u",
                            GPOINTER_TO_UINT (g_object_get_data (gstream_rows_get (self->rows, i), "arrival")));
  g_assert_cmpstr (arrivals->str, ==, expected);
  g_assert_null (gstream_rows_get (self->rows, gstream_rows_get_length (self->rows)));
}

static void
test_order (void)
{
  Told told;

  told_begin (&told);
  add (&told, 3, NULL);
  add (&told, 1, NULL);
  add (&told, 6, NULL);
  assert_arrivals (&told, "");
  assert_frame (&told, " 0-0+3");
  assert_arrivals (&told, " 1 3 6");

  add (&told, 7, NULL);
  assert_frame (&told, " 3-0+1");

  add (&told, 8, NULL);
  add (&told, 4, NULL);
  assert_frame (&told, " 2-2+4");
  assert_arrivals (&told, " 1 3 4 6 7 8");
  told_end (&told);
}

static void
test_bound (void)
{
  Told told;

  told_begin (&told);
  gstream_rows_set_max (told.rows, 2);
  for (guint i = 1; i <= 4; i++)
    add (&told, i, NULL);
  assert_frame (&told, " 0-0+2");
  assert_arrivals (&told, " 3 4");
  add (&told, 5, NULL);
  assert_frame (&told, " 0-1+0 1-0+1");
  assert_arrivals (&told, " 4 5");
  told_end (&told);
}

static void
test_companion (void)
{
  GObject *companion = g_object_new (G_TYPE_OBJECT, NULL);
  Told     told;

  g_object_add_weak_pointer (companion, (gpointer *) &companion);
  told_begin (&told);
  add (&told, 1, companion);
  g_object_unref (companion);
  assert_frame (&told, " 0-0+1");
  g_assert_nonnull (companion);
  gstream_rows_set_max (told.rows, 1);
  add (&told, 2, NULL);
  assert_frame (&told, " 0-1+0 0-0+1");
  g_assert_null (companion);
  told_end (&told);
}

#define MANY 1000

static GPtrArray *
add_questions (Told *self)
{
  GPtrArray *questions = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < MANY; i++)
    {
      g_ptr_array_add (questions, g_object_new (GSTREAM_TYPE_PENDING_INTERRUPT, NULL));
      g_object_set_data (questions->pdata[i], "arrival", GUINT_TO_POINTER (i));
      gstream_rows_add (self->rows, questions->pdata[i], i, NULL);
    }
  assert_frame (self, " 0-0+1000");

  return questions;
}

/* What is told counts what has changed: the rows between what leaves stay, however many. */
static void
test_scattered (void)
{
  g_autoptr (GPtrArray) questions = NULL;
  Told told;

  told_begin (&told);
  questions = add_questions (&told);
  gstream_pending_interrupt_set_answered (questions->pdata[900], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[100], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[101], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[500], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[500], FALSE);
  assert_frame (&told, " 100-2+0 898-1+0");
  g_assert_true (gstream_rows_get (told.rows, 498) == questions->pdata[500]);
  gstream_pending_interrupt_set_answered (questions->pdata[900], FALSE);
  assert_frame (&told, " 898-0+1");
  g_assert_true (gstream_rows_get (told.rows, 898) == questions->pdata[900]);
  g_ptr_array_remove_index (questions, 100); /* which nobody else holds */
  g_assert_cmpuint (gstream_rows_get_length (told.rows), ==, MANY - 2);
  told_end (&told);
}

/* Of many rows, those that have finished leave when there are too many, the oldest first. */
static void
test_bound_finished (void)
{
  g_autoptr (GPtrArray) questions = NULL;
  Told told;

  told_begin (&told);
  questions = add_questions (&told);
  gstream_rows_set_max (told.rows, MANY + 2);
  for (guint i = 0; i < 3; i++)
    add (&told, MANY + i, NULL); /* each has finished, and the questions have not */
  add (&told, 500, NULL);
  assert_frame (&told, " 1000-0+2");
  add (&told, MANY + 3, NULL);
  assert_frame (&told, " 1000-1+0 1001-0+1");
  gstream_rows_set_max (told.rows, MANY);
  assert_frame (&told, " 1000-2+0");
  told_end (&told);
}

static void
take_answer_back (gpointer owner,
                  guint    position,
                  guint    removed,
                  guint    added)
{
  Told                    *self = owner;
  GstreamPendingInterrupt *question = self->question;

  on_changed (owner, position, removed, added);
  self->question = NULL;
  if (question != NULL)
    gstream_pending_interrupt_set_answered (question, FALSE);
}

/* R7: while its leaving is told. */
static void
test_back_inside (void)
{
  g_autoptr (GPtrArray) questions = NULL;
  Told told;

  told_begin_with (&told, take_answer_back);
  questions = add_questions (&told);
  told.question = questions->pdata[700];
  gstream_pending_interrupt_set_answered (questions->pdata[300], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[700], TRUE);
  assert_frame (&told, " 300-1+0 699-1+0 699-0+1");
  g_assert_true (gstream_rows_get (told.rows, 699) == questions->pdata[700]);
  told_end (&told);
}

typedef struct
{
  GstreamNotifier notifier;
  gboolean        is_shown;
} Frame;

static void
on_frame (GstreamNotifier *notifier)
{
  ((Frame *) notifier)->is_shown = TRUE;
}

/* A frame of the same pump, after all that is to be shown in it. */
static void
iterate_frame (GstreamPump *pump)
{
  Frame frame = { .notifier = { .notify = on_frame } };

  gstream_pump_notify_slowly (pump, &frame.notifier);
  while (!frame.is_shown)
    g_main_context_iteration (NULL, TRUE);
}

static void
iterate_inside (gpointer owner,
                guint    position,
                guint    removed,
                guint    added)
{
  Told *self = owner;
  guint n_before = gstream_rows_get_length (self->rows);

  on_changed (owner, position, removed, added);
  if (removed == 0)
    return;

  add (self, MANY + position, NULL);
  iterate_frame (self->pump);
  g_assert_cmpuint (gstream_rows_get_length (self->rows), ==, n_before); /* who is told next finds what was told */
}

/* R7, R9: while a change is told, a dialog iterates the main loop, or a synchronous call does. */
static void
test_iterated_inside (void)
{
  g_autoptr (GPtrArray) questions = NULL;
  Told told;

  told_begin_with (&told, iterate_inside);
  questions = add_questions (&told);
  gstream_pending_interrupt_set_answered (questions->pdata[100], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[300], TRUE);
  gstream_pending_interrupt_set_answered (questions->pdata[700], TRUE);
  assert_frame (&told, " 100-1+0 299-1+0 698-1+0 997-0+3");
  told_end (&told);
}

/* Nothing is told any more, not even what has come already. */
static void
test_closed (void)
{
  Told told;

  told_begin (&told);
  add (&told, 1, NULL);
  gstream_rows_close (told.rows);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (told.changes->str, ==, "");
  assert_arrivals (&told, "");
  told_end (&told);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rows/P10/order", test_order);
  g_test_add_func ("/rows/P3/bound", test_bound);
  g_test_add_func ("/rows/P3/bound-finished", test_bound_finished);
  g_test_add_func ("/rows/C8/scattered", test_scattered);
  g_test_add_func ("/rows/R7/back-inside", test_back_inside);
  g_test_add_func ("/rows/R7/iterated-inside", test_iterated_inside);
  g_test_add_func ("/rows/P9/companion", test_companion);
  g_test_add_func ("/rows/P9/closed", test_closed);

  return g_test_run ();
}
