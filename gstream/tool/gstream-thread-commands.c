/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands `threads` and `history`: what is on a server.
 */
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-text.h"
#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>

#define FEW 20       /* so many are shown, where nothing else is said */
#define TIME "%F %R" /* in the user's own time zone */

typedef struct
{
  char    *before;
  char    *ca;
  char   **headers;
  char   **arguments;
  int      limit;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->before);
  g_free (options->ca);
  g_strfreev (options->headers);
  g_strfreev (options->arguments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static char *
say_time (GDateTime *time)
{
  g_autoptr (GDateTime) local = time != NULL ? g_date_time_to_local (time) : NULL;

  return local != NULL ? g_date_time_format (local, TIME) : g_strdup ("-");
}

static void
print_line (const char *line)
{
  g_autofree char *clean = gstream_text_clean (line);

  puts (clean);
}

static GstreamServer *
open_server (const Options *options)
{
  return gstream_tool_open_server (options->arguments[0], options->ca, (const char *const *) options->headers,
                                   GSTREAM_TRANSPORT_SSE);
}

static gboolean
check (const Options *options,
       guint          n_arguments,
       const char    *expected)
{
  if (options->arguments == NULL || g_strv_length (options->arguments) != n_arguments)
    gstream_tool_complain ("%s", expected);
  else if (options->limit < 1)
    gstream_tool_complain (_ ("--limit: expected a number of 1 or more"));
  else
    return TRUE;

  return FALSE;
}

/* --- threads --- */

static void
write_time (GString    *json,
            const char *key,
            GDateTime  *time)
{
  g_autofree char *text = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

  gstream_json_out_key (json, key);
  gstream_json_out_string (json, text);
}

static void
print_thread_as_json (GstreamThreadInfo *info)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autofree char *line = NULL;

  gstream_json_out_open (json, '{');
  gstream_json_out_key (json, "thread_id");
  gstream_json_out_string (json, gstream_thread_info_get_thread_id (info));
  gstream_json_out_key (json, "status");
  gstream_json_out_string (json, gstream_thread_info_get_status (info));
  write_time (json, "created_at", gstream_thread_info_get_created_at (info));
  write_time (json, "updated_at", gstream_thread_info_get_updated_at (info));
  gstream_json_out_key (json, "metadata");
  gstream_json_out_payload (json, gstream_thread_info_get_metadata (info));
  gstream_json_out_close (json, '}');

  line = gstream_json_compact (json->str);
  puts (line);
}

static void
print_thread (GstreamThreadInfo *info)
{
  GstreamPayload  *metadata = gstream_thread_info_get_metadata (info);
  const char      *status = gstream_thread_info_get_status (info);
  const char      *title = metadata != NULL ? gstream_payload_get_string (metadata, "/title") : NULL;
  const char      *graph = metadata != NULL ? gstream_payload_get_string (metadata, "/graph_id") : NULL;
  g_autofree char *when = say_time (gstream_thread_info_get_updated_at (info));
  g_autofree char *line = g_strdup_printf ("%s  %s  %-11s  %s%s%s", gstream_thread_info_get_thread_id (info), when,
                                           status != NULL ? status : "-", graph != NULL ? graph : "-",
                                           title != NULL ? "  " : "", title != NULL ? title : "");

  print_line (line);
}

/* Loads as many as are wanted. FALSE: the server has not answered; complains. */
static gboolean
load (GstreamThreadList *threads,
      guint              limit)
{
  GListModel *model = G_LIST_MODEL (threads);

  while (g_list_model_get_n_items (model) < limit && !gstream_thread_list_get_complete (threads) &&
         gstream_thread_list_get_error (threads) == NULL)
    {
      gstream_thread_list_load_more (threads);
      while (gstream_thread_list_get_loading (threads))
        g_main_context_iteration (NULL, TRUE);
    }
  if (gstream_thread_list_get_error (threads) == NULL)
    return TRUE;
  gstream_tool_complain ("%s", gstream_thread_list_get_error (threads)->message);

  return FALSE;
}

static int
list_threads (GstreamServer *server,
              const Options *options)
{
  g_autoptr (GstreamThreadList) threads = g_object_new (GSTREAM_TYPE_THREAD_LIST, "server", server, "page-size",
                                                        (guint) CLAMP (options->limit, 1, 100), NULL);
  gboolean is_whole = load (threads, options->limit);

  for (guint i = 0; i < MIN (g_list_model_get_n_items (G_LIST_MODEL (threads)), (guint) options->limit); i++)
    {
      g_autoptr (GstreamThreadInfo) info = g_list_model_get_item (G_LIST_MODEL (threads), i);

      if (options->json)
        print_thread_as_json (info);
      else
        print_thread (info);
    }

  return gstream_tool_flush () && is_whole ? GSTREAM_TOOL_OK : GSTREAM_TOOL_FAILED;
}

int
gstream_tool_threads (int    argc,
                      char **argv)
{
  g_auto (Options) options = { .limit = FEW };
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_ ("Show so many (20)"), "NUMBER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print them as JSON, a line each"), NULL },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options.ca,
      N_ ("Trust the authorities in this file, instead of the system's; else those in SSL_CERT_FILE"), "FILE" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers, N_ ("Send this with every request"),
      "'NAME: VALUE'" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "URL" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GstreamServer) server = NULL;

  if (!gstream_tool_parse (
          _ ("Lists the threads of the Agent Server at URL, newest first: id, when it changed, status, graph, "
             "title.\nThe API key is taken from GSTREAM_API_KEY."),
          entries, NULL, argc, argv) ||
      !check (&options, 1, _ ("expected URL; gstream threads --help says how")))
    return GSTREAM_TOOL_USAGE;
  server = open_server (&options);

  return server != NULL ? list_threads (server, &options) : GSTREAM_TOOL_USAGE;
}

/* --- history --- */

/* What comes next: "model, tools"; "-": nothing. */
static char *
say_next (GstreamPayload *state)
{
  g_autoptr (GstreamPayload) next = gstream_payload_lookup (state, "/next");
  g_autoptr (GString) text = g_string_new (NULL);
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  if (next != NULL)
    gstream_payload_iter_init (&iter, next);
  while (next != NULL && (item = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) node = item;
      const char *name = gstream_payload_get_string (node, "");

      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", name != NULL ? name : "?");
    }

  return text->len > 0 ? g_strdup (text->str) : g_strdup ("-");
}

static void
print_state (GstreamPayload *state)
{
  const char *id = gstream_payload_get_string (state, "/checkpoint/checkpoint_id");
  const char *source = gstream_payload_get_string (state, "/metadata/source");
  const char *created = gstream_payload_get_string (state, "/created_at");
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = created != NULL ? g_date_time_new_from_iso8601 (created, utc) : NULL;
  g_autofree char *when = say_time (time);
  g_autofree char *next = say_next (state);
  g_autofree char *line =
      g_strdup_printf (_ ("%s  %s  %-6s  step %" PRId64 ", next %s"), id != NULL ? id : "-", when,
                       source != NULL ? source : "-", gstream_payload_get_integer (state, "/metadata/step"), next);

  print_line (line);
}

static int
list_states (GstreamServer *server,
             const Options *options)
{
  g_autoptr (GstreamThread) thread = gstream_server_open_thread (server, "", options->arguments[1]);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states =
      gstream_thread_fetch_history_sync (thread, options->limit, options->before, NULL, &error);

  if (states == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return GSTREAM_TOOL_FAILED;
    }

  for (guint i = 0; i < states->len; i++)
    {
      g_autofree char *line = gstream_json_compact (gstream_payload_get_json (states->pdata[i], NULL));

      if (options->json)
        puts (line);
      else
        print_state (states->pdata[i]);
    }

  return gstream_tool_flush () ? GSTREAM_TOOL_OK : GSTREAM_TOOL_FAILED;
}

int
gstream_tool_history (int    argc,
                      char **argv)
{
  g_auto (Options) options = { .limit = FEW };
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_ ("Show so many (20)"), "NUMBER" },
    { "before", 0, 0, G_OPTION_ARG_STRING, &options.before, N_ ("Show what is older than this"), "CHECKPOINT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print them whole, as JSON, a line each"), NULL },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options.ca,
      N_ ("Trust the authorities in this file, instead of the system's; else those in SSL_CERT_FILE"), "FILE" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers, N_ ("Send this with every request"),
      "'NAME: VALUE'" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "URL THREAD" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GstreamServer) server = NULL;

  if (!gstream_tool_parse (
          _ ("Lists the states of a thread of the Agent Server at URL, newest first: checkpoint, when, by what, "
             "what comes next.\nThe API key is taken from GSTREAM_API_KEY."),
          entries, NULL, argc, argv) ||
      !check (&options, 2, _ ("expected URL THREAD; gstream history --help says how")))
    return GSTREAM_TOOL_USAGE;
  server = open_server (&options);

  return server != NULL ? list_states (server, &options) : GSTREAM_TOOL_USAGE;
}
