/// A server that speaks the Client-Server API: ours, or one to measure it beside.
protocol MatrixServer: AnyObject {
    /// Plain HTTP, on 127.0.0.1.
    var port: UInt16 { get }
    /// Processor time so far, in microseconds.
    var cpu: Double { get }
    /// Bytes that are the server's alone.
    var privateMemory: Double { get }
}

extension MadoServer: MatrixServer {}
