/// Names of files for what others named.
enum FileName {
    /// A name of digits and letters for any text; the same for the same text.
    static func hashed(_ text: String) -> String {
        String(text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
    }
}
