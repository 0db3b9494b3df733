#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "CToml.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

char *copy(std::string_view text) {
    auto *bytes = static_cast<char *>(std::malloc(text.size() + 1));
    if (bytes == nullptr) return nullptr;
    std::memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = '\0';
    return bytes;
}

ctoml_entry entry(const std::string &key, const toml::node &node, ctoml_type type) {
    ctoml_entry made{};
    made.key = copy(key);
    made.type = type;
    made.line = static_cast<uint32_t>(node.source().begin.line);
    made.column = static_cast<uint32_t>(node.source().begin.column);
    return made;
}

void append(std::vector<ctoml_entry> &entries, const std::string &key, const toml::node &node, bool inArray) {
    if (const auto *table = node.as_table()) {
        if (inArray) {
            entries.push_back(entry(key, node, CTOML_OTHER));
            return;
        }
        if (!key.empty()) entries.push_back(entry(key, node, CTOML_TABLE));
        for (auto &&[name, member] : *table) {
            const std::string child(name.str());
            append(entries, key.empty() ? child : key + "." + child, member, false);
        }
        return;
    }
    if (const auto *array = node.as_array()) {
        if (inArray) {
            entries.push_back(entry(key, node, CTOML_OTHER));
            return;
        }
        auto made = entry(key, node, CTOML_ARRAY);
        made.integer = static_cast<int64_t>(array->size());
        entries.push_back(made);
        for (const auto &element : *array) append(entries, key, element, true);
        return;
    }
    auto made = entry(key, node, CTOML_OTHER);
    if (const auto *string = node.as_string()) {
        made.type = CTOML_STRING;
        made.text = copy(string->get());
        made.text_length = string->get().size();
    } else if (const auto *integer = node.as_integer()) {
        made.type = CTOML_INTEGER;
        made.integer = integer->get();
    } else if (const auto *number = node.as_floating_point()) {
        made.type = CTOML_FLOAT;
        made.number = number->get();
    } else if (const auto *boolean = node.as_boolean()) {
        made.type = CTOML_BOOLEAN;
        made.integer = boolean->get() ? 1 : 0;
    }
    entries.push_back(made);
}

}  // namespace

ctoml_document *ctoml_parse(const void *text, size_t length) {
    auto *document = static_cast<ctoml_document *>(std::calloc(1, sizeof(ctoml_document)));
    if (document == nullptr) return nullptr;
    const auto result = toml::parse(std::string_view(static_cast<const char *>(text), length));
    if (!result) {
        document->error = copy(result.error().description());
        document->error_line = static_cast<uint32_t>(result.error().source().begin.line);
        document->error_column = static_cast<uint32_t>(result.error().source().begin.column);
        return document;
    }
    std::vector<ctoml_entry> entries;
    append(entries, "", result.table(), false);
    document->count = entries.size();
    if (!entries.empty()) {
        document->entries = static_cast<ctoml_entry *>(std::calloc(entries.size(), sizeof(ctoml_entry)));
        if (document->entries == nullptr) {
            document->count = 0;
            document->error = copy("out of memory");
            return document;
        }
        std::memcpy(document->entries, entries.data(), entries.size() * sizeof(ctoml_entry));
    }
    return document;
}

void ctoml_free(ctoml_document *document) {
    if (document == nullptr) return;
    for (size_t index = 0; index < document->count; ++index) {
        std::free(document->entries[index].key);
        std::free(document->entries[index].text);
    }
    std::free(document->entries);
    std::free(document->error);
    std::free(document);
}
