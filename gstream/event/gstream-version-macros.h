/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a public declaration is marked with, and how a program says for which versions of gstream it is written.
 *
 * A program that defines GSTREAM_VERSION_MIN_REQUIRED is told, when it is compiled, what was deprecated up to that version,
 * and of later deprecations nothing. One that defines GSTREAM_VERSION_MAX_ALLOWED is told of what came after that version:
 *
 *     -DGSTREAM_VERSION_MIN_REQUIRED=GSTREAM_VERSION_1_0 -DGSTREAM_VERSION_MAX_ALLOWED=GSTREAM_VERSION_1_0
 *
 * Nothing of it is for other languages: the GIR is made without this file.
 */
#pragma once

#include <glib.h>

#ifdef GSTREAM_COMPILATION
#define GSTREAM_VISIBLE __attribute__ ((visibility ("default"))) extern
#else
#define GSTREAM_VISIBLE extern
#endif

/* A line for each stable series, and three macros for it below. */
#define GSTREAM_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/* The series that this is, or that it will be. */
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

/* What is there since the first stable series. */
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
