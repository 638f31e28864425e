/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The details of a model's reasoning.
 */
#include <gstream/endpoint/gstream-chat-details-private.h>

#include <gstream/event/gstream-json-writer-internal.h>

/* members of a detail that are compared; known details have few, and further ones are not deduplicated */
#define MOST_COMPARED 32

/* A detail, joined from consecutive pieces of the same type and index. */
typedef struct
{
  char    *type;   /* as it is written, with its quotes; NULL: it has none */
  char    *index;  /* as it is written; NULL: it has none */
  GString *text;   /* of @member, as it is written within the quotes */
  char    *member; /* the member that grows: `text` or `summary`; NULL: none */
  GArray  *rest;   /* Member: the others, each once */
} Detail;

/* Another member, as it is written. */
typedef struct
{
  char *name; /* within its quotes */
  char *json;
} Member;

struct _GstreamChatDetails
{
  GPtrArray *details; /* Detail */
};

static void
member_clear (gpointer data)
{
  Member *self = data;

  g_free (self->name);
  g_free (self->json);
}

static void
detail_free (gpointer data)
{
  Detail *self = data;

  g_free (self->type);
  g_free (self->index);
  g_free (self->member);
  g_string_free (self->text, TRUE);
  g_array_unref (self->rest);
  g_free (self);
}

GstreamChatDetails *
gstream_chat_details_new (void)
{
  GstreamChatDetails *self = g_new0 (GstreamChatDetails, 1);

  self->details = g_ptr_array_new_with_free_func (detail_free);

  return self;
}

void
gstream_chat_details_free (GstreamChatDetails *self)
{
  g_ptr_array_unref (self->details);
  g_free (self);
}

gboolean
gstream_chat_details_is_empty (GstreamChatDetails *self)
{
  return self->details->len == 0;
}

static char *
dup_value (GstreamJsonValue value)
{
  return value.start != NULL ? g_strndup (value.start, value.end - value.start) : NULL;
}

static gboolean
is_written (GstreamJsonValue value,
            const char      *text)
{
  gsize length = value.end - value.start;

  if (value.start == NULL || text == NULL)
    return value.start == NULL && text == NULL;

  return strlen (text) == length && memcmp (value.start, text, length) == 0;
}

/* --- joining --- */

static const char *
name_of_growing (GstreamJsonValue detail)
{
  GstreamJsonValue value;

  if (gstream_json_find (detail, "/text", &value) && *value.start == '"')
    return "text";

  return gstream_json_find (detail, "/summary", &value) && *value.start == '"' ? "summary" : NULL;
}

static Detail *
detail_new (GstreamJsonValue type,
            GstreamJsonValue index)
{
  Detail *self = g_new0 (Detail, 1);

  self->type = dup_value (type);
  self->index = dup_value (index);
  self->text = g_string_new (NULL);
  self->rest = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->rest, member_clear);

  return self;
}

/* Returns the one that @detail continues, or a new one. */
static Detail *
find_detail (GstreamChatDetails *self,
             GstreamJsonValue    detail,
             const char         *growing)
{
  GstreamJsonValue type = { NULL, NULL };
  GstreamJsonValue index = { NULL, NULL };
  Detail          *last = self->details->len > 0 ? self->details->pdata[self->details->len - 1] : NULL;

  gstream_json_find (detail, "/type", &type);
  gstream_json_find (detail, "/index", &index);
  if (last != NULL && last->member != NULL && g_strcmp0 (growing, last->member) == 0 && is_written (type, last->type) &&
      is_written (index, last->index))
    return last;

  last = detail_new (type, index);
  last->member = g_strdup (growing);
  g_ptr_array_add (self->details, last);

  return last;
}

static Member *
find_member (Detail          *self,
             GstreamJsonValue name)
{
  for (guint i = 0; i < MIN (self->rest->len, MOST_COMPARED); i++)
    {
      Member *member = &g_array_index (self->rest, Member, i);

      if (is_written (name, member->name))
        return member;
    }

  return NULL;
}

/* A non-empty value replaces an empty one, because the signature comes with the last piece. */
static void
set_member (Detail          *self,
            GstreamJsonValue name,
            GstreamJsonValue value)
{
  Member *known = find_member (self, name);
  Member  member = { NULL, NULL };

  if (known == NULL)
    {
      member = (Member) { dup_value (name), dup_value (value) };
      g_array_append_val (self->rest, member);
    }
  else if (*value.start != 'n' && !is_written (value, known->json))
    {
      g_free (known->json);
      known->json = dup_value (value);
    }
}

static gboolean
is_growing (const Detail    *self,
            GstreamJsonValue name)
{
  return self->member != NULL && is_written (name, self->member);
}

void
gstream_chat_details_add (GstreamChatDetails *self,
                          GstreamJsonValue    detail)
{
  GstreamJsonIter  members;
  GstreamJsonValue name;
  GstreamJsonValue value;
  Detail          *place;

  if (*detail.start != '{')
    return;

  place = find_detail (self, detail, name_of_growing (detail));
  gstream_json_iter_init (&members, detail);
  while (gstream_json_iter_member (&members, &name, &value))
    if (is_growing (place, name) && *value.start == '"')
      g_string_append_len (place->text, value.start + 1, value.end - value.start - 2);
    else
      set_member (place, name, value);
}

/* --- writing --- */

static void
write_detail (const Detail *self,
              GString      *out)
{
  g_string_append_c (out, '{');
  for (guint i = 0; i < self->rest->len; i++)
    {
      const Member *member = &g_array_index (self->rest, Member, i);

      g_string_append_printf (out, "%s\"%s\":%s", i > 0 ? "," : "", member->name, member->json);
    }
  if (self->member != NULL)
    {
      gstream_json_write_member (out, self->member);
      g_string_append_printf (out, "\"%s\"", self->text->str);
    }
  g_string_append_c (out, '}');
}

void
gstream_chat_details_write (GstreamChatDetails *self,
                            GString            *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->details->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      write_detail (self->details->pdata[i], out);
    }
  g_string_append_c (out, ']');
}

GstreamJsonString
gstream_chat_detail_get_text (GstreamJsonValue detail)
{
  const char *growing = *detail.start == '{' ? name_of_growing (detail) : NULL;

  if (growing == NULL)
    return (GstreamJsonString) { NULL, 0, FALSE };

  return gstream_chat_member (detail, *growing == 't' ? "/text" : "/summary");
}
