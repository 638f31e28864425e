/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of a child process are all of what it wrote, in order, and are the same in whatever pieces that comes. The
 * first byte decides how long an object may be, and the second how long the pieces are.
 */
#define _GNU_SOURCE /* pipe2() */

#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gstream/remote/gstream-process-lines-private.h>

#define MOST (32 * 1024) /* bytes: a pipe takes them at once */

typedef struct
{
  int      pipe[2];
  GString *log;
  GString *objects;
  guint    n_too_long;
  gsize    n_bytes;
} Reading;

static void
take_all (GstreamProcessLines *lines,
          Reading             *reading)
{
  GstreamProcessLineKind kind;
  GstreamProcessLine     line;

  while ((kind = gstream_process_lines_take (lines, &line)) != GSTREAM_PROCESS_LINE_NONE)
    {
      g_assert_cmpuint (line.length, >, 0);
      reading->n_bytes += line.length;
      if (kind == GSTREAM_PROCESS_LINE_OBJECT)
        {
          g_assert_true (line.text[line.length - 1] == '\n');
          g_assert_true (memchr (line.text, '\n', line.length - 1) == NULL);
          g_string_append_len (reading->objects, line.text, line.length);
        }
      else if (kind == GSTREAM_PROCESS_LINE_LOG)
        g_string_append_len (reading->log, line.text, line.length);
      else
        reading->n_too_long++;
    }
}

static void
reading_clear (Reading *reading)
{
  g_string_free (reading->log, TRUE);
  g_string_free (reading->objects, TRUE);
}

/* @piece: bytes that are written at a time. */
static Reading
read_all (const uint8_t *data,
          size_t         size,
          gsize          max_size,
          gsize          piece)
{
  Reading             reading = { .log = g_string_new (NULL), .objects = g_string_new (NULL) };
  GstreamProcessLines lines;

  g_assert_no_errno (pipe2 (reading.pipe, O_NONBLOCK));
  gstream_process_lines_init (&lines, reading.pipe[0], max_size);
  for (gsize n; size > 0; data += n, size -= n)
    {
      n = MIN (piece, size);
      g_assert_cmpint (write (reading.pipe[1], data, n), ==, n);
      while (gstream_process_lines_fill (&lines))
        take_all (&lines, &reading);
    }
  close (reading.pipe[1]);
  g_assert_false (gstream_process_lines_fill (&lines));
  take_all (&lines, &reading);
  g_assert_true (lines.at_end);
  g_assert_true (lines.start == lines.end);
  gstream_process_lines_clear (&lines);
  close (reading.pipe[0]);

  return reading;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  gsize   max_size, piece;
  Reading whole, pieces;

  if (size < 2 || size > MOST)
    return 0;

  max_size = 1 + data[0] * 4;
  piece = 1 + data[1];
  data += 2;
  size -= 2;
  whole = read_all (data, size, max_size, size);
  pieces = read_all (data, size, max_size, MAX (piece, size / 64));
  g_assert_cmpmem (whole.objects->str, whole.objects->len, pieces.objects->str, pieces.objects->len);
  g_assert_cmpmem (whole.log->str, whole.log->len, pieces.log->str, pieces.log->len);
  g_assert_cmpuint (whole.n_too_long, ==, pieces.n_too_long);
  if (whole.n_too_long == 0)
    g_assert_cmpuint (whole.n_bytes, ==, size);
  reading_clear (&whole);
  reading_clear (&pieces);

  return 0;
}
