/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the end of what is scrolled, its property `scroller`, in sight, unless the user has scrolled away from it. Its property
 * `at-end` says which of the two it is.
 *
 * A GtkListView guesses how high the rows are that it has not made yet. As it makes them, the end moves, and so does what is
 * in sight, in ways that look like scrolling. So only what follows something that the user did is the user's.
 */
#include "end-follower.h"

#define MOST_TRIES 20 /* frames in a row in which the list may move away from its end by itself */

struct _EndFollower
{
  GObject parent_instance;

  GtkScrolledWindow *scroller;
  gboolean           at_end;
  gboolean           user_scrolls; /* away from the end, perhaps */
  gboolean           shown;        /* the property: at_end, as soon as widgets may change */
  guint              showing;      /* idle source; 0: none */
  guint              scrolling;    /* tick callback; 0: none */
  guint              n_tries;
  double             end; /* where that was */
};

enum
{
  PROP_SCROLLER = 1,
  PROP_AT_END,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EndFollower, end_follower, G_TYPE_OBJECT)

static gboolean
show (gpointer user_data)
{
  EndFollower *self = user_data;

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
set_at_end (EndFollower *self,
            gboolean     at_end)
{
  self->at_end = at_end;
  if (self->at_end != self->shown && self->showing == 0)
    self->showing = g_idle_add (show, self);
}

/* --- scrolling --- */

static double
get_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
}

static gboolean
is_at_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_value (adjustment) >= get_end (adjustment) - 1;
}

static gboolean
scroll (GtkWidget     *widget,
        GdkFrameClock *clock,
        gpointer       user_data)
{
  EndFollower   *self = user_data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->scrolling = 0;
  if (self->at_end) /* still */
    gtk_adjustment_set_value (adjustment, get_end (adjustment));

  return G_SOURCE_REMOVE;
}

/* This may come from inside the list's layout, which must not be changed now: the next frame scrolls. */
static void
scroll_soon (EndFollower *self)
{
  if (self->scrolling == 0)
    self->scrolling = gtk_widget_add_tick_callback (GTK_WIDGET (self->scroller), scroll, self, NULL);
}

static void
on_grown (GtkAdjustment *adjustment,
          EndFollower   *self)
{
  if (get_end (adjustment) == self->end)
    return;

  self->end = get_end (adjustment);
  self->n_tries = 0;
  if (self->at_end)
    scroll_soon (self);
}

static void
on_scrolled (GtkAdjustment *adjustment,
             EndFollower   *self)
{
  if (is_at_end (adjustment))
    {
      self->user_scrolls = FALSE;
      set_at_end (self, TRUE);
    }
  else if (self->user_scrolls)
    set_at_end (self, FALSE);
  else if (self->at_end && self->n_tries++ < MOST_TRIES)
    scroll_soon (self);
}

void
end_follower_follow (EndFollower *self)
{
  self->user_scrolls = FALSE;
  self->n_tries = 0;
  set_at_end (self, TRUE);
  scroll_soon (self);
}

/* --- what the user does --- */

static gboolean
on_event (GtkEventController *controller,
          GdkEvent           *event,
          EndFollower        *self)
{
  GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_SCROLL || type == GDK_TOUCH_BEGIN || type == GDK_KEY_PRESS)
    self->user_scrolls = TRUE;

  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_bar_event (GtkEventController *controller,
              GdkEvent           *event,
              EndFollower        *self)
{
  if (gdk_event_get_event_type (event) == GDK_BUTTON_PRESS)
    self->user_scrolls = TRUE;

  return GDK_EVENT_PROPAGATE;
}

/* With a key, wherever that comes from. */
static void
on_scroll_child (EndFollower *self)
{
  self->user_scrolls = TRUE;
}

static void
listen (EndFollower *self,
        GtkWidget   *widget,
        gpointer     handler)
{
  GtkEventController *controller = gtk_event_controller_legacy_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (controller, "event", G_CALLBACK (handler), self, 0);
  gtk_widget_add_controller (widget, controller);
}

static void
watch (EndFollower       *self,
       GtkScrolledWindow *scroller)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (scroller);

  g_set_weak_pointer (&self->scroller, scroller);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_grown), self, 0);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, 0);
  g_signal_connect_object (scroller, "scroll-child", G_CALLBACK (on_scroll_child), self, G_CONNECT_SWAPPED);
  listen (self, GTK_WIDGET (scroller), on_event);
  listen (self, gtk_scrolled_window_get_vscrollbar (scroller), on_bar_event);
}

/* --- the object --- */

static void
end_follower_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  if (prop_id == PROP_AT_END)
    g_value_set_boolean (value, END_FOLLOWER (object)->shown);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
end_follower_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  if (prop_id == PROP_SCROLLER)
    watch (END_FOLLOWER (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
end_follower_dispose (GObject *object)
{
  EndFollower *self = END_FOLLOWER (object);

  g_clear_handle_id (&self->showing, g_source_remove);
  if (self->scrolling != 0 && self->scroller != NULL)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->scroller), self->scrolling);
  self->scrolling = 0;
  g_clear_weak_pointer (&self->scroller);

  G_OBJECT_CLASS (end_follower_parent_class)->dispose (object);
}

static void
end_follower_class_init (EndFollowerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = end_follower_dispose;
  object_class->get_property = end_follower_get_property;
  object_class->set_property = end_follower_set_property;
  properties[PROP_SCROLLER] =
      g_param_spec_object ("scroller", NULL, NULL, GTK_TYPE_SCROLLED_WINDOW, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_AT_END] = g_param_spec_boolean ("at-end", NULL, NULL, TRUE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
end_follower_init (EndFollower *self)
{
  self->at_end = TRUE;
  self->shown = TRUE;
}
