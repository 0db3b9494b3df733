#include "DemoFiles.h"

#pragma clang diagnostic ignored "-Wc23-extensions"
// Made by scripts/make-demo-files and by hand; nothing in them is anybody else's.
static const unsigned char film[] = {
#embed "film.webm"
};
static const unsigned char subtitles[] = {
#embed "film.vtt"
};
static const unsigned char sound[] = {
#embed "evening.ogg"
};
static const unsigned char page[] = {
#embed "page.html"
};
static const unsigned char game_page[] = {
#embed "memory/index.html"
};
static const unsigned char game_style[] = {
#embed "memory/pairs.css"
};
static const unsigned char game_script[] = {
#embed "memory/pairs.js"
};

const mado_demo_file mado_demo_film = {"film.webm", "video/webm", film, sizeof film};
const mado_demo_file mado_demo_subtitles = {"film.vtt", "text/vtt", subtitles, sizeof subtitles};
const mado_demo_file mado_demo_sound = {"evening.ogg", "audio/ogg", sound, sizeof sound};
const mado_demo_file mado_demo_page = {"page.html", "text/html", page, sizeof page};
const mado_demo_file mado_demo_game[3] = {
    {"index.html", "text/html", game_page, sizeof game_page},
    {"pairs.css", "text/css", game_style, sizeof game_style},
    {"pairs.js", "text/javascript", game_script, sizeof game_script},
};
