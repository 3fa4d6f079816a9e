import Testing

@testable import Telemetry

@Suite("Operations router")
struct OperationsRouterTests {
    private let router = OperationsRouter(routes: ["/a": { .text("A\($0["n"] ?? "")") }])

    @Test(
        arguments: [
            ("GET", "/a", 200), ("HEAD", "/a", 200), ("GET", "/a?x=1&y=%00", 200), ("POST", "/a", 405),
            ("OPTIONS", "/a", 405), ("get", "/a", 405), ("GET", "/b", 404), ("POST", "/b", 404), ("GET", "/a/", 404),
            ("GET", "", 404), ("GET", "?", 404), ("GET", "http://host/a", 404), ("GET", "*", 404),
        ]
    )
    func answers(method: String, target: String, status: Int) async {
        let response = await router.response(method: method, target: target)
        #expect(response.status == status)
        #expect(response.allow == (status == 405 ? "GET, HEAD" : nil))
    }

    @Test(
        "A page is told what stands behind the question mark",
        arguments: [("/a", "A"), ("/a?n=1", "A1"), ("/a?n=1&n=2", "A1"), ("/a?m=1&n", "A"), ("/a?&=&n==", "A=")]
    )
    func query(target: String, body: String) async {
        let response = await router.response(method: "GET", target: target)
        #expect(String(decoding: response.body, as: UTF8.self) == body)
    }
}
