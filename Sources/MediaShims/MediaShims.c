#include "MediaShims.h"

GstMessageType mado_message_type(GstMessage *message) { return GST_MESSAGE_TYPE(message); }

double mado_message_peak(GstMessage *message) {
    const GstStructure *structure = gst_message_get_structure(message);
    if (!structure || !gst_structure_has_name(structure, "level")) return -1000;
    const GValue *value = gst_structure_get_value(structure, "peak");
    if (!value || !G_VALUE_HOLDS_BOXED(value)) return -1000;
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    GValueArray *channels = g_value_get_boxed(value);
    double peak = -1000;
    for (guint i = 0; channels && i < channels->n_values; i++) {
        double one = g_value_get_double(g_value_array_get_nth(channels, i));
        if (one > peak) peak = one;
    }
    G_GNUC_END_IGNORE_DEPRECATIONS
    return peak;
}

gboolean mado_sample_read(GstSample *sample, void (*show)(const guint8 *pixels, gsize size, int width, int height,
                                                          int stride, gpointer data),
                          gpointer data) {
    GstVideoInfo info;
    GstVideoFrame frame;
    GstCaps *caps = gst_sample_get_caps(sample);
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    if (!caps || !buffer || !gst_video_info_from_caps(&info, caps)) return FALSE;
    if (!gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ)) return FALSE;
    int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
    int height = GST_VIDEO_FRAME_HEIGHT(&frame);
    show(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0), (gsize)stride * height, GST_VIDEO_FRAME_WIDTH(&frame), height, stride,
         data);
    gst_video_frame_unmap(&frame);
    return TRUE;
}

gboolean mado_player_video_size(GstElement *playbin, int *width, int *height) {
    GstPad *pad = NULL;
    g_signal_emit_by_name(playbin, "get-video-pad", 0, &pad);
    if (!pad) return FALSE;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    gst_object_unref(pad);
    if (!caps) return FALSE;
    GstStructure *structure = gst_caps_get_structure(caps, 0);
    gboolean found = gst_structure_get_int(structure, "width", width) && gst_structure_get_int(structure, "height", height);
    gst_caps_unref(caps);
    return found;
}

GstElement *mado_video_sink_new(GstFlowReturn (*waiting)(GstAppSink *sink, gpointer data),
                                GstFlowReturn (*arrived)(GstAppSink *sink, gpointer data), gpointer data,
                                GDestroyNotify destroyed, int limit) {
    GstElement *sink = gst_element_factory_make("appsink", NULL);
    if (!sink) return NULL;
    GstCaps *caps = gst_caps_from_string("video/x-raw,format=RGBA");
    if (limit > 0)
        gst_caps_set_simple(caps, "width", GST_TYPE_INT_RANGE, 1, limit, "height", GST_TYPE_INT_RANGE, 1, limit,
                            "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
    g_object_set(sink, "caps", caps, "max-buffers", 1, "drop", TRUE, "sync", TRUE, NULL);
    gst_caps_unref(caps);
    GstAppSinkCallbacks callbacks = {.new_sample = arrived, .new_preroll = waiting};
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, data, destroyed);
    return sink;
}

static void element_made(GstElement *playbin, GstElement *element, gpointer unused) {
    (void)playbin;
    (void)unused;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (factory && g_strcmp0(GST_OBJECT_NAME(factory), "souphttpsrc") == 0) g_object_set(element, "proxy", "", NULL);
}

void mado_playbin_ignore_proxies(GstElement *playbin) {
    g_signal_connect(playbin, "element-setup", G_CALLBACK(element_made), NULL);
}

gboolean mado_message_is_missing_decoder(GstMessage *message) {
    GError *error = NULL;
    gst_message_parse_error(message, &error, NULL);
    gboolean is_missing = g_error_matches(error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) ||
                          g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) ||
                          g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
                          g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
    g_clear_error(&error);
    return is_missing;
}

int mado_message_buffering(GstMessage *message) {
    int percent = 100;
    gst_message_parse_buffering(message, &percent);
    return percent;
}

void mado_element_set_object(gpointer element, const char *name, gpointer value) {
    g_object_set(element, name, value, NULL);
}
void mado_element_set_string(gpointer element, const char *name, const char *value) {
    g_object_set(element, name, value, NULL);
}
void mado_element_set_double(gpointer element, const char *name, double value) {
    g_object_set(element, name, value, NULL);
}
void mado_element_set_int(gpointer element, const char *name, int value) { g_object_set(element, name, value, NULL); }
