/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A place that is as high as what is in it, its property `child`, up to a limit; then it is scrolled. A GtkScrolledWindow alone
 * asks how high its child is without saying how wide: what is in lines that wrap is lower than that.
 */
#include "chat-limit.h"

#define MOST_HEIGHT 420

struct _ChatLimit
{
  GtkWidget parent_instance;

  GtkScrolledWindow *scroller;
};

enum
{
  PROP_CHILD = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ChatLimit, chat_limit, GTK_TYPE_WIDGET)

static GtkSizeRequestMode
chat_limit_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
chat_limit_measure (GtkWidget     *widget,
                    GtkOrientation orientation,
                    int            for_size,
                    int           *minimum,
                    int           *natural,
                    int           *minimum_baseline,
                    int           *natural_baseline)
{
  GtkWidget *scroller = GTK_WIDGET (CHAT_LIMIT (widget)->scroller);
  GtkWidget *child = gtk_scrolled_window_get_child (CHAT_LIMIT (widget)->scroller);

  gtk_widget_measure (scroller, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL || child == NULL)
    return;

  gtk_widget_measure (child, orientation, for_size, NULL, natural, NULL, NULL);
  *natural = CLAMP (*natural, *minimum, MAX (*minimum, MOST_HEIGHT));
}

static void
chat_limit_size_allocate (GtkWidget *widget,
                          int        width,
                          int        height,
                          int        baseline)
{
  gtk_widget_allocate (GTK_WIDGET (CHAT_LIMIT (widget)->scroller), width, height, baseline, NULL);
}

static void
chat_limit_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  if (prop_id == PROP_CHILD)
    gtk_scrolled_window_set_child (CHAT_LIMIT (object)->scroller, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
chat_limit_dispose (GObject *object)
{
  ChatLimit *self = CHAT_LIMIT (object);

  if (self->scroller != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->scroller));
  self->scroller = NULL;

  G_OBJECT_CLASS (chat_limit_parent_class)->dispose (object);
}

static void
chat_limit_class_init (ChatLimitClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = chat_limit_dispose;
  object_class->set_property = chat_limit_set_property;
  widget_class->get_request_mode = chat_limit_get_request_mode;
  widget_class->measure = chat_limit_measure;
  widget_class->size_allocate = chat_limit_size_allocate;
  properties[PROP_CHILD] =
      g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
chat_limit_init (ChatLimit *self)
{
  self->scroller = GTK_SCROLLED_WINDOW (gtk_scrolled_window_new ());
  gtk_scrolled_window_set_policy (self->scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_parent (GTK_WIDGET (self->scroller), GTK_WIDGET (self));
}
