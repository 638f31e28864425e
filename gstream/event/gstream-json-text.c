/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a JSON text that has been checked: values, strings and numbers, elements and members, JSON Pointers, and the
 * comparison of values.
 */
#include "gstream/event/gstream-json-text-internal.h"

#include <math.h>
#include <string.h>

/* --- passing values --- */

/* Whether the byte at @p is escaped: whether an odd number of backslashes precedes it. Its string starts at @start. */
static gboolean
is_escaped (const char *p,
            const char *start)
{
  const char *backslash = p;

  while (backslash > start && backslash[-1] == '\\')
    backslash--;
  return (p - backslash) % 2 == 1;
}

const char *
gstream_json_find_far_quote (const char *p,
                             const char *end)
{
  const char *quote = memchr (p, '"', end - p);

  while (quote[-1] == '\\' && is_escaped (quote, p))
    quote = memchr (quote + 1, '"', end - quote - 1);
  return quote;
}

const char *
gstream_json_pass_scalar (const char *p,
                          const char *end)
{
  while (p < end && *p > ' ' && *p != ',' && (*p | 0x20) != '}')
    p++;
  return p;
}

/* Counts brackets, skipping strings. */
const char *
gstream_json_pass_container (const char *p,
                             const char *end)
{
  gsize depth = 1;

  for (p++;; p++)
    if (*p == '"')
      p = gstream_json_find_quote (p + 1, end);
    else if ((*p | 0x20) == '{') /* or [ */
      depth++;
    else if ((*p | 0x20) == '}' && --depth == 0) /* or ] */
      return p + 1;
}

/* --- strings and numbers --- */

static gunichar
read_hex (const char *digits)
{
  gunichar unit = 0;

  for (guint i = 0; i < 4; i++)
    unit = unit * 16 + g_ascii_xdigit_value (digits[i]);
  return unit;
}

/* @p is after the u of \uXXXX. Advances it to after the whole character, which may be two escape sequences. */
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
  char       *o = out;

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
  if (half >= 0xD800 && half < 0xDC00 && !is_escaped (raw->end - 6, raw->start))
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

/* Returns FALSE if the number is not written with digits only, or does not fit in int64. */
static inline gboolean
read_digits (GstreamJsonValue number,
             gint64          *integer)
{
  gboolean    negative = *number.start == '-';
  const char *p = number.start + negative;
  guint64     value = 0;

  if (number.end - p > 19) /* 19 digits always fit in 64 bits */
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

/* Parses an integer that is written with a fraction or an exponent, such as 5.0 or 1e3. */
G_GNUC_NO_INLINE static gboolean
read_whole_double (GstreamJsonValue number,
                   gint64          *integer)
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
gstream_json_read_integer (GstreamJsonValue number,
                           gint64          *integer)
{
  return read_digits (number, integer) || read_whole_double (number, integer);
}

double
gstream_json_read_double (GstreamJsonValue number)
{
  char             buffer[64];
  gsize            length = number.end - number.start;
  g_autofree char *large = NULL;

  if (length >= sizeof buffer)
    return g_ascii_strtod (large = g_strndup (number.start, length), NULL);
  memcpy (buffer, number.start, length);
  buffer[length] = '\0';
  return g_ascii_strtod (buffer, NULL);
}

GstreamPayloadKind
gstream_json_kind (GstreamJsonValue value)
{
  gint64 integer;

  switch (*value.start)
    {
    case '{':
      return GSTREAM_PAYLOAD_KIND_OBJECT;
    case '[':
      return GSTREAM_PAYLOAD_KIND_ARRAY;
    case '"':
      return GSTREAM_PAYLOAD_KIND_STRING;
    case 't':
    case 'f':
      return GSTREAM_PAYLOAD_KIND_BOOLEAN;
    case 'n':
      return GSTREAM_PAYLOAD_KIND_NULL;
    default:
      for (const char *p = value.start; p < value.end; p++)
        if (*p == '.' || *p == 'e' || *p == 'E')
          return GSTREAM_PAYLOAD_KIND_DOUBLE;
      return gstream_json_read_integer (value, &integer) ? GSTREAM_PAYLOAD_KIND_INTEGER : GSTREAM_PAYLOAD_KIND_DOUBLE;
    }
}

/* --- elements and members --- */

void
gstream_json_iter_init_outlined (GstreamJsonIter          *iter,
                                 GstreamJsonValue          container,
                                 const GstreamJsonOutline *outline)
{
  iter->at = container.start + 1;
  iter->end = container.end;
  iter->outline = outline;
}

void
gstream_json_iter_init (GstreamJsonIter *iter,
                        GstreamJsonValue container)
{
  gstream_json_iter_init_outlined (iter, container, NULL);
}

/* Advances to the first byte of the next value or member name; returns FALSE at the closing bracket. */
static gboolean
step (GstreamJsonIter *iter)
{
  iter->at = gstream_json_pass_space (iter->at);
  if (*iter->at == ',')
    iter->at = gstream_json_pass_space (iter->at + 1);
  return *iter->at != ']' && *iter->at != '}';
}

static GstreamJsonValue
take (GstreamJsonIter *iter)
{
  GstreamJsonValue value = { iter->at, gstream_json_pass_outlined (iter->at, iter->end, iter->outline) };

  iter->at = value.end;
  return value;
}

gboolean
gstream_json_iter_element (GstreamJsonIter  *iter,
                           GstreamJsonValue *element)
{
  if (!step (iter))
    return FALSE;
  *element = take (iter);
  return TRUE;
}

/* Advances to the first byte of the value. */
static gboolean
take_name (GstreamJsonIter  *iter,
           GstreamJsonValue *name)
{
  if (!step (iter))
    return FALSE;
  *name = take (iter);
  name->start++;
  name->end--;
  iter->at = gstream_json_pass_space (iter->at) + 1; /* the colon */
  iter->at = gstream_json_pass_space (iter->at);
  return TRUE;
}

gboolean
gstream_json_iter_member (GstreamJsonIter  *iter,
                          GstreamJsonValue *name,
                          GstreamJsonValue *value)
{
  if (!take_name (iter, name))
    return FALSE;
  *value = take (iter);
  return TRUE;
}

static void
clear_member (gpointer data)
{
  GstreamJsonMember *member = data;

  g_free (member->name);
}

GArray *
gstream_json_members (GstreamJsonValue          object,
                      const GstreamJsonOutline *outline)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (GstreamJsonMember));
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  GstreamJsonValue  raw;
  GstreamJsonMember member;
  GstreamJsonIter   iter;
  gpointer          place;

  g_array_set_clear_func (members, clear_member);
  gstream_json_iter_init_outlined (&iter, object, outline);
  while (gstream_json_iter_member (&iter, &raw, &member.value))
    {
      member.name = gstream_json_dup_raw (raw);
      if (g_hash_table_lookup_extended (places, member.name, NULL, &place))
        {
          g_array_index (members, GstreamJsonMember, GPOINTER_TO_UINT (place)).value = member.value;
          g_free (member.name);
          continue;
        }
      g_hash_table_insert (places, member.name, GUINT_TO_POINTER (members->len));
      g_array_append_val (members, member);
    }
  return members;
}

/*
 * --- JSON Pointer (RFC 6901) ---
 *
 * Evaluated in one pass. An object is always read to its end, since the last of duplicate members is used.
 */

/* A part of the pointer between slashes, as it is written: a name or an index. */
typedef struct
{
  const char *start;
  gsize       length;
  gboolean    is_plain; /* it can be compared bytewise with names that have no escapes */
} Token;

static const char *look_within (const char               *p,
                                const char               *end,
                                const char               *pointer,
                                GstreamJsonValue         *found,
                                const GstreamJsonOutline *outline);

/* Looks for @pointer in the value at @p. Returns the end of the value, whether @pointer was found or not. */
static inline const char *
look (const char               *p,
      const char               *end,
      const char               *pointer,
      GstreamJsonValue         *found,
      const GstreamJsonOutline *outline)
{
  if (*pointer != '\0')
    return look_within (p, end, pointer, found, outline);
  found->start = p;
  found->end = gstream_json_pass_outlined (p, end, outline);
  return found->end;
}

/* @pointer is at a slash. Returns the address after the token: that of a slash or the end. */
static inline const char *
read_token (const char *pointer,
            Token      *token)
{
  static const gboolean is_special[256] = { ['\0'] = TRUE, ['/'] = TRUE, ['~'] = TRUE, ['\\'] = TRUE };
  const char           *p = pointer + 1;

  token->is_plain = TRUE;
  while (!is_special[(guchar) *p])
    p++;
  for (; *p != '\0' && *p != '/'; p++)
    token->is_plain = token->is_plain && !is_special[(guchar) *p];
  token->start = pointer + 1;
  token->length = p - token->start;
  return p;
}

/* A tilde that is not followed by 0 or 1 is invalid, and does not match any name. */
static gboolean
is_token_of (const Token *token,
             const char  *name,
             gsize        length)
{
  const char *p = token->start;
  const char *end = p + token->length;
  const char *name_end = name + length;

  for (; p < end && name < name_end; p++, name++)
    if (*p != '~' && *p != *name)
      return FALSE;
    else if (*p == '~' && (*++p == '0' ? '~' : *p == '1' ? '/' : '\0') != *name)
      return FALSE;
  return p == end && name == name_end;
}

/* Compares where the name or the token has escapes. */
G_GNUC_NO_INLINE static gboolean
is_meant (GstreamJsonValue raw,
          const Token     *token)
{
  gsize            length = raw.end - raw.start;
  char             buffer[128];
  g_autofree char *large = NULL;
  char            *name = buffer;

  if (length > sizeof buffer)
    name = large = g_malloc (length);
  return is_token_of (token, name, gstream_json_unescape (name, raw.start, length));
}

static inline gboolean
has_escapes (GstreamJsonValue raw,
             const char      *end)
{
  gsize length = raw.end - raw.start;

  if (length > GSTREAM_JSON_BLOCK || end - raw.start < GSTREAM_JSON_BLOCK)
    return memchr (raw.start, '\\', length) != NULL;
  return (gstream_json_mark_block (raw.start, '\\', 0) & ((1u << length) - 1)) != 0;
}

/* The escaped form of a name is never shorter than the name itself. */
static inline gboolean
is_named (GstreamJsonValue raw,
          const char      *end,
          const Token     *token)
{
  gsize length = raw.end - raw.start;

  if (token->is_plain && length == token->length)
    return length == 0 || (*raw.start == *token->start && memcmp (raw.start, token->start, length) == 0);
  if (token->is_plain && (length < token->length || !has_escapes (raw, end)))
    return FALSE;
  return is_meant (raw, token);
}

static const char *
look_in_object (const char               *p,
                const char               *end,
                const char               *pointer,
                GstreamJsonValue         *found,
                const GstreamJsonOutline *outline)
{
  Token       token;
  const char *rest = read_token (pointer, &token);

  p = gstream_json_pass_space (p + 1);
  while (*p != '}')
    {
      GstreamJsonValue name = { p + 1, gstream_json_find_quote (p + 1, end) };

      p = gstream_json_pass_space (name.end + 1) + 1; /* the colon */
      p = gstream_json_pass_space (p);
      p = is_named (name, end, &token) ? look (p, end, rest, found, outline)
                                       : gstream_json_pass_outlined (p, end, outline);
      p = gstream_json_pass_space (p);
      if (*p == ',')
        p = gstream_json_pass_space (p + 1);
    }
  return p + 1;
}

/* Parses a decimal index without leading zeros. 19 digits are more than the elements that any text can have. */
static gboolean
read_index (const Token *token,
            guint64     *index)
{
  if (token->length == 0 || token->length > 18 || (*token->start == '0' && token->length > 1))
    return FALSE;
  *index = 0;
  for (gsize i = 0; i < token->length; i++)
    {
      if (!g_ascii_isdigit (token->start[i]))
        return FALSE;
      *index = *index * 10 + (token->start[i] - '0');
    }
  return TRUE;
}

static const char *
look_in_array (const char               *p,
               const char               *end,
               const char               *pointer,
               GstreamJsonValue         *found,
               const GstreamJsonOutline *outline)
{
  Token           token;
  const char     *rest = read_token (pointer, &token);
  GstreamJsonIter iter = { p + 1, end, outline };
  guint64         wanted;

  if (!read_index (&token, &wanted))
    return gstream_json_pass_outlined (p, end, outline);
  for (guint64 i = 0; step (&iter); i++)
    iter.at =
        i == wanted ? look (iter.at, end, rest, found, outline) : gstream_json_pass_outlined (iter.at, end, outline);
  return iter.at + 1;
}

/* @pointer must have at least one token. */
static const char *
look_within (const char               *p,
             const char               *end,
             const char               *pointer,
             GstreamJsonValue         *found,
             const GstreamJsonOutline *outline)
{
  found->start = NULL;
  if (*p == '{')
    return look_in_object (p, end, pointer, found, outline);
  if (*p == '[')
    return look_in_array (p, end, pointer, found, outline);
  return gstream_json_pass_outlined (p, end, outline);
}

gboolean
gstream_json_find_outlined (GstreamJsonValue          value,
                            const GstreamJsonOutline *outline,
                            const char               *pointer,
                            GstreamJsonValue         *found)
{
  *found = value;
  if (*pointer == '\0')
    return TRUE;
  found->start = NULL;
  if (*pointer != '/')
    return FALSE;
  look_within (value.start, value.end, pointer, found, outline);
  return found->start != NULL;
}

gboolean
gstream_json_find (GstreamJsonValue  value,
                   const char       *pointer,
                   GstreamJsonValue *found)
{
  return gstream_json_find_outlined (value, NULL, pointer, found);
}

/* --- equality, and a hash that is the same for equals --- */

static gboolean
equal_strings (GstreamJsonValue a,
               GstreamJsonValue b)
{
  g_autofree char *string_a = gstream_json_dup_string (a);
  g_autofree char *string_b = gstream_json_dup_string (b);

  return strcmp (string_a, string_b) == 0;
}

static gboolean
is_whole (GstreamJsonValue number)
{
  const char *p = number.start + (*number.start == '-');

  while (p < number.end && g_ascii_isdigit (*p))
    p++;
  return p == number.end;
}

static gboolean
equal_texts (GstreamJsonValue a,
             GstreamJsonValue b)
{
  gsize length = a.end - a.start;

  return length == (gsize) (b.end - b.start) && memcmp (a.start, b.start, length) == 0;
}

static gboolean
equal_numbers (GstreamJsonValue a,
               GstreamJsonValue b)
{
  gint64   integer_a;
  gint64   integer_b;
  gboolean exact_a = gstream_json_read_integer (a, &integer_a);
  gboolean exact_b = gstream_json_read_integer (b, &integer_b);

  if (exact_a && exact_b)
    return integer_a == integer_b;
  if (is_whole (a) && is_whole (b)) /* both are outside of int64: compared as text */
    return equal_texts (a, b);
  return exact_a == exact_b && gstream_json_read_double (a) == gstream_json_read_double (b);
}

static gboolean
equal_arrays (GstreamJsonValue a,
              GstreamJsonValue b)
{
  GstreamJsonIter iter_a;
  GstreamJsonIter iter_b;

  gstream_json_iter_init (&iter_a, a);
  gstream_json_iter_init (&iter_b, b);
  while (gstream_json_iter_element (&iter_a, &a))
    if (!gstream_json_iter_element (&iter_b, &b) || !gstream_json_equal (a, b))
      return FALSE;
  return !gstream_json_iter_element (&iter_b, &b);
}

static int
compare_members (gconstpointer a,
                 gconstpointer b)
{
  const GstreamJsonMember *member_a = a;
  const GstreamJsonMember *member_b = b;

  return strcmp (member_a->name, member_b->name);
}

static gboolean
equal_objects (GstreamJsonValue a,
               GstreamJsonValue b)
{
  g_autoptr (GArray) members_a = gstream_json_members (a, NULL);
  g_autoptr (GArray) members_b = gstream_json_members (b, NULL);

  if (members_a->len != members_b->len)
    return FALSE;
  g_array_sort (members_a, compare_members);
  g_array_sort (members_b, compare_members);
  for (guint i = 0; i < members_a->len; i++)
    {
      GstreamJsonMember *member_a = &g_array_index (members_a, GstreamJsonMember, i);
      GstreamJsonMember *member_b = &g_array_index (members_b, GstreamJsonMember, i);

      if (compare_members (member_a, member_b) != 0 || !gstream_json_equal (member_a->value, member_b->value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_number (GstreamPayloadKind kind)
{
  return kind == GSTREAM_PAYLOAD_KIND_INTEGER || kind == GSTREAM_PAYLOAD_KIND_DOUBLE;
}

gboolean
gstream_json_equal (GstreamJsonValue a,
                    GstreamJsonValue b)
{
  GstreamPayloadKind kind = gstream_json_kind (a);
  GstreamPayloadKind other = gstream_json_kind (b);

  if (is_number (kind) && is_number (other))
    return equal_numbers (a, b);
  if (kind != other)
    return FALSE;
  if (equal_texts (a, b))
    return TRUE;

  switch (kind)
    {
    case GSTREAM_PAYLOAD_KIND_STRING:
      return equal_strings (a, b);
    case GSTREAM_PAYLOAD_KIND_ARRAY:
      return equal_arrays (a, b);
    case GSTREAM_PAYLOAD_KIND_OBJECT:
      return equal_objects (a, b);
    default:
      return FALSE;
    }
}

static guint
hash_number (GstreamJsonValue number)
{
  gint64 integer;
  double real;

  if (gstream_json_read_integer (number, &integer))
    return g_int64_hash (&integer);
  real = gstream_json_read_double (number);
  return g_double_hash (&real);
}

static guint
hash_string (GstreamJsonValue string)
{
  g_autofree char *text = gstream_json_dup_string (string);

  return g_str_hash (text);
}

static guint
hash_array (GstreamJsonValue array)
{
  GstreamJsonValue element;
  GstreamJsonIter  iter;
  guint            hash = GSTREAM_PAYLOAD_KIND_ARRAY;

  gstream_json_iter_init (&iter, array);
  while (gstream_json_iter_element (&iter, &element))
    hash = hash * 31 + gstream_json_hash (element);
  return hash;
}

/* The hashes of the members are added, so that their order does not matter. */
static guint
hash_object (GstreamJsonValue object)
{
  g_autoptr (GArray) members = gstream_json_members (object, NULL);
  guint hash = GSTREAM_PAYLOAD_KIND_OBJECT;

  for (guint i = 0; i < members->len; i++)
    {
      GstreamJsonMember *member = &g_array_index (members, GstreamJsonMember, i);

      hash += g_str_hash (member->name) * 31 ^ gstream_json_hash (member->value);
    }
  return hash;
}

guint
gstream_json_hash (GstreamJsonValue value)
{
  GstreamPayloadKind kind = gstream_json_kind (value);

  if (is_number (kind))
    return hash_number (value);
  switch (kind)
    {
    case GSTREAM_PAYLOAD_KIND_STRING:
      return hash_string (value);
    case GSTREAM_PAYLOAD_KIND_ARRAY:
      return hash_array (value);
    case GSTREAM_PAYLOAD_KIND_OBJECT:
      return hash_object (value);
    default:
      return *value.start; /* null, true, false */
    }
}
