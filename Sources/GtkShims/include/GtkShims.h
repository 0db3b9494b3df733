#pragma once
#include <adwaita.h>

// What Swift cannot import from these headers: variadic functions, function-like macros and casts.
