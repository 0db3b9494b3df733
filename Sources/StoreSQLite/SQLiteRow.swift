import MatrixAPI
// Every file of this target speaks SQL.
@_exported public import SQLite
import Store

typealias SQLiteRow = Row

extension Row {
    borrowing func id<Identifier: MatrixIdentifier>(_ column: Int32) -> Identifier {
        Identifier(unchecked: text(column))
    }
    borrowing func device(_ column: Int32) -> DeviceID { DeviceID(unchecked: text(column)) }
    borrowing func hash(_ column: Int32) -> TokenHash { TokenHash(blob(column)) }
}
