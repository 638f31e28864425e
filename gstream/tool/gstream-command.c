/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands of `gstream` share.
 */
#include "config.h"

#include "gstream/tool/gstream-command.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

void
gstream_command_warn (const char *format,
                      ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "gstream: %s\n", text);
}

gboolean
gstream_command_parse (const char     *usage,
                       const char     *summary,
                       GOptionEntry   *options,
                       int            *argc,
                       char         ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strconcat ("gstream ", (*argv)[0], NULL);

  g_set_prgname (program);
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, options, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  gstream_command_warn ("%s; try `%s --help`", error->message, program);

  return FALSE;
}

static GInputStream *
open_stream (const char  *name,
             GError     **error)
{
  g_autoptr (GFile) file = NULL;

  if (g_str_equal (name, "-"))
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);

  file = g_file_new_for_commandline_arg (name);

  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

/* An event as a line of JSON begins with its brace; no line of an event stream does. */
static gboolean
is_json_lines (GBufferedInputStream *stream)
{
  gsize length;
  const char *text = g_buffered_input_stream_peek_buffer (stream, &length);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return text[i] == '{';

  return TRUE;
}

GstreamEventSource *
gstream_command_open (const char  *name,
                      GError     **error)
{
  g_autoptr (GInputStream) raw = open_stream (name, error);
  g_autoptr (GInputStream) stream = NULL;

  if (raw == NULL)
    return NULL;

  stream = g_buffered_input_stream_new (raw);
  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (stream), -1, NULL, error) < 0)
    return NULL;

  return is_json_lines (G_BUFFERED_INPUT_STREAM (stream)) ? gstream_json_lines_source_new_for_stream (stream)
                                                          : gstream_sse_source_new_for_stream (stream);
}
