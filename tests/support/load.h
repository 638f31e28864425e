/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How much of one thing a test does.
 */
#pragma once

#include <glib.h>

/*
 * @n, or the part of it in percent that GSTREAM_TEST_LOAD says: for where everything takes hundreds of times as long, as in
 * Helgrind. For what has only to be much.
 */
guint test_load (guint n);
