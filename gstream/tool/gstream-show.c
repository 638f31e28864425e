/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Shows a run to a person: as text, or event by event.
 *
 * Every projection is bounded to one buffered item: the source is asked for more only after everything there is has
 * been read (P6). So the lines are printed in the order in which things happened, whatever projection they come from.
 */
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-screen.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-text.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct _Show Show;

/* A run, or the run of a subgraph, that is being shown. */
struct _Show
{
  GstreamRunStream *run;
  GstreamScreen    *screen;    /* shared by all; freed by the root */
  GstreamReader    *reader;    /* of all projections of the run */
  Show             *parent;    /* NULL: this is the root */
  const char       *name;      /* unique among the parent's subgraphs, which own it; NULL: this is the root */
  char             *path;      /* names from below the root down to this one, "a/b"; NULL: this is the root */
  guint             depth;     /* of indentation */
  GHashTable       *speakers;  /* sets of the names in use: of messages that are being streamed, */
  GHashTable       *tools;     /* tool calls, */
  GHashTable       *subgraphs; /* and subgraphs */
  GstreamPayload   *state;     /* the newest; NULL: none yet */
  GstreamEndedFunc  ended;     /* set for the root only */
  gpointer          user_data;
};

/* The fewest columns for data that is printed after a label. */
#define MIN_DATA_WIDTH 20
/* Columns for one value among others. */
#define VALUE_WIDTH 40
/* The name that is shown for a message whose node is not known. */
#define UNKNOWN_NODE "model"

/* --- data and states, in a few words --- */

static char *
to_json (GstreamPayload *data)
{
  return gstream_json_readable (gstream_payload_get_json (data, NULL));
}

/* A string as it is, anything else as JSON; cut to @width columns. */
static char *
describe_data (GstreamPayload *data,
               guint           width)
{
  const char      *string = gstream_payload_get_string (data, "");
  g_autofree char *json = string ? NULL : to_json (data);

  return gstream_text_cut (string ? string : json, width);
}

/* JSON if it fits into @width columns, else the number of items or members; a string is cut. */
static char *
summarize_data (GstreamPayload *data,
                guint           width)
{
  GstreamPayloadKind kind = gstream_payload_get_kind (data);
  gsize              size = gstream_payload_get_size (data, "");
  g_autofree char   *json = to_json (data);

  if (gstream_text_width (json, -1) <= width)
    return g_steal_pointer (&json);
  if (kind == GSTREAM_PAYLOAD_KIND_ARRAY)
    return g_strdup_printf (ngettext ("%zu item", "%zu items", size), size);
  if (kind == GSTREAM_PAYLOAD_KIND_OBJECT)
    return g_strdup_printf (ngettext ("%zu member", "%zu members", size), size);

  return gstream_text_cut (json, width);
}

/* A string as it is; of a message its type and content; NULL: not known. */
static char *
describe_item (GstreamPayload *item)
{
  const char *type = gstream_payload_get_string (item, "/type");
  g_autoptr (GstreamPayload) content = gstream_payload_lookup (item, "/content");
  g_autofree char *text = NULL;

  if (gstream_payload_get_string (item, "") != NULL)
    return summarize_data (item, VALUE_WIDTH);
  if (type == NULL)
    return NULL;
  if (content == NULL || gstream_payload_get_string (content, "") == NULL)
    return g_strdup (type);

  text = summarize_data (content, VALUE_WIDTH);

  return g_strconcat (type, " ", text, NULL);
}

static char *
describe_growth (const char     *key,
                 GstreamPayload *list,
                 gsize           n_before)
{
  gsize            n = gstream_payload_get_size (list, "");
  g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, n - 1);
  g_autoptr (GstreamPayload) last = gstream_payload_lookup (list, pointer);
  g_autofree char *item = n == n_before + 1 ? describe_item (last) : NULL;

  if (item != NULL)
    return g_strdup_printf ("%s + %s", key, item);

  return g_strdup_printf ("%s +%" G_GSIZE_FORMAT, key, n - n_before);
}

static char *
describe_change (const char     *key,
                 GstreamPayload *old,
                 GstreamPayload *new)
{
  gsize            n_before = old ? gstream_payload_get_size (old, "") : 0;
  gboolean         was_list = old == NULL || gstream_payload_get_kind (old) == GSTREAM_PAYLOAD_KIND_ARRAY;
  g_autofree char *value = NULL;

  if (new == NULL)
    return g_strdup_printf (_ ("%s is gone"), key);
  if (was_list && gstream_payload_get_kind (new) == GSTREAM_PAYLOAD_KIND_ARRAY &&
      gstream_payload_get_size (new, "") > n_before)
    return describe_growth (key, new, n_before);

  value = summarize_data (new, VALUE_WIDTH);

  return g_strdup_printf ("%s = %s", key, value);
}

/* The members of @state by name; the names are owned by @state. Empty if @state is NULL. */
static GHashTable *
get_members (GstreamPayload *state)
{
  GHashTable *members = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gstream_payload_unref);
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *value;

  gstream_payload_iter_init (&iter, state);
  while (gstream_payload_iter_next (&iter, &key, &value))
    g_hash_table_insert (members, (gpointer) key, value);

  return members;
}

static void
add_changes (GPtrArray      *changes,
             GstreamPayload *old,
             GstreamPayload *new)
{
  g_autoptr (GHashTable) members = get_members (old);
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *after;

  gstream_payload_iter_init (&iter, new);
  while (gstream_payload_iter_next (&iter, &key, &after))
    {
      GstreamPayload *before = g_hash_table_lookup (members, key);

      if (before == NULL || !gstream_payload_equal (before, after))
        g_ptr_array_add (changes, describe_change (key, before, after));
      gstream_payload_unref (after);
    }
}

/* Adds the members of @old that @new does not have. */
static void
add_gone (GPtrArray      *changes,
          GstreamPayload *old,
          GstreamPayload *new)
{
  g_autoptr (GHashTable) members = get_members (new);
  GstreamPayloadIter iter;
  const char        *key;

  gstream_payload_iter_init (&iter, old);
  while (gstream_payload_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (members, key))
      g_ptr_array_add (changes, describe_change (key, NULL, NULL));
}

/* Which members changed from @old to @new, and how; NULL: none did. @old is NULL if there was no state before. */
static char *
describe_changes (GstreamPayload *old,
                  GstreamPayload *new)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (g_free);

  if (gstream_payload_get_kind (new) != GSTREAM_PAYLOAD_KIND_OBJECT)
    return old != NULL && gstream_payload_equal (old, new) ? NULL : summarize_data (new, VALUE_WIDTH);

  if (old != NULL && gstream_payload_get_kind (old) != GSTREAM_PAYLOAD_KIND_OBJECT)
    old = NULL;
  add_changes (changes, old, new);
  add_gone (changes, old, new);
  if (changes->len == 0)
    return NULL;
  g_ptr_array_add (changes, NULL);

  return g_strjoinv (", ", (char **) changes->pdata);
}

/* --- a run that is shown --- */

static Show *
show_new (GstreamRunStream *run,
          GstreamScreen    *screen)
{
  Show *self = g_new0 (Show, 1);

  self->run = g_object_ref (run);
  self->screen = screen;
  self->speakers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->subgraphs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

static void
show_free (Show *self)
{
  g_object_unref (self->run);
  g_free (self->path);
  g_hash_table_unref (self->speakers);
  g_hash_table_unref (self->tools);
  g_hash_table_unref (self->subgraphs);
  g_clear_pointer (&self->state, gstream_payload_unref);
  g_free (self);
}

/* --- lines --- */

/* Adds @name to the set @present, which owns it, as NAME#2 and so on if it is in use. */
static const char *
enter_name (GHashTable *present,
            const char *name)
{
  char *entered = g_strdup (name);

  for (guint n = 2; g_hash_table_contains (present, entered); n++)
    {
      g_free (entered);
      entered = g_strdup_printf ("%s#%u", name, n);
    }
  g_hash_table_add (present, entered);

  return entered;
}

/* @sentence with @name for its %s. */
static char *
name_in (const char *sentence,
         const char *name)
{
  g_auto (GStrv) parts = g_strsplit (sentence, "%s", 2);

  return g_strjoinv (name, parts);
}

/* @sentence about "PATH/NAME"; the root has no path. */
static char *
make_label (Show       *self,
            const char *sentence,
            const char *name)
{
  g_autofree char *path = self->path != NULL ? g_strconcat (self->path, "/", name, NULL) : g_strdup (name);

  return name_in (sentence, path);
}

static void
print_text (Show       *self,
            const char *label,
            const char *label_style,
            const char *style,
            const char *text)
{
  const GstreamLead lead = { self->depth, label, label_style, style, FALSE };

  gstream_screen_print (self->screen, &lead, text);
}

/* As much of @data as fits on the line. */
static void
print_data (Show           *self,
            const char     *label,
            const char     *label_style,
            GstreamPayload *data)
{
  guint            used = 2 * self->depth + gstream_text_width (label, -1) + 2;
  guint            width = gstream_screen_get_width (self->screen);
  g_autofree char *text = describe_data (data, MAX (width, used + MIN_DATA_WIDTH) - used);

  print_text (self, label, label_style, NULL, text);
}

static const char *
get_speaker_style (Show       *self,
                   const char *name)
{
  g_autofree char *path = make_label (self, "%s", name);

  return gstream_screen_get_style (self->screen, path);
}

/* --- states, and what the graph writes to its custom stream and extensions --- */

/* Such as "· left/leaf state:", in the subgraph left/leaf. */
static char *
make_item_label (Show       *self,
                 const char *sign,
                 const char *what)
{
  if (self->path == NULL)
    return g_strdup_printf ("%s %s:", sign, what);

  return g_strdup_printf ("%s %s %s:", sign, self->path, what);
}

static void
take_state (const GValue *item,
            gpointer      show)
{
  Show            *self = show;
  GstreamPayload  *state = g_value_get_boxed (item);
  g_autofree char *changes = describe_changes (self->state, state);
  g_autofree char *label = make_item_label (self, "·", _ ("state"));

  g_clear_pointer (&self->state, gstream_payload_unref);
  self->state = gstream_payload_ref (state);
  if (changes != NULL)
    print_text (self, label, GSTREAM_STYLE_FAINT, GSTREAM_STYLE_FAINT, changes);
}

static void
print_custom (Show         *self,
              const char   *name,
              const GValue *item)
{
  g_autofree char *label = make_item_label (self, "»", name);

  print_data (self, label, GSTREAM_STYLE_FAINT, g_value_get_boxed (item));
}

static void
take_custom (const GValue *item,
             gpointer      show)
{
  print_custom (show, _ ("custom"), item);
}

typedef struct
{
  Show              *show;
  GstreamProjection *projection;
} Extension;

static void
take_extension_item (const GValue *item,
                     gpointer      user_data)
{
  Extension *extension = user_data;

  print_custom (extension->show, gstream_projection_get_name (extension->projection), item);
}

static void
on_extension_ended (gpointer user_data)
{
  Extension *extension = user_data;

  g_object_unref (extension->projection);
  g_free (extension);
}

static void
take_extension (const GValue *item,
                gpointer      show)
{
  Show          *self = show;
  Extension     *extension = g_new (Extension, 1);
  GstreamReader *reader = gstream_reader_new (self->reader, on_extension_ended, extension);

  *extension = (Extension) { self, g_value_dup_object (item) };
  gstream_reader_add (reader, extension->projection, take_extension_item, extension);
  gstream_reader_release (reader);
}

/* --- messages --- */

typedef struct
{
  Show            *show;
  GstreamMessage  *message;
  const char      *name;  /* of the node; owned by @show */
  const char      *style; /* of the node */
  GstreamLiveText *text;
  GstreamLiveText *reasoning;
} Speech;

static void
take_text (const GValue *item,
           gpointer      user_data)
{
  Speech *self = user_data;

  gstream_live_text_end_line (self->reasoning);
  gstream_live_text_append (self->text, g_value_get_string (item));
}

static void
take_reasoning (const GValue *item,
                gpointer      user_data)
{
  Speech *self = user_data;

  gstream_live_text_end_line (self->text);
  gstream_live_text_append (self->reasoning, g_value_get_string (item));
}

/* Prints a line after the text of the message. */
static void
print_besides (Speech     *self,
               const char *sentence,
               const char *style,
               const char *text)
{
  g_autofree char *label = make_label (self->show, sentence, self->name);

  print_text (self->show, label, self->style, style, text);
}

/*
 * Blocks that are neither text nor reasoning, which were shown as they came, nor tool calls, which are printed apart.
 */
static void
print_other_blocks (Speech *self)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, gstream_message_get_content (self->message));
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) block = next;
      const char      *type = gstream_payload_get_string (block, "/type");
      g_autofree char *text = g_strdup_printf ("(%s)", type);

      if (type != NULL && strcmp (type, "text") != 0 && strcmp (type, "reasoning") != 0 &&
          !g_str_has_suffix (type, "tool_call"))
        print_besides (self, "%s:", GSTREAM_STYLE_FAINT, text);
    }
}

static void
print_tool_calls (Speech         *self,
                  GstreamPayload *calls,
                  const char     *sentence)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, calls);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) call = next;
      g_autoptr (GstreamPayload) args = gstream_payload_lookup (call, "/args");
      const char      *name = gstream_payload_get_string (call, "/name");
      g_autofree char *speaker = make_label (self->show, sentence, self->name);
      g_autofree char *label = name_in (speaker, name != NULL ? name : _ ("a tool"));

      if (args != NULL)
        print_data (self->show, label, self->style, args);
      else
        print_text (self->show, label, self->style, NULL, "");
    }
}

static void
print_how_it_ended (Speech *self)
{
  const GError *error = gstream_message_get_error (self->message);

  if (error != NULL)
    print_besides (self, _ ("%s fails:"), GSTREAM_STYLE_BAD, error->message);
  else if (gstream_message_get_status (self->message) == GSTREAM_MESSAGE_STATUS_INCOMPLETE)
    print_besides (self, "%s:", GSTREAM_STYLE_FAINT, _ ("(left incomplete)"));
}

static void
on_message_ended (gpointer user_data)
{
  Speech *self = user_data;

  gstream_live_text_finish (self->reasoning, gstream_message_get_reasoning (self->message));
  gstream_live_text_finish (self->text, gstream_message_get_text (self->message));
  print_other_blocks (self);
  print_tool_calls (self, gstream_message_get_tool_calls (self->message), _ ("%s calls %s"));
  print_tool_calls (self, gstream_message_get_invalid_tool_calls (self->message), _ ("%s cannot call %s"));
  print_how_it_ended (self);

  g_hash_table_remove (self->show->speakers, self->name);
  g_object_unref (self->message);
  g_free (self);
}

static GstreamLiveText *
make_live_text (Speech     *self,
                const char *sentence,
                const char *style)
{
  g_autofree char *label = make_label (self->show, sentence, self->name);

  return gstream_live_text_new (self->show->screen, self->show->depth, label, self->style, style);
}

static void
take_message (const GValue *item,
              gpointer      show)
{
  Speech        *self = g_new0 (Speech, 1);
  GstreamReader *reader;
  const char    *node;

  self->show = show;
  self->message = g_value_dup_object (item);
  node = gstream_message_get_node (self->message);
  self->name = enter_name (self->show->speakers, node ? node : UNKNOWN_NODE);
  self->style = get_speaker_style (self->show, self->name);
  self->text = make_live_text (self, "%s:", NULL);
  self->reasoning = make_live_text (self, _ ("%s thinks:"), GSTREAM_STYLE_THINKING);

  reader = gstream_reader_new (self->show->reader, on_message_ended, self);
  gstream_reader_add (reader, gstream_message_get_text_deltas (self->message), take_text, self);
  gstream_reader_add (reader, gstream_message_get_reasoning_deltas (self->message), take_reasoning, self);
  gstream_reader_release (reader);
}

/* --- tool calls --- */

typedef struct
{
  Show            *show;
  GstreamToolCall *call;
  const char      *name; /* owned by @show */
  const char      *style;
  GstreamLiveText *progress;
} Call;

static void
take_progress (const GValue *item,
               gpointer      user_data)
{
  Call *self = user_data;

  gstream_live_text_append (self->progress, g_value_get_string (item));
}

static void
print_call_data (Call           *self,
                 const char     *sentence,
                 GstreamPayload *data)
{
  g_autofree char *label = make_label (self->show, sentence, self->name);

  if (data != NULL)
    print_data (self->show, label, self->style, data);
  else
    print_text (self->show, label, self->style, NULL, "");
}

/* The content, where a tool answered with a message, plain or serialized with "kwargs". */
static GstreamPayload *
get_answer (GstreamPayload *output)
{
  static const char *const places[] = { "/content", "/kwargs/content" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (gstream_payload_get_string (output, places[i]) != NULL)
      return gstream_payload_lookup (output, places[i]);

  return gstream_payload_ref (output);
}

static void
print_result (Call *self)
{
  const GError   *error = gstream_tool_call_get_error (self->call);
  GstreamPayload *output = gstream_tool_call_get_output (self->call);
  g_autoptr (GstreamPayload) answer = output ? get_answer (output) : NULL;
  g_autofree char *label = make_label (self->show, _ ("← %s fails:"), self->name);

  if (error != NULL)
    print_text (self->show, label, self->style, GSTREAM_STYLE_BAD, error->message);
  else
    print_call_data (self, "← %s:", answer);
}

static void
on_tool_call_ended (gpointer user_data)
{
  Call *self = user_data;

  gstream_live_text_finish (self->progress, NULL);
  print_result (self);
  g_hash_table_remove (self->show->tools, self->name);
  g_object_unref (self->call);
  g_free (self);
}

static void
take_tool_call (const GValue *item,
                gpointer      show)
{
  Call            *self = g_new0 (Call, 1);
  GstreamReader   *reader;
  g_autofree char *label = NULL;

  self->show = show;
  self->call = g_value_dup_object (item);
  self->name = enter_name (self->show->tools, gstream_tool_call_get_name (self->call));
  label = make_label (show, "… %s:", self->name);
  self->style = get_speaker_style (self->show, self->name);
  self->progress = gstream_live_text_new (self->show->screen, self->show->depth, label, self->style, NULL);
  print_call_data (self, "→ %s", gstream_tool_call_get_input (self->call));

  reader = gstream_reader_new (self->show->reader, on_tool_call_ended, self);
  gstream_reader_add (reader, gstream_tool_call_get_output_deltas (self->call), take_progress, self);
  gstream_reader_release (reader);
}

/* --- how it ended --- */

static const char *
name_status (GstreamRunStatus status)
{
  static const char *const names[] = {
    [GSTREAM_RUN_STATUS_PENDING] = N_ ("pending"),         [GSTREAM_RUN_STATUS_RUNNING] = N_ ("running"),
    [GSTREAM_RUN_STATUS_COMPLETED] = N_ ("completed"),     [GSTREAM_RUN_STATUS_FAILED] = N_ ("failed"),
    [GSTREAM_RUN_STATUS_INTERRUPTED] = N_ ("interrupted"), [GSTREAM_RUN_STATUS_DRAINED] = N_ ("drained"),
    [GSTREAM_RUN_STATUS_ABORTED] = N_ ("aborted"),
  };

  return _ (names[status]);
}

static void
print_status (Show       *self,
              const char *label)
{
  GstreamRunStatus status = gstream_run_stream_get_status (self->run);
  const GError    *error = gstream_run_stream_get_error (self->run);
  const char      *name = name_status (status);
  g_autofree char *text = error ? g_strdup_printf ("%s: %s", name, error->message) : g_strdup (name);
  const char      *style = error ? GSTREAM_STYLE_BAD : GSTREAM_STYLE_GOOD;

  if (status == GSTREAM_RUN_STATUS_INTERRUPTED)
    style = GSTREAM_STYLE_ASKING;
  print_text (self, label, style, style, text);
}

/* The names in a namespace, which are what comes before each colon, as a path. */
static char *
get_names (const char *const *namespace_)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; namespace_[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (names, '/');
      g_string_append_len (names, namespace_[i], strcspn (namespace_[i], ":"));
    }

  return g_string_free (names, FALSE);
}

static void
print_question (Show             *self,
                GstreamInterrupt *interrupt)
{
  const char *const *namespace_ = gstream_interrupt_get_namespace (interrupt);
  g_autofree char   *asker = namespace_ ? get_names (namespace_) : g_strdup ("");
  g_autofree char   *label = *asker != '\0' ? name_in (_ ("? %s asks:"), asker) : g_strdup ("?");

  print_data (self, label, GSTREAM_STYLE_ASKING, gstream_interrupt_get_value (interrupt));
}

static void
print_member (Show           *self,
              const char     *name,
              guint           column,
              GstreamPayload *value)
{
  g_autofree char *text = summarize_data (value, gstream_screen_get_width (self->screen) - column);
  guint            used = gstream_text_width (name, -1) + 3;
  g_autofree char *label = g_strdup_printf ("  %s%*s", name, used < column ? (int) (column - used) : 0, "");

  print_text (self, label, GSTREAM_STYLE_FAINT, NULL, text);
}

/* The column at which values are aligned, behind names of at most 20 columns. */
static guint
get_value_column (char **names)
{
  guint longest = 0;

  for (guint i = 0; names[i] != NULL; i++)
    longest = MAX (longest, MIN (gstream_text_width (names[i], -1), 20));

  return longest + 4;
}

static void
print_output (Show           *self,
              GstreamPayload *output)
{
  g_auto (GStrv) names = gstream_payload_dup_keys (output, "");
  guint              column = names ? get_value_column (names) : 0;
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *value;

  if (names == NULL)
    print_data (self, " ", NULL, output);
  gstream_payload_iter_init (&iter, names ? output : NULL);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      print_member (self, name, column, value);
      gstream_payload_unref (value);
    }
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Show *self = user_data;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (self->run, result, NULL);

  print_status (self, "■");
  if (output != NULL)
    print_output (self, output);

  gstream_screen_free (self->screen);
  self->ended (self->user_data);
  show_free (self);
}

static void
on_interrupts (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  Show *self = user_data;
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_finish (self->run, result, NULL);

  for (guint i = 0; interrupts != NULL && i < interrupts->len; i++)
    print_question (self, g_ptr_array_index (interrupts, i));
  gstream_run_stream_output (self->run, NULL, on_output, self);
}

static void
on_run_ended (gpointer user_data)
{
  Show *self = user_data;

  gstream_run_stream_interrupts (self->run, NULL, on_interrupts, self);
}

/* --- reading a run --- */

static void take_subgraph (const GValue *item,
                           gpointer      user_data);

static void
read_run (Show          *self,
          GstreamReader *reader)
{
  self->reader = reader;
  gstream_reader_add (reader, gstream_run_stream_get_subgraphs (self->run), take_subgraph, self);
  gstream_reader_add (reader, gstream_run_stream_get_messages (self->run), take_message, self);
  gstream_reader_add (reader, gstream_run_stream_get_tool_calls (self->run), take_tool_call, self);
  gstream_reader_add (reader, gstream_run_stream_get_custom (self->run), take_custom, self);
  gstream_reader_add (reader, gstream_run_stream_get_extensions (self->run), take_extension, self);
  gstream_reader_add (reader, gstream_run_stream_get_values (self->run), take_state, self);
  gstream_reader_release (reader);
}

static void
on_subgraph_ended (gpointer user_data)
{
  Show            *self = user_data;
  g_autofree char *label = g_strconcat ("■ ", self->path, NULL);

  self->depth--;
  print_status (self, label);
  g_hash_table_remove (self->parent->subgraphs, self->name);
  show_free (self);
}

static void
take_subgraph (const GValue *item,
               gpointer      user_data)
{
  Show            *parent = user_data;
  Show            *self = show_new (g_value_get_object (item), parent->screen);
  const char      *name = gstream_subgraph_run_stream_get_graph_name (GSTREAM_SUBGRAPH_RUN_STREAM (self->run));
  g_autofree char *label = NULL;

  self->parent = parent;
  self->name = enter_name (parent->subgraphs, name ? name : "subgraph");
  self->path = make_label (parent, "%s", self->name);
  self->depth = parent->depth + 1;
  label = g_strconcat ("▶ ", self->path, NULL);
  print_text (parent, label, GSTREAM_STYLE_GOOD, NULL, "");
  read_run (self, gstream_reader_new (parent->reader, on_subgraph_ended, self));
}

void
gstream_show_run (GstreamRunStream *run,
                  FILE             *out,
                  GstreamEndedFunc  ended,
                  gpointer          user_data)
{
  Show          *self = show_new (run, gstream_screen_new (out));
  GstreamReader *reader = gstream_reader_new (NULL, on_run_ended, self);

  self->ended = ended;
  self->user_data = user_data;
  gstream_reader_set_max_buffered (reader, 1);
  read_run (self, reader);
}

/* --- a run, event by event --- */

typedef struct
{
  GstreamRunStream *run;
  FILE             *out;
  GstreamEndedFunc  ended;
  gpointer          user_data;
} ShowEvents;

static void
print_event_data (ShowEvents     *self,
                  GstreamPayload *payload)
{
  g_autofree char *json = gstream_json_readable (payload ? gstream_payload_get_json (payload, NULL) : "null");

  fprintf (self->out, "\t%s\n", json);
  fflush (self->out);
}

static void
print_event (const GValue *item,
             gpointer      user_data)
{
  ShowEvents      *self = user_data;
  GstreamEvent    *event = g_value_get_boxed (item);
  g_autofree char *path = g_strjoinv ("/", (char **) gstream_event_get_namespace (event));
  g_autofree char *clean_path = gstream_text_clean (path);
  g_autofree char *method = gstream_text_clean (gstream_event_get_method (event));

  fprintf (self->out, "%" G_GUINT64_FORMAT "\t%s\t/%s", gstream_event_get_seq (event), method, clean_path);
  print_event_data (self, gstream_event_get_data (event));
}

static void
on_log_output (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  ShowEvents *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (self->run, result, &error);

  if (error == NULL)
    {
      fputs ("output", self->out);
      print_event_data (self, output);
    }
  self->ended (self->user_data);
  g_object_unref (self->run);
  g_free (self);
}

static void
on_log_ended (gpointer user_data)
{
  ShowEvents *self = user_data;

  gstream_run_stream_output (self->run, NULL, on_log_output, self);
}

void
gstream_show_events (GstreamRunStream *run,
                     FILE             *out,
                     GstreamEndedFunc  ended,
                     gpointer          user_data)
{
  ShowEvents    *self = g_new (ShowEvents, 1);
  GstreamReader *reader = gstream_reader_new (NULL, on_log_ended, self);

  *self = (ShowEvents) { g_object_ref (run), out, ended, user_data };
  gstream_reader_add (reader, gstream_run_stream_get_log (run), print_event, self);
  gstream_reader_release (reader);
}
