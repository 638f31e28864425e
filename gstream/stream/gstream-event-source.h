/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The interface of event sources, which provide one event at a time.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TRY (gstream_try_get_type ())

/**
 * GstreamTry:
 * @GSTREAM_TRY_ITEM: there is an item
 * @GSTREAM_TRY_PENDING: there is none now; use the asynchronous call to wait for one
 * @GSTREAM_TRY_ENDED: there are no more items
 * @GSTREAM_TRY_FAILED: the call failed, and the error is set
 *
 * The result of a call that does not wait.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_TRY_ITEM,
  GSTREAM_TRY_PENDING,
  GSTREAM_TRY_ENDED,
  GSTREAM_TRY_FAILED,
} GstreamTry;

GSTREAM_EXPORT GType gstream_try_get_type (void);

#define GSTREAM_TYPE_EVENT_SOURCE (gstream_event_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_INTERFACE (GstreamEventSource, gstream_event_source, GSTREAM, EVENT_SOURCE, GObject)

/**
 * GstreamEventSourceInterface:
 * @parent_iface: the parent interface
 * @next: starts to wait for the next event; the default calls @try_next once, which is enough for a source that never
 *   has to wait
 * @next_finish: returns the event, or %NULL without an error at the end
 * @try_next: returns the next event if that is possible without waiting; the default always returns
 *   %GSTREAM_TRY_PENDING, so that @next is used
 * @close: releases the resources of the source; the default does nothing
 * @set_channels: called before the first event is asked for, with the stream modes that the run needs (M8); the default
 *   does nothing
 * @is_async_only: whether its events are made by code that runs in the main loop, so that synchronous calls on the run
 *   would never return, and must fail (R9); the default returns %FALSE
 *
 * The interface of event sources. A source implements @try_next, or @next and @next_finish, or all three.
 *
 * Since: 1.0
 */
struct _GstreamEventSourceInterface
{
  GTypeInterface parent_iface;

  void (*next) (GstreamEventSource *self,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data);
  GstreamEvent *(*next_finish) (GstreamEventSource *self,
                                GAsyncResult       *result,
                                GError            **error);
  GstreamTry (*try_next) (GstreamEventSource *self,
                          GstreamEvent      **event,
                          GError            **error);
  void (*close) (GstreamEventSource *self);
  void (*set_channels) (GstreamEventSource *self,
                        const char *const  *channels);
  gboolean (*is_async_only) (GstreamEventSource *self);
};

GSTREAM_EXPORT void          gstream_event_source_next (GstreamEventSource *self,
                                                        GCancellable       *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);
GSTREAM_EXPORT GstreamEvent *gstream_event_source_next_finish (GstreamEventSource *self,
                                                               GAsyncResult       *result,
                                                               GError            **error);
GSTREAM_EXPORT GstreamTry    gstream_event_source_try_next (GstreamEventSource *self,
                                                            GstreamEvent      **event,
                                                            GError            **error);
GSTREAM_EXPORT void          gstream_event_source_close (GstreamEventSource *self);
GSTREAM_EXPORT void          gstream_event_source_set_channels (GstreamEventSource *self,
                                                                const char *const  *channels);
GSTREAM_EXPORT gboolean      gstream_event_source_is_async_only (GstreamEventSource *self);

G_END_DECLS
