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

#define BIT(method) (1u << GSTREAM_METHOD_##method)

/* At the scope itself; what a node of it writes is its too (D4). */
#define AT_OWN(methods)         { [GSTREAM_RELATION_OWN] = (methods) }
#define AT_OWN_OR_NODE(methods) { [GSTREAM_RELATION_OWN] = (methods), [GSTREAM_RELATION_NODE] = (methods) }

#define DATA(name, wants) { name, gstream_data_transformer_make, NULL, { name }, wants, TRUE }

/* What is below the scope. */
#define LIFE (BIT (LIFECYCLE) | BIT (TASKS) | BIT (INPUT_REQUESTED) | BIT (VALUES))

static GstreamTransformer *
make_by_type (const GstreamBuiltin *self)
{
  return g_object_new (self->get_type (), NULL);
}

const GstreamBuiltin gstream_builtins[GSTREAM_N_BUILTINS] = {
  /* What these are the payloads of makes a subgraph of where it occurs, but for what is custom. */
  DATA ("values", AT_OWN (BIT (VALUES))),
  DATA ("updates", AT_OWN (BIT (UPDATES))),
  DATA ("custom", AT_OWN_OR_NODE (BIT (CUSTOM))),
  DATA ("checkpoints", AT_OWN (BIT (CHECKPOINTS))),
  DATA ("tasks", AT_OWN (BIT (TASKS))),
  DATA ("debug", AT_OWN (BIT (DEBUG))),
  { "messages", make_by_type, gstream_messages_transformer_get_type,
    { "messages" }, AT_OWN_OR_NODE (BIT (MESSAGES)), FALSE,
    gstream_messages_transformer_keeps, gstream_messages_transformer_take_kept },
  { "tool_calls", make_by_type, gstream_tool_calls_transformer_get_type,
    { "tools" }, AT_OWN_OR_NODE (BIT (TOOLS)), FALSE,
    gstream_tool_calls_transformer_keeps, gstream_tool_calls_transformer_take_kept },
  { "extensions", make_by_type, gstream_extensions_transformer_get_type,
    { "custom" }, AT_OWN_OR_NODE (BIT (CUSTOM) | BIT (OTHER)), FALSE },
  { "lifecycle", make_by_type, gstream_lifecycle_transformer_get_type,
    { "lifecycle", "tasks" }, { BIT (TASKS), LIFE, LIFE, LIFE }, FALSE },
  /* Last, so that whatever it ends has been seen by the others. */
  { "subgraphs", make_by_type, gstream_subgraphs_transformer_get_type,
    { "lifecycle", "tasks" }, { [GSTREAM_RELATION_OWN] = BIT (TASKS), [GSTREAM_RELATION_BIRTH] = G_MAXUINT }, FALSE },
};
