/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Namespaces: identity, content, ancestry (E1).
 */
#include <gstream/event/gstream-event-internal.h>

static void
test_root (void)
{
  const char *none[] = { NULL };
  g_autoptr (GstreamNamespace) a = gstream_namespace_new (NULL);
  g_autoptr (GstreamNamespace) b = gstream_namespace_new (none);
  g_autoptr (GstreamNamespace) c = gstream_namespace_new_len (NULL, 0);

  g_assert_true (a == b && b == c);
  g_assert_cmpuint (a->length, ==, 0);
  g_assert_null (a->segments[0]);
}

static void
test_equal (void)
{
  const char *path[] = { "a", "b:1", NULL };
  const char *other[] = { "a", "b:2", NULL };
  g_autoptr (GstreamNamespace) a = gstream_namespace_new (path);
  g_autoptr (GstreamNamespace) same = gstream_namespace_new_len (path, 2);
  g_autoptr (GstreamNamespace) b = gstream_namespace_new (other);
  g_autoptr (GstreamNamespace) shorter = gstream_namespace_new_len (path, 1);

  g_assert_true (a != same);
  g_assert_true (gstream_namespace_equal (a, same));
  g_assert_cmpuint (gstream_namespace_hash (a), ==, gstream_namespace_hash (same));
  g_assert_false (gstream_namespace_equal (a, b));
  g_assert_false (gstream_namespace_equal (a, shorter));
  g_assert_cmpstr (a->segments[1], ==, "b:1");
  g_assert_null (a->segments[2]);
}

static void
test_is_in (void)
{
  const char *path[] = { "a", "b", "c", NULL };
  const char *aside[] = { "a", "x", "c", NULL };
  g_autoptr (GstreamNamespace) root = gstream_namespace_new (NULL);
  g_autoptr (GstreamNamespace) a = gstream_namespace_new_len (path, 1);
  g_autoptr (GstreamNamespace) b = gstream_namespace_new_len (path, 2);
  g_autoptr (GstreamNamespace) c = gstream_namespace_new (path);
  g_autoptr (GstreamNamespace) other = gstream_namespace_new (aside);

  g_assert_true (gstream_namespace_is_in (c, root));
  g_assert_true (gstream_namespace_is_in (c, a));
  g_assert_true (gstream_namespace_is_in (c, b));
  g_assert_true (gstream_namespace_is_in (c, c));
  g_assert_false (gstream_namespace_is_in (b, c));
  g_assert_false (gstream_namespace_is_in (other, b));
  g_assert_true (gstream_namespace_is_in (root, root));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E1/namespace/root", test_root);
  g_test_add_func ("/event/E1/namespace/equal", test_equal);
  g_test_add_func ("/event/E1/namespace/is-in", test_is_in);
  return g_test_run ();
}
