/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of a child process's standard output.
 */
#include <gstream/remote/gstream-process-lines-private.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_SIZE (64 * 1024) /* bytes; also what the kernel keeps of a pipe */
#define LEAST_SPACE 4096       /* bytes that a read is worth */

void
gstream_process_lines_init (GstreamProcessLines *self,
                            int                  fd,
                            gsize                max_size)
{
  *self = (GstreamProcessLines) { .fd = fd, .max_size = max_size };
}

void
gstream_process_lines_clear (GstreamProcessLines *self)
{
  g_clear_pointer (&self->owner, g_bytes_unref);
  gstream_process_lines_init (self, -1, 0);
}

/* --- taking --- */

static GstreamProcessLineKind
take (GstreamProcessLines   *self,
      GstreamProcessLine    *line,
      gsize                  length,
      GstreamProcessLineKind kind)
{
  line->text = self->bytes + self->start;
  line->length = length;
  self->start += length;
  self->searched = 0;

  return kind;
}

/* What the line is that begins with @text. NONE: it is blank. */
static GstreamProcessLineKind
judge (GstreamProcessLines *self,
       const char          *text,
       gsize                length)
{
  gsize blanks = 0;

  while (blanks < length && g_ascii_isspace (text[blanks]))
    blanks++;
  if (blanks == length)
    return length < LEAST_SPACE ? GSTREAM_PROCESS_LINE_NONE : GSTREAM_PROCESS_LINE_LOG;
  if (text[blanks] != '{')
    return GSTREAM_PROCESS_LINE_LOG;

  return length > self->max_size ? GSTREAM_PROCESS_LINE_TOO_LONG : GSTREAM_PROCESS_LINE_OBJECT;
}

/* More of a line whose kind is known already. */
static GstreamProcessLineKind
take_rest (GstreamProcessLines *self,
           GstreamProcessLine  *line)
{
  const char            *text = self->bytes + self->start;
  gsize                  available = self->end - self->start;
  const char            *end = memchr (text, '\n', available);
  GstreamProcessLineKind kind = self->unfinished;

  if (end != NULL)
    self->unfinished = GSTREAM_PROCESS_LINE_NONE;
  take (self, line, end != NULL ? (gsize) (end + 1 - text) : available, kind);

  return kind == GSTREAM_PROCESS_LINE_LOG ? kind : gstream_process_lines_take (self, line);
}

/* An object, or what may still become one, is collected; the last line may have no end. */
static GstreamProcessLineKind
take_unfinished (GstreamProcessLines *self,
                 GstreamProcessLine  *line)
{
  gsize                  available = self->end - self->start;
  GstreamProcessLineKind kind = judge (self, self->bytes + self->start, available);

  self->searched = available;
  if (kind <= GSTREAM_PROCESS_LINE_OBJECT && !self->at_end)
    return GSTREAM_PROCESS_LINE_NONE;
  if (kind <= GSTREAM_PROCESS_LINE_OBJECT)
    kind = GSTREAM_PROCESS_LINE_LOG;
  self->unfinished = kind;

  return take (self, line, available, kind);
}

static GstreamProcessLineKind
take_whole (GstreamProcessLines *self,
            GstreamProcessLine  *line,
            gsize                length)
{
  GstreamProcessLineKind kind = judge (self, self->bytes + self->start, length);

  return take (self, line, length, kind == GSTREAM_PROCESS_LINE_NONE ? GSTREAM_PROCESS_LINE_LOG : kind);
}

GstreamProcessLineKind
gstream_process_lines_take (GstreamProcessLines *self,
                            GstreamProcessLine  *line)
{
  const char *text = self->bytes + self->start;
  gsize       available = self->end - self->start;
  const char *end;

  if (available == 0)
    return GSTREAM_PROCESS_LINE_NONE;
  if (self->unfinished != GSTREAM_PROCESS_LINE_NONE)
    return take_rest (self, line);

  end = memchr (text + self->searched, '\n', available - self->searched);

  return end != NULL ? take_whole (self, line, end + 1 - text) : take_unfinished (self, line);
}

/* --- reading --- */

/* The bytes before @end may be in use: what is not taken moves to new ones where there is little space behind it. */
static void
reserve (GstreamProcessLines *self)
{
  gsize available = self->end - self->start;
  gsize size = MAX (CHUNK_SIZE, available * 2);
  char *bytes;

  if (self->size - self->end >= LEAST_SPACE)
    return;

  bytes = g_malloc (size);
  if (available > 0)
    memcpy (bytes, self->bytes + self->start, available);
  g_clear_pointer (&self->owner, g_bytes_unref);
  self->owner = g_bytes_new_take (bytes, size);
  self->bytes = bytes;
  self->size = size;
  self->start = 0;
  self->end = available;
}

gboolean
gstream_process_lines_fill (GstreamProcessLines *self)
{
  gssize n;

  if (self->at_end || self->fd < 0)
    return FALSE;

  reserve (self);
  do
    n = read (self->fd, self->bytes + self->end, self->size - self->end);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    self->end += n;
  else
    self->at_end = n == 0 || errno != EAGAIN;

  return n > 0;
}
