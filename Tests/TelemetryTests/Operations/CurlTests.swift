import Telemetry
import Testing

@Suite("Operations server and curl", .enabled(if: Tool.find("curl") != nil, "curl is not on PATH"))
struct CurlTests {
    private static func curl(_ arguments: [String]) async throws -> String {
        let curl = try #require(Tool.find("curl"))
        let (code, output) = try await Tool.run(curl, ["--silent", "--show-error", "--noproxy", "*"] + arguments)
        #expect(code == 0, "\(output)")
        return output
    }

    @Test func fetchesTwiceOverOneConnection() async throws {
        let registry = MetricsRegistry()
        try registry.gauge("a", help: "A.").metric().set(7)
        try await withServer(registry: registry) { _, port in
            let url = "http://127.0.0.1:\(port)/metrics"
            let output = try await Self.curl(["--write-out", "%{num_connects}\n", url, url])
            let answer = "# HELP a A.\n# TYPE a gauge\na 7\n"
            #expect(output == answer + "1\n" + answer + "0\n")
        }
    }

    @Test func asksForTheHeadOnly() async throws {
        try await withServer { _, port in
            let output = try await Self.curl(["--head", "http://127.0.0.1:\(port)/healthz"])
            #expect(output.hasPrefix("HTTP/1.1 200 OK\r\n") && output.contains("content-length: 3\r\n"))
        }
    }

    @Test func isRefusedABody() async throws {
        try await withServer { _, port in
            let url = "http://127.0.0.1:\(port)/healthz"
            let output = try await Self.curl(["--write-out", "%{http_code}", "--data", "x", url])
            #expect(output.hasSuffix("413"))
        }
    }
}
