/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a run's events come from: asked for one event at a time.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TRY (gstream_try_get_type ())

/**
 * GstreamTry:
 * @GSTREAM_TRY_ITEM: there was one, and here it is
 * @GSTREAM_TRY_PENDING: none now; wait for it with the asynchronous call
 * @GSTREAM_TRY_ENDED: there will be none any more
 * @GSTREAM_TRY_FAILED: it failed, and the error says how
 *
 * What a call that never waits has to say.
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
 * @next: starts to wait for the next event; by default it asks @try_next once,
 *   which is enough for a source that never has to wait
 * @next_finish: gives the event, or %NULL without an error at the end
 * @try_next: gives the next event if it is there without waiting; by default
 *   there never is one, so that @next is used
 * @close: lets go of what the source holds; nothing by default
 * @set_channels: is told, before the first event is asked for, which stream
 *   modes the run's projections need (M8); ignored by default
 * @is_async_only: whether its events are made by what runs in the main loop beside
 *   the run, so that synchronous calls on the run would wait for ever, and have to
 *   be refused (R9); it is not, by default
 *
 * What a source implements: @try_next, or @next and @next_finish, or all three.
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
