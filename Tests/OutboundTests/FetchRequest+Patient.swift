import HTTP

@testable import Outbound

/// A request whose deadlines a busy machine does not reach: a test that is about one sets its own.
func patient(
    _ method: String, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil
) -> FetchRequest {
    var request = FetchRequest(method, url, headers: headers, body: body)
    request.timeout = .seconds(600)
    request.connectTimeout = .seconds(600)
    return request
}
