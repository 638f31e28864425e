/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a public declaration is marked with.
 */
#pragma once

#ifdef GSTREAM_COMPILATION
#define GSTREAM_EXPORT __attribute__ ((visibility ("default"))) extern
#else
#define GSTREAM_EXPORT extern
#endif
