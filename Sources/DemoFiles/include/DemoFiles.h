#pragma once
#include <stddef.h>

/// A file that a demonstration server shows, from within the program.
typedef struct {
    /// Within its programme, e.g. "index.html".
    const char *name;
    const char *type;
    const unsigned char *bytes;
    size_t count;
} mado_demo_file;

extern const mado_demo_file mado_demo_film, mado_demo_subtitles, mado_demo_sound, mado_demo_page;
extern const mado_demo_file mado_demo_game[3];
