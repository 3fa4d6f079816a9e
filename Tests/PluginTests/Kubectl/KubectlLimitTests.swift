import ArgumentParser
import Testing

@testable import kubectl_tproxy

@Suite("How long kubectl may take")
struct KubectlLimitTests {
    @Test("One that comes to no end is ended, and that says what to do")
    func limit() async throws {
        let fake = try FakeKubectl(
            #"echo $$ > "$(dirname "$0")/process"; exec sleep 600"#,
            options: ["--request-timeout=1s"]
        )
        let error = await #expect(throws: KubectlError.self) { _ = try await fake.kubectl.run(["get"]) }
        #expect(error?.code == .unreachable)
        #expect(error?.advice.contains("raise --request-timeout; see that the context is the right one") == true)
        #expect(try fake.isGone())
    }

    @Test("One that waits may do so beside its limit, and what isn't a time is left to kubectl")
    func noLimit() async throws {
        let fake = try FakeKubectl("sleep 2; echo done", options: ["--request-timeout=1s"])
        #expect(try await fake.kubectl.run(["wait"], waitingFor: .seconds(60)).bytes == Array("done\n".utf8))
        for (text, limit) in [("0", nil), ("500ms", nil), ("x", nil), ("90s", Duration.seconds(90))] {
            #expect(try KubectlOptions.parse(["--request-timeout=\(text)"]).limit == limit)
        }
    }
}
