internal import CSQLite

/// The row on which a statement stands. Valid until the statement steps on; columns count from 0.
package struct Row: ~Copyable {
    private let statement: OpaquePointer

    package init(borrowed statement: OpaquePointer) { self.statement = statement }

    package borrowing func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    package borrowing func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    package borrowing func double(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }
    package borrowing func bool(_ column: Int32) -> Bool { sqlite3_column_int(statement, column) != 0 }

    package borrowing func text(_ column: Int32) -> String {
        // The order of the two calls is SQLite's rule: the text first, then its length.
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package borrowing func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    package borrowing func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    package borrowing func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    package borrowing func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
