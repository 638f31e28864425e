/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An immutable event, which sources yield and all other rooms process (E1-E4).
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_EVENT (gstream_event_get_type ())

typedef struct _GstreamEvent GstreamEvent;

GSTREAM_EXPORT GType         gstream_event_get_type (void);
GSTREAM_EXPORT GstreamEvent *gstream_event_new (const char        *method,
                                                const char *const *namespace_,
                                                GstreamPayload    *data);
GSTREAM_EXPORT GstreamEvent *gstream_event_new_variant (const char        *method,
                                                        const char *const *namespace_,
                                                        GVariant          *data,
                                                        GError           **error);
GSTREAM_EXPORT GstreamEvent *gstream_event_new_full (const char        *method,
                                                     const char *const *namespace_,
                                                     GstreamPayload    *data,
                                                     gint64             timestamp,
                                                     const char        *node,
                                                     const char        *id,
                                                     GstreamPayload    *interrupts);
GSTREAM_EXPORT GstreamEvent *gstream_event_new_from_json (const char *json,
                                                          gssize      length,
                                                          GError    **error);
GSTREAM_EXPORT GstreamEvent *gstream_event_ref (GstreamEvent *event);
GSTREAM_EXPORT void          gstream_event_unref (GstreamEvent *event);

GSTREAM_EXPORT const char        *gstream_event_get_id (GstreamEvent *event);
GSTREAM_EXPORT guint64            gstream_event_get_seq (GstreamEvent *event);
GSTREAM_EXPORT const char        *gstream_event_get_method (GstreamEvent *event);
GSTREAM_EXPORT const char *const *gstream_event_get_namespace (GstreamEvent *event);
GSTREAM_EXPORT gint64             gstream_event_get_timestamp (GstreamEvent *event);
GSTREAM_EXPORT const char        *gstream_event_get_node (GstreamEvent *event);
GSTREAM_EXPORT GstreamPayload    *gstream_event_get_data (GstreamEvent *event);
GSTREAM_EXPORT GstreamPayload    *gstream_event_get_interrupts (GstreamEvent *event);
GSTREAM_EXPORT char              *gstream_event_to_json (GstreamEvent *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamEvent, gstream_event_unref)

G_END_DECLS
