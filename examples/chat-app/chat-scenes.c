/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pictures of the window: each scene is something that the user says, and when it has come so far as it is to be seen.
 */
#include "chat-scenes.h"

#include "../common/picture.h"

#include <glib/gstdio.h>

#define WIDTH 980
#define HEIGHT 720
#define NARROW 360
#define N_FRAMES 20 /* until the picture is taken: rows come with the first, and find their place in the next */

#define WORD "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
#define LONG                                                                                                          \
  "Show me some code, and break even " WORD WORD                                                                      \
  " where it is too long, as https://example.org/a/path/that/does/not/end/a/path/that/does/not/end/a/path/that/does/" \
  "not/end is, too."

static const char *const more[] = { "And then?",
                                    "Does the captain ever find out where the forty-second light has gone?" };

typedef struct
{
  const char *name;
  const char *words; /* NULL: nothing is said */
  gboolean (*is_ready) (GstreamConversation *conversation);
  gboolean is_narrow;
  gboolean is_right_to_left; /* the window, as in Arabic */
} Scene;

typedef struct
{
  ChatWindow *window;
  char       *folder;
  guint       place;    /* of the scene */
  gboolean    is_begun; /* the scene */
  gboolean    is_dark;
  guint       n_left; /* frames */
} Play;

static gboolean
is_idle (GstreamConversation *conversation)
{
  return !gstream_conversation_get_busy (conversation) && !gstream_conversation_get_loading (conversation);
}

static gboolean
has_spoken (GstreamConversation *conversation)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (conversation), n - 1);

  return n > 1 && strlen (gstream_conversation_row_get_text (row)) > 700;
}

static gboolean
has_asked (GstreamConversation *conversation)
{
  return is_idle (conversation) && g_list_model_get_n_items (gstream_conversation_get_questions (conversation)) > 0;
}

static gboolean
has_failed (GstreamConversation *conversation)
{
  return is_idle (conversation) && gstream_conversation_get_error (conversation) != NULL;
}

/* What is sent meanwhile waits. */
static gboolean
has_queue (GstreamConversation *conversation)
{
  GListModel *queue = gstream_conversation_get_queue (conversation);

  if (!has_spoken (conversation))
    return FALSE;
  for (guint i = g_list_model_get_n_items (queue); i < G_N_ELEMENTS (more); i++)
    gstream_conversation_send (conversation, more[i], NULL);

  return TRUE;
}

static const Scene scenes[] = {
  { "empty", NULL, is_idle },
  { "streaming", "Tell me a long story", has_spoken },
  { "tools", "Plan a trip to Paris", is_idle },
  { "question", "Find me a hotel", has_asked },
  { "actions", "Tidy up, please", has_asked },
  { "error", "Fail, please", has_failed },
  { "code", "Show me some code", is_idle },
  { "picture", "Show me a picture", is_idle },
  { "long", LONG, is_idle },
  { "right-to-left", "مرحبا", is_idle, FALSE, TRUE },
  { "narrow", "Find me a hotel", has_asked, TRUE },
  { "narrow-empty", NULL, is_idle, TRUE },
  { "narrow-actions", "Tidy up, please", has_asked, TRUE },
  { "queue", "Tell me a long story", has_queue },
};

static void
set_dark (Play    *self,
          gboolean dark)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  self->is_dark = dark;
  self->n_left = N_FRAMES;
}

static void
begin (Play *self)
{
  const Scene *scene = &scenes[self->place];

  set_dark (self, FALSE);
  gtk_widget_set_default_direction (scene->is_right_to_left ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  gtk_window_set_default_size (GTK_WINDOW (self->window), scene->is_narrow ? NARROW : WIDTH, HEIGHT);
  chat_window_begin (self->window);
  if (scene->words != NULL)
    chat_view_send (chat_window_get_view (self->window), scene->words);
  self->is_begun = TRUE;
}

static void
take (Play *self)
{
  g_autofree char *name = g_strdup_printf ("%s-%s.png", scenes[self->place].name, self->is_dark ? "dark" : "light");
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  picture_write (GTK_WIDGET (self->window), path);
}

static void
end (Play *self)
{
  gtk_widget_activate_action (GTK_WIDGET (chat_window_get_view (self->window)), "view.stop", NULL);
  self->is_begun = FALSE;
  self->place++;
}

/* Now everything has its place, until something changes. */
static void
on_painted (GdkFrameClock *clock,
            gpointer       user_data)
{
  Play *self = user_data;

  if (!self->is_begun || !scenes[self->place].is_ready (chat_window_get_conversation (self->window)) ||
      self->n_left-- > 0)
    return;

  take (self);
  if (self->is_dark)
    end (self);
  else
    set_dark (self, TRUE);
}

static gboolean
on_frame (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  Play *self = user_data;

  if (self->place == G_N_ELEMENTS (scenes))
    {
      g_signal_handlers_disconnect_by_func (clock, on_painted, self);
      gtk_window_close (GTK_WINDOW (widget));
      return G_SOURCE_REMOVE;
    }

  if (g_signal_handler_find (clock, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_painted, NULL) == 0)
    g_signal_connect (clock, "after-paint", G_CALLBACK (on_painted), self);
  if (!self->is_begun)
    begin (self);
  gtk_widget_queue_draw (widget);

  return G_SOURCE_CONTINUE;
}

static void
play_free (gpointer data)
{
  Play *self = data;

  g_free (self->folder);
  g_free (self);
}

void
chat_scenes_fill (ChatStore *store)
{
  static const char *const titles[] = { "What is the weather in Paris?", "Names for a boat", "Weekend in Lyon",
                                        "Why is the sky dark at night?" };
  gint64                   now = g_get_real_time ();

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char *id = g_strdup_printf ("scene-%" G_GSIZE_FORMAT, i);
      g_autoptr (ChatEntry) entry = chat_entry_new (id, titles[i], now - G_TIME_SPAN_DAY * ((gint64) i + 1));

      chat_store_add (store, entry);
    }
}

void
chat_scenes_play (ChatWindow *window,
                  const char *folder)
{
  Play *self = g_new0 (Play, 1);

  self->window = window;
  self->folder = g_strdup (folder);
  g_mkdir_with_parents (folder, 0777);
  gtk_widget_add_tick_callback (GTK_WIDGET (window), on_frame, self, play_free);
}
