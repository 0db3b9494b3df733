package import MatrixAPI
package import SQLite
package import Store

typealias SQLiteBindable = Bindable

extension SQLiteBindable where Self: MatrixIdentifier {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { string.bind(to: statement, at: index) }
}

extension UserID: SQLiteBindable {}
extension RoomID: SQLiteBindable {}
extension EventID: SQLiteBindable {}
extension RoomAlias: SQLiteBindable {}

extension DeviceID: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { string.bind(to: statement, at: index) }
}

extension TokenHash: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { bytes.bind(to: statement, at: index) }
}

extension Membership: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { rawValue.bind(to: statement, at: index) }
}

extension AccountKind: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { rawValue.bind(to: statement, at: index) }
}

extension StoredProvider.Kind: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { rawValue.bind(to: statement, at: index) }
}
