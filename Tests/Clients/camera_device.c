// A plugin for GStreamer: one camera, which shows pictures of a folder one after the other, for programs that look for
// cameras with GStreamer. PipeWire's (0.3.65) are not enough for all of them: what pipewiresink provides comes out of
// pipewiresrc without times. MADO_CAMERA is the camera's name, MADO_CAMERA_PICTURES the pictures' (`…-%d.png`, 0 and 1).
#include <gst/gst.h>

#define CAPS "video/x-raw,format=YUY2,width=640,height=480,framerate=15/1"

typedef struct { GstDevice parent; } Camera;
typedef struct { GstDeviceClass parent; } CameraClass;
typedef struct { GstDeviceProvider parent; } Cameras;
typedef struct { GstDeviceProviderClass parent; } CamerasClass;

G_DEFINE_TYPE(Camera, camera, GST_TYPE_DEVICE)
G_DEFINE_TYPE(Cameras, cameras, GST_TYPE_DEVICE_PROVIDER)

static GstElement *camera_open(GstDevice *device, const char *name) {
    (void)device;
    char *description = g_strdup_printf(
        "multifilesrc location=%s loop=true stop-index=1 caps=image/png,framerate=3/1 ! pngdec ! videoconvert ! videorate "
        "! " CAPS " ! clocksync ! queue max-size-buffers=2",
        g_getenv("MADO_CAMERA_PICTURES"));
    GstElement *made = gst_parse_bin_from_description(description, TRUE, NULL);
    g_free(description);
    if (made && name) gst_object_set_name(GST_OBJECT(made), name);
    return made;
}

static void camera_class_init(CameraClass *class) { GST_DEVICE_CLASS(class)->create_element = camera_open; }
static void camera_init(Camera *camera) { (void)camera; }

static GList *cameras_probe(GstDeviceProvider *provider) {
    (void)provider;
    GstCaps *caps = gst_caps_from_string(CAPS);
    GstDevice *camera = g_object_new(camera_get_type(), "display-name", g_getenv("MADO_CAMERA"), "caps", caps,
                                     "device-class", "Video/Source", NULL);
    gst_caps_unref(caps);
    return g_list_append(NULL, gst_object_ref_sink(camera));
}

static gboolean cameras_start(GstDeviceProvider *provider) {
    GList *found = cameras_probe(provider);
    gst_device_provider_device_add(provider, found->data);
    g_list_free_full(found, gst_object_unref);
    return TRUE;
}

static void cameras_stop(GstDeviceProvider *provider) { (void)provider; }

static void cameras_class_init(CamerasClass *class) {
    GstDeviceProviderClass *provider = GST_DEVICE_PROVIDER_CLASS(class);
    provider->probe = cameras_probe;
    provider->start = cameras_start;
    provider->stop = cameras_stop;
    gst_device_provider_class_set_static_metadata(provider, "Cameras of tests", "Source/Video", "Drawn people", "Mado");
}
static void cameras_init(Cameras *cameras) { (void)cameras; }

static gboolean begin(GstPlugin *plugin) {
    return gst_device_provider_register(plugin, "madotestcameras", GST_RANK_PRIMARY, cameras_get_type());
}

#define PACKAGE "mado"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, madotestcameras, "A camera for tests", begin, "1", GST_LICENSE_UNKNOWN, PACKAGE,
                  "https://localhost/")
