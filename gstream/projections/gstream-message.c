/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages: the class and its properties, processing of events, and getters.
 */
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading events' texts without making payloads */
#include <gstream/projections/gstream-message-private.h>
#include <gstream/projections/gstream-provider-form-internal.h>
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-projection-internal.h>

/**
 * GstreamMessage:
 *
 * The message of one model call of a run, which grows while the model produces it.
 *
 * Messages are the items of [property@RunStream:messages], one for each model call, as soon as the model begins. There
 * are three ways to read one, which can be combined: bind to its properties, which grow; subscribe to its deltas; and
 * wait for the whole message.
 *
 * ```c
 * g_object_bind_property (message, "text", label, "label", G_BINDING_SYNC_CREATE);
 *
 * deltas = gstream_projection_subscribe (gstream_message_get_text_deltas (message), &error);
 *
 * gstream_message_wait (message, NULL, on_finished, window);
 * ```
 *
 * Properties that change with each token are notified at most once per frame. A consumer that gets a message from a
 * cursor can subscribe to its deltas without missing any, until it asks the cursor for the next message or returns to
 * the main loop (P11).
 *
 * If the model fails, or the run fails before the message is complete, the message has failed. If the run ends in
 * another way before that, the message is incomplete, and keeps the content that it has (T3).
 *
 * Since: 1.0
 */

enum
{
  VIEW_CONTENT,
  VIEW_TOOL_CALLS,
  VIEW_INVALID_TOOL_CALLS,
  N_VIEWS
};

struct _GstreamMessage
{
  GObject parent_instance;

  GstreamPump          *pump; /* a reference; the run's */
  char                 *id;   /* NULL while it is not known */
  char                 *node; /* or NULL */
  GstreamNamespace     *namespace_;
  GstreamMessageStatus  status;
  GError               *error; /* why it failed */
  GstreamMessageContent content;
  GstreamMembers        usage;
  GstreamMembers        metadata;
  char                 *finish_reason; /* or NULL */
  GstreamDeltas         text_deltas;
  GstreamDeltas         reasoning_deltas;
  GstreamLatch          ended;          /* who waits for the whole message */
  GstreamPayload       *views[N_VIEWS]; /* made when first used; NULL after a change */
  gboolean              has_views;      /* some are made */
  GstreamPayload       *shown_usage;    /* made when first used */
  GstreamPayload       *shown_metadata;
  GstreamNotifier       notifier; /* notifies */
  guint                 changed;  /* bits of the properties to be notified */
};

/* The properties. */
enum
{
  PROP_0,
  PROP_ID,
  PROP_NODE,
  PROP_NAMESPACE,
  PROP_STATUS,
  PROP_TEXT,
  PROP_REASONING,
  PROP_CONTENT,
  PROP_TOOL_CALLS,
  PROP_INVALID_TOOL_CALLS,
  PROP_USAGE,
  PROP_METADATA,
  PROP_FINISH_REASON,
  PROP_ERROR,
  PROP_TEXT_DELTAS,
  PROP_REASONING_DELTAS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamMessageStatus, gstream_message_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_INCOMPLETE, "incomplete"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_FAILED, "failed"))

static void gstream_message_handle_init (GstreamHandleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMessage, gstream_message, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, gstream_message_handle_init))

/* --- early buffering of deltas, for who subscribes right away (P11) --- */

static void
gstream_message_start_early (GstreamHandle *handle)
{
  GstreamMessage *self = GSTREAM_MESSAGE (handle);

  gstream_deltas_start_early (&self->text_deltas);
  gstream_deltas_start_early (&self->reasoning_deltas);
}

static void
gstream_message_stop_early (GstreamHandle *handle)
{
  GstreamMessage *self = GSTREAM_MESSAGE (handle);

  gstream_deltas_stop_early (&self->text_deltas);
  gstream_deltas_stop_early (&self->reasoning_deltas);
}

static void
gstream_message_handle_init (GstreamHandleInterface *iface)
{
  iface->start_early = gstream_message_start_early;
  iface->stop_early = gstream_message_stop_early;
}

/* --- views of its content --- */

static GstreamPayload *
make_view (GstreamMessage *self,
           guint           i)
{
  switch (i)
    {
    case VIEW_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_CALL);
    case VIEW_INVALID_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_INVALID_CALL);
    case VIEW_CONTENT:
    default:
      return gstream_message_content_blocks (&self->content);
    }
}

static GstreamPayload *
get_view (GstreamMessage *self,
          guint           i)
{
  if (self->views[i] == NULL)
    self->views[i] = make_view (self, i);
  self->has_views = TRUE;

  return self->views[i];
}

static void
drop_views (GstreamMessage *self)
{
  for (guint i = 0; i < N_VIEWS; i++)
    g_clear_pointer (&self->views[i], gstream_payload_unref);
  self->has_views = FALSE;
}

#define CHANGED(prop) (1u << PROP_##prop)

/* --- what changes is notified: with the next frame, or soon --- */

static inline void
note_slowly (GstreamMessage *self,
             guint           changed)
{
  self->changed |= changed;
  if (self->notifier.queue == NULL)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

static void
note_soon (GstreamMessage *self,
           guint           changed)
{
  self->changed |= changed;
  gstream_pump_cancel_notify (self->pump, &self->notifier);
  gstream_pump_notify_soon (self->pump, &self->notifier);
}

static inline void
grow (GstreamMessage *self,
      GstreamGrowth   growth)
{
  if (growth.length == 0)
    return;

  if (growth.kind == GSTREAM_BLOCK_TEXT)
    gstream_deltas_push (&self->text_deltas, growth.text, growth.length);
  else if (growth.kind == GSTREAM_BLOCK_REASONING)
    gstream_deltas_push (&self->reasoning_deltas, growth.text, growth.length);
}

/* --- its pieces --- */

GstreamMessage *
gstream_message_new (GstreamPump      *pump,
                     GstreamNamespace *namespace_,
                     const char       *node,
                     const char       *id)
{
  GstreamMessage *self = g_object_new (GSTREAM_TYPE_MESSAGE, NULL);

  self->pump = gstream_pump_ref (pump);
  gstream_deltas_init (&self->text_deltas, "text_deltas", pump);
  gstream_deltas_init (&self->reasoning_deltas, "reasoning_deltas", pump);
  self->namespace_ = gstream_namespace_ref (namespace_);
  self->node = g_strdup (node);
  self->id = g_strdup (id);

  return self;
}

GstreamMessageContent *
gstream_message_peek_content (GstreamMessage *self)
{
  return &self->content;
}

static gboolean
take_object (GstreamMembers  *members,
             GstreamPayload **shown,
             GstreamEvent    *event,
             const char      *pointer)
{
  GstreamJsonValue object;

  if (!gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), pointer, &object) ||
      *object.start != '{')
    return FALSE;

  gstream_members_merge (members, object);
  g_clear_pointer (shown, gstream_payload_unref);

  return TRUE;
}

static void
take_usage (GstreamMessage *self,
            GstreamEvent   *event,
            const char     *pointer)
{
  if (take_object (&self->usage, &self->shown_usage, event, pointer))
    note_slowly (self, CHANGED (USAGE));
}

static void
take_metadata (GstreamMessage *self,
               GstreamEvent   *event,
               const char     *pointer)
{
  if (take_object (&self->metadata, &self->shown_metadata, event, pointer))
    note_slowly (self, CHANGED (METADATA));
}

void
gstream_message_begin (GstreamMessage *self,
                       GstreamEvent   *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (self->id == NULL && fields->message_id != NULL)
    {
      self->id = g_strdup (fields->message_id);
      note_slowly (self, CHANGED (ID));
    }
  take_usage (self, event, "/usage");
  take_metadata (self, event, "/metadata");
}

#define CONTENT_CHANGED \
  (CHANGED (TEXT) | CHANGED (REASONING) | CHANGED (CONTENT) | CHANGED (TOOL_CALLS) | CHANGED (INVALID_TOOL_CALLS))

static void
note_content (GstreamMessage *self,
              GstreamGrowth   growth)
{
  drop_views (self);
  grow (self, growth);
  note_slowly (self, CONTENT_CHANGED);
}

void
gstream_message_start_block (GstreamMessage *self,
                             GstreamEvent   *event,
                             gboolean        is_guess)
{
  note_content (self, gstream_message_content_start (&self->content, event, is_guess));
}

void
gstream_message_finish_block (GstreamMessage *self,
                              GstreamEvent   *event)
{
  note_content (self, gstream_message_content_finish (&self->content, event));
}

static void
put_block (GstreamMessage  *self,
           GstreamBlock    *block,
           GstreamJsonValue content)
{
  note_content (self, gstream_message_content_put (&self->content, block, content));
}

void
gstream_message_take_delta (GstreamMessage           *self,
                            GstreamEvent             *event,
                            const GstreamEventFields *fields)
{
  GstreamGrowth growth = gstream_message_content_delta (&self->content, event, fields);

  if (self->has_views)
    drop_views (self);
  grow (self, growth);
  note_slowly (self, growth.kind == GSTREAM_BLOCK_TEXT ? CHANGED (TEXT) | CHANGED (CONTENT)
                                                       : CHANGED (REASONING) | CHANGED (CONTENT));
}

/* The members in which sources give the reason why the model stopped. */
static char *
dup_finish_reason (GstreamMessage *self,
                   GstreamEvent   *event)
{
  static const char *const names[] = { "finish_reason", "stop_reason", "finishReason" };
  GstreamPayload          *item = gstream_event_peek_item (event);
  char                    *reason = g_strdup (gstream_payload_get_string (item, "/reason"));

  if (reason == NULL)
    reason = g_strdup (gstream_payload_get_string (item, "/finish_reason"));
  for (guint i = 0; reason == NULL && i < G_N_ELEMENTS (names); i++)
    reason = gstream_members_dup_string (&self->metadata, names[i]);

  return reason;
}

void
gstream_message_finish (GstreamMessage *self,
                        GstreamEvent   *event)
{
  take_usage (self, event, "/usage");
  take_metadata (self, event, "/responseMetadata");
  take_metadata (self, event, "/response_metadata");
  take_metadata (self, event, "/metadata");
  self->finish_reason = dup_finish_reason (self, event);
  gstream_message_end (self, GSTREAM_MESSAGE_STATUS_FINISHED, NULL);
}

static void
on_last_growth (gpointer      message,
                GstreamGrowth growth)
{
  grow (message, growth);
}

void
gstream_message_end (GstreamMessage      *self,
                     GstreamMessageStatus status,
                     const GError        *error)
{
  g_assert (self->status == GSTREAM_MESSAGE_STATUS_STREAMING);

  self->status = status;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_message_content_end (&self->content, status == GSTREAM_MESSAGE_STATUS_FINISHED, on_last_growth, self);
  drop_views (self);
  gstream_deltas_end (&self->text_deltas, error);
  gstream_deltas_end (&self->reasoning_deltas, error);
  note_soon (self, CHANGED (STATUS) | CHANGED (ERROR) | CHANGED (FINISH_REASON) | CONTENT_CHANGED);
  gstream_latch_open (&self->ended);
}

/*
 * --- a message that comes in one event: one that a node of the graph returned (D1), or the end of one that is being
 * streamed (T2). Its content is a string or an array of strings and blocks; its tool calls are members of their own. ---
 */

/* The streamed blocks of one type that have not been finished by the whole message yet. */
typedef struct
{
  GPtrArray *blocks; /* of GstreamBlock, in index order */
  guint      next;
} Streamed;

typedef struct
{
  GstreamMessage *message;
  gboolean        has_calls; /* tool calls, apart from the content */
  GHashTable     *by_type;   /* type -> Streamed; NULL: nothing has been streamed */
  GHashTable     *by_id;     /* type, a space and id -> GstreamBlock */
  GHashTable     *done;      /* a set of GstreamBlock */
} Whole;

static gboolean
is_string (GstreamJsonValue value)
{
  return *value.start == '"';
}

static GstreamJsonValue
value_of (GString *json)
{
  return (GstreamJsonValue) { json->str, json->str + json->len };
}

static char *
dup_type (GstreamJsonValue part)
{
  GstreamJsonValue type;

  return gstream_json_find (part, "/type", &type) && is_string (type) ? gstream_json_dup_string (type) : NULL;
}

/* --- the blocks that have been streamed --- */

static void
streamed_free (gpointer data)
{
  Streamed *self = data;

  g_ptr_array_unref (self->blocks);
  g_free (self);
}

/* Chunks, calls and invalid calls are treated as one type here. */
static const char *
type_of_kind (GstreamBlockKind kind,
              const char      *type)
{
  if (kind == GSTREAM_BLOCK_SERVER_CHUNK)
    return "server_tool_call";
  if (gstream_block_is_call (kind))
    return "tool_call";

  return kind == GSTREAM_BLOCK_OTHER && type != NULL ? type : gstream_block_types[kind];
}

static void
note_streamed (Whole        *self,
               GstreamBlock *block)
{
  g_autofree char *said = gstream_members_dup_string (&block->members, "type");
  const char      *type = type_of_kind (block->kind, said);
  Streamed        *streamed = g_hash_table_lookup (self->by_type, type);

  if (streamed == NULL)
    {
      streamed = g_new0 (Streamed, 1);
      streamed->blocks = g_ptr_array_new ();
      g_hash_table_insert (self->by_type, g_strdup (type), streamed);
    }
  g_ptr_array_add (streamed->blocks, block);
  if (block->id != NULL)
    g_hash_table_replace (self->by_id, g_strconcat (type, " ", block->id, NULL), block);
}

static void
whole_init (Whole          *self,
            GstreamMessage *message)
{
  GPtrArray *blocks = gstream_message_content_order (&message->content);

  *self = (Whole) { .message = message };
  if (blocks == NULL)
    return;

  self->by_type = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, streamed_free);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->done = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < blocks->len; i++)
    note_streamed (self, g_ptr_array_index (blocks, i));
}

static void
whole_clear (Whole *self)
{
  g_clear_pointer (&self->by_type, g_hash_table_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->done, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

/* Returns the next block of that type; if @id is not NULL, the next one without an id. */
static GstreamBlock *
take_next (Whole      *self,
           Streamed   *streamed,
           const char *id)
{
  while (streamed != NULL && streamed->next < streamed->blocks->len)
    {
      GstreamBlock *block = g_ptr_array_index (streamed->blocks, streamed->next++);

      if (!g_hash_table_contains (self->done, block) && (id == NULL || block->id == NULL))
        return block;
    }

  return NULL;
}

/* Returns the streamed block that @part completes: by type and id, otherwise by type and order. */
static GstreamBlock *
find_streamed (Whole           *self,
               GstreamJsonValue part)
{
  g_autofree char *said = dup_type (part);
  g_autofree char *id = gstream_block_dup_id (part);
  const char      *type = type_of_kind (gstream_block_kind_of (part, GSTREAM_BLOCK_OTHER), said);
  g_autofree char *name = id ? g_strconcat (type, " ", id, NULL) : NULL;
  GstreamBlock    *block = name ? g_hash_table_lookup (self->by_id, name) : NULL;

  if (block == NULL || g_hash_table_contains (self->done, block))
    block = take_next (self, g_hash_table_lookup (self->by_type, type), id);

  return block;
}

/* --- the parts of the whole --- */

static void
put (Whole           *self,
     GstreamJsonValue part)
{
  GstreamBlock *block = self->by_type != NULL ? find_streamed (self, part) : NULL;

  if (block != NULL)
    g_hash_table_add (self->done, block);
  put_block (self->message, block, part);
}

/* Makes a block of type @type whose only other member is @name. */
static void
add_made_block (Whole           *self,
                const char      *type,
                const char      *name,
                GstreamJsonValue value)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_write_member (json, "type");
  gstream_json_write_string (json, type);
  gstream_json_write_member (json, name);
  g_string_append_len (json, value.start, value.end - value.start);
  g_string_append_c (json, '}');
  put (self, value_of (json));
}

static gboolean
is_empty_string (GstreamJsonValue value)
{
  return value.end - value.start == 2;
}

/* Whether it is a provider-specific block for a call that is also in the message's tool_calls. */
static gboolean
is_tool_use (const char *type)
{
  return strcmp (type, "tool_use") == 0 || strcmp (type, "input_json_delta") == 0 || strcmp (type, "tool_call") == 0 ||
         strcmp (type, "function_call") == 0;
}

/* Adds the members of a reasoning block that neither are the reasoning, which is in @source, nor have a place of theirs. */
static void
collect_extras (GstreamMembers  *extras,
                GstreamJsonValue part,
                const char      *source)
{
  GstreamMembers   members = { NULL };
  GstreamJsonValue found;

  gstream_members_merge (&members, part);
  if (gstream_json_find (part, "/extras", &found) && *found.start == '{')
    gstream_members_merge (extras, found);
  for (guint i = 0; i < gstream_members_count (&members); i++)
    {
      const char *name = gstream_members_name_at (&members, i);

      if (!g_str_equal (name, "type") && !g_str_equal (name, "id") && !g_str_equal (name, "index") &&
          !g_str_equal (name, "extras") && !g_str_equal (name, source))
        gstream_members_set_json (extras, name, gstream_members_get (&members, name));
    }
  gstream_members_clear (&members);
}

/* The reasoning may be in an object, which has other members. */
static void
collect_extras_within (GstreamMembers  *extras,
                       GstreamJsonValue part,
                       const char      *source)
{
  g_autofree char *pointer = g_strconcat ("/", source, NULL);
  GstreamJsonValue found;

  if (gstream_json_find (part, pointer, &found) && *found.start == '{')
    collect_extras (extras, found, "text");
}

/* Converts a provider-specific reasoning block, with its reasoning in @source; its other members go to `extras`. */
static void
add_reasoning (Whole           *self,
               GstreamJsonValue part,
               const char      *source)
{
  g_autoptr (GString) json = g_string_new ("{\"type\":\"reasoning\",\"reasoning\":\"");
  GstreamMembers   extras = { NULL };
  GstreamJsonValue id;

  gstream_provider_form_append_reasoning (json, part);
  g_string_append_c (json, '"');
  if (gstream_json_find (part, "/id", &id))
    {
      gstream_json_write_member (json, "id");
      g_string_append_len (json, id.start, id.end - id.start);
    }
  collect_extras (&extras, part, source);
  collect_extras_within (&extras, part, source);
  if (gstream_members_count (&extras) > 0)
    {
      gstream_json_write_member (json, "extras");
      g_string_append_c (json, '{');
      gstream_members_write (&extras, json, NULL, NULL);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, '}');
  put (self, value_of (json));
  gstream_members_clear (&extras);
}

static void
add_block (Whole           *self,
           GstreamJsonValue part)
{
  const char      *source = gstream_provider_form_find_reasoning (part);
  g_autofree char *type = source == NULL ? dup_type (part) : NULL;

  if (source != NULL && !g_str_equal (source, "reasoning"))
    add_reasoning (self, gstream_provider_form_unwrap (part), source);
  else if (!self->has_calls || type == NULL || !is_tool_use (type))
    put (self, part);
}

static void
add_part (Whole           *self,
          GstreamJsonValue part)
{
  GstreamJsonValue found;

  if (is_string (part))
    {
      if (!is_empty_string (part))
        add_made_block (self, "text", "text", part);
    }
  else if (*part.start != '{' || !gstream_json_find (part, "/type", &found))
    add_made_block (self, "non_standard", "value", part);
  else
    add_block (self, part);
}

/* Of models whose reasoning is beside the content. It comes first, as the model thinks before it speaks. */
static void
add_kept_reasoning (Whole           *self,
                    GstreamJsonValue message,
                    GstreamJsonValue content)
{
  GstreamJsonValue more;
  GstreamJsonValue reasoning = { NULL, NULL };
  GstreamJsonValue part;
  GstreamJsonIter  iter;

  if (gstream_json_find (message, "/additional_kwargs", &more))
    reasoning = gstream_provider_form_get_kept_reasoning (more);
  if (reasoning.start == NULL)
    return;

  if (*content.start == '[')
    {
      gstream_json_iter_init (&iter, content);
      while (gstream_json_iter_element (&iter, &part))
        if (gstream_provider_form_find_reasoning (part) != NULL)
          return;
    }
  add_made_block (self, "reasoning", "reasoning", reasoning);
}

static void
add_content (Whole           *self,
             GstreamJsonValue content)
{
  GstreamJsonIter  iter;
  GstreamJsonValue part;

  if (*content.start != '[')
    {
      if (*content.start != 'n')
        add_part (self, content);
      return;
    }

  gstream_json_iter_init (&iter, content);
  while (gstream_json_iter_element (&iter, &part))
    add_part (self, part);
}

static void
add_call (Whole           *self,
          const char      *type,
          GstreamJsonValue call)
{
  GstreamMembers members = { NULL };
  g_autoptr (GString) json = g_string_new ("{");

  gstream_members_merge (&members, call);
  gstream_members_set_string (&members, "type", type);
  gstream_members_write (&members, json, NULL, NULL);
  g_string_append_c (json, '}');
  put (self, value_of (json));
  gstream_members_clear (&members);
}

/* Returns the number of calls. */
static guint
for_calls (Whole           *self,
           GstreamJsonValue message,
           const char      *pointer,
           const char      *type) /* NULL: only count them */
{
  GstreamJsonIter  iter;
  GstreamJsonValue calls;
  GstreamJsonValue call;
  guint            n = 0;

  if (!gstream_json_find (message, pointer, &calls) || *calls.start != '[')
    return 0;

  gstream_json_iter_init (&iter, calls);
  while (gstream_json_iter_element (&iter, &call))
    {
      if (*call.start != '{')
        continue;
      if (type != NULL)
        add_call (self, type, call);
      n++;
    }

  return n;
}

void
gstream_message_take_whole (GstreamMessage *self,
                            GstreamEvent   *event)
{
  GstreamJsonValue message = gstream_payload_value (gstream_event_peek_item (event));
  GstreamJsonValue content;
  g_auto (Whole) whole = { NULL };

  whole_init (&whole, self);
  whole.has_calls = for_calls (&whole, message, "/tool_calls", NULL) > 0;
  if (gstream_json_find (message, "/content", &content))
    {
      add_kept_reasoning (&whole, message, content);
      add_content (&whole, content);
    }
  for_calls (&whole, message, "/tool_calls", "tool_call");
  for_calls (&whole, message, "/invalid_tool_calls", "invalid_tool_call");
  take_usage (self, event, "/usage_metadata");
  gstream_message_finish (self, event);
}

/* --- what changes --- */

static void
on_notify (GstreamNotifier *notifier)
{
  GstreamMessage *self = (GstreamMessage *) ((char *) notifier - G_STRUCT_OFFSET (GstreamMessage, notifier));
  guint           changed = self->changed;

  self->changed = 0;
  g_object_ref (self);
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if ((changed & (1u << i)) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

/* --- its properties and its life --- */

static void
gstream_message_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NODE:
      g_value_set_string (value, self->node);
      break;
    case PROP_NAMESPACE:
      g_value_set_boxed (value, gstream_message_get_namespace (self));
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_TEXT:
      g_value_set_string (value, gstream_message_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, gstream_message_get_reasoning (self));
      break;
    case PROP_CONTENT:
      g_value_set_boxed (value, gstream_message_get_content (self));
      break;
    case PROP_TOOL_CALLS:
      g_value_set_boxed (value, gstream_message_get_tool_calls (self));
      break;
    case PROP_INVALID_TOOL_CALLS:
      g_value_set_boxed (value, gstream_message_get_invalid_tool_calls (self));
      break;
    case PROP_USAGE:
      g_value_set_boxed (value, gstream_message_get_usage (self));
      break;
    case PROP_METADATA:
      g_value_set_boxed (value, gstream_message_get_metadata (self));
      break;
    case PROP_FINISH_REASON:
      g_value_set_string (value, self->finish_reason);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_TEXT_DELTAS:
      g_value_set_object (value, gstream_deltas_get (&self->text_deltas));
      break;
    case PROP_REASONING_DELTAS:
      g_value_set_object (value, gstream_deltas_get (&self->reasoning_deltas));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_message_dispose (GObject *object)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  if (self->pump != NULL)
    gstream_pump_cancel_notify (self->pump, &self->notifier);

  G_OBJECT_CLASS (gstream_message_parent_class)->dispose (object);
}

static void
gstream_message_finalize (GObject *object)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  g_assert (g_queue_is_empty (&self->ended.waits));

  drop_views (self);
  g_clear_pointer (&self->shown_usage, gstream_payload_unref);
  g_clear_pointer (&self->shown_metadata, gstream_payload_unref);
  gstream_deltas_clear (&self->text_deltas);
  gstream_deltas_clear (&self->reasoning_deltas);
  gstream_message_content_clear (&self->content);
  gstream_members_clear (&self->usage);
  gstream_members_clear (&self->metadata);
  g_clear_error (&self->error);
  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_free (self->finish_reason);
  g_free (self->node);
  g_free (self->id);

  G_OBJECT_CLASS (gstream_message_parent_class)->finalize (object);
}

#define READABLE (G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
gstream_message_class_init (GstreamMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_message_get_property;
  object_class->dispose = gstream_message_dispose;
  object_class->finalize = gstream_message_finalize;

  /**
   * GstreamMessage:id: (getter get_id)
   *
   * The message's id, as given by the model's provider or the run.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:node: (getter get_node)
   *
   * The node of the graph that calls the model.
   *
   * Since: 1.0
   */
  properties[PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:namespace: (getter get_namespace)
   *
   * The namespace of its events.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, READABLE);
  /**
   * GstreamMessage:status: (getter get_status)
   *
   * How it is.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] =
      g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_MESSAGE_STATUS, GSTREAM_MESSAGE_STATUS_STREAMING, READABLE);
  /**
   * GstreamMessage:text: (getter get_text)
   *
   * The text so far. Notified at most once per frame, and at the end.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", READABLE);
  /**
   * GstreamMessage:reasoning: (getter get_reasoning)
   *
   * The reasoning so far. Notified at most once per frame, and at the end.
   *
   * Since: 1.0
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", READABLE);
  /**
   * GstreamMessage:content: (getter get_content)
   *
   * The content so far: an array of blocks in index order. Notified at most once per frame, and at the end.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT] = g_param_spec_boxed ("content", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:tool-calls: (getter get_tool_calls)
   *
   * The tool calls of the model: an array of objects with `id`, `name` and `args`.
   *
   * Since: 1.0
   */
  properties[PROP_TOOL_CALLS] = g_param_spec_boxed ("tool-calls", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:invalid-tool-calls: (getter get_invalid_tool_calls)
   *
   * Tool calls whose arguments are not a JSON object, in the same form.
   *
   * Since: 1.0
   */
  properties[PROP_INVALID_TOOL_CALLS] =
      g_param_spec_boxed ("invalid-tool-calls", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:usage: (getter get_usage)
   *
   * The number of tokens used.
   *
   * Since: 1.0
   */
  properties[PROP_USAGE] = g_param_spec_boxed ("usage", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:metadata: (getter get_metadata)
   *
   * Metadata about the call from the model's provider.
   *
   * Since: 1.0
   */
  properties[PROP_METADATA] = g_param_spec_boxed ("metadata", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:finish-reason: (getter get_finish_reason)
   *
   * Why the model stopped.
   *
   * Since: 1.0
   */
  properties[PROP_FINISH_REASON] = g_param_spec_string ("finish-reason", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:error: (getter get_error)
   *
   * Why it failed.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, READABLE);
  /**
   * GstreamMessage:text-deltas: (getter get_text_deltas)
   *
   * The deltas of the text: a projection of strings.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT_DELTAS] = g_param_spec_object ("text-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  /**
   * GstreamMessage:reasoning-deltas: (getter get_reasoning_deltas)
   *
   * The deltas of the reasoning: a projection of strings.
   *
   * Since: 1.0
   */
  properties[PROP_REASONING_DELTAS] =
      g_param_spec_object ("reasoning-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_message_init (GstreamMessage *self)
{
  self->notifier.notify = on_notify;
  self->namespace_ = gstream_namespace_new (NULL);
}

/* --- for whoever shows it --- */

/**
 * gstream_message_get_id:
 * @self: a message
 *
 * The message's id, as given by the model's provider or the run.
 *
 * Returns: (nullable): the id, or %NULL if it is not known
 *
 * Since: 1.0
 */
const char *
gstream_message_get_id (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->id;
}

/**
 * gstream_message_get_node:
 * @self: a message
 *
 * The node of the graph that calls the model.
 *
 * Returns: (nullable): the node's name, or %NULL if the source does not say
 *
 * Since: 1.0
 */
const char *
gstream_message_get_node (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->node;
}

/**
 * gstream_message_get_namespace:
 * @self: a message
 *
 * Gets the namespace of its events: the scope of the run whose message it is, or the namespace of a node below that
 * (D4).
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace
 *
 * Since: 1.0
 */
const char *const *
gstream_message_get_namespace (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return (const char *const *) self->namespace_->segments;
}

/**
 * gstream_message_get_status:
 * @self: a message
 *
 * How it is.
 *
 * Returns: the status
 *
 * Since: 1.0
 */
GstreamMessageStatus
gstream_message_get_status (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), GSTREAM_MESSAGE_STATUS_FAILED);

  return self->status;
}

/**
 * gstream_message_get_text:
 * @self: a message
 *
 * Gets the text so far: that of the text blocks, in index order.
 *
 * Returns: (transfer none): the text, possibly empty; valid until more comes
 *
 * Since: 1.0
 */
const char *
gstream_message_get_text (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_TEXT);
}

/**
 * gstream_message_get_reasoning:
 * @self: a message
 *
 * Gets the reasoning so far: that of the reasoning blocks, in index order.
 *
 * Returns: (transfer none): the reasoning, possibly empty; valid until more comes
 *
 * Since: 1.0
 */
const char *
gstream_message_get_reasoning (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_REASONING);
}

/**
 * gstream_message_get_content:
 * @self: a message
 *
 * Gets the content so far: an array of blocks in index order, each an object with `type` and `index`; tool calls and
 * invalid ones have no `index`. Unfinished blocks have their content so far (T3).
 *
 * Returns: (transfer none): the content; valid until more comes
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_message_get_content (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, VIEW_CONTENT);
}

/**
 * gstream_message_get_tool_calls:
 * @self: a message
 *
 * Gets the tool calls of the model: an array of objects with `id`, `name` and `args`, which is an object. A call is
 * added when its arguments are complete.
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_message_get_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, VIEW_TOOL_CALLS);
}

/**
 * gstream_message_get_invalid_tool_calls:
 * @self: a message
 *
 * Gets the tool calls whose arguments are not a JSON object: an array of objects with `id`, `name` and `args`, which is
 * the text from the model. The `error` of their blocks in [property@Message:content] says what is wrong.
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_message_get_invalid_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, VIEW_INVALID_TOOL_CALLS);
}

/**
 * gstream_message_get_usage:
 * @self: a message
 *
 * Gets the number of tokens used: an object such as `{"input_tokens": 12, "output_tokens": 14, "total_tokens": 26}`.
 * Most sources report it at the end.
 *
 * Returns: (transfer none) (nullable): the usage, or %NULL if nothing was said; valid until more comes
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_message_get_usage (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_usage == NULL)
    self->shown_usage = gstream_members_to_payload (&self->usage);

  return self->shown_usage;
}

/**
 * gstream_message_get_metadata:
 * @self: a message
 *
 * Gets metadata about the call from the model's provider, such as the model's name: an object that combines what came
 * with the start and with the end of the message.
 *
 * Returns: (transfer none) (nullable): the metadata, or %NULL if nothing was said; valid until more comes
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_message_get_metadata (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_metadata == NULL)
    self->shown_metadata = gstream_members_to_payload (&self->metadata);

  return self->shown_metadata;
}

/**
 * gstream_message_get_finish_reason:
 * @self: a message
 *
 * Why the model stopped, such as `stop`.
 *
 * Returns: (nullable): the reason, or %NULL if nothing was said
 *
 * Since: 1.0
 */
const char *
gstream_message_get_finish_reason (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->finish_reason;
}

/**
 * gstream_message_get_error:
 * @self: a message
 *
 * Why it failed.
 *
 * Returns: (nullable): the error, or %NULL unless it failed
 *
 * Since: 1.0
 */
const GError *
gstream_message_get_error (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->error;
}

/**
 * gstream_message_get_text_deltas:
 * @self: a message
 *
 * Gets the projection of the deltas of the text.
 *
 * Returns: (transfer none): a projection of strings
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_message_get_text_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->text_deltas);
}

/**
 * gstream_message_get_reasoning_deltas:
 * @self: a message
 *
 * Gets the projection of the deltas of the reasoning.
 *
 * Returns: (transfer none): a projection of strings
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_message_get_reasoning_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->reasoning_deltas);
}

/* --- awaiting it as a whole --- */

/**
 * gstream_message_wait:
 * @self: a message
 * @cancellable: (nullable): to stop waiting; the message goes on (R3)
 * @callback: (scope async): called when the message has ended
 * @user_data: for @callback
 *
 * Waits for the whole message. This drives the run's source (R1).
 *
 * May be called any number of times, also after the end. All changes of properties are notified before @callback is
 * called.
 *
 * Since: 1.0
 */
void
gstream_message_wait (GstreamMessage     *self,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_MESSAGE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gstream_latch_begin_wait (&self->ended, self->pump, self, gstream_message_wait, cancellable, callback, user_data);
}

/**
 * gstream_message_wait_finish:
 * @self: a message
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Message.wait].
 *
 * An incomplete message is returned as it is, which its [property@Message:status] tells. Fails with the model's or the
 * run's error if the message has failed (R5), or with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamMessage *
gstream_message_wait_finish (GstreamMessage *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_latch_end_wait (result, self->error, error) ? g_object_ref (self) : NULL;
}

/**
 * gstream_message_wait_sync:
 * @self: a message
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@Message.wait] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@Message.wait_finish], and like [method@Cursor.next_sync] if a synchronous call is not possible.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamMessage *
gstream_message_wait_sync (GstreamMessage *self,
                           GCancellable   *cancellable,
                           GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  result = gstream_latch_wait_sync (&self->ended, self->pump, self, cancellable, error);

  return result ? gstream_message_wait_finish (self, result, error) : NULL;
}
