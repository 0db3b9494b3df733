#pragma once
#include <gst/gst.h>

// What a connection sends: how evenly, and how much of it a second time.

/// Once, when the connection is made.
void mado_peer_sending_begin(GstElement *peer);
