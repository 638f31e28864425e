/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The entry point that fuzzers look for.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);
