/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From what a command line names to a source of events.
 */
#include "gstream/tool/gstream-tool-private.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

static GType
type_by_suffix (const char *name)
{
  if (g_str_has_suffix (name, ".jsonl"))
    return GSTREAM_TYPE_JSON_LINES_SOURCE;
  if (g_str_has_suffix (name, ".sse"))
    return GSTREAM_TYPE_SSE_SOURCE;

  return G_TYPE_INVALID;
}

/* The first byte that says something; 0: there is none yet. */
static char
find_first_byte (GBufferedInputStream *stream)
{
  gsize n_bytes;
  const char *bytes = g_buffered_input_stream_peek_buffer (stream, &n_bytes);
  gsize mark = n_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  for (gsize i = mark; i < n_bytes; i++)
    if (!g_ascii_isspace (bytes[i]))
      return bytes[i];

  return 0;
}

/* JSON Lines begin with an object, Server-Sent Events with a field or a comment. Waits until one has come. An array is what JSON Lines are not: their source says it. */
static GType
type_by_beginning (GBufferedInputStream  *stream,
                   GError               **error)
{
  gssize n_read;
  char first;

  do
    {
      n_read = g_buffered_input_stream_fill (stream, -1, NULL, error);
      first = find_first_byte (stream);
    }
  while (n_read > 0 && first == 0);

  if (n_read < 0)
    return G_TYPE_INVALID;
  if (first == 0)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "expected events, and it is empty");
      return G_TYPE_INVALID;
    }

  return first == '{' || first == '[' ? GSTREAM_TYPE_JSON_LINES_SOURCE : GSTREAM_TYPE_SSE_SOURCE;
}

static GInputStream *
open_stream (GFile   *file,
             GError **error)
{
  if (file == NULL)
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);

  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

static GstreamEventSource *
open_by_beginning (GFile   *file,
                   GError **error)
{
  g_autoptr (GInputStream) stream = open_stream (file, error);
  g_autoptr (GInputStream) buffered = NULL;
  GType type;

  if (stream == NULL)
    return NULL;

  buffered = g_buffered_input_stream_new (stream);
  type = type_by_beginning (G_BUFFERED_INPUT_STREAM (buffered), error);
  if (type == G_TYPE_INVALID)
    return NULL;

  return g_object_new (type, "file", file, "stream", buffered, NULL);
}

GstreamEventSource *
gstream_tool_open (const char  *argument,
                   GError     **error)
{
  g_autoptr (GFile) file = strcmp (argument, "-") == 0 ? NULL : g_file_new_for_commandline_arg (argument);
  GType type = file != NULL ? type_by_suffix (argument) : G_TYPE_INVALID;
  GstreamEventSource *source;

  if (type != G_TYPE_INVALID)
    return g_object_new (type, "file", file, NULL);

  source = open_by_beginning (file, error);
  if (source == NULL && file == NULL)
    g_prefix_error (error, "Cannot read standard input: "); /* a file's own error names it */

  return source;
}
