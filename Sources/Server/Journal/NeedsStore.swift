/// Memory does not tell: ask again with a reader of the store.
struct NeedsStore: Error {}
