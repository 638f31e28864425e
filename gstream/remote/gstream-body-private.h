/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The body of an answer that is read as it comes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @decoded: what is to be read, @body itself or a converter of it. @nested: the context that libsoup's calls are made in. */
GInputStream *gstream_body_new (GMainContext *nested,
                                GInputStream *decoded,
                                GInputStream *body);

G_END_DECLS
