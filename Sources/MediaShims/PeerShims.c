#include "PeerShims.h"
#include "PeerFigures.h"
#include "PeerSending.h"
#include <gst/sdp/gstsdpmessage.h>
#include <string.h>

typedef struct {
    MadoPeerHandlers handlers;
    gpointer data;
    GDestroyNotify released;
} Peer;

static const char *key = "mado-peer";

static void peer_free(gpointer memory) {
    Peer *peer = memory;
    if (peer->released) peer->released(peer->data);
    g_free(peer);
}

static Peer *peer_of(GstElement *element) { return g_object_get_data(G_OBJECT(element), key); }

static void candidate_found(GstElement *element, guint line, const char *text, gpointer unused) {
    (void)unused;
    Peer *peer = peer_of(element);
    if (peer && text && *text) peer->handlers.candidate(peer->data, line, text);
}

static void gathering_changed(GstElement *element, GParamSpec *spec, gpointer unused) {
    (void)spec;
    (void)unused;
    GstWebRTCICEGatheringState state;
    g_object_get(element, "ice-gathering-state", &state, NULL);
    Peer *peer = peer_of(element);
    if (peer && state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) peer->handlers.candidate(peer->data, 0, NULL);
}

static void state_changed(GstElement *element, GParamSpec *spec, gpointer unused) {
    (void)spec;
    (void)unused;
    GstWebRTCPeerConnectionState state;
    g_object_get(element, "connection-state", &state, NULL);
    Peer *peer = peer_of(element);
    if (peer) peer->handlers.state(peer->data, (int)state);
}

static void ice_state_changed(GstElement *element, GParamSpec *spec, gpointer unused) {
    (void)spec;
    (void)unused;
    GstWebRTCICEConnectionState state;
    g_object_get(element, "ice-connection-state", &state, NULL);
    Peer *peer = peer_of(element);
    if (peer && state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
        peer->handlers.state(peer->data, GST_WEBRTC_PEER_CONNECTION_STATE_FAILED);
}

static void pad_added(GstElement *element, GstPad *pad, gpointer unused) {
    (void)unused;
    Peer *peer = peer_of(element);
    if (!peer || GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (!caps) caps = gst_pad_query_caps(pad, NULL);
    if (!caps) return;
    if (!gst_caps_is_empty(caps) && !gst_caps_is_any(caps)) {
        GstStructure *structure = gst_caps_get_structure(caps, 0);
        const char *media = gst_structure_get_string(structure, "media");
        const char *encoding = gst_structure_get_string(structure, "encoding-name");
        mado_peer_figures_stream(element, structure);
        peer->handlers.stream(peer->data, pad, media ? media : "", encoding ? encoding : "");
    }
    gst_caps_unref(caps);
}

GstElement *mado_peer_new(const char *name, const MadoPeerHandlers *handlers, gpointer data, GDestroyNotify released) {
    GstElement *element = gst_element_factory_make("webrtcbin", name);
    if (!element) return NULL;
    Peer *peer = g_new0(Peer, 1);
    *peer = (Peer){*handlers, data, released};
    g_object_set_data_full(G_OBJECT(element), key, peer, peer_free);
    g_object_set(element, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", 120, NULL);
    mado_peer_figures_begin(element);
    mado_peer_sending_begin(element);
    GObject *ice = NULL;
    g_object_get(element, "ice-agent", &ice, NULL);
    if (ice) {
        GObject *agent = NULL;
        g_object_get(ice, "agent", &agent, NULL);
        if (agent) {
            // It would ask routers of the network to open ports.
            g_object_set(agent, "upnp", FALSE, "keepalive-conncheck", TRUE, NULL);
            g_object_unref(agent);
        }
        g_object_unref(ice);
    }
    g_signal_connect(element, "on-ice-candidate", G_CALLBACK(candidate_found), NULL);
    g_signal_connect(element, "notify::ice-gathering-state", G_CALLBACK(gathering_changed), NULL);
    g_signal_connect(element, "notify::connection-state", G_CALLBACK(state_changed), NULL);
    g_signal_connect(element, "notify::ice-connection-state", G_CALLBACK(ice_state_changed), NULL);
    g_signal_connect(element, "pad-added", G_CALLBACK(pad_added), NULL);
    return element;
}

void mado_peer_set_relay_only(GstElement *peer) {
    g_object_set(peer, "ice-transport-policy", GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY, NULL);
}

void mado_peer_add_relay(GstElement *peer, const char *uri) {
    gboolean added = FALSE;
    g_signal_emit_by_name(peer, "add-turn-server", uri, &added);
}

static gboolean prepare_pad(GstElement *peer, GstPad *pad, gpointer stream_id) {
    (void)peer;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(pad), "msid")) g_object_set(pad, "msid", stream_id, NULL);
    GstCaps *caps = gst_pad_peer_query_caps(pad, NULL);
    if (!caps) return TRUE;
    const char *media = gst_caps_is_empty(caps) || gst_caps_is_any(caps)
                            ? NULL
                            : gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
    GstWebRTCRTPTransceiver *transceiver = NULL;
    g_object_get(pad, "transceiver", &transceiver, NULL);
    // The numbers that webrtcbin gives to what is sent again must not meet those of another line: pictures only.
    if (transceiver && g_strcmp0(media, "video") == 0) g_object_set(transceiver, "do-nack", TRUE, NULL);
    if (transceiver) gst_object_unref(transceiver);
    gst_caps_unref(caps);
    return TRUE;
}

void mado_peer_prepare(GstElement *peer, const char *stream_id) {
    gst_element_foreach_sink_pad(peer, prepare_pad, (gpointer)stream_id);
}

void mado_peer_receive(GstElement *peer, const char *text) {
    GstCaps *caps = gst_caps_from_string(text);
    GstWebRTCRTPTransceiver *made = NULL;
    g_signal_emit_by_name(peer, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &made);
    if (made) {
        gst_object_unref(made);
    }
    gst_caps_unref(caps);
}

// A promise holds the element; what it brings is the session description to be set.

static void tell_failure(GstElement *element, const GstStructure *reply) {
    Peer *peer = peer_of(element);
    GError *error = NULL;
    if (reply && gst_structure_has_field(reply, "error")) gst_structure_get(reply, "error", G_TYPE_ERROR, &error, NULL);
    if (peer) peer->handlers.described(peer->data, NULL, error ? error->message : "no session description");
    g_clear_error(&error);
}

static void local_made(GstPromise *promise, gpointer data) {
    GstElement *element = data;
    const GstStructure *reply = NULL;
    GstWebRTCSessionDescription *made = NULL;
    if (gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED) {
        reply = gst_promise_get_reply(promise);
        const char *name = reply && gst_structure_has_field(reply, "offer") ? "offer" : "answer";
        if (reply && gst_structure_has_field(reply, name))
            gst_structure_get(reply, name, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &made, NULL);
    }
    if (!made) {
        tell_failure(element, reply);
        return;
    }
    g_signal_emit_by_name(element, "set-local-description", made, NULL);
    char *text = gst_sdp_message_as_text(made->sdp);
    Peer *peer = peer_of(element);
    if (peer) peer->handlers.described(peer->data, text, NULL);
    g_free(text);
    gst_webrtc_session_description_free(made);
}

static void release_element(gpointer element) { gst_object_unref(element); }

void mado_peer_make_offer(GstElement *peer) {
    GstPromise *promise =
        gst_promise_new_with_change_func(local_made, gst_object_ref(peer), release_element);
    g_signal_emit_by_name(peer, "create-offer", NULL, promise);
    gst_promise_unref(promise);
}

static GstWebRTCSessionDescription *parse(GstWebRTCSDPType type, const char *text) {
    GstSDPMessage *message = NULL;
    if (gst_sdp_message_new_from_text(text, &message) != GST_SDP_OK) return NULL;
    return gst_webrtc_session_description_new(type, message);
}

static void remote_set(GstPromise *promise, gpointer data) {
    GstElement *element = data;
    const GstStructure *reply =
        gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED ? gst_promise_get_reply(promise) : NULL;
    if (reply && gst_structure_has_field(reply, "error")) {
        tell_failure(element, reply);
        return;
    }
    GstPromise *next = gst_promise_new_with_change_func(local_made, gst_object_ref(element), release_element);
    g_signal_emit_by_name(element, "create-answer", NULL, next);
    gst_promise_unref(next);
}

void mado_peer_make_answer(GstElement *peer, const char *offer) {
    GstWebRTCSessionDescription *description = parse(GST_WEBRTC_SDP_TYPE_OFFER, offer);
    if (!description) {
        tell_failure(peer, NULL);
        return;
    }
    GstPromise *promise = gst_promise_new_with_change_func(remote_set, gst_object_ref(peer), release_element);
    g_signal_emit_by_name(peer, "set-remote-description", description, promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(description);
}

static void answer_set(GstPromise *promise, gpointer data) {
    const GstStructure *reply =
        gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED ? gst_promise_get_reply(promise) : NULL;
    if (reply && gst_structure_has_field(reply, "error")) tell_failure(data, reply);
}

void mado_peer_accept(GstElement *peer, const char *answer) {
    GstWebRTCSessionDescription *description = parse(GST_WEBRTC_SDP_TYPE_ANSWER, answer);
    if (!description) {
        tell_failure(peer, NULL);
        return;
    }
    GstPromise *promise = gst_promise_new_with_change_func(answer_set, gst_object_ref(peer), release_element);
    g_signal_emit_by_name(peer, "set-remote-description", description, promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(description);
}

void mado_peer_add_candidate(GstElement *peer, guint line, const char *text) {
    g_signal_emit_by_name(peer, "add-ice-candidate", line, text);
}

// Elements

void mado_request_key_frame(GstPad *pad) {
    gst_pad_send_event(pad, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                                 gst_structure_new("GstForceKeyUnit", "all-headers", G_TYPE_BOOLEAN,
                                                                   TRUE, NULL)));
}

void mado_message_source(GstMessage *message, char *name, gsize size) {
    g_strlcpy(name, GST_MESSAGE_SRC(message) ? GST_OBJECT_NAME(GST_MESSAGE_SRC(message)) : "", size);
}

gboolean mado_message_is_from(GstMessage *message, GstElement *element) {
    GstObject *source = GST_MESSAGE_SRC(message);
    return source && (source == GST_OBJECT(element) || gst_object_has_as_ancestor(source, GST_OBJECT(element)));
}

GstElement *mado_bin_get(GstElement *bin, const char *name) { return gst_bin_get_by_name(GST_BIN(bin), name); }

GstElement *mado_bin_parse(const char *description, GError **error) {
    return gst_parse_bin_from_description(description, TRUE, error);
}

gboolean mado_bin_add(GstElement *bin, GstElement *child) { return gst_bin_add(GST_BIN(bin), child); }

void mado_bin_remove(GstElement *bin, GstElement *child) {
    gst_element_set_state(child, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(bin), child);
}

void mado_element_set_flag(GstElement *element, const char *name, gboolean value) {
    g_object_set(element, name, value, NULL);
}

typedef struct {
    GstElement *filter;
    GstCaps *caps;
} Restriction;

static void restriction_free(gpointer memory) {
    Restriction *restriction = memory;
    gst_object_unref(restriction->filter);
    gst_caps_unref(restriction->caps);
    g_free(restriction);
}

static GstPadProbeReturn restrict_now(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    (void)info;
    Restriction *restriction = memory;
    g_object_set(restriction->filter, "caps", restriction->caps, NULL);
    return GST_PAD_PROBE_REMOVE;
}

void mado_restrict_between_buffers(GstElement *source, GstElement *filter, const char *text) {
    GstCaps *caps = gst_caps_from_string(text);
    GstPad *pad = gst_element_get_static_pad(source, "src");
    if (caps && pad) {
        Restriction *restriction = g_new(Restriction, 1);
        *restriction = (Restriction){gst_object_ref(filter), gst_caps_ref(caps)};
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_IDLE, restrict_now, restriction, restriction_free);
    }
    if (pad) gst_object_unref(pad);
    if (caps) gst_caps_unref(caps);
}

static GstPadProbeReturn answer_source(GstPad *pad, GstPadProbeInfo *info, gpointer memory) {
    (void)pad;
    GstCaps *caps = memory;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_UPSTREAM)
        return GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_RECONFIGURE ? GST_PAD_PROBE_DROP
                                                                                      : GST_PAD_PROBE_OK;
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
    if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS || !(GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_PUSH))
        return GST_PAD_PROBE_OK;
    GstCaps *filter = NULL;
    gst_query_parse_caps(query, &filter);
    GstCaps *answer =
        filter ? gst_caps_intersect_full(caps, filter, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref(caps);
    gst_query_set_caps_result(query, answer);
    gst_caps_unref(answer);
    return GST_PAD_PROBE_HANDLED;
}

static void release_caps(gpointer caps) { gst_caps_unref(caps); }

void mado_source_settle(GstElement *source, const char *text) {
    GstCaps *caps = gst_caps_from_string(text);
    GstPad *pad = gst_element_get_static_pad(source, "src");
    if (caps && pad)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM | GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_source,
                          gst_caps_ref(caps), release_caps);
    if (pad) gst_object_unref(pad);
    if (caps) gst_caps_unref(caps);
}

void mado_pad_release(GstPad *pad) {
    GstPad *other = gst_pad_get_peer(pad);
    if (other) {
        if (GST_PAD_DIRECTION(pad) == GST_PAD_SRC)
            gst_pad_unlink(pad, other);
        else
            gst_pad_unlink(other, pad);
        gst_object_unref(other);
    }
    GstElement *parent = gst_pad_get_parent_element(pad);
    if (parent) {
        gst_element_release_request_pad(parent, pad);
        gst_object_unref(parent);
    }
}

char *mado_element_get_string(GstElement *element, const char *name) {
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
    if (!spec || spec->value_type != G_TYPE_STRING) return NULL;
    char *value = NULL;
    g_object_get(element, name, &value, NULL);
    return value;
}

void mado_pipeline_update_latency(GstElement *pipeline) { gst_bin_recalculate_latency(GST_BIN(pipeline)); }
