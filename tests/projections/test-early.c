/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A consumer in callbacks, and the handles that reach it: messages and tool calls
 * of the run, of a subgraph and of a subgraph of that (P11).
 */
#include "gstream/tool/gstream-reader.h"
#include "tests/projections/hearing.h"

/* GTK redraws at this one; what a window does when it is told of something is done by then. */
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

typedef struct
{
  GstreamReader *reader;
  int            priority; /* at which it subscribes to a handle, and then asks for the next; 0: where it gets it */
  gboolean       ended;
  GPtrArray     *handles;
  GString       *heard; /* items of handles, a `|` behind each */
} Consumer;

/* --- subscribing later --- */

typedef struct
{
  Consumer          *consumer;
  GstreamProjection *projection;
} Turn;

static void
take_delta (const GValue *item,
            gpointer      user_data)
{
  Consumer *self = user_data;

  g_string_append_printf (self->heard, "%s|", g_value_get_string (item));
}

static gboolean
subscribe_late (gpointer user_data)
{
  Turn *turn = user_data;

  gstream_reader_add (turn->consumer->reader, turn->projection, take_delta, turn->consumer);
  gstream_reader_release (turn->consumer->reader);
  g_free (turn);

  return G_SOURCE_REMOVE;
}

static void
read_deltas (Consumer          *self,
             GstreamProjection *projection)
{
  Turn *turn;

  if (self->priority == 0)
    {
      gstream_reader_add (self->reader, projection, take_delta, self);
      return;
    }

  turn = g_new (Turn, 1);
  *turn = (Turn) { self, projection };
  gstream_reader_hold (self->reader);
  g_idle_add_full (self->priority, subscribe_late, turn, NULL);
}

/* --- and asking later for what comes after --- */

typedef struct
{
  Consumer       *consumer;
  GstreamReading *reading;
} Ask;

static gboolean ask (gpointer user_data);

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Ask *self = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  gboolean found = gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, NULL);

  gstream_reading_give (self->reading, found ? &item : NULL);
  if (found)
    g_idle_add_full (self->consumer->priority, ask, self, NULL);
  else
    g_free (self);
}

static gboolean
ask (gpointer user_data)
{
  Ask *self = user_data;

  gstream_cursor_next (gstream_reading_get_cursor (self->reading), NULL, on_next, self);

  return G_SOURCE_REMOVE;
}

static void
read_late (GstreamReading *reading,
           gpointer        consumer)
{
  Ask *self = g_new (Ask, 1);

  *self = (Ask) { consumer, reading };
  ask (self);
}

/* --- a consumer --- */

static void
take_message (const GValue *item,
              gpointer      user_data)
{
  Consumer       *self = user_data;
  GstreamMessage *message = g_value_dup_object (item);

  g_ptr_array_add (self->handles, message);
  read_deltas (self, gstream_message_get_text_deltas (message));
}

static void
take_tool_call (const GValue *item,
                gpointer      user_data)
{
  Consumer        *self = user_data;
  GstreamToolCall *call = g_value_dup_object (item);

  g_ptr_array_add (self->handles, call);
  read_deltas (self, gstream_tool_call_get_output_deltas (call));
}

static void read_run (Consumer         *self,
                      GstreamRunStream *run);

static void
take_subgraph (const GValue *item,
               gpointer      user_data)
{
  Consumer *self = user_data;

  g_ptr_array_add (self->handles, g_value_dup_object (item));
  read_run (self, g_value_get_object (item));
}

static void
read_run (Consumer         *self,
          GstreamRunStream *run)
{
  gstream_reader_add (self->reader, gstream_run_stream_get_messages (run), take_message, self);
  gstream_reader_add (self->reader, gstream_run_stream_get_tool_calls (run), take_tool_call, self);
  gstream_reader_add (self->reader, gstream_run_stream_get_subgraphs (run), take_subgraph, self);
}

static void
on_ended (gpointer user_data)
{
  Consumer *self = user_data;

  self->ended = TRUE;
}

/* What a consumer hears that subscribes to each handle at that priority; and the handles. */
static GPtrArray *
consume (GstreamRunStream *run,
         int               priority,
         char            **heard)
{
  Consumer self = { .priority = priority };

  self.handles = g_ptr_array_new_with_free_func (g_object_unref);
  self.heard = g_string_new (NULL);
  self.reader = gstream_reader_new (NULL, on_ended, &self);
  if (priority != 0)
    gstream_reader_set_read_func (self.reader, read_late, &self);
  read_run (&self, run);
  gstream_reader_release (self.reader);
  while (!self.ended)
    g_main_context_iteration (NULL, TRUE);

  *heard = g_string_free (self.heard, FALSE);

  return self.handles;
}

/* A message, or a tool call, whose every event is there before anybody can have its handle. */
#define MESSAGE(path)                                                                                      \
  START (path, "m", ""), DELTA (path, 0, TEXT_DELTA ("one"), ""), DELTA (path, 0, TEXT_DELTA ("two"), ""), \
      FINISH (path, "")
#define TOOL(path, event, more) path " tools {\"event\":\"tool-" event "\",\"tool_call_id\":\"c\"" more "}"
#define TOOL_CALL(path)                                                                              \
  TOOL (path, "started", ",\"tool_name\":\"t\""), TOOL (path, "output-delta", ",\"delta\":\"one\""), \
      TOOL (path, "output-delta", ",\"delta\":\"two\""), TOOL (path, "finished", ",\"output\":1")

static const char *const message[] = { MESSAGE ("."), NULL };
static const char *const tool_call[] = { TOOL_CALL ("."), NULL };
static const char *const message_below[] = { "s:1 values 1", MESSAGE ("s:1"), NULL };
static const char *const message_far_below[] = { "s:1/t:2 values 1", MESSAGE ("s:1/t:2"), NULL };
static const char *const tool_call_far_below[] = { "s:1/t:2 values 1", TOOL_CALL ("s:1/t:2"), NULL };

/* Misses nothing. */
static void
test_at_once (gconstpointer lines)
{
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  g_autofree char *heard = NULL;
  g_autoptr (GPtrArray) handles = consume (run, 0, &heard);

  g_assert_cmpstr (heard, ==, "one|two|");
}

/* Neither does who subscribes when a window is drawn next. */
static void
test_at_redraw (gconstpointer lines)
{
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  g_autofree char *heard = NULL;
  g_autoptr (GPtrArray) handles = consume (run, REDRAW_PRIORITY, &heard);

  g_assert_cmpstr (heard, ==, "one|two|");
}

/* For who does not, nothing is kept. */
static void
test_too_late (gconstpointer lines)
{
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  g_autofree char *heard = NULL;
  g_autoptr (GPtrArray) handles = consume (run, G_PRIORITY_LOW + 1, &heard);

  g_assert_cmpuint (handles->len, >, 0);
  g_assert_cmpstr (heard, ==, "");
}

static void
add (const char        *name,
     const char *const *lines)
{
  static const struct
  {
    const char   *when;
    GTestDataFunc test;
  } whens[] = {
    { "at-once", test_at_once },
    { "at-redraw", test_at_redraw },
    { "too-late", test_too_late },
  };

  for (guint i = 0; i < G_N_ELEMENTS (whens); i++)
    {
      g_autofree char *path = g_strconcat ("/projection/P11/callbacks/", name, "/", whens[i].when, NULL);

      g_test_add_data_func (path, lines, whens[i].test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("message", message);
  add ("tool-call", tool_call);
  add ("message-below", message_below);
  add ("message-far-below", message_far_below);
  add ("tool-call-far-below", tool_call_far_below);

  return g_test_run ();
}
