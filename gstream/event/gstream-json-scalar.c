/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Strings and numbers of a checked JSON text.
 */
#include "gstream/event/gstream-json-text-internal.h"

#include <math.h>
#include <string.h>

static gunichar
read_hex (const char *digits)
{
  gunichar unit = 0;

  for (guint i = 0; i < 4; i++)
    unit = unit * 16 + g_ascii_xdigit_value (digits[i]);
  return unit;
}

/* @p is behind the u of \uXXXX. Moves it behind all that makes up the character. */
static gunichar
read_character (const char **p,
                const char  *end)
{
  gunichar unit = read_hex (*p);
  gunichar low = 0;

  *p += 4;
  if (unit >= 0xD800 && unit < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u')
    low = read_hex (*p + 2);
  if (low >= 0xDC00 && low < 0xE000)
    {
      *p += 6;
      return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
  return unit == 0 || (unit >= 0xD800 && unit < 0xE000) ? 0xFFFD : unit;
}

static char
read_single (char letter)
{
  switch (letter)
    {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
    }
}

gsize
gstream_json_unescape (char       *out,
                       const char *raw,
                       gsize       length)
{
  const char *end = raw + length;
  const char *backslash;
  char *o = out;

  while ((backslash = memchr (raw, '\\', end - raw)) != NULL)
    {
      memcpy (o, raw, backslash - raw);
      o += backslash - raw;
      raw = backslash + 2;
      if (backslash[1] == 'u')
        o += g_unichar_to_utf8 (read_character (&raw, end), o);
      else
        *o++ = read_single (backslash[1]);
    }
  memcpy (o, raw, end - raw);
  return o + (end - raw) - out;
}

static gunichar
read_half (const char *escape)
{
  return escape[0] == '\\' && escape[1] == 'u' ? read_hex (escape + 2) : 0;
}

/* Not one that is escaped itself. */
static gboolean
is_escape (const char *backslash,
           const char *start)
{
  const char *p = backslash;

  while (p > start && p[-1] == '\\')
    p--;
  return (backslash - p) % 2 == 0;
}

void
gstream_json_trim_halves (GstreamJsonValue *raw,
                          guint16          *low,
                          guint16          *high)
{
  gunichar half = raw->end - raw->start >= 6 ? read_half (raw->start) : 0;

  *low = *high = 0;
  if (half >= 0xDC00 && half < 0xE000)
    {
      *low = half;
      raw->start += 6;
    }
  half = raw->end - raw->start >= 6 ? read_half (raw->end - 6) : 0;
  if (half >= 0xD800 && half < 0xDC00 && is_escape (raw->end - 6, raw->start))
    {
      *high = half;
      raw->end -= 6;
    }
}

void
gstream_json_join_halves (GString *out,
                          guint16  high,
                          guint16  low)
{
  if (high != 0 && low != 0)
    g_string_append_unichar (out, 0x10000 + ((gunichar) (high - 0xD800) << 10) + (low - 0xDC00));
  else if (high != 0 || low != 0)
    g_string_append_unichar (out, 0xFFFD);
}

char *
gstream_json_dup_raw (GstreamJsonValue raw)
{
  char *string = g_malloc (raw.end - raw.start + 1);

  string[gstream_json_unescape (string, raw.start, raw.end - raw.start)] = '\0';
  return string;
}

char *
gstream_json_dup_string (GstreamJsonValue string)
{
  return gstream_json_dup_raw ((GstreamJsonValue) { string.start + 1, string.end - 1 });
}

/* Exact where it returns TRUE. */
static inline gboolean
read_digits (GstreamJsonValue  number,
             gint64           *integer)
{
  gboolean negative = *number.start == '-';
  const char *p = number.start + negative;
  guint64 value = 0;

  if (number.end - p > 19) /* 19 digits never overflow 64 bits */
    return FALSE;
  for (; p < number.end; p++)
    {
      guint digit = (guint) *p - '0';

      if (digit > 9)
        return FALSE;
      value = value * 10 + digit;
    }
  *integer = (gint64) (negative ? -value : value);
  return value <= (guint64) G_MAXINT64 + negative;
}

/* As it is written with a point or an exponent. */
G_GNUC_NO_INLINE static gboolean
read_whole_double (GstreamJsonValue  number,
                   gint64           *integer)
{
  double value;

  if (memchr (number.start, '.', number.end - number.start) == NULL &&
      memchr (number.start, 'e', number.end - number.start) == NULL &&
      memchr (number.start, 'E', number.end - number.start) == NULL)
    return FALSE;

  value = gstream_json_read_double (number);
  if (!(value >= -0x1p63 && value < 0x1p63) || trunc (value) != value)
    return FALSE;
  *integer = (gint64) value;
  return TRUE;
}

gboolean
gstream_json_read_integer (GstreamJsonValue  number,
                           gint64           *integer)
{
  return read_digits (number, integer) || read_whole_double (number, integer);
}

double
gstream_json_read_double (GstreamJsonValue number)
{
  char buffer[64];
  gsize length = number.end - number.start;
  g_autofree char *large = NULL;

  if (length >= sizeof buffer)
    return g_ascii_strtod (large = g_strndup (number.start, length), NULL);
  memcpy (buffer, number.start, length);
  buffer[length] = '\0';
  return g_ascii_strtod (buffer, NULL);
}
