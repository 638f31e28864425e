/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of the built-in transformers.
 */
#include "config.h"

#include <gstream/projections/gstream-data-transformer-private.h>
#include <gstream/projections/gstream-extensions-transformer-private.h>
#include <gstream/projections/gstream-lifecycle-transformer-private.h>
#include <gstream/projections/gstream-messages-transformer-private.h>
#include <gstream/projections/gstream-subgraphs-transformer-private.h>
#include <gstream/projections/gstream-tool-calls-transformer-private.h>

static GstreamTransformer *
make_by_type (const GstreamBuiltin *self)
{
  return g_object_new (self->get_type (), "native", TRUE, NULL);
}

const GstreamBuiltin gstream_builtins[] = {
  { "values", gstream_data_transformer_make, NULL },
  { "updates", gstream_data_transformer_make, NULL },
  { "custom", gstream_data_transformer_make, NULL },
  { "checkpoints", gstream_data_transformer_make, NULL },
  { "tasks", gstream_data_transformer_make, NULL },
  { "debug", gstream_data_transformer_make, NULL },
  { "messages", make_by_type, gstream_messages_transformer_get_type },
  { "tool_calls", make_by_type, gstream_tool_calls_transformer_get_type },
  { "extensions", make_by_type, gstream_extensions_transformer_get_type },
  { "lifecycle", make_by_type, gstream_lifecycle_transformer_get_type },
  /* Last, so that whatever it ends has been seen by the others. */
  { "subgraphs", make_by_type, gstream_subgraphs_transformer_get_type },
  { NULL, NULL, NULL },
};
