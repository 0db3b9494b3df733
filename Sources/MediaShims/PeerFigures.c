#include "PeerFigures.h"
#include "PeerShims.h"
#include <gst/rtp/gstrtcpbuffer.h>
#include <string.h>

// What the other side has reported about the streams that go out. webrtcbin keeps the last report of each of the other
// side's streams, about whichever of ours it happened to be; here they are summed up.

enum { most_streams = 16 };

typedef struct {
    guint32 ssrc, highest;
    gint32 lost;
} ReportedStream;

typedef struct {
    GMutex lock;
    ReportedStream streams[most_streams];
    guint count;
    gint64 packets, lost, reports;
    /// Seconds, of the last report since it was asked for; negative when there is none.
    double round_trip;
    /// The same, kept.
    double last_trip;
} Reports;

static const char *reports_key = "mado-reports";
static const char *ssrc_key = "mado-ssrc";

static void reports_clear(gpointer memory) { g_mutex_clear(&((Reports *)memory)->lock); }
static void reports_release(gpointer memory) { g_atomic_rc_box_release_full(memory, reports_clear); }
static void reports_released(gpointer memory, GClosure *closure) {
    (void)closure;
    reports_release(memory);
}

static void trip(Reports *reports, guint32 last, guint32 delay) {
    if (!last) return;
    // Both are in 1/65536 s; reports bear the time of day.
    guint64 now = gst_util_uint64_scale((guint64)g_get_real_time(), 65536, G_USEC_PER_SEC);
    const guint64 seconds_from_1900_to_1970 = 2208988800;
    gint32 passed = (gint32)((guint32)(now + (seconds_from_1900_to_1970 << 16)) - last - delay);
    double seconds = MAX(passed, 0) / 65536.0;
    if (seconds < 30) reports->round_trip = reports->last_trip = seconds;
}

/// Several of the other side's streams tell the same about one of ours: what isn't newer counts nothing.
static void report(Reports *reports, guint32 ssrc, guint32 highest, gint32 lost) {
    ReportedStream *stream = NULL;
    for (guint index = 0; index < reports->count && !stream; index++)
        if (reports->streams[index].ssrc == ssrc) stream = &reports->streams[index];
    if (!stream) {
        if (reports->count < most_streams) reports->streams[reports->count++] = (ReportedStream){ssrc, highest, lost};
        return;
    }
    gint32 more = (gint32)(highest - stream->highest);
    if (more <= 0) return;
    // Who has not got much of a stream yet takes its numbers for others than they are.
    const gint32 most_of_one_report = 5000;
    if (more > most_of_one_report) {
        *stream = (ReportedStream){ssrc, highest, lost};
        return;
    }
    reports->packets += more;
    reports->lost += lost - stream->lost;
    *stream = (ReportedStream){ssrc, highest, lost};
}

// On a thread of GStreamer's.
static void reports_came(GObject *session, GstBuffer *buffer, gpointer memory) {
    (void)session;
    Reports *reports = memory;
    GstRTCPBuffer compound = GST_RTCP_BUFFER_INIT;
    GstRTCPPacket packet;
    if (!gst_rtcp_buffer_map(buffer, GST_MAP_READ, &compound)) return;
    g_mutex_lock(&reports->lock);
    for (gboolean more = gst_rtcp_buffer_get_first_packet(&compound, &packet); more;
         more = gst_rtcp_packet_move_to_next(&packet)) {
        GstRTCPType type = gst_rtcp_packet_get_type(&packet);
        if (type != GST_RTCP_TYPE_SR && type != GST_RTCP_TYPE_RR) continue;
        for (guint index = 0; index < gst_rtcp_packet_get_rb_count(&packet); index++) {
            guint32 ssrc, highest, jitter, last, delay;
            guint8 fraction;
            gint32 lost;
            gst_rtcp_packet_get_rb(&packet, index, &ssrc, &fraction, &lost, &highest, &jitter, &last, &delay);
            report(reports, ssrc, highest, lost);
            trip(reports, last, delay);
            reports->reports += 1;
        }
    }
    g_mutex_unlock(&reports->lock);
    gst_rtcp_buffer_unmap(&compound);
}

static gboolean is_made_by(GstElement *element, const char *factory) {
    return g_strcmp0(GST_OBJECT_NAME(gst_element_get_factory(element)), factory) == 0;
}

static void part_added(GstBin *bin, GstElement *part, gpointer memory) {
    (void)bin;
    if (!is_made_by(part, "rtpsession")) return;
    // GStreamer 1.22 lets feedback that cannot wait (which packets are missing) go out once in as long as a regular report
    // takes by the session's bandwidth, and each puts the next regular one off. Without a bandwidth that is a second: on a
    // line that loses packets they were asked for too late, and no report went out any more.
    // What is told each half second shows in time that a line is full.
    g_object_set(part, "bandwidth", 2000000.0, "rtcp-min-interval", (guint64)GST_SECOND / 2, NULL);
    GObject *session = NULL;
    g_object_get(part, "internal-session", &session, NULL);
    if (!session) return;
    g_signal_connect_data(session, "on-receiving-rtcp", G_CALLBACK(reports_came), g_atomic_rc_box_acquire(memory),
                          reports_released, 0);
    g_object_unref(session);
}

static void jitter_buffer_made(GstElement *bin, GstElement *buffer, guint session, guint ssrc, gpointer unused) {
    (void)bin;
    (void)session;
    (void)unused;
    g_object_set_data(G_OBJECT(buffer), ssrc_key, GUINT_TO_POINTER(ssrc));
    // A packet is asked for when a later one has come, and not because it might have come by now: a line that gets slower
    // would be given each packet twice.
    g_object_set(buffer, "rtx-next-seqnum", FALSE, NULL);
}

void mado_peer_figures_begin(GstElement *peer) {
    GstElement *bin = gst_bin_get_by_name(GST_BIN(peer), "rtpbin");
    if (!bin) return;
    Reports *reports = g_atomic_rc_box_new0(Reports);
    g_mutex_init(&reports->lock);
    reports->round_trip = -1;
    g_object_set_data_full(G_OBJECT(peer), reports_key, reports, reports_release);
    g_signal_connect_data(bin, "element-added", G_CALLBACK(part_added), g_atomic_rc_box_acquire(reports),
                          reports_released, 0);
    g_signal_connect(bin, "new-jitterbuffer", G_CALLBACK(jitter_buffer_made), NULL);
    gst_object_unref(bin);
}

double mado_peer_figures_trip(GstElement *peer) {
    Reports *reports = g_object_get_data(G_OBJECT(peer), reports_key);
    if (!reports) return 0;
    g_mutex_lock(&reports->lock);
    double trip = reports->last_trip;
    g_mutex_unlock(&reports->lock);
    return trip;
}

void mado_peer_figures_stream(GstElement *peer, const GstStructure *caps) {
    guint ssrc = 0;
    // webrtcbin takes one answer for all streams of a bundle. A peer that sends again nothing of the sound would be asked for
    // each packet seven times, and what is asked for pictures would wait.
    if (gst_structure_has_field(caps, "rtcp-fb-nack") || !gst_structure_get_uint(caps, "ssrc", &ssrc)) return;
    GstIterator *buffers = gst_bin_iterate_all_by_element_factory_name(GST_BIN(peer), "rtpjitterbuffer");
    GValue value = G_VALUE_INIT;
    for (gboolean goes_on = TRUE; goes_on;) {
        switch (gst_iterator_next(buffers, &value)) {
        case GST_ITERATOR_OK: {
            GObject *buffer = g_value_get_object(&value);
            if (GPOINTER_TO_UINT(g_object_get_data(buffer, ssrc_key)) == ssrc)
                g_object_set(buffer, "do-retransmission", FALSE, NULL);
            g_value_reset(&value);
            break;
        }
        case GST_ITERATOR_RESYNC: gst_iterator_resync(buffers); break;
        default: goes_on = FALSE;
        }
    }
    g_value_unset(&value);
    gst_iterator_free(buffers);
}

// Counting

typedef struct {
    void (*done)(gpointer data, const MadoPeerCounts *counts);
    gpointer data;
    GDestroyNotify released;
    GstElement *element;
} Count;

static void count_free(gpointer memory) {
    Count *count = memory;
    count->released(count->data);
    gst_object_unref(count->element);
    g_free(count);
}

static gint64 number(const GstStructure *of, const char *name) {
    guint64 large = 0;
    gint64 signed_large = 0;
    guint small = 0;
    int signed_small = 0;
    if (gst_structure_get_uint64(of, name, &large)) return (gint64)large;
    if (gst_structure_get_int64(of, name, &signed_large)) return signed_large;
    if (gst_structure_get_uint(of, name, &small)) return small;
    if (gst_structure_get_int(of, name, &signed_small)) return signed_small;
    return 0;
}

static void copy(char *to, gsize size, const GstStructure *from, const char *name) {
    const char *text = gst_structure_get_string(from, name);
    g_strlcpy(to, text ? text : "", size);
}

static void add_inbound(const GstStructure *of, MadoPeerCounts *counts) {
    // Its kind is not told rightly where lines are bundled.
    gint64 packets = number(of, "packets-received");
    counts->packets += packets;
    counts->bytes_received += number(of, "bytes-received");
    // The loss that stands beside them is that of a jitter buffer of which webrtcbin knows nothing when lines are bundled: 0.
    GstStructure *source = NULL;
    if (packets > 0 && gst_structure_get(of, "gst-rtpsource-stats", GST_TYPE_STRUCTURE, &source, NULL)) {
        counts->packets_lost += number(source, "packets-lost");
        gst_structure_free(source);
    }
}

static gboolean add_stats(GQuark field, const GValue *value, gpointer memory) {
    (void)field;
    MadoPeerCounts *counts = memory;
    if (!GST_VALUE_HOLDS_STRUCTURE(value)) return TRUE;
    const GstStructure *of = gst_value_get_structure(value);
    GstWebRTCStatsType type = 0;
    if (!gst_structure_get_enum(of, "type", GST_TYPE_WEBRTC_STATS_TYPE, (int *)&type)) return TRUE;
    switch (type) {
    case GST_WEBRTC_STATS_INBOUND_RTP: add_inbound(of, counts); break;
    case GST_WEBRTC_STATS_OUTBOUND_RTP:
        counts->packets_sent += number(of, "packets-sent");
        counts->bytes_sent += number(of, "bytes-sent");
        break;
    case GST_WEBRTC_STATS_LOCAL_CANDIDATE:
        copy(counts->local_type, sizeof counts->local_type, of, "candidate-type");
        copy(counts->local_address, sizeof counts->local_address, of, "address");
        copy(counts->local_protocol, sizeof counts->local_protocol, of, "protocol");
        break;
    case GST_WEBRTC_STATS_REMOTE_CANDIDATE:
        copy(counts->remote_type, sizeof counts->remote_type, of, "candidate-type");
        break;
    default: break;
    }
    return TRUE;
}

static void counted(GstPromise *promise, gpointer memory) {
    Count *count = memory;
    if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED) return;
    const GstStructure *reply = gst_promise_get_reply(promise);
    MadoPeerCounts counts = {.round_trip = -1};
    if (reply) gst_structure_foreach(reply, add_stats, &counts);
    Reports *reports = g_object_get_data(G_OBJECT(count->element), reports_key);
    if (reports) {
        g_mutex_lock(&reports->lock);
        counts.packets_reported = reports->packets;
        counts.reported_lost = reports->lost;
        counts.reports = reports->reports;
        counts.round_trip = reports->round_trip;
        reports->round_trip = -1;
        g_mutex_unlock(&reports->lock);
    }
    count->done(count->data, &counts);
}

void mado_peer_count(GstElement *peer, void (*done)(gpointer data, const MadoPeerCounts *counts), gpointer data,
                     GDestroyNotify released) {
    Count *count = g_new0(Count, 1);
    *count = (Count){done, data, released, gst_object_ref(peer)};
    GstPromise *promise = gst_promise_new_with_change_func(counted, count, count_free);
    g_signal_emit_by_name(peer, "get-stats", NULL, promise);
    gst_promise_unref(promise);
}
