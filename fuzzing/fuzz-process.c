/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whatever a child process writes, what waits for it gets an answer, an event, an end or an error, the same in whatever
 * pieces it was written. The first byte decides how large those are.
 *
 * There is no child: the functions of gstream-process-child.h that are here take the place of the library's, and give its
 * end of a pipe.
 */
#define _GNU_SOURCE /* pipe2() */

#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gstream/remote/gstream-process-child-private.h>
#include <gstream/remote/gstream-process-private.h>

#define MOST (32 * 1024) /* bytes: a pipe takes them at once */
#define COMMAND "{\"id\":0,\"method\":\"run.start\",\"params\":{}}"

/* --- a child --- */

struct _GstreamProcessChild
{
  int output[2]; /* a pipe */
};

static GstreamProcessChild the_child;
static int                 silence[2]; /* a pipe into which nothing is written, for its log */

GstreamProcessChild *
gstream_process_child_new (const char *const   *argv,
                           const char *const   *environment,
                           const char          *directory,
                           GMainContext        *context,
                           GstreamProcessExited exited,
                           gpointer             user_data,
                           GError             **error)
{
  g_assert_no_errno (pipe2 (the_child.output, O_NONBLOCK));
  if (silence[0] == 0)
    g_assert_no_errno (pipe2 (silence, O_NONBLOCK));

  return &the_child;
}

void
gstream_process_child_free (GstreamProcessChild *self)
{
  close (self->output[0]);
  if (self->output[1] >= 0)
    close (self->output[1]);
}

void
gstream_process_child_kill (GstreamProcessChild *self)
{
}

int
gstream_process_child_get_input (GstreamProcessChild *self)
{
  return silence[1];
}

int
gstream_process_child_get_output (GstreamProcessChild *self)
{
  return self->output[0];
}

int
gstream_process_child_get_log (GstreamProcessChild *self)
{
  return silence[0];
}

gssize
gstream_process_child_write (GstreamProcessChild *self,
                             const char          *bytes,
                             gsize                size)
{
  return size;
}

gboolean
gstream_process_child_has_exited (GstreamProcessChild *self)
{
  return self->output[1] < 0;
}

char *
gstream_process_child_describe_end (GstreamProcessChild *self,
                                    const char          *name)
{
  return g_strdup ("ended");
}

/* --- a run of it --- */

typedef struct
{
  GstreamRunStream *run; /* NULL: it has not begun */
  GstreamCursor    *log;
  GString          *text; /* what is seen of it */
  gboolean          is_over;
  const uint8_t    *next; /* of what the child writes */
  size_t            left;
  size_t            piece;
} Reading;

static void
on_log (gpointer user_data)
{
}

static void
end (Reading      *reading,
     const GError *error)
{
  reading->is_over = TRUE;
  if (error == NULL)
    return;

  g_assert_cmpstr (error->message, !=, "");
  g_string_append_printf (reading->text, "%s %d\n", g_quark_to_string (error->domain), error->code);
}

/* Not its time: that which the library makes of the end of a run has another each time. */
static void
append_event (GString      *text,
              GstreamEvent *event)
{
  g_string_append_printf (text, "%s %s\n", gstream_event_get_method (event),
                          gstream_payload_get_json (gstream_event_get_data (event), NULL));
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Reading *reading = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (!gstream_cursor_next_finish (reading->log, result, &item, &error))
    {
      end (reading, error);
      return;
    }
  append_event (reading->text, g_value_get_boxed (&item));
  gstream_cursor_next (reading->log, NULL, on_next, reading);
}

static void
on_started (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Reading *reading = user_data;
  g_autoptr (GError) error = NULL;
  GstreamProcessRun *run = gstream_process_start_run_finish (result, &error);

  if (run == NULL)
    {
      end (reading, error);
      return;
    }
  g_string_append_printf (reading->text, "%s\n", gstream_process_run_get_thread_id (run));
  reading->run = gstream_process_run_open (run, NULL, FALSE);
  reading->log = gstream_projection_subscribe (gstream_run_stream_get_log (reading->run), NULL);
  gstream_cursor_next (reading->log, NULL, on_next, reading);
}

/* At its end the child exits. */
static void
write_piece (Reading *reading)
{
  size_t n = MIN (reading->left, reading->piece);

  if (the_child.output[1] < 0)
    return;

  g_assert_cmpint (write (the_child.output[1], reading->next, n), ==, n);
  reading->next += n;
  reading->left -= n;
  if (reading->left > 0)
    return;

  close (the_child.output[1]);
  the_child.output[1] = -1;
}

static char *
read_all (const uint8_t *data,
          size_t         size,
          size_t         piece)
{
  GstreamProcessSettings settings = {
    .argv = g_strdupv ((char *[]) { (char *) "agent", NULL }),
    .environment = g_new0 (char *, 1),
    .max_event_size = 2048,
    .max_depth = 32,
    .answer_timeout = 60000,
  };
  Reading         reading = { .text = g_string_new (NULL), .next = data, .left = size, .piece = piece };
  GstreamProcess *process = gstream_process_new (&settings, g_main_context_default (), on_log, NULL);

  gstream_process_start_run (process, COMMAND, NULL, on_started, &reading);
  while (!reading.is_over)
    {
      write_piece (&reading);
      g_main_context_iteration (NULL, FALSE);
    }
  g_clear_object (&reading.log);
  g_clear_object (&reading.run);
  gstream_process_leave (process);
  fuzz_settle ();

  return g_string_free (reading.text, FALSE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = NULL;
  g_autofree char *pieces = NULL;

  if (size < 2 || size > MOST)
    return 0;

  whole = read_all (data + 1, size - 1, size);
  pieces = read_all (data + 1, size - 1, MAX (1u + data[0], size / 16));
  g_assert_cmpstr (whole, ==, pieces);

  return 0;
}
