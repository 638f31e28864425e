/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is said to a person, in the person's language.
 *
 * For all rooms: each of them makes errors, whose messages people read.
 *
 * A message is a whole sentence in one string: translators cannot put parts together. What a sentence only names, such as
 * what was expected of a piece of JSON, is a string of its own, marked by N_() where it stands and translated by _() where it
 * is put in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *gstream_gettext (const char *text) G_GNUC_FORMAT (1);

#define _(text) gstream_gettext (text)
#define N_(text) (text)

G_END_DECLS
