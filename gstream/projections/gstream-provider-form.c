/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The forms that reasoning has:
 *
 *   {"type": "reasoning", "reasoning": TEXT}                      the protocol's own
 *   {"type": "thinking", "thinking": TEXT}
 *   {"type": "reasoning", "summary": [{"text": TEXT}, …]}         OpenAI's responses
 *   {"type": "reasoning_content", "reasoning_content": {"text": TEXT}}
 *   {"type": "non_standard", "value": …}                          any of them, in a state that the Agent Server streams
 *   "additional_kwargs": {"reasoning_content": TEXT}              beside the content, of DeepSeek, Ollama and others
 */
#include <gstream/projections/gstream-provider-form-internal.h>
#include <string.h>

static gboolean
is_string (GstreamJsonValue value)
{
  return value.start != NULL && *value.start == '"';
}

static GstreamJsonValue
get_member (GstreamJsonValue object,
            const char      *pointer)
{
  GstreamJsonValue found;

  if (object.start != NULL && *object.start == '{' && gstream_json_find (object, pointer, &found))
    return found;
  return (GstreamJsonValue) { NULL, NULL };
}

/* Whether the string is written exactly as @word, which has no escapes. */
static gboolean
says (GstreamJsonValue string,
      const char      *word)
{
  gsize length = strlen (word);

  return is_string (string) && (gsize) (string.end - string.start) == length + 2 &&
         memcmp (string.start + 1, word, length) == 0;
}

GstreamJsonValue
gstream_provider_form_unwrap (GstreamJsonValue block)
{
  GstreamJsonValue value = get_member (block, "/value");

  return value.start != NULL && *value.start == '{' && says (get_member (block, "/type"), "non_standard") ? value
                                                                                                          : block;
}

const char *
gstream_provider_form_find_reasoning (GstreamJsonValue block)
{
  GstreamJsonValue whole = gstream_provider_form_unwrap (block);
  GstreamJsonValue type = get_member (whole, "/type");
  GstreamJsonValue summary;

  if (says (type, "thinking"))
    return "thinking";
  if (says (type, "reasoning_content"))
    return "reasoning_content";
  if (!says (type, "reasoning"))
    return NULL;

  summary = get_member (whole, "/summary");
  return get_member (whole, "/reasoning").start == NULL && summary.start != NULL && *summary.start == '[' ? "summary"
                                                                                                          : "reasoning";
}

static void
append_text (GString         *raw,
             GstreamJsonValue value)
{
  GstreamJsonValue string = is_string (value) ? value : get_member (value, "/text");

  if (is_string (string))
    g_string_append_len (raw, string.start + 1, string.end - string.start - 2);
}

void
gstream_provider_form_append_reasoning (GString         *raw,
                                        GstreamJsonValue block)
{
  const char      *name = gstream_provider_form_find_reasoning (block);
  g_autofree char *pointer = name != NULL ? g_strconcat ("/", name, NULL) : NULL;
  GstreamJsonValue value, part;
  GstreamJsonIter  iter;

  if (name == NULL)
    return;

  value = get_member (gstream_provider_form_unwrap (block), pointer);
  if (value.start == NULL || *value.start != '[')
    {
      append_text (raw, value);
      return;
    }
  gstream_json_iter_init (&iter, value);
  while (gstream_json_iter_element (&iter, &part))
    append_text (raw, part);
}

GstreamJsonValue
gstream_provider_form_get_kept_reasoning (GstreamJsonValue additional_kwargs)
{
  GstreamJsonValue value = get_member (additional_kwargs, "/reasoning_content");

  return is_string (value) && !says (value, "") ? value : (GstreamJsonValue) { NULL, NULL };
}
