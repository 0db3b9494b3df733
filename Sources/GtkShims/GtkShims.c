#include "GtkShims.h"

#include <libintl.h>
#include <locale.h>
#include <unistd.h>

void mado_object_set_string(gpointer object, const char *name, const char *value) {
    g_object_set(object, name, value, NULL);
}
void mado_object_set_boolean(gpointer object, const char *name, gboolean value) {
    g_object_set(object, name, value, NULL);
}
void mado_object_set_int(gpointer object, const char *name, int value) { g_object_set(object, name, value, NULL); }
void mado_object_set_double(gpointer object, const char *name, double value) {
    g_object_set(object, name, value, NULL);
}
void mado_object_set_object(gpointer object, const char *name, gpointer value) {
    g_object_set(object, name, value, NULL);
}
gboolean mado_object_get_boolean(gpointer object, const char *name) {
    gboolean value = FALSE;
    g_object_get(object, name, &value, NULL);
    return value;
}
int mado_object_get_int(gpointer object, const char *name) {
    int value = 0;
    g_object_get(object, name, &value, NULL);
    return value;
}
char *mado_object_get_string(gpointer object, const char *name) {
    char *value = NULL;
    g_object_get(object, name, &value, NULL);
    return value;
}

void mado_accessible_set_label(GtkWidget *widget, const char *label) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}
void mado_accessible_set_description(GtkWidget *widget, const char *description) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
void mado_accessible_set_labelled_by(GtkWidget *widget, GtkWidget *label) {
    gtk_accessible_update_relation(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
}
GtkWidget *mado_box_new_with_role(GtkOrientation orientation, int spacing, GtkAccessibleRole role) {
    return g_object_new(GTK_TYPE_BOX, "orientation", orientation, "spacing", spacing, "accessible-role", role, NULL);
}

typedef struct {
    int least, preferred;
} Heights;

static const char *heights_key = "mado-heights";

static void measure_heights(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline) {
    *minimum = *natural = 0;
    *minimum_baseline = *natural_baseline = -1;
    GtkWidget *child = gtk_widget_get_first_child(widget);
    if (child && gtk_widget_should_layout(child))
        gtk_widget_measure(child, orientation, for_size, minimum, natural, NULL, NULL);
    const Heights *heights = g_object_get_data(G_OBJECT(widget), heights_key);
    if (orientation == GTK_ORIENTATION_HORIZONTAL || !heights) return;
    *minimum = MAX(*minimum, heights->least);
    *natural = MAX(*minimum, heights->preferred);
}

static void allocate_child(GtkWidget *widget, int width, int height, int baseline) {
    GtkWidget *child = gtk_widget_get_first_child(widget);
    if (child && gtk_widget_should_layout(child))
        gtk_widget_size_allocate(child, &(GtkAllocation){0, 0, width, height}, baseline);
}

void mado_widget_set_heights(GtkWidget *widget, int least, int preferred) {
    Heights *heights = g_object_get_data(G_OBJECT(widget), heights_key);
    if (!heights) {
        heights = g_new0(Heights, 1);
        g_object_set_data_full(G_OBJECT(widget), heights_key, heights, g_free);
        gtk_widget_set_layout_manager(widget, gtk_custom_layout_new(NULL, measure_heights, allocate_child));
    }
    if (heights->least == least && heights->preferred == preferred) return;
    *heights = (Heights){least, preferred};
    gtk_widget_queue_resize(widget);
}

GtkWidget *mado_drawing_area_new(void) {
    return g_object_new(GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, NULL);
}

gboolean mado_value_is_string(const GValue *value) { return G_VALUE_HOLDS_STRING(value); }
GType mado_type_string(void) { return G_TYPE_STRING; }
GType mado_type_file_list(void) { return GDK_TYPE_FILE_LIST; }
GType mado_type_texture(void) { return GDK_TYPE_TEXTURE; }
GType mado_type_file(void) { return G_TYPE_FILE; }

GtkFileChooserNative *mado_file_chooser_native_new(const char *title, GtkWindow *parent, gboolean save,
                                                   const char *accept, const char *cancel) {
    return gtk_file_chooser_native_new(
        title, parent, save ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN, accept, cancel);
}

GtkWidget *mado_message_dialog_new(GtkWindow *parent, const char *heading, const char *body) {
    return adw_message_dialog_new(parent, heading, body);
}
void mado_message_dialog_add_response(GtkWidget *dialog, const char *id, const char *label) {
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), id, label);
}

// libdispatch exports these for run loops that are not its own.
extern int _dispatch_get_main_queue_handle_4CF(void);
extern void _dispatch_main_queue_callback_4CF(void *message);

int mado_dispatch_main_queue_descriptor(void) { return _dispatch_get_main_queue_handle_4CF(); }
void mado_dispatch_drain_main_queue(void) {
    // The event must be taken before the queue is drained: what comes in between raises it again.
    guint64 count;
    (void)!read(_dispatch_get_main_queue_handle_4CF(), &count, sizeof count);
    _dispatch_main_queue_callback_4CF(NULL);
}

static const char *domain_name = "mado-desktop";

void mado_translations_open(const char *domain, const char *folder) {
    domain_name = g_intern_string(domain);
    setlocale(LC_ALL, "");
    bindtextdomain(domain_name, folder);
    bind_textdomain_codeset(domain_name, "UTF-8");
    textdomain(domain_name);
}
const char *mado_translate(const char *text) { return dgettext(domain_name, text); }
const char *mado_translate_plural(const char *one, const char *many, unsigned long count) {
    return dngettext(domain_name, one, many, count);
}

#ifdef GDK_WINDOWING_X11
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/extensions/sync.h>
#include <gdk/x11/gdkx.h>
#include <glib-unix.h>
#include <string.h>

void mado_window_set_above(GtkWindow *window, gboolean above) {
    GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(window));
    if (!surface) return;
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    if (!GDK_IS_X11_SURFACE(surface)) return;
    Display *display = gdk_x11_display_get_xdisplay(gdk_surface_get_display(surface));
    XEvent event;
    memset(&event, 0, sizeof event);
    event.xclient.type = ClientMessage;
    event.xclient.window = gdk_x11_surface_get_xid(surface);
    event.xclient.message_type = XInternAtom(display, "_NET_WM_STATE", False);
    event.xclient.format = 32;
    event.xclient.data.l[0] = above ? 1 : 0;
    event.xclient.data.l[1] = (long)XInternAtom(display, "_NET_WM_STATE_ABOVE", False);
    event.xclient.data.l[3] = 1;
    XSendEvent(display, DefaultRootWindow(display), False, SubstructureRedirectMask | SubstructureNotifyMask, &event);
    XFlush(display);
G_GNUC_END_IGNORE_DEPRECATIONS
}

/// Released by XFree; NULL where the window has none of this type.
static guchar *window_property(Display *display, Window window, const char *name, Atom type, unsigned long *count) {
    Atom found = None;
    int format;
    unsigned long rest;
    guchar *data = NULL;
    *count = 0;
    if (XGetWindowProperty(display, window, XInternAtom(display, name, False), 0, 4096, False, type, &found, &format,
                           count, &rest, &data) != Success)
        return NULL;
    if (found == type && *count > 0) return data;
    if (data) XFree(data);
    return NULL;
}

void mado_windows_list(void (*found)(gulong window, const char *title, gpointer data), gpointer data) {
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    GdkDisplay *shown = gdk_display_get_default();
    if (!shown || !GDK_IS_X11_DISPLAY(shown)) return;
    Display *display = gdk_x11_display_get_xdisplay(shown);
    // A window may go while it is asked about.
    gdk_x11_display_error_trap_push(shown);
    unsigned long count, length;
    Window *windows =
        (Window *)window_property(display, DefaultRootWindow(display), "_NET_CLIENT_LIST", XA_WINDOW, &count);
    for (unsigned long i = 0; windows && i < count; i++) {
        if (gdk_x11_surface_lookup_for_display(shown, windows[i])) continue;
        guchar *title = window_property(
            display, windows[i], "_NET_WM_NAME", XInternAtom(display, "UTF8_STRING", False), &length);
        if (!title) title = window_property(display, windows[i], "WM_NAME", XA_STRING, &length);
        char *text = g_utf8_make_valid(title ? (const char *)title : "", -1);
        found(windows[i], text, data);
        g_free(text);
        if (title) XFree(title);
    }
    if (windows) XFree(windows);
    gdk_x11_display_error_trap_pop_ignored(shown);
G_GNUC_END_IGNORE_DEPRECATIONS
}

// A connection of its own: GDK's shows its events to nobody before it has looked at them.
struct MadoIdleAlarm {
    Display *display;
    XSyncCounter counter;
    XSyncAlarm idle, active;
    guint64 milliseconds;
    int first_event;
    guint source;
    void (*changed)(gboolean idle, gpointer data);
    gpointer data;
};

static gboolean idle_alarm_read(gint descriptor, GIOCondition condition, gpointer data) {
    (void)descriptor;
    MadoIdleAlarm *alarm = data;
    if (condition & (G_IO_HUP | G_IO_ERR)) {
        // The server is gone, and the program ends with it.
        alarm->source = 0;
        return G_SOURCE_REMOVE;
    }
    while (XPending(alarm->display)) {
        XEvent event;
        XNextEvent(alarm->display, &event);
        if (event.type != alarm->first_event + XSyncAlarmNotify) continue;
        XSyncAlarmNotifyEvent *notify = (XSyncAlarmNotifyEvent *)&event;
        if (notify->state == XSyncAlarmDestroyed) continue;
        if (notify->alarm == alarm->idle) alarm->changed(TRUE, alarm->data);
        if (notify->alarm == alarm->active) alarm->changed(FALSE, alarm->data);
    }
    return G_SOURCE_CONTINUE;
}

static XSyncAlarm idle_alarm_create(Display *display, XSyncCounter counter, guint64 value, XSyncTestType test) {
    XSyncAlarmAttributes wish;
    memset(&wish, 0, sizeof wish);
    wish.trigger.counter = counter;
    wish.trigger.value_type = XSyncAbsolute;
    wish.trigger.test_type = test;
    XSyncIntsToValue(&wish.trigger.wait_value, (unsigned)(value & 0xffffffff), (int)(value >> 32));
    XSyncIntToValue(&wish.delta, 0);
    wish.events = True;
    return XSyncCreateAlarm(
        display, XSyncCACounter | XSyncCAValueType | XSyncCATestType | XSyncCAValue | XSyncCADelta | XSyncCAEvents,
        &wish);
}

static XSyncCounter idle_counter(Display *display) {
    int count = 0;
    XSyncCounter found = None;
    XSyncSystemCounter *counters = XSyncListSystemCounters(display, &count);
    for (int i = 0; i < count; i++)
        if (strcmp(counters[i].name, "IDLETIME") == 0) found = counters[i].counter;
    if (counters) XSyncFreeSystemCounterList(counters);
    return found;
}

MadoIdleAlarm *mado_idle_alarm_new(guint64 milliseconds, void (*changed)(gboolean idle, gpointer data), gpointer data) {
    GdkDisplay *shown = gdk_display_get_default();
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    if (!shown || !GDK_IS_X11_DISPLAY(shown)) return NULL;
G_GNUC_END_IGNORE_DEPRECATIONS
    Display *display = XOpenDisplay(gdk_display_get_name(shown));
    if (!display) return NULL;
    int first_event, first_error, major, minor;
    XSyncCounter counter = None;
    if (XSyncQueryExtension(display, &first_event, &first_error) && XSyncInitialize(display, &major, &minor))
        counter = idle_counter(display);
    if (counter == None) {
        XCloseDisplay(display);
        return NULL;
    }
    MadoIdleAlarm *alarm = g_new0(MadoIdleAlarm, 1);
    *alarm = (MadoIdleAlarm){.display = display,
                              .counter = counter,
                              .milliseconds = milliseconds,
                              .first_event = first_event,
                              .changed = changed,
                              .data = data};
    alarm->idle = idle_alarm_create(display, counter, milliseconds, XSyncPositiveTransition);
    alarm->active = idle_alarm_create(display, counter, milliseconds - 1, XSyncNegativeTransition);
    XFlush(display);
    alarm->source = g_unix_fd_add(ConnectionNumber(display), G_IO_IN | G_IO_HUP | G_IO_ERR, idle_alarm_read, alarm);
    return alarm;
}

gboolean mado_idle_alarm_is_idle(MadoIdleAlarm *alarm) {
    XSyncValue value;
    if (!XSyncQueryCounter(alarm->display, alarm->counter, &value)) return FALSE;
    return ((guint64)(guint32)XSyncValueHigh32(value) << 32 | XSyncValueLow32(value)) >= alarm->milliseconds;
}

void mado_idle_alarm_free(MadoIdleAlarm *alarm) {
    if (!alarm) return;
    if (alarm->source) g_source_remove(alarm->source);
    XCloseDisplay(alarm->display);
    g_free(alarm);
}
#else
MadoIdleAlarm *mado_idle_alarm_new(guint64 milliseconds, void (*changed)(gboolean idle, gpointer data), gpointer data) {
    (void)milliseconds;
    (void)changed;
    (void)data;
    return NULL;
}
gboolean mado_idle_alarm_is_idle(MadoIdleAlarm *alarm) {
    (void)alarm;
    return FALSE;
}
void mado_idle_alarm_free(MadoIdleAlarm *alarm) { (void)alarm; }
void mado_windows_list(void (*found)(gulong window, const char *title, gpointer data), gpointer data) {
    (void)found;
    (void)data;
}
void mado_window_set_above(GtkWindow *window, gboolean above) {
    (void)window;
    (void)above;
}
#endif
