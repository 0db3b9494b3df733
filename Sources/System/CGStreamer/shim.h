#pragma once
// The WebRTC library calls itself unstable; Debian 12's stays as it is.
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/sdp/gstsdpmessage.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>
