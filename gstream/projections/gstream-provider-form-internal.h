/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads what the providers of models write in forms of their own: reasoning. LangChain leaves it so in whole messages
 * and in the messages of a state.
 *
 * For conversation/ too, whose rows show the messages of a state.
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h> /* for reading blocks without copying them */

G_BEGIN_DECLS

/* Returns the block that a block of type non_standard holds; any other block is returned as it is. */
GstreamJsonValue gstream_provider_form_unwrap (GstreamJsonValue block);
/*
 * Returns the name of the member that has the reasoning of @block, which may be in any form; NULL: it is no reasoning.
 * It is "reasoning" in the protocol's own form.
 */
const char *gstream_provider_form_find_reasoning (GstreamJsonValue block);
/* Appends the reasoning of @block, if there is any, as it is written in JSON between the quotes. */
void gstream_provider_form_append_reasoning (GString         *raw,
                                             GstreamJsonValue block);
/* Returns the reasoning that a message has beside its content, a string; start NULL: there is none. */
GstreamJsonValue gstream_provider_form_get_kept_reasoning (GstreamJsonValue additional_kwargs);

G_END_DECLS
