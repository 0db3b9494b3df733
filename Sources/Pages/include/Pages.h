#pragma once
#include <gtk/gtk.h>

// Pages and games drawn by WebKit, in a library of their own that is loaded when the first one is opened: the program
// starts without it and needs no memory for it. Its functions are found by name.

typedef struct {
    /// A proxy's address, with name and password where it wants them; NULL for none.
    const char *proxy;
    /// A file (PEM) with an authority that is trusted besides the system's; NULL for none.
    const char *authority_file;
    /// The folder of a game, of which nothing but its files is served, and no network; NULL for a page.
    const char *game_folder;
    gboolean is_dark;
} MadoPageOptions;

typedef enum {
    MADO_PAGE_LOADING,
    MADO_PAGE_LOADED,
    /// With the reason.
    MADO_PAGE_FAILED,
    /// A link that leads elsewhere was chosen, with its address.
    MADO_PAGE_LEADS_OUT,
    /// With the new title.
    MADO_PAGE_TITLE,
} MadoPageEvent;

typedef void (*MadoPageHandler)(MadoPageEvent event, const char *text, gpointer data);

/// A widget that shows `address`; of a game, the path of its first file. Nothing is kept on the disk. Links within the
/// address's own site are followed, all others are told to `handler`. What a page asks to know or use of the computer
/// is refused, and nothing is downloaded.
GtkWidget *mado_page_new(const MadoPageOptions *options, const char *address, MadoPageHandler handler, gpointer data,
                         GDestroyNotify released);
void mado_page_reload(GtkWidget *page);
void mado_page_go_back(GtkWidget *page);
