/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The methods that the pipeline knows, by name.
 */
#include "gstream/event/gstream-event-body-private.h"

static const char * const names[GSTREAM_N_METHODS] = {
  [GSTREAM_METHOD_VALUES] = "values",
  [GSTREAM_METHOD_UPDATES] = "updates",
  [GSTREAM_METHOD_MESSAGES] = "messages",
  [GSTREAM_METHOD_TOOLS] = "tools",
  [GSTREAM_METHOD_LIFECYCLE] = "lifecycle",
  [GSTREAM_METHOD_INPUT_REQUESTED] = "input.requested",
  [GSTREAM_METHOD_CHECKPOINTS] = "checkpoints",
  [GSTREAM_METHOD_TASKS] = "tasks",
  [GSTREAM_METHOD_DEBUG] = "debug",
  [GSTREAM_METHOD_CUSTOM] = "custom",
};

/* The only method that has this first letter and length, if any has. */
static GstreamMethod
guess (char  first,
       gsize length)
{
  switch (first)
    {
    case 'v':
      return GSTREAM_METHOD_VALUES;
    case 'u':
      return GSTREAM_METHOD_UPDATES;
    case 'm':
      return GSTREAM_METHOD_MESSAGES;
    case 'l':
      return GSTREAM_METHOD_LIFECYCLE;
    case 'i':
      return GSTREAM_METHOD_INPUT_REQUESTED;
    case 'd':
      return GSTREAM_METHOD_DEBUG;
    case 'c':
      return length == strlen ("custom") ? GSTREAM_METHOD_CUSTOM : GSTREAM_METHOD_CHECKPOINTS;
    case 't':
      return GSTREAM_METHOD_TOOLS;
    default:
      return GSTREAM_METHOD_OTHER;
    }
}

static gboolean
is_name_of (GstreamMethod  method,
            const char    *name,
            gsize          length)
{
  return strlen (names[method]) == length && memcmp (names[method], name, length) == 0;
}

GstreamMethod
gstream_method_from_name (const char *name,
                          gsize       length)
{
  GstreamMethod method = length > 0 ? guess (*name, length) : GSTREAM_METHOD_OTHER;

  if (method == GSTREAM_METHOD_TOOLS && is_name_of (GSTREAM_METHOD_TASKS, name, length))
    return GSTREAM_METHOD_TASKS;
  return method != GSTREAM_METHOD_OTHER && is_name_of (method, name, length) ? method : GSTREAM_METHOD_OTHER;
}

const char *
gstream_method_get_name (GstreamMethod method)
{
  return names[method];
}
