/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An immutable, reference counted piece of JSON, which is stored as text (E2).
 */
#pragma once

#include <gio/gio.h>
#include <gstream/event/gstream-version-macros.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PAYLOAD (gstream_payload_get_type ())

typedef struct _GstreamPayload GstreamPayload;

/**
 * GstreamPayloadKind:
 * @GSTREAM_PAYLOAD_KIND_NULL: null
 * @GSTREAM_PAYLOAD_KIND_BOOLEAN: true or false
 * @GSTREAM_PAYLOAD_KIND_INTEGER: a number that is written without fraction and exponent, and fits in int64
 * @GSTREAM_PAYLOAD_KIND_DOUBLE: any other number
 * @GSTREAM_PAYLOAD_KIND_STRING: a string
 * @GSTREAM_PAYLOAD_KIND_ARRAY: an array
 * @GSTREAM_PAYLOAD_KIND_OBJECT: an object
 *
 * The type of a [struct@Payload] (E2).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_PAYLOAD_KIND_NULL,
  GSTREAM_PAYLOAD_KIND_BOOLEAN,
  GSTREAM_PAYLOAD_KIND_INTEGER,
  GSTREAM_PAYLOAD_KIND_DOUBLE,
  GSTREAM_PAYLOAD_KIND_STRING,
  GSTREAM_PAYLOAD_KIND_ARRAY,
  GSTREAM_PAYLOAD_KIND_OBJECT,
} GstreamPayloadKind;

#define GSTREAM_TYPE_PAYLOAD_KIND (gstream_payload_kind_get_type ())

GSTREAM_EXPORT GType           gstream_payload_kind_get_type (void);
GSTREAM_EXPORT GType           gstream_payload_get_type (void);
GSTREAM_EXPORT GstreamPayload *gstream_payload_new (const char *json,
                                                    gssize      length,
                                                    GError    **error);
GSTREAM_EXPORT GstreamPayload *gstream_payload_new_variant (GVariant *value,
                                                            GError  **error);
GSTREAM_EXPORT GstreamPayload *gstream_payload_new_string (const char *string);
GSTREAM_EXPORT GstreamPayload *gstream_payload_ref (GstreamPayload *payload);
GSTREAM_EXPORT void            gstream_payload_unref (GstreamPayload *payload);

GSTREAM_EXPORT const char        *gstream_payload_get_json (GstreamPayload *payload,
                                                            gsize          *length);
GSTREAM_EXPORT char              *gstream_payload_dup_json (GstreamPayload *payload);
GSTREAM_EXPORT GVariant          *gstream_payload_get_variant (GstreamPayload *payload);
GSTREAM_EXPORT GstreamPayloadKind gstream_payload_get_kind (GstreamPayload *payload);
GSTREAM_EXPORT gboolean           gstream_payload_equal (GstreamPayload *payload,
                                                         GstreamPayload *other);

/* By JSON Pointer (RFC 6901); "" is the payload itself. */
GSTREAM_EXPORT gboolean        gstream_payload_has (GstreamPayload *payload,
                                                    const char     *pointer);
GSTREAM_EXPORT GstreamPayload *gstream_payload_lookup (GstreamPayload *payload,
                                                       const char     *pointer);
GSTREAM_EXPORT const char     *gstream_payload_get_string (GstreamPayload *payload,
                                                           const char     *pointer);
GSTREAM_EXPORT gint64          gstream_payload_get_integer (GstreamPayload *payload,
                                                            const char     *pointer);
GSTREAM_EXPORT double          gstream_payload_get_double (GstreamPayload *payload,
                                                           const char     *pointer);
GSTREAM_EXPORT gboolean        gstream_payload_get_boolean (GstreamPayload *payload,
                                                            const char     *pointer);
GSTREAM_EXPORT gsize           gstream_payload_get_size (GstreamPayload *payload,
                                                         const char     *pointer);
GSTREAM_EXPORT char          **gstream_payload_dup_keys (GstreamPayload *payload,
                                                         const char     *pointer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamPayload, gstream_payload_unref)

/* Iterates over the members of an object or the elements of an array. */
#define GSTREAM_TYPE_PAYLOAD_ITER (gstream_payload_iter_get_type ())

typedef struct _GstreamPayloadIter GstreamPayloadIter;

struct _GstreamPayloadIter
{
  /*< private >*/
  gpointer reserved[8];
};

GSTREAM_EXPORT GType           gstream_payload_iter_get_type (void);
GSTREAM_EXPORT void            gstream_payload_iter_init (GstreamPayloadIter *iter,
                                                          GstreamPayload     *payload);
GSTREAM_EXPORT gboolean        gstream_payload_iter_next (GstreamPayloadIter *iter,
                                                          const char        **key,
                                                          GstreamPayload    **value);
GSTREAM_EXPORT GstreamPayload *gstream_payload_iter_next_value (GstreamPayloadIter *iter);

GSTREAM_EXPORT GstreamPayloadIter *gstream_payload_iterator (GstreamPayload *payload);
GSTREAM_EXPORT GstreamPayloadIter *gstream_payload_iter_copy (GstreamPayloadIter *iter);
GSTREAM_EXPORT void                gstream_payload_iter_free (GstreamPayloadIter *iter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamPayloadIter, gstream_payload_iter_free)

G_END_DECLS
