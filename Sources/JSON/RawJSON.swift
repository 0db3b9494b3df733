/// Text that is already valid JSON, one whole value, written as it is. Nothing checks it.
package struct RawJSON: Sendable {
    package let bytes: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) { self.bytes = bytes[...] }
    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }
    package init(bytes: [UInt8]) { self.bytes = bytes[...] }
    package init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }
}
