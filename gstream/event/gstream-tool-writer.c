/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the events of one call of a tool.
 */
#include "gstream/event/gstream-tool-writer.h"

#include <string.h>

#include "gstream/event/gstream-json-writer-internal.h"
#include "gstream/event/gstream-payload-internal.h"

/**
 * GstreamToolWriter:
 *
 * Makes the events of one call of a tool, for an application that is its own source.
 *
 * An application that calls tools itself passes what they do to a run as events: that a call began and with what, pieces of
 * its output as they come, and what became of it. The run's [property@RunStream:tool-calls] then has a [class@ToolCall] for it.
 * That a model asked for the call is written by [class@MessageWriter], with the same id.
 *
 * ```c
 * g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"city\":\"Oslo\"}", -1, NULL);
 * g_autoptr (GstreamPayload) output = gstream_payload_new_string ("It is 3 °C.");
 * g_autoptr (GstreamToolWriter) writer = gstream_tool_writer_new (NULL, "get_weather", "call_1");
 *
 * push (source, gstream_tool_writer_start (writer, input));
 * push (source, gstream_tool_writer_output (writer, "asking the station"));
 * push (source, gstream_tool_writer_finish (writer, output));
 * ```
 *
 * A writer may be used from any thread, but not from two at once.
 *
 * Since: 1.0
 */

struct _GstreamToolWriter
{
  GObject parent_instance;

  char **namespace_; /* NULL: the root */
  char  *name;       /* of the tool */
  char  *id;         /* of the call */
};

enum
{
  PROP_NAMESPACE = 1,
  PROP_NAME,
  PROP_ID,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstreamToolWriter, gstream_tool_writer, G_TYPE_OBJECT)

static void
gstream_tool_writer_constructed (GObject *object)
{
  GstreamToolWriter *self = GSTREAM_TOOL_WRITER (object);

  if (self->namespace_ == NULL)
    self->namespace_ = g_new0 (char *, 1);
  if (self->name == NULL)
    self->name = g_strdup ("tool");
  if (self->id == NULL)
    self->id = g_uuid_string_random ();

  G_OBJECT_CLASS (gstream_tool_writer_parent_class)->constructed (object);
}

static void
gstream_tool_writer_get_property (GObject    *object,
                                  guint       property,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamToolWriter *self = GSTREAM_TOOL_WRITER (object);

  switch (property)
    {
    case PROP_NAMESPACE:
      g_value_set_boxed (value, self->namespace_);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
gstream_tool_writer_set_property (GObject      *object,
                                  guint         property,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  GstreamToolWriter *self = GSTREAM_TOOL_WRITER (object);

  switch (property)
    {
    case PROP_NAMESPACE:
      self->namespace_ = g_value_dup_boxed (value);
      break;
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
gstream_tool_writer_finalize (GObject *object)
{
  GstreamToolWriter *self = GSTREAM_TOOL_WRITER (object);

  g_strfreev (self->namespace_);
  g_free (self->name);
  g_free (self->id);

  G_OBJECT_CLASS (gstream_tool_writer_parent_class)->finalize (object);
}

static void
gstream_tool_writer_class_init (GstreamToolWriterClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = gstream_tool_writer_constructed;
  object_class->get_property = gstream_tool_writer_get_property;
  object_class->set_property = gstream_tool_writer_set_property;
  object_class->finalize = gstream_tool_writer_finalize;

  /**
   * GstreamToolWriter:namespace: (getter get_namespace)
   *
   * The namespace of the graph that calls the tool; empty for the root.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamToolWriter:name: (getter get_name)
   *
   * The tool's name, `tool` if none is given.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * GstreamToolWriter:id: (getter get_id)
   *
   * The call's id, that of the model's tool call where a model asked for it. A random one is made if none is given.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_tool_writer_init (GstreamToolWriter *self)
{
}

/**
 * gstream_tool_writer_new:
 * @namespace_: (nullable) (array zero-terminated=1): the namespace of the graph that calls the tool, or %NULL for the
 *   root
 * @name: the tool's name
 * @id: (nullable): the call's id, or %NULL for a random one
 *
 * Makes a writer for one call.
 *
 * Returns: (transfer full): a writer
 *
 * Since: 1.0
 */
GstreamToolWriter *
gstream_tool_writer_new (const char *const *namespace_,
                         const char        *name,
                         const char        *id)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (GSTREAM_TYPE_TOOL_WRITER, "namespace", namespace_, "name", name, "id", id, NULL);
}

/**
 * gstream_tool_writer_get_namespace: (get-property namespace)
 * @self: a writer
 *
 * Gets where in the run the tool is called.
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace; empty for the root
 *
 * Since: 1.0
 */
const char *const *
gstream_tool_writer_get_namespace (GstreamToolWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);

  return (const char *const *) self->namespace_;
}

/**
 * gstream_tool_writer_get_name: (get-property name)
 * @self: a writer
 *
 * Gets the tool's name.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
gstream_tool_writer_get_name (GstreamToolWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);

  return self->name;
}

/**
 * gstream_tool_writer_get_id: (get-property id)
 * @self: a writer
 *
 * Gets the call's id.
 *
 * Returns: (transfer none): the id that was given, or the one made at random
 *
 * Since: 1.0
 */
const char *
gstream_tool_writer_get_id (GstreamToolWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);

  return self->id;
}

static GString *
begin_data (GstreamToolWriter *self,
            const char        *event)
{
  GString *out = g_string_new ("{");

  gstream_json_add_string (out, "event", event);
  gstream_json_add_string (out, "tool_call_id", self->id);

  return out;
}

/* Consumes @out. */
static GstreamEvent *
end_event (GstreamToolWriter *self,
           GString           *out)
{
  g_autoptr (GstreamPayload) data = NULL;

  g_string_append_c (out, '}');
  data = gstream_payload_new_checked (out->str, out->len);
  g_string_free (out, TRUE);

  return gstream_event_new ("tools", (const char *const *) self->namespace_, data);
}

/**
 * gstream_tool_writer_start:
 * @self: a writer
 * @input: (nullable): what the tool is called with
 *
 * Makes the event that starts the call. It must be the first one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_tool_writer_start (GstreamToolWriter *self,
                           GstreamPayload    *input)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);

  out = begin_data (self, "tool-started");
  gstream_json_add_string (out, "tool_name", self->name);
  gstream_json_add_payload (out, "input", input);

  return end_event (self, out);
}

/**
 * gstream_tool_writer_output:
 * @self: a writer
 * @piece: what the tool puts out next; bytes of it that are not UTF-8 become U+FFFD
 *
 * Makes an event with a piece of the output, which [property@ToolCall:output-deltas] gives.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_tool_writer_output (GstreamToolWriter *self,
                            const char        *piece)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);
  g_return_val_if_fail (piece != NULL, NULL);

  out = begin_data (self, "tool-output-delta");
  gstream_json_add_string (out, "delta", piece);

  return end_event (self, out);
}

/**
 * gstream_tool_writer_finish:
 * @self: a writer
 * @output: (nullable): what the tool answered
 *
 * Makes the event that ends the call. It must be the last one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_tool_writer_finish (GstreamToolWriter *self,
                            GstreamPayload    *output)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);

  out = begin_data (self, "tool-finished");
  gstream_json_add_string (out, "tool_name", self->name);
  gstream_json_add_payload (out, "output", output);

  return end_event (self, out);
}

/**
 * gstream_tool_writer_fail:
 * @self: a writer
 * @message: what went wrong; bytes of it that are not UTF-8 become U+FFFD
 *
 * Makes the event that ends the call because the tool failed. It must be the last one.
 *
 * Returns: (transfer full): an event
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_tool_writer_fail (GstreamToolWriter *self,
                          const char        *message)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_TOOL_WRITER (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  out = begin_data (self, "tool-error");
  gstream_json_add_string (out, "tool_name", self->name);
  gstream_json_add_string (out, "message", message);

  return end_event (self, out);
}
