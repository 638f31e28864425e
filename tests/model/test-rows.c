/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model by themselves: what comes late finds its place (P10), and
 * what leaves takes with it what belongs to it.
 */
#include <gstream/model/gstream-rows-private.h>

typedef struct
{
  GstreamRows *rows;
  GString     *changes; /* "POSITION-REMOVED+ADDED" each */
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
told_begin (Told *self)
{
  g_autoptr (GstreamPump) pump = gstream_pump_new (NULL, NULL);

  self->rows = gstream_rows_new (on_changed, self);
  self->changes = g_string_new (NULL);
  gstream_rows_set_pump (self->rows, pump);
}

static void
told_end (Told *self)
{
  gstream_rows_close (self->rows);
  g_clear_pointer (&self->rows, gstream_rows_unref);
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
    g_string_append_printf (arrivals, " %u", GPOINTER_TO_UINT (g_object_get_data (gstream_rows_get (self->rows, i), "arrival")));
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
  Told told;

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
  g_test_add_func ("/rows/P9/companion", test_companion);
  g_test_add_func ("/rows/P9/closed", test_closed);

  return g_test_run ();
}
