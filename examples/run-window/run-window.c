/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window that shows the runs of an agent.
 */
#include "run-window.h"

#include "run-screenshot.h"

#include "../common/end-follower.h"

#define RESOURCES "/org/gstream/run-gtk/"

struct _RunWindow
{
  GtkApplicationWindow parent_instance;

  GListStore              *conversation; /* of list models: what was asked, and the runs that answered */
  GstreamRunStream        *run;          /* the newest; NULL: none yet */
  GListModel              *questions;    /* of the newest run */
  GstreamPendingInterrupt *question;     /* the first of them */
  GstreamPendingInterrupt *answered;     /* the one whose answer is on its way; NULL: none is */
  GstreamThread           *thread;       /* NULL: the run was recorded */
  GCancellable            *cancellable;  /* of all that is awaited */
  char                    *screenshot;   /* where to; NULL: none is wanted */

  GtkListView *list;
  GtkRevealer *banner;
  GtkLabel    *banner_text;
  GtkEntry    *answer;
  GtkEntry    *prompt;
};

enum
{
  PROP_0,
  PROP_RUN,
  PROP_QUESTION,
  PROP_LIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RunWindow, run_window, GTK_TYPE_APPLICATION_WINDOW)

/* --- errors --- */

static void
show_error (RunWindow    *self,
            const GError *error)
{
  gtk_label_set_label (self->banner_text, error->message);
  gtk_revealer_set_reveal_child (self->banner, TRUE);
}

static void
on_banner_dismissed (GtkButton *button,
                     RunWindow *self)
{
  gtk_revealer_set_reveal_child (self->banner, FALSE);
}

/* --- the run --- */

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, &error);
  RunWindow *self = user_data; /* which may be gone, if this was cancelled */

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (error != NULL)
    show_error (self, error);
  if (self->screenshot != NULL)
    run_screenshot_take (GTK_WINDOW (self), self->screenshot);
}

static void
on_questions_changed (RunWindow *self)
{
  g_clear_object (&self->question);
  self->question = g_list_model_get_item (self->questions, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
  if (self->question != NULL && self->thread != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->answer));
}

static void
watch_questions (RunWindow        *self,
                 GstreamRunStream *run)
{
  g_clear_object (&self->questions);
  self->questions = G_LIST_MODEL (gstream_run_model_new (run, GSTREAM_RUN_MODEL_INTERRUPTS, NULL));
  g_signal_connect_object (self->questions, "items-changed", G_CALLBACK (on_questions_changed), self,
                           G_CONNECT_SWAPPED);
  on_questions_changed (self);
}

/* All that a window has to do for a run. Its models fill the list, and its status the header bar. */
static void
show_run (RunWindow        *self,
          GstreamRunStream *run)
{
  g_autoptr (GstreamRunModel) model =
      gstream_run_model_new (run,
                             GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS,
                             NULL);

  g_set_object (&self->run, run);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
  g_list_store_append (self->conversation, model);
  watch_questions (self, run);
  gstream_run_stream_output (run, self->cancellable, on_output, self);
}

static void
on_stop_clicked (GtkButton *button,
                 RunWindow *self)
{
  gstream_run_stream_abort (self->run);
}

/* --- what the user says --- */

static void
show_prompt (RunWindow  *self,
             const char *text)
{
  g_autoptr (GtkStringList) prompt = gtk_string_list_new ((const char *const[]) { text, NULL });

  g_list_store_append (self->conversation, prompt);
}

static void
on_started (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_start_finish (GSTREAM_THREAD (object), result, &error);

  if (run != NULL)
    show_run (user_data, run);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (user_data, error);
}

static void
start (RunWindow      *self,
       GstreamPayload *input)
{
  gstream_thread_start (self->thread, input, NULL, self->cancellable, on_started, self);
}

static void
on_prompted (GtkWidget *widget,
             RunWindow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->prompt)));
  g_autoptr (GVariant) input = NULL;
  g_autoptr (GstreamPayload) payload = NULL;

  if (*text == '\0')
    return;

  input = g_variant_ref_sink (g_variant_new_parsed ("{'messages': <[<{'role': <'user'>, 'content': <%s>}>]>}", text));
  payload = gstream_payload_new_variant (input, NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->prompt), "");
  show_prompt (self, text);
  start (self, payload);
}

static void
on_resumed (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_respond_finish (GSTREAM_THREAD (object), result, &error);
  RunWindow *self = user_data;
  g_autoptr (GstreamPendingInterrupt) answered = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the window is gone */
    return;

  answered = g_steal_pointer (&self->answered);
  gtk_editable_set_editable (GTK_EDITABLE (self->answer), TRUE);
  if (run == NULL) /* the question stays, and what was written as its answer */
    {
      show_error (self, error);
      return;
    }

  gstream_pending_interrupt_set_answered (answered, TRUE);
  show_prompt (self, gtk_editable_get_text (GTK_EDITABLE (self->answer)));
  gtk_editable_set_text (GTK_EDITABLE (self->answer), "");
  show_run (self, run);
}

static void
on_answered (GtkWidget *widget,
             RunWindow *self)
{
  g_autoptr (GstreamPayload) response =
      gstream_payload_new_string (gtk_editable_get_text (GTK_EDITABLE (self->answer)));

  if (self->question == NULL || self->thread == NULL || self->answered != NULL)
    return;
  if (gstream_run_stream_get_status (self->run) == GSTREAM_RUN_STATUS_RUNNING) /* other branches may ask, too */
    return;

  self->answered = g_object_ref (self->question);
  gtk_editable_set_editable (GTK_EDITABLE (self->answer), FALSE);
  gstream_thread_respond (self->thread, gstream_pending_interrupt_get_interrupt (self->question), response, NULL,
                          self->cancellable, on_resumed, self);
}

/* --- what was said in a recorded run: its first state has it --- */

static void
on_first_state (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GtkStringList) prompt = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  GstreamPayload *state;

  if (!gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, NULL))
    return;

  state = g_value_get_boxed (&item);
  if (g_strcmp0 (gstream_payload_get_string (state, "/messages/0/type"), "human") == 0)
    gtk_string_list_append (prompt, gstream_payload_get_string (state, "/messages/0/content"));
}

static void
show_recorded_prompt (RunWindow        *self,
                      GstreamRunStream *run)
{
  g_autoptr (GtkStringList) prompt = gtk_string_list_new (NULL);
  g_autoptr (GstreamCursor) states = gstream_projection_subscribe (gstream_run_stream_get_values (run), NULL);

  g_list_store_append (self->conversation, prompt);
  gstream_cursor_next (states, NULL, on_first_state, g_steal_pointer (&prompt));
}

/* --- rows --- */

static const char *
choose_ui (gpointer item)
{
  if (GSTREAM_IS_MESSAGE (item))
    return RESOURCES "message.ui";
  if (GSTREAM_IS_TOOL_CALL (item))
    return RESOURCES "tool-call.ui";
  if (GSTREAM_IS_RUN_STREAM (item))
    return RESOURCES "agent.ui";

  return RESOURCES "prompt.ui";
}

/* In the .ui files, `item` is the row's object: they bind its properties. */
static void
on_row_bind (GtkSignalListItemFactory *factory,
             GtkListItem              *list_item,
             RunWindow                *self)
{
  GtkTreeListRow *row = gtk_list_item_get_item (list_item);
  g_autoptr (GObject) item = gtk_tree_list_row_get_item (row);
  g_autoptr (GtkBuilder) builder = gtk_builder_new ();
  GtkWidget *expander = gtk_tree_expander_new ();

  gtk_builder_expose_object (builder, "item", item);
  gtk_builder_add_from_resource (builder, choose_ui (item), NULL);
  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (expander), row);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), GTK_WIDGET (gtk_builder_get_object (builder, "row")));
  g_object_set (expander, "indent-for-icon", gtk_tree_list_row_get_depth (row) > 0, NULL);
  gtk_list_item_set_child (list_item, expander);
}

static void
on_row_unbind (GtkSignalListItemFactory *factory,
               GtkListItem              *list_item,
               RunWindow                *self)
{
  gtk_list_item_set_child (list_item, NULL);
}

static GListModel *
create_child (gpointer item,
              gpointer user_data)
{
  return gstream_run_model_create_child (item, NULL);
}

static void
fill_list (RunWindow *self)
{
  GtkFlattenListModel *rows = gtk_flatten_list_model_new (G_LIST_MODEL (g_object_ref (self->conversation)));
  GtkTreeListModel    *tree = gtk_tree_list_model_new (G_LIST_MODEL (rows), FALSE, TRUE, create_child, NULL, NULL);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (G_LIST_MODEL (tree));

  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
}

/* --- the window --- */

static void
run_window_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  RunWindow *self = RUN_WINDOW (object);

  switch (prop_id)
    {
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case PROP_QUESTION:
      g_value_set_object (value, self->question);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->thread != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
run_window_dispose (GObject *object)
{
  RunWindow *self = RUN_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->question);
  g_clear_object (&self->answered);
  g_clear_object (&self->questions);
  g_clear_object (&self->run);
  g_clear_object (&self->thread);

  G_OBJECT_CLASS (run_window_parent_class)->dispose (object);
}

static void
run_window_finalize (GObject *object)
{
  RunWindow *self = RUN_WINDOW (object);

  g_clear_object (&self->conversation);
  g_clear_object (&self->cancellable);
  g_free (self->screenshot);

  G_OBJECT_CLASS (run_window_parent_class)->finalize (object);
}

static void
run_window_class_init (RunWindowClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = run_window_get_property;
  object_class->dispose = run_window_dispose;
  object_class->finalize = run_window_finalize;

  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_RUN_STREAM, flags);
  properties[PROP_QUESTION] = g_param_spec_object ("question", NULL, NULL, GSTREAM_TYPE_PENDING_INTERRUPT, flags);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (END_TYPE_FOLLOWER); /* in the template */
  gtk_widget_class_set_template_from_resource (widget_class, RESOURCES "run-window.ui");
  gtk_widget_class_bind_template_child (widget_class, RunWindow, list);
  gtk_widget_class_bind_template_child (widget_class, RunWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, RunWindow, banner_text);
  gtk_widget_class_bind_template_child (widget_class, RunWindow, answer);
  gtk_widget_class_bind_template_child (widget_class, RunWindow, prompt);
  gtk_widget_class_bind_template_callback (widget_class, on_answered);
  gtk_widget_class_bind_template_callback (widget_class, on_banner_dismissed);
  gtk_widget_class_bind_template_callback (widget_class, on_prompted);
  gtk_widget_class_bind_template_callback (widget_class, on_row_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_clicked);
}

static void
load_css (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, RESOURCES "run.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
run_window_init (RunWindow *self)
{
  self->conversation = g_list_store_new (G_TYPE_LIST_MODEL);
  self->cancellable = g_cancellable_new ();
  load_css ();
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_list (self);
}

RunWindow *
run_window_new (GtkApplication *application)
{
  return g_object_new (RUN_TYPE_WINDOW, "application", application, NULL);
}

void
run_window_play (RunWindow          *self,
                 GstreamEventSource *source)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  show_recorded_prompt (self, run);
  show_run (self, run);
}

void
run_window_talk (RunWindow  *self,
                 const char *url,
                 const char *assistant,
                 const char *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) payload = input ? gstream_payload_new (input, -1, &error) : NULL;

  self->thread = gstream_thread_new (url, assistant);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
  if (payload != NULL)
    start (self, payload);
  if (error != NULL)
    show_error (self, error);
}

void
run_window_shoot (RunWindow  *self,
                  const char *path)
{
  self->screenshot = g_strdup (path);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}
