/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A million deltas, as fast as the source can: the window goes on drawing (R11),
 * and what changes with every token is told once a frame.
 *
 * With `-m perf` it also prints figures, and those of a window that sets a
 * label's text with every token.
 */
#include <gstream.h>
#include <gtk/gtk.h>
#include <time.h>

#define N_DELTAS 1000000
#define MAX_ROWS 20

/* --- the flood --- */

typedef struct
{
  GstreamMessageWriter *writer;   /* of the message under way */
  guint                 n_deltas; /* of each message */
  guint                 n_made;   /* events */
  gint64                first;    /* CPU time of the first event of this turn of the main loop; 0: there was none */
  gint64                newest;   /* of about the newest */
} Flood;

static gint64
get_cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static guint
count_events (Flood *self)
{
  return N_DELTAS / self->n_deltas * (self->n_deltas + 2);
}

static GstreamEvent *
make_event (gpointer user_data,
            GError **error)
{
  static const char *const words[] = { "the ", "quick ", "brown ", "fox ", "jumps ", "over ", "a ", "lazy " };
  Flood                   *self = user_data;
  guint                    step = self->n_made % (self->n_deltas + 2);

  if (self->n_made == count_events (self))
    return NULL;

  if (self->first == 0)
    self->first = self->newest = get_cpu_time ();
  else if (self->n_made % 16 == 0)
    self->newest = get_cpu_time ();

  self->n_made++;
  if (step > 0)
    return step <= self->n_deltas ? gstream_message_writer_text (self->writer, words[step % G_N_ELEMENTS (words)])
                                  : gstream_message_writer_finish (self->writer, NULL, "stop");

  g_clear_object (&self->writer);
  self->writer = gstream_message_writer_new (NULL, "model", NULL);

  return gstream_message_writer_start (self->writer);
}

static GstreamEventSource *
flood_source (Flood *self)
{
  return gstream_memory_source_new_func (make_event, self, NULL);
}

/* --- what is counted --- */

typedef struct
{
  Flood  flood;
  guint  turn; /* of the main loop */
  guint  n_frames;
  guint  n_busy; /* turns in which events were asked for */
  guint  n_over; /* of those, the ones that used more than twice the budget */
  guint  n_text_notified;
  guint  n_twice_a_turn;  /* notified for a message that was notified in this turn */
  guint  n_twice_a_frame; /* likewise, since the newest frame */
  gint64 longest_gap;     /* between two frames, in microseconds */
  gint64 last_frame;
} Counts;

static gboolean
on_frame (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  Counts *self = user_data;
  gint64  now = g_get_monotonic_time ();

  if (self->n_frames++ > 0)
    self->longest_gap = MAX (self->longest_gap, now - self->last_frame);
  self->last_frame = now;

  return G_SOURCE_CONTINUE;
}

static void
on_text_notified (GObject    *message,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  Counts *self = user_data;

  self->n_text_notified++;
  if (GPOINTER_TO_UINT (g_object_get_data (message, "turn")) == self->turn)
    self->n_twice_a_turn++;
  if (GPOINTER_TO_UINT (g_object_get_data (message, "frame")) == self->n_frames)
    self->n_twice_a_frame++;
  g_object_set_data (message, "turn", GUINT_TO_POINTER (self->turn));
  g_object_set_data (message, "frame", GUINT_TO_POINTER (self->n_frames));
}

/* One turn of the main loop. CPU time, because others may have the processor meanwhile. */
static void
take_turn (Counts           *self,
           GstreamRunStream *run)
{
  self->turn++;
  self->flood.first = 0;
  g_main_context_iteration (NULL, TRUE);
  if (self->flood.first == 0)
    return;

  self->n_busy++;
  if (self->flood.newest - self->flood.first > 2 * gstream_run_stream_get_turn_budget (run))
    self->n_over++;
}

static void
tell (const char *what,
      Counts     *self,
      gint64      began)
{
  double seconds = (g_get_monotonic_time () - began) / (double) G_USEC_PER_SEC;

  g_test_message (
      "%s: %.2f s, %.0f events/s, %u frames (%.0f a second, the longest pause %.0f ms), %u turns with events, "
      "%u notifications of text, %u of them in a frame that had one",
      what, seconds, self->flood.n_made / seconds, self->n_frames, self->n_frames / seconds, self->longest_gap / 1000.0,
      self->n_busy, self->n_text_notified, self->n_twice_a_frame);
}

/* --- a window whose labels are bound to the messages' texts --- */

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item,
          gpointer                  user_data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_list_item_set_child (list_item, label);
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item,
         gpointer                  user_data)
{
  GObject *message = gtk_list_item_get_item (list_item);
  GObject *label = G_OBJECT (gtk_list_item_get_child (list_item));

  g_object_set_data (label, "binding", g_object_bind_property (message, "text", label, "label", G_BINDING_SYNC_CREATE));
  g_signal_connect (message, "notify::text", G_CALLBACK (on_text_notified), user_data);
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item,
           gpointer                  user_data)
{
  GObject *label = G_OBJECT (gtk_list_item_get_child (list_item));

  g_binding_unbind (g_object_get_data (label, "binding"));
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), on_text_notified, user_data);
}

static GtkWidget *
make_list (GListModel *model,
           Counts     *counts)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkNoSelection     *selection = gtk_no_selection_new (g_object_ref (model));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), counts);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), counts);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), counts);

  return gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory);
}

static GtkWidget *
open_window (GtkWidget *child,
             Counts    *counts)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 640, 900);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_add_tick_callback (window, on_frame, counts, NULL);

  return window;
}

static void
test_flood (gconstpointer n_deltas)
{
  Counts counts = { .flood = { .n_deltas = GPOINTER_TO_UINT (n_deltas) } };
  g_autoptr (GstreamEventSource) source = flood_source (&counts.flood);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamRunModel) model = gstream_run_model_new (run, GSTREAM_RUN_MODEL_MESSAGES, NULL);
  GtkWidget *window = open_window (make_list (G_LIST_MODEL (model), &counts), &counts);
  gint64     began = g_get_monotonic_time ();

  gstream_run_model_set_max_rows (model, MAX_ROWS);
  gstream_run_stream_drive (run, NULL);
  while (gstream_run_stream_get_status (run) <= GSTREAM_RUN_STATUS_RUNNING)
    take_turn (&counts, run);
  tell ("bound to a property", &counts, began);

  g_assert_cmpuint (counts.flood.n_made, ==, count_events (&counts.flood));
  g_assert_cmpuint (counts.n_frames, >=, 10);
  /* The kernel may take its time with memory in between. */
  g_assert_cmpuint (1000 * counts.n_over, <=, counts.n_busy);
  /* A message that is under way: once a frame, and at its end. */
  g_assert_cmpuint (counts.n_twice_a_turn, ==, 0);
  g_assert_cmpuint (counts.n_twice_a_frame, <=, counts.n_frames);
  g_assert_cmpuint (counts.n_text_notified, <=, 3 * counts.n_frames + MAX_ROWS);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (counts.flood.writer);
}

/* --- for comparison: a label's text set with every token --- */

static void
set_texts (Counts           *self,
           GstreamRunStream *run,
           GtkLabel         *label)
{
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  g_auto (GValue) item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (messages, &item, NULL, NULL))
    {
      GstreamProjection *deltas = gstream_message_get_text_deltas (g_value_get_object (&item));
      g_autoptr (GstreamCursor) cursor = gstream_projection_subscribe (deltas, NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_auto (GValue) delta = G_VALUE_INIT;

      while (gstream_cursor_next_sync (cursor, &delta, NULL, NULL))
        {
          g_string_append (text, g_value_get_string (&delta));
          gtk_label_set_text (label, text->str);
          self->n_text_notified++;
        }
    }
}

static void
test_naive (gconstpointer n_deltas)
{
  Counts counts = { .flood = { .n_deltas = GPOINTER_TO_UINT (n_deltas) } };
  g_autoptr (GstreamEventSource) source = flood_source (&counts.flood);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *window = open_window (label, &counts);
  gint64     began = g_get_monotonic_time ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  set_texts (&counts, run, GTK_LABEL (label));
  tell ("a label set with every token", &counts, began);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (counts.flood.writer);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/window/R11/flood", GUINT_TO_POINTER (100), test_flood);
  if (g_test_perf ())
    {
      g_test_add_data_func ("/window/R11/naive", GUINT_TO_POINTER (100), test_naive);
      g_test_add_data_func ("/window/R11/flood-of-long-messages", GUINT_TO_POINTER (5000), test_flood);
      g_test_add_data_func ("/window/R11/naive-with-long-messages", GUINT_TO_POINTER (5000), test_naive);
    }

  return g_test_run ();
}
