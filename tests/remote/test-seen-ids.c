/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which events have come before (N3), for runs of any length.
 */
#include <gstream/remote/gstream-run-filter-private.h>

#include <string.h>

#define MANY (5 * GSTREAM_SEEN_IDS_REMEMBERED + 7)

static GstreamSeenId
add (GstreamSeenIds *ids,
     guint           number)
{
  g_autofree char *id = g_strdup_printf ("1795366693%03u-0.%u", number / 7, number);

  return gstream_seen_ids_add (ids, id, 0, "", 0);
}

static void
assert_all (GstreamSeenIds *ids,
            guint           first,
            guint           end,
            GstreamSeenId   expected)
{
  for (guint i = first; i < end; i++)
    g_assert_cmpint (add (ids, i), ==, expected);
}

static void
test_each_once (void)
{
  g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();

  g_assert_cmpint (gstream_seen_ids_add (ids, "", 0, "", 0), ==, GSTREAM_SEEN_ID_NEW);
  g_assert_cmpint (gstream_seen_ids_add (ids, "", 0, "", 0), ==, GSTREAM_SEEN_ID_OLD);
  assert_all (ids, 0, 1000, GSTREAM_SEEN_ID_NEW);
  assert_all (ids, 0, 1000, GSTREAM_SEEN_ID_OLD);
}

/* The latest may come again in any order. */
static void
test_any_order (void)
{
  g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();

  assert_all (ids, 0, GSTREAM_SEEN_IDS_REMEMBERED, GSTREAM_SEEN_ID_NEW);
  gstream_seen_ids_rewind (ids);
  for (guint i = GSTREAM_SEEN_IDS_REMEMBERED; i > 0; i--)
    g_assert_cmpint (add (ids, i - 1), ==, GSTREAM_SEEN_ID_OLD);
  assert_all (ids, GSTREAM_SEEN_IDS_REMEMBERED, MANY, GSTREAM_SEEN_ID_NEW);
}

/* After a rewind, until the latest has come again. */
static void
test_behind (void)
{
  g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();

  gstream_seen_ids_rewind (ids);
  g_assert_false (gstream_seen_ids_is_behind (ids));
  assert_all (ids, 0, 10, GSTREAM_SEEN_ID_NEW);
  g_assert_false (gstream_seen_ids_is_behind (ids));
  gstream_seen_ids_rewind (ids);
  assert_all (ids, 0, 9, GSTREAM_SEEN_ID_OLD);
  g_assert_true (gstream_seen_ids_is_behind (ids));
  g_assert_cmpint (add (ids, 9), ==, GSTREAM_SEEN_ID_OLD);
  g_assert_false (gstream_seen_ids_is_behind (ids));
}

/* Those that are forgotten are told by their order, each time that they come again, wherever it ends. */
static void
test_many (void)
{
  g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();

  assert_all (ids, 0, MANY, GSTREAM_SEEN_ID_NEW);
  gstream_seen_ids_rewind (ids);
  assert_all (ids, 0, 10, GSTREAM_SEEN_ID_OLD);
  gstream_seen_ids_rewind (ids);
  assert_all (ids, 0, MANY, GSTREAM_SEEN_ID_OLD);
  assert_all (ids, MANY, 2 * MANY, GSTREAM_SEEN_ID_NEW);
  gstream_seen_ids_rewind (ids);
  assert_all (ids, 0, 2 * MANY, GSTREAM_SEEN_ID_OLD);
  assert_all (ids, 2 * MANY, 2 * MANY + 10, GSTREAM_SEEN_ID_NEW);
}

/* One missing, or two that changed places, among the forgotten: it is said, instead of losing or doubling any. */
static void
test_not_the_same (void)
{
  for (guint swapped = 0; swapped < 2; swapped++)
    {
      g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();
      GstreamSeenId seen = GSTREAM_SEEN_ID_OLD;

      assert_all (ids, 0, MANY, GSTREAM_SEEN_ID_NEW);
      gstream_seen_ids_rewind (ids);
      if (swapped)
        assert_all (ids, 1, 2, GSTREAM_SEEN_ID_OLD);
      assert_all (ids, 0, 1, GSTREAM_SEEN_ID_OLD);
      for (guint i = 2; i < MANY + 1 && seen == GSTREAM_SEEN_ID_OLD; i++)
        seen = add (ids, i);
      g_assert_cmpint (seen, ==, GSTREAM_SEEN_ID_UNKNOWN);
    }
}

/* Servers' ways of counting, and none: each id is new once, in whichever order they come. */
static void
test_any_ids (void)
{
  static const char letters[] = "019-.a";
  g_autoptr (GstreamSeenIds) ids = gstream_seen_ids_new ();
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240229);

  for (guint i = 0; i < GSTREAM_SEEN_IDS_REMEMBERED; i++)
    {
      char id[80] = {
        0,
      };
      int      length = g_rand_int_range (rand, 0, 6) + (i % 7 == 0 ? 60 : 0);
      gboolean is_new;

      for (int j = 0; j < length; j++)
        id[j] = j < 60 && length >= 60 ? '1' : letters[g_rand_int_range (rand, 0, strlen (letters))];
      is_new = g_hash_table_add (known, g_strdup (id));
      g_assert_cmpint (gstream_seen_ids_add (ids, id, 0, "", 0), ==,
                       is_new ? GSTREAM_SEEN_ID_NEW : GSTREAM_SEEN_ID_OLD);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/remote/N3/seen-ids/each-once", test_each_once);
  g_test_add_func ("/remote/N3/seen-ids/any-ids", test_any_ids);
  g_test_add_func ("/remote/N3/seen-ids/any-order", test_any_order);
  g_test_add_func ("/remote/N3/seen-ids/behind", test_behind);
  g_test_add_func ("/remote/N3/seen-ids/many", test_many);
  g_test_add_func ("/remote/N3/seen-ids/not-the-same", test_not_the_same);

  return g_test_run ();
}
