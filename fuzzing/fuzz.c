/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gstream/tool/gstream-digest.h"

/* --- time, which is the same in each execution --- */

#define LOOK 300 /* µs that pass whenever somebody looks at the clock: a run with many events has to leave its turn */

static gint64 now = G_USEC_PER_SEC; /* µs */

/* The clock by which gstream and GLib's timers go is the one here; others are as they are. */
int
clock_gettime (clockid_t        clock,
               struct timespec *time)
{
  if (clock != CLOCK_MONOTONIC)
    return syscall (SYS_clock_gettime, clock, time);

  now += LOOK;
  time->tv_sec = now / G_USEC_PER_SEC;
  time->tv_nsec = now % G_USEC_PER_SEC * 1000;

  return 0;
}

/* Where a timer would be waited for, its time has come. */
static int
poll_without_waiting (GPollFD *fds,
                      guint    n_fds,
                      int      timeout)
{
  int n_ready = g_poll (fds, n_fds, MIN (timeout, 0));

  if (n_ready == 0 && timeout > 0)
    now += (gint64) timeout * 1000;

  return n_ready;
}

static void __attribute__ ((constructor))
begin (void)
{
  g_main_context_set_poll_func (NULL, poll_without_waiting);
}

/* --- what is logged --- */

/*
 * In place of GLib's: what is only told is made, but not written, and what is for debugging, which libsoup tells of every frame
 * of a WebSocket, not even made. That took a sixth of an execution.
 */
void
g_log (const char    *domain,
       GLogLevelFlags level,
       const char    *format,
       ...)
{
  va_list args;

  va_start (args, format);
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0)
    g_logv (domain, level, format, args);
  else if ((level & G_LOG_LEVEL_DEBUG) == 0)
    g_free (g_strdup_vprintf (format, args));
  va_end (args);
}

/* --- bytes that come in pieces --- */

#define FUZZ_TYPE_STREAM (fuzz_stream_get_type ())
G_DECLARE_FINAL_TYPE (FuzzStream, fuzz_stream, FUZZ, STREAM, GInputStream)

struct _FuzzStream
{
  GInputStream parent_instance;

  const uint8_t *next;
  size_t         left;
  uint32_t       seed;
};

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FuzzStream, fuzz_stream, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

/* 0: at the end, or nothing is there just now. */
static gsize
next_piece (FuzzStream *self,
            gsize       count)
{
  gsize n = MIN (count, self->left);

  if (self->seed == 0)
    return n;

  self->seed = self->seed * 1664525 + 1013904223;

  return self->seed >> 29 == 0 ? 0 : MIN (n, 1 + (self->seed >> 16) % 37);
}

static gssize
fuzz_stream_read_nonblocking (GPollableInputStream *stream,
                              void                 *buffer,
                              gsize                 count,
                              GError              **error)
{
  FuzzStream *self = FUZZ_STREAM (stream);
  gsize       n = next_piece (self, count);

  if (n == 0 && self->left > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Not now");
      return -1;
    }
  if (n > 0)
    memcpy (buffer, self->next, n);
  self->next += n;
  self->left -= n;

  return n;
}

static gboolean
fuzz_stream_is_readable (GPollableInputStream *stream)
{
  return TRUE;
}

static GSource *
fuzz_stream_create_source (GPollableInputStream *stream,
                           GCancellable         *cancellable)
{
  g_autoptr (GSource) child = g_timeout_source_new (0);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = fuzz_stream_is_readable;
  iface->create_source = fuzz_stream_create_source;
  iface->read_nonblocking = fuzz_stream_read_nonblocking;
}

static gssize
fuzz_stream_read (GInputStream *stream,
                  void         *buffer,
                  gsize         count,
                  GCancellable *cancellable,
                  GError      **error)
{
  return fuzz_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

/* Not in another thread, as GIO would. */
static void
fuzz_stream_close_async (GInputStream       *stream,
                         int                 priority,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

static gboolean
fuzz_stream_close_finish (GInputStream *stream,
                          GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fuzz_stream_class_init (FuzzStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = fuzz_stream_read;
  G_INPUT_STREAM_CLASS (klass)->close_async = fuzz_stream_close_async;
  G_INPUT_STREAM_CLASS (klass)->close_finish = fuzz_stream_close_finish;
}

static void
fuzz_stream_init (FuzzStream *self)
{
}

GInputStream *
fuzz_stream_new (const uint8_t *data,
                 size_t         size,
                 uint32_t       seed)
{
  FuzzStream *self = g_object_new (FUZZ_TYPE_STREAM, NULL);

  self->next = data;
  self->left = size;
  self->seed = seed;

  return G_INPUT_STREAM (self);
}

/* --- what a run shows --- */

void
fuzz_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

char *
fuzz_digest_run (GstreamRunStream *run)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GstreamReader *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest *digest = gstream_digest_new (run, reader);
  char          *json;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  g_assert_cmpint (gstream_run_stream_get_status (run), >, GSTREAM_RUN_STATUS_RUNNING);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);

  return json;
}

char *
fuzz_digest (GstreamEventSource *source)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  return fuzz_digest_run (run);
}

static void
append_event (GString      *text,
              GstreamEvent *event)
{
  g_autoptr (GstreamEvent) owned = event;
  g_autofree char *json = gstream_event_to_json (owned);

  g_string_append (text, json);
  g_string_append_c (text, '\n');
}

static void
append_error (GString      *text,
              const GError *error)
{
  g_assert_cmpstr (error->message, !=, "");
  g_string_append_printf (text, "%s %d\n", g_quark_to_string (error->domain), error->code);
}

static void
keep_result (GObject      *source,
             GAsyncResult *result,
             gpointer      kept)
{
  *(GAsyncResult **) kept = g_object_ref (result);
}

/* Waits where nothing is there. NULL: the source has ended, or failed. */
static GstreamEvent *
next_event (GstreamEventSource *source,
            GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GstreamEvent *event = NULL;

  if (gstream_event_source_try_next (source, &event, error) != GSTREAM_TRY_PENDING)
    return event;

  gstream_event_source_next (source, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return gstream_event_source_next_finish (source, result, error);
}

char *
fuzz_read_all (GstreamEventSource *source)
{
  g_autoptr (GError) error = NULL;
  GString      *text = g_string_new (NULL);
  GstreamEvent *event;

  while ((event = next_event (source, &error)) != NULL)
    append_event (text, event);
  if (error != NULL)
    append_error (text, error);

  return g_string_free (text, FALSE);
}

static char *
read_pieces (FuzzMakeSource make_source,
             const uint8_t *data,
             size_t         size,
             uint32_t       seed)
{
  g_autoptr (GInputStream) stream = fuzz_stream_new (data, size, seed);
  g_autoptr (GstreamEventSource) source = make_source (stream);

  return fuzz_read_all (source);
}

int
fuzz_source (FuzzMakeSource make_source,
             const uint8_t *data,
             size_t         size)
{
  g_autofree char *whole = read_pieces (make_source, data, size, 0);
  g_autofree char *pieces = read_pieces (make_source, data, size, 1 + size);

  g_assert_cmpstr (whole, ==, pieces);
  fuzz_settle ();

  return 0;
}
