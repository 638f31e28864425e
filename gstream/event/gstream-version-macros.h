/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The macros that mark public declarations, and with which a program says for which versions of gstream it is written.
 *
 * A program that defines GSTREAM_VERSION_MIN_REQUIRED gets compiler warnings only for what was deprecated up to that
 * version. One that defines GSTREAM_VERSION_MAX_ALLOWED gets warnings for what was added after that version:
 *
 *     -DGSTREAM_VERSION_MIN_REQUIRED=GSTREAM_VERSION_1_0 -DGSTREAM_VERSION_MAX_ALLOWED=GSTREAM_VERSION_1_0
 *
 * None of this concerns other languages: the GIR is generated without this file.
 */
#pragma once

#include <glib.h>

#ifdef GSTREAM_COMPILATION
#define GSTREAM_VISIBLE __attribute__ ((visibility ("default"))) extern
#else
#define GSTREAM_VISIBLE extern
#endif

/* One line for each stable series, and three macros for it below. */
#define GSTREAM_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/* The series of this version; for a development version, the stable one that it leads to. */
#define GSTREAM_VERSION_CURRENT GSTREAM_VERSION_1_0

#ifndef GSTREAM_VERSION_MIN_REQUIRED
#define GSTREAM_VERSION_MIN_REQUIRED GSTREAM_VERSION_CURRENT
#endif
#ifndef GSTREAM_VERSION_MAX_ALLOWED
#define GSTREAM_VERSION_MAX_ALLOWED GSTREAM_VERSION_CURRENT
#endif

#if GSTREAM_VERSION_MIN_REQUIRED < GSTREAM_VERSION_1_0
#error "GSTREAM_VERSION_MIN_REQUIRED must be GSTREAM_VERSION_1_0 or later"
#endif
#if GSTREAM_VERSION_MAX_ALLOWED < GSTREAM_VERSION_MIN_REQUIRED
#error "GSTREAM_VERSION_MAX_ALLOWED must not be earlier than GSTREAM_VERSION_MIN_REQUIRED"
#endif

/* For declarations that exist since the first stable series. */
#define GSTREAM_EXPORT GSTREAM_VISIBLE
#define GSTREAM_AVAILABLE_IN_1_0 GSTREAM_VISIBLE

/* Of a later series, where N is its number:
 *
 *     #if GSTREAM_VERSION_MAX_ALLOWED < GSTREAM_VERSION_1_N
 *     #define GSTREAM_AVAILABLE_IN_1_N GSTREAM_VISIBLE G_UNAVAILABLE (1, N)
 *     #else
 *     #define GSTREAM_AVAILABLE_IN_1_N GSTREAM_VISIBLE
 *     #endif
 */
#if GSTREAM_VERSION_MIN_REQUIRED >= GSTREAM_VERSION_1_0
#define GSTREAM_DEPRECATED_IN_1_0 G_DEPRECATED GSTREAM_VISIBLE
#define GSTREAM_DEPRECATED_IN_1_0_FOR(f) G_DEPRECATED_FOR (f) GSTREAM_VISIBLE
#else
#define GSTREAM_DEPRECATED_IN_1_0 GSTREAM_VISIBLE
#define GSTREAM_DEPRECATED_IN_1_0_FOR(f) GSTREAM_VISIBLE
#endif
