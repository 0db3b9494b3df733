#pragma once
// TOML text as a flat list of values, by toml++ (header only). The one place where C++ is used: toml++ is
// complete, maintained and in Debian, and its errors say where they are.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    /// Dates and times, and tables inside arrays: nothing in a configuration is one.
    CTOML_OTHER,
    /// `integer` elements follow as entries of their own with the same key.
    CTOML_ARRAY,
    /// A table, before its members; told so that an unknown empty table is noticed.
    CTOML_TABLE
} ctoml_type;

typedef struct {
    /// Dotted, e.g. `http.deadlines.idle`. NUL-terminated.
    char *key;
    ctoml_type type;
    /// For strings: UTF-8 of `text_length` bytes (may hold NUL). Otherwise NULL.
    char *text;
    size_t text_length;
    /// The number of integers, 1 or 0 of booleans, the count of an array.
    int64_t integer;
    double number;
    /// From 1.
    uint32_t line;
    uint32_t column;
} ctoml_entry;

typedef struct {
    ctoml_entry *entries;
    size_t count;
    /// NULL when the text is TOML; then the entries are all there. Otherwise there are none.
    char *error;
    uint32_t error_line;
    uint32_t error_column;
} ctoml_document;

/// `text` may be NULL when `length` is 0. Never NULL unless memory is out. Owned by the caller, who frees it with `ctoml_free`.
ctoml_document *ctoml_parse(const void *text, size_t length);
void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif
