import NIOHTTP1
import Telemetry

extension RequestPlan {
    /// Why a request must not be read at all: it could be understood in two ways, or not at all. After the answer the
    /// connection is closed, for nothing says where the next request begins.
    ///
    /// The parser itself refuses two Content-Lengths, Content-Length beside Transfer-Encoding, folded header lines and
    /// white space in front of a colon (RFC 9112 §5.1, §5.2, §6.3).
    static func framingError(_ head: HTTPRequestHead) -> OperationsResponse? {
        let hosts = head.headers["host"].count
        // RFC 9112 §3.2. HTTP/1.0 knows no Host.
        guard hosts == 1 || hosts == 0 && head.version == .http1_0 else {
            return .text("a request must have one Host\n", status: 400)
        }
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        guard head.headers.contains(name: "transfer-encoding") else { return nil }
        // RFC 9112 §6.1.
        guard head.version != .http1_0, !head.headers.contains(name: "content-length") else {
            return .text("no Transfer-Encoding is possible here\n", status: 400)
        }
        guard codings.count == 1, codings[0].lowercased() == "chunked" else {
            return .text("the only transfer coding is chunked\n", status: 501)
        }
        return nil
    }
}
