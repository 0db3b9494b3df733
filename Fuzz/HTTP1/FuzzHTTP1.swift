/// libFuzzer's entry: traps when an input breaks an invariant.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP1(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let violation = HTTP1Invariants.violation(by: Array(UnsafeBufferPointer(start: data, count: count))) {
        fatalError(violation)
    }
    return 0
}
