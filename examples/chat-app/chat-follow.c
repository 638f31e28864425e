/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the end of what is scrolled in sight, unless the user has scrolled away from it. Its property `at-end` says which of
 * the two it is.
 */
#include "chat-follow.h"

struct _ChatFollow
{
  GObject parent_instance;

  GtkScrolledWindow *scroller;
  gboolean           at_end;
  gboolean           shown;   /* the property: at_end, as soon as widgets may change */
  guint              showing; /* idle source; 0: none */
  double             end;     /* where that was */
};

enum
{
  PROP_SCROLLER = 1,
  PROP_AT_END,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ChatFollow, chat_follow, G_TYPE_OBJECT)

static double
get_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
}

static gboolean
scroll_to_end (GtkWidget     *widget,
               GdkFrameClock *clock,
               gpointer       user_data)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));

  gtk_adjustment_set_value (adjustment, get_end (adjustment));

  return G_SOURCE_REMOVE;
}

static gboolean
show (gpointer user_data)
{
  ChatFollow *self = user_data;

  self->showing = 0;
  if (self->shown != self->at_end)
    {
      self->shown = self->at_end;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);
    }

  return G_SOURCE_REMOVE;
}

/* This may come from inside the list's layout, in which no widget must appear. */
static void
set_at_end (ChatFollow *self,
            gboolean    at_end)
{
  self->at_end = at_end;
  if (self->at_end != self->shown && self->showing == 0)
    self->showing = g_idle_add (show, self);
}

/* From inside the list's layout, which must not be changed now: the next frame scrolls. */
static void
on_grown (GtkAdjustment *adjustment,
          ChatFollow    *self)
{
  if (self->at_end && get_end (adjustment) != self->end)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->scroller), scroll_to_end, NULL, NULL);
  self->end = get_end (adjustment);
}

static void
on_scrolled (GtkAdjustment *adjustment,
             ChatFollow    *self)
{
  /* Where the list has grown, it was not the user who scrolled. */
  if (get_end (adjustment) == self->end)
    set_at_end (self, gtk_adjustment_get_value (adjustment) >= self->end - 1);
}

void
chat_follow_end (ChatFollow *self)
{
  set_at_end (self, TRUE);
  gtk_widget_add_tick_callback (GTK_WIDGET (self->scroller), scroll_to_end, NULL, NULL);
}

static void
watch (ChatFollow        *self,
       GtkScrolledWindow *scroller)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (scroller);

  self->scroller = scroller; /* in whose template it is */
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_grown), self, 0);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, 0);
}

static void
chat_follow_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  if (prop_id == PROP_AT_END)
    g_value_set_boolean (value, CHAT_FOLLOW (object)->shown);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
chat_follow_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  if (prop_id == PROP_SCROLLER)
    watch (CHAT_FOLLOW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
chat_follow_dispose (GObject *object)
{
  g_clear_handle_id (&CHAT_FOLLOW (object)->showing, g_source_remove);

  G_OBJECT_CLASS (chat_follow_parent_class)->dispose (object);
}

static void
chat_follow_class_init (ChatFollowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = chat_follow_dispose;
  object_class->get_property = chat_follow_get_property;
  object_class->set_property = chat_follow_set_property;
  properties[PROP_SCROLLER] =
      g_param_spec_object ("scroller", NULL, NULL, GTK_TYPE_SCROLLED_WINDOW, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_AT_END] = g_param_spec_boolean ("at-end", NULL, NULL, TRUE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
chat_follow_init (ChatFollow *self)
{
  self->at_end = TRUE;
  self->shown = TRUE;
}
