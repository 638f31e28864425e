/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server.
 */
#include <gstream/remote/gstream-remote-run-private.h>

struct _GstreamRemoteRun
{
  GstreamRunStream parent_instance;
};

G_DEFINE_FINAL_TYPE (GstreamRemoteRun, gstream_remote_run, GSTREAM_TYPE_RUN_STREAM)

static GstreamRemoteSource *
get_source (GObject *object)
{
  return GSTREAM_REMOTE_SOURCE (gstream_run_stream_get_source (GSTREAM_RUN_STREAM (object)));
}

static void
gstream_remote_run_constructed (GObject *object)
{
  G_OBJECT_CLASS (gstream_remote_run_parent_class)->constructed (object);

  gstream_remote_source_set_run (get_source (object), GSTREAM_RUN_STREAM (object));
}

/* Before the parent's: that aborts, which here must not reach the server. */
static void
gstream_remote_run_dispose (GObject *object)
{
  gstream_remote_source_set_run (get_source (object), NULL);

  G_OBJECT_CLASS (gstream_remote_run_parent_class)->dispose (object);
}

static void
gstream_remote_run_class_init (GstreamRemoteRunClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = gstream_remote_run_constructed;
  G_OBJECT_CLASS (klass)->dispose = gstream_remote_run_dispose;
}

static void
gstream_remote_run_init (GstreamRemoteRun *self)
{
}

GstreamRunStream *
gstream_remote_run_new (GstreamEventSource *source,
                        GstreamStreamMux   *mux)
{
  return g_object_new (GSTREAM_TYPE_REMOTE_RUN, "source", source, "mux", mux, NULL);
}
