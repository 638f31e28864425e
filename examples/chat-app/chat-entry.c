/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation as the list of conversations knows it.
 */
#include "chat-entry.h"

#include <glib/gi18n.h>

#define TITLE_LENGTH 60 /* characters */

struct _ChatEntry
{
  GObject parent_instance;

  char                *thread_id;    /* NULL: the thread has not begun */
  char                *title;        /* NULL: it has none yet */
  gint64               time;         /* microseconds since the epoch */
  GstreamConversation *conversation; /* NULL: it is not open */
};

enum
{
  PROP_THREAD_ID = 1,
  PROP_TITLE,
  PROP_TIME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ChatEntry, chat_entry, G_TYPE_OBJECT)

static void
chat_entry_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  ChatEntry *self = CHAT_ENTRY (object);

  switch (prop_id)
    {
    case PROP_THREAD_ID:
      g_value_set_string (value, self->thread_id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, chat_entry_get_title (self));
      break;
    case PROP_TIME:
      g_value_set_int64 (value, self->time);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
chat_entry_finalize (GObject *object)
{
  ChatEntry *self = CHAT_ENTRY (object);

  g_free (self->thread_id);
  g_free (self->title);
  g_clear_object (&self->conversation);

  G_OBJECT_CLASS (chat_entry_parent_class)->finalize (object);
}

static void
chat_entry_class_init (ChatEntryClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = chat_entry_get_property;
  object_class->finalize = chat_entry_finalize;
  properties[PROP_THREAD_ID] = g_param_spec_string ("thread-id", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
chat_entry_init (ChatEntry *self)
{
}

ChatEntry *
chat_entry_new (const char *thread_id,
                const char *title,
                gint64      time)
{
  ChatEntry *self = g_object_new (CHAT_TYPE_ENTRY, NULL);

  self->thread_id = g_strdup (thread_id);
  self->title = g_strdup (title);
  self->time = time;

  return self;
}

const char *
chat_entry_get_thread_id (ChatEntry *self)
{
  return self->thread_id;
}

void
chat_entry_set_thread_id (ChatEntry  *self,
                          const char *thread_id)
{
  g_free (self->thread_id);
  self->thread_id = g_strdup (thread_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THREAD_ID]);
}

const char *
chat_entry_get_title (ChatEntry *self)
{
  return self->title != NULL ? self->title : _ ("New Conversation");
}

void
chat_entry_set_title (ChatEntry  *self,
                      const char *title)
{
  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

void
chat_entry_suggest_title (ChatEntry  *self,
                          const char *words)
{
  g_autofree char *line = g_strndup (words, strcspn (words, "\n"));
  g_autofree char *start = NULL;
  g_autofree char *title = NULL;

  if (self->title != NULL)
    return;

  start = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), TITLE_LENGTH));
  title = g_strconcat (start, strlen (start) < strlen (line) ? "…" : NULL, NULL);
  chat_entry_set_title (self, title);
}

gint64
chat_entry_get_time (ChatEntry *self)
{
  return self->time;
}

void
chat_entry_touch (ChatEntry *self)
{
  self->time = g_get_real_time ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME]);
}

GstreamConversation *
chat_entry_get_conversation (ChatEntry *self)
{
  return self->conversation;
}

void
chat_entry_set_conversation (ChatEntry           *self,
                             GstreamConversation *conversation)
{
  g_set_object (&self->conversation, conversation);
}
