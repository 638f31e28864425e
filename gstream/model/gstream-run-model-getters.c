/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a model of a run says of itself.
 */
#include "config.h"

#include <gstream/model/gstream-run-model-private.h>

/**
 * gstream_run_model_get_run:
 * @self: a model
 *
 * The run that it shows.
 *
 * Returns: (transfer none) (nullable): the run; %NULL for a model of a cursor
 */
GstreamRunStream *
gstream_run_model_get_run (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), NULL);

  return self->run;
}

/**
 * gstream_run_model_get_flags:
 * @self: a model
 *
 * Which rows it has.
 *
 * Returns: the flags
 */
GstreamRunModelFlags
gstream_run_model_get_flags (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), 0);

  return self->flags;
}

/**
 * gstream_run_model_get_max_rows:
 * @self: a model
 *
 * How many rows there may be before the oldest finished ones leave.
 *
 * Returns: the bound; 0 for none
 */
guint
gstream_run_model_get_max_rows (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), 0);

  return gstream_rows_get_max (self->rows);
}

/**
 * gstream_run_model_get_error:
 * @self: a model
 *
 * Why it reads nothing.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if it reads
 */
const GError *
gstream_run_model_get_error (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), NULL);

  return self->error;
}
