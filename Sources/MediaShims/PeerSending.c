#include "PeerSending.h"
#include "PeerFigures.h"
#include "PeerShims.h"

// Sending again. A line that loses packets because they are more than it carries loses still more when all of them are sent
// again: GStreamer 1.22 does so for each request, and asks for each packet several times.

enum { remembered_packets = 256 };

/// Of as many packets of a stream one may be sent again, and as many at once.
static const double share = 5, burst = 10;
/// Microseconds in which the same packet is not sent once more, at least and at most: while the one before is on its way.
static const gint64 shortest_pause = 20 * 1000, longest_pause = 300 * 1000;

typedef struct {
    guint32 ssrc;
    guint16 number;
    gint64 at;
} SentAgain;

typedef struct {
    /// Of which it is a part.
    GstElement *peer;
    GMutex lock;
    double allowed;
    /// The stream that was asked for last.
    guint32 stream;
    SentAgain last[remembered_packets];
} Repeats;

static void repeats_free(gpointer memory) {
    Repeats *repeats = memory;
    g_mutex_clear(&repeats->lock);
    g_free(repeats);
}

static gboolean may_repeat(Repeats *repeats, guint32 ssrc, guint16 number) {
    SentAgain *last = &repeats->last[number % remembered_packets];
    gint64 now = g_get_monotonic_time();
    gint64 pause = (gint64)(mado_peer_figures_trip(repeats->peer) * G_USEC_PER_SEC);
    repeats->stream = ssrc;
    if (last->at && last->ssrc == ssrc && last->number == number &&
        now - last->at < CLAMP(pause, shortest_pause, longest_pause))
        return FALSE;
    if (repeats->allowed < 1) return FALSE;
    repeats->allowed -= 1;
    *last = (SentAgain){ssrc, number, now};
    return TRUE;
}

/// Sound passes here as well, of which nothing is sent again.
static void packet_sent(Repeats *repeats, GstBuffer *packet) {
    const gsize place_of_ssrc = 8;
    guint8 ssrc[4];
    if (gst_buffer_extract(packet, place_of_ssrc, ssrc, sizeof ssrc) != sizeof ssrc) return;
    g_mutex_lock(&repeats->lock);
    if (GST_READ_UINT32_BE(ssrc) == repeats->stream) repeats->allowed = MIN(burst, repeats->allowed + 1 / share);
    g_mutex_unlock(&repeats->lock);
}

static gboolean list_sent(GstBuffer **packet, guint index, gpointer repeats) {
    (void)index;
    packet_sent(repeats, *packet);
    return TRUE;
}

static GstPadProbeReturn repeat_asked(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    Repeats *repeats = memory;
    const GstStructure *request = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
    guint ssrc = 0, number = 0;
    if (!request || !gst_structure_has_name(request, "GstRTPRetransmissionRequest") ||
        !gst_structure_get(request, "ssrc", G_TYPE_UINT, &ssrc, "seqnum", G_TYPE_UINT, &number, NULL))
        return GST_PAD_PROBE_OK;
    g_mutex_lock(&repeats->lock);
    gboolean may = may_repeat(repeats, ssrc, (guint16)number);
    g_mutex_unlock(&repeats->lock);
    return may ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn packet_passed(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
        gst_buffer_list_foreach(GST_PAD_PROBE_INFO_BUFFER_LIST(info), list_sent, memory);
    else
        packet_sent(memory, GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_OK;
}

static void part_added(GstBin *bin, GstBin *inner, GstElement *part, gpointer unused) {
    (void)inner;
    (void)unused;
    GstElementFactory *factory = gst_element_get_factory(part);
    if (!factory || g_strcmp0(GST_OBJECT_NAME(factory), "rtprtxsend") != 0) return;
    GstPad *pad = gst_element_get_static_pad(part, "src");
    if (!pad) return;
    Repeats *repeats = g_new0(Repeats, 1);
    g_mutex_init(&repeats->lock);
    repeats->peer = GST_ELEMENT(bin);
    repeats->allowed = burst;
    g_object_set_data_full(G_OBJECT(part), "mado-repeats", repeats, repeats_free);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, repeat_asked, repeats, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, packet_passed, repeats, NULL);
    gst_object_unref(pad);
}

void mado_peer_sending_begin(GstElement *peer) {
    g_signal_connect(peer, "deep-element-added", G_CALLBACK(part_added), NULL);
}

// Sending evenly

/// Until when what has been encoded takes to go out; microseconds of the clock that only runs forward.
typedef struct {
    GMutex lock;
    gint64 until;
} Backlog;

typedef struct {
    Backlog *backlog;
    /// Bits a second.
    gint rate;
    /// When the next packet may go. On the one thread that sends.
    gint64 next;
    /// When all that has come will have gone. On the one thread that it comes from.
    gint64 drained;
} Pace;

static const char *pace_key = "mado-pace", *backlog_key = "mado-backlog";
/// Microseconds that were not used, and may be made up for.
static const gint64 slack = 5 * 1000;
/// The longest wait for one packet: who closes a call waits for it.
static const gint64 longest_wait = 100 * 1000;
/// How late what is encoded now may go out: beyond that pictures are left out.
static const gint64 most_backlog = 200 * 1000;

static void backlog_clear(gpointer memory) { g_mutex_clear(&((Backlog *)memory)->lock); }
static void backlog_release(gpointer memory) { g_atomic_rc_box_release_full(memory, backlog_clear); }
static void pace_free(gpointer memory) {
    backlog_release(((Pace *)memory)->backlog);
    g_free(memory);
}

static gint64 duration(Pace *pace, gsize bytes) {
    return (gint64)bytes * 8 * G_USEC_PER_SEC / MAX(1, g_atomic_int_get(&pace->rate));
}

static GstPadProbeReturn packets_come(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    Pace *pace = memory;
    gsize bytes = GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST
                      ? gst_buffer_list_calculate_size(GST_PAD_PROBE_INFO_BUFFER_LIST(info))
                      : gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
    pace->drained = MAX(pace->drained, g_get_monotonic_time()) + duration(pace, bytes);
    g_mutex_lock(&pace->backlog->lock);
    pace->backlog->until = MAX(pace->backlog->until, pace->drained);
    g_mutex_unlock(&pace->backlog->lock);
    return GST_PAD_PROBE_OK;
}

static void wait_for_turn(Pace *pace, gsize bytes) {
    gint64 now = g_get_monotonic_time();
    if (pace->next < now - slack) pace->next = now - slack;
    if (pace->next > now) g_usleep((gulong)MIN(pace->next - now, longest_wait));
    pace->next += MIN(duration(pace, bytes), longest_wait);
}

static GstPadProbeReturn packets_go(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
        wait_for_turn(memory, gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)));
        return GST_PAD_PROBE_OK;
    }
    // All packets of a large picture come at once.
    GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    GstFlowReturn flow = GST_FLOW_OK;
    for (guint index = 0; index < gst_buffer_list_length(list) && flow == GST_FLOW_OK; index++)
        flow = gst_pad_push(pad, gst_buffer_ref(gst_buffer_list_get(list, index)));
    gst_buffer_list_unref(list);
    GST_PAD_PROBE_INFO_DATA(info) = NULL;
    GST_PAD_PROBE_INFO_FLOW_RETURN(info) = flow;
    return GST_PAD_PROBE_HANDLED;
}

static GstPadProbeReturn picture_comes(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    (void)info;
    Backlog *backlog = memory;
    g_mutex_lock(&backlog->lock);
    gboolean is_behind = backlog->until - g_get_monotonic_time() > most_backlog;
    g_mutex_unlock(&backlog->lock);
    return is_behind ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void add_probe(GstElement *element, const char *name, GstPadProbeType type, GstPadProbeCallback callback,
                      gpointer memory) {
    GstPad *pad = gst_element_get_static_pad(element, name);
    if (!pad) return;
    gst_pad_add_probe(pad, type, callback, memory, NULL);
    gst_object_unref(pad);
}

static Backlog *backlog_of(GstElement *encoder) {
    Backlog *backlog = g_object_get_data(G_OBJECT(encoder), backlog_key);
    if (backlog) return backlog;
    backlog = g_atomic_rc_box_new0(Backlog);
    g_mutex_init(&backlog->lock);
    g_object_set_data_full(G_OBJECT(encoder), backlog_key, backlog, backlog_release);
    add_probe(encoder, "sink", GST_PAD_PROBE_TYPE_BUFFER, picture_comes, backlog);
    return backlog;
}

void mado_pace(GstElement *queue, GstElement *encoder, int bits) {
    Pace *pace = g_new0(Pace, 1);
    pace->backlog = g_atomic_rc_box_acquire(backlog_of(encoder));
    pace->rate = bits;
    g_object_set_data_full(G_OBJECT(queue), pace_key, pace, pace_free);
    const GstPadProbeType packets = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
    add_probe(queue, "sink", packets, packets_come, pace);
    add_probe(queue, "src", packets, packets_go, pace);
}

void mado_pace_set(GstElement *queue, int bits) {
    Pace *pace = g_object_get_data(G_OBJECT(queue), pace_key);
    if (pace) g_atomic_int_set(&pace->rate, bits);
}
