#pragma once
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/webrtc/webrtc.h>

// A connection of WebRTC (webrtcbin): its signals and promises, which come on threads of GStreamer's.

typedef struct {
    /// A way by which this side can be reached; `text` is NULL after the last one.
    void (*candidate)(gpointer data, guint line, const char *text);
    /// A GstWebRTCPeerConnectionState.
    void (*state)(gpointer data, int state);
    /// A stream arrived: "audio" or "video", and its encoding, such as "VP8".
    void (*stream)(gpointer data, GstPad *pad, const char *media, const char *encoding);
    /// The own session description, or NULL and what was wrong.
    void (*described)(gpointer data, const char *sdp, const char *error);
} MadoPeerHandlers;

/// What a connection counts. -1 is what it does not know.
typedef struct {
    gint64 packets, packets_lost, bytes_received;
    /// Of the own packets those that the other side has reported about, and how many of them did not come.
    gint64 packets_reported, reported_lost;
    /// How often the other side has reported.
    gint64 reports;
    gint64 packets_sent, bytes_sent;
    /// Seconds; of the last report that came since it was counted before.
    double round_trip;
    char local_type[16], remote_type[16], local_address[64], local_protocol[16];
} MadoPeerCounts;

/// A new webrtcbin; `released` is called when it goes and no handler runs any more.
GstElement *mado_peer_new(const char *name, const MadoPeerHandlers *handlers, gpointer data, GDestroyNotify released);
/// Ways through relays only.
void mado_peer_set_relay_only(GstElement *peer);
void mado_peer_add_relay(GstElement *peer, const char *uri);
/// Has the streams of the sink pads sent again where they are lost, and names the stream that they belong to.
void mado_peer_prepare(GstElement *peer, const char *stream_id);
/// A line of media that is only received.
void mado_peer_receive(GstElement *peer, const char *caps);
void mado_peer_make_offer(GstElement *peer);
/// Takes the other side's offer; `described` brings the answer.
void mado_peer_make_answer(GstElement *peer, const char *offer);
void mado_peer_accept(GstElement *peer, const char *answer);
void mado_peer_add_candidate(GstElement *peer, guint line, const char *text);
/// `done` is called on a thread of GStreamer's, `released` afterwards.
void mado_peer_count(GstElement *peer, void (*done)(gpointer data, const MadoPeerCounts *counts), gpointer data,
                     GDestroyNotify released);

/// Has what comes out of a queue sent evenly, in bits a second: a large picture at once would fill a narrow line, and the
/// sound would wait behind it or be lost. What `encoder` makes takes so long to go out then that pictures are left out
/// before it at times.
void mado_pace(GstElement *queue, GstElement *encoder, int bits);
void mado_pace_set(GstElement *queue, int bits);
/// Asks the encoder above for a whole picture.
void mado_request_key_frame(GstPad *pad);

/// The name of the element that a message is from.
/// Whether it comes from the element or from something in it.
gboolean mado_message_is_from(GstMessage *message, GstElement *element);
void mado_message_source(GstMessage *message, char *name, gsize size);
GstElement *mado_bin_get(GstElement *bin, const char *name);
GstElement *mado_bin_parse(const char *description, GError **error);
gboolean mado_bin_add(GstElement *bin, GstElement *child);
void mado_bin_remove(GstElement *bin, GstElement *child);
void mado_element_set_flag(GstElement *element, const char *name, gboolean value);
/// What a source is asked for, the best first; it is asked once. What comes behind it may change at any moment, and a source
/// that asked meanwhile would be told that nothing is possible, and stop for good.
void mado_source_settle(GstElement *source, const char *caps);
/// Sets a capsfilter's caps while nothing is on its way from the source element to it: what has been made for the caps of
/// before would be refused, and the pipeline stand still for good.
void mado_restrict_between_buffers(GstElement *source, GstElement *filter, const char *caps);
/// Owned by the caller; NULL where there is no such text.
char *mado_element_get_string(GstElement *element, const char *name);
/// Cuts what hangs on a tee or mixer off, and gives its pad back.
void mado_pad_release(GstPad *pad);
void mado_pipeline_update_latency(GstElement *pipeline);
