#pragma once
#include <adwaita.h>
#include <gdk/gdk.h>
#include <stdbool.h>

// What Swift cannot import from these headers: variadic functions, function-like macros and casts.

// Properties by type.
void mado_object_set_string(gpointer object, const char *name, const char *value);
void mado_object_set_boolean(gpointer object, const char *name, gboolean value);
void mado_object_set_int(gpointer object, const char *name, int value);
void mado_object_set_double(gpointer object, const char *name, double value);
void mado_object_set_object(gpointer object, const char *name, gpointer value);
gboolean mado_object_get_boolean(gpointer object, const char *name);
int mado_object_get_int(gpointer object, const char *name);
/// Owned by the caller.
char *mado_object_get_string(gpointer object, const char *name);

// Accessibility.
void mado_accessible_set_label(GtkWidget *widget, const char *label);
void mado_accessible_set_description(GtkWidget *widget, const char *description);
void mado_accessible_set_labelled_by(GtkWidget *widget, GtkWidget *label);
/// A new widget of a type that is made by g_object_new with an accessible role.
GtkWidget *mado_box_new_with_role(GtkOrientation orientation, int spacing, GtkAccessibleRole role);

/// Makes a widget with one child as high as `preferred` where there is room, and at least as `least`. Once for each widget;
/// later calls change the heights.
void mado_widget_set_heights(GtkWidget *widget, int least, int preferred);

/// A new area that is drawn, a picture to those who cannot see it.
GtkWidget *mado_drawing_area_new(void);

// Types of values.
gboolean mado_value_is_string(const GValue *value);
GType mado_type_string(void);
GType mado_type_file_list(void);
GType mado_type_texture(void);
GType mado_type_file(void);

// Files to open and to save; `accepted` is called with the path or NULL.
GtkFileChooserNative *mado_file_chooser_native_new(const char *title, GtkWindow *parent, gboolean save,
                                                   const char *accept, const char *cancel);

GtkWidget *mado_message_dialog_new(GtkWindow *parent, const char *heading, const char *body);
void mado_message_dialog_add_response(GtkWidget *dialog, const char *id, const char *label);

// Dispatch's main queue in GLib's main loop.
int mado_dispatch_main_queue_descriptor(void);
void mado_dispatch_drain_main_queue(void);

// Translations.
const char *mado_translate(const char *text);
const char *mado_translate_plural(const char *one, const char *many, unsigned long count);
void mado_translations_open(const char *domain, const char *folder);

/// Hears from the X server when nobody has touched keyboard or mouse for a time, and when somebody does again.
typedef struct MadoIdleAlarm MadoIdleAlarm;
/// NULL where the display is not X11 or its server does not count. `changed` is called on the main loop.
MadoIdleAlarm *mado_idle_alarm_new(guint64 milliseconds, void (*changed)(gboolean idle, gpointer data), gpointer data);
/// Whether it is idle already: the alarm tells of changes only.
gboolean mado_idle_alarm_is_idle(MadoIdleAlarm *alarm);
void mado_idle_alarm_free(MadoIdleAlarm *alarm);

/// The windows that the X server's window manager knows, the oldest first, without the program's own: `found` is called
/// for each, with its title. None on other window systems.
void mado_windows_list(void (*found)(gulong window, const char *title, gpointer data), gpointer data);

/// Asks the window manager to keep it above others. Nothing on window systems other than X11.
void mado_window_set_above(GtkWindow *window, gboolean above);
