#pragma once
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "PeerShims.h"

// What Swift cannot import from these headers: variadic functions, function-like macros and casts.

GstMessageType mado_message_type(GstMessage *message);
/// Peak of all channels in decibels, from a message of the element "level"; below -100 when it is none.
double mado_message_peak(GstMessage *message);
/// The pixels of a sample as RGBA: `show` gets them with width, height and stride. FALSE when there are none.
gboolean mado_sample_read(GstSample *sample, void (*show)(const guint8 *pixels, gsize size, int width, int height,
                                                          int stride, gpointer data),
                          gpointer data);
/// An appsink that takes RGBA, keeps one frame and calls on the streaming thread: `waiting` for the frame on which a
/// paused player stands, `arrived` for each that is played. `limit` is how many pixels each side may have, 0 for any.
GstElement *mado_video_sink_new(GstFlowReturn (*waiting)(GstAppSink *sink, gpointer data),
                                GstFlowReturn (*arrived)(GstAppSink *sink, gpointer data), gpointer data,
                                GDestroyNotify destroyed, int limit);
/// The size of a playbin's picture as it is in the file. FALSE when there is none.
gboolean mado_player_video_size(GstElement *playbin, int *width, int *height);
/// Sources that a playbin makes for itself ask the loopback interface, whatever the environment says of proxies.
void mado_playbin_ignore_proxies(GstElement *playbin);
/// Whether an error says that there is no decoder or demultiplexer for something.
gboolean mado_message_is_missing_decoder(GstMessage *message);
int mado_message_buffering(GstMessage *message);
void mado_element_set_object(gpointer element, const char *name, gpointer value);
void mado_element_set_string(gpointer element, const char *name, const char *value);
void mado_element_set_double(gpointer element, const char *name, double value);
void mado_element_set_int(gpointer element, const char *name, int value);
