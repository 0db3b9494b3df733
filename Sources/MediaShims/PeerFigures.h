#pragma once
#include <gst/gst.h>

// What a connection counts, and how often both sides tell each other.

/// Once, when the connection is made.
void mado_peer_figures_begin(GstElement *peer);
/// Seconds there and back, as told last; 0 before.
double mado_peer_figures_trip(GstElement *peer);
/// A stream arrived: it is asked for again what is lost only where both have agreed on that.
void mado_peer_figures_stream(GstElement *peer, const GstStructure *caps);
