/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands share: options, messages, and printing a run.
 */
#include "config.h"

#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-text.h"
#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* Messages quote runs, servers and files, which may contain control characters. */
G_GNUC_PRINTF (2,
               0)
static void
tell (const char *before,
      const char *format,
      va_list     arguments)
{
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  g_autofree char *clean = gstream_text_clean (message);

  fprintf (stderr, "%s%s\n", before, clean);
}

void
gstream_tool_complain (const char *format,
                       ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell ("gstream: ", format, arguments);
  va_end (arguments);
}

void
gstream_tool_tell (const char *format,
                   ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell ("", format, arguments);
  va_end (arguments);
}

gboolean
gstream_tool_parse (const char         *summary,
                    const GOptionEntry *entries,
                    gpointer            data,
                    int                 argc,
                    char              **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup    *group = g_option_group_new (argv[0], NULL, NULL, data, NULL);
  g_autofree char *name = g_strconcat ("gstream ", argv[0], NULL);
  g_autoptr (GError) error = NULL;

  g_set_prgname (name);
  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, summary);
  if (g_option_context_parse (context, &argc, &argv, &error))
    return TRUE;

  gstream_tool_complain (_ ("%s; %s --help says how"), error->message, name);

  return FALSE;
}

gboolean
gstream_tool_flush (void)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;

  gstream_tool_complain (_ ("not everything could be written"));

  return FALSE;
}

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

static void
print_digest (GstreamRunStream *run,
              GMainLoop        *loop,
              gboolean          compact)
{
  GstreamReader   *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest   *digest = gstream_digest_new (run, reader);
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);
  text = compact ? gstream_json_compact (json) : gstream_json_indent (json);
  puts (text);
}

void
gstream_tool_print_run (GstreamRunStream *run,
                        GstreamToolFormat format)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (format == GSTREAM_TOOL_DIGEST || format == GSTREAM_TOOL_COMPACT_DIGEST)
    {
      print_digest (run, loop, format == GSTREAM_TOOL_COMPACT_DIGEST);
      return;
    }
  if (format == GSTREAM_TOOL_EVENTS)
    gstream_show_events (run, stdout, quit, loop);
  else
    gstream_show_run (run, stdout, quit, loop);
  g_main_loop_run (loop);
}
