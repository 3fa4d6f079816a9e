import ArgumentParser
import TestSupport
import Testing

@testable import kubectl_tproxy

@Suite("Ports of a pod on the loopback")
struct PortForwardTests {
    /// Says who it is, opens the port, and goes on until it is ended.
    private static let forwarding = """
        cd "$(dirname "$0")"
        printf '%s\\n' "$@" > arguments
        echo $$ > process
        echo 'Forwarding from 127.0.0.1:41234 -> 9494'
        exec sleep 600
        """

    private struct Trouble: Error {}

    @Test("kubectl is ended with what uses the ports, and names stand behind the options")
    func use() async throws {
        let fake = try FakeKubectl(Self.forwarding)
        let port = try await fake.kubectl.withPortForward(to: "relay-1", in: "ns", ports: [9494]) { ports in
            let isGone = try fake.isGone()
            #expect(!isGone)
            return ports[9494]
        }
        #expect(port == 41234)
        #expect(try fake.isGone())
        let arguments = fake.file("arguments")?.split(separator: "\n").map(String.init)
        #expect(arguments?.first == "--context=c")
        #expect(arguments?.contains("--namespace=ns") == true)
        #expect(arguments?.suffix(3) == ["--", "pod/relay-1", ":9494"])
    }

    @Test("kubectl is ended, too, where that fails or is given up")
    func failure() async throws {
        let fake = try FakeKubectl(Self.forwarding)
        await #expect(throws: Trouble.self) {
            try await fake.kubectl.withPortForward(to: "relay-1", in: "ns", ports: [9494]) { _ in throw Trouble() }
        }
        #expect(try fake.isGone())

        let other = try FakeKubectl(Self.forwarding)
        let kubectl = other.kubectl
        let task = Task {
            try await kubectl.withPortForward(to: "relay-1", in: "ns", ports: [9494]) { _ in
                try await Task.sleep(for: .seconds(600))
            }
        }
        try await eventually("the script runs") { other.file("process")?.hasSuffix("\n") == true }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try other.isGone())
    }

    @Test("Where kubectl ends by itself, its words are told")
    func words() async throws {
        let fake = try FakeKubectl(
            #"echo 'Error from server (NotFound): pods "relay-1" not found' >&2; exit 1"#
        )
        let error = await #expect(throws: KubectlError.self) {
            try await fake.kubectl.withPortForward(to: "relay-1", in: "ns", ports: [9494]) { _ in }
        }
        #expect(error?.code == .notFound)
        #expect(error?.description == #"pods "relay-1" not found"#)
    }

    @Test("Where it opens nothing, it isn't waited for, even if it doesn't want to end")
    func late() async throws {
        let fake = try FakeKubectl("trap '' TERM; while :; do sleep 1; done")
        let error = await #expect(throws: KubectlError.self) {
            try await fake.kubectl.withPortForward(to: "p", in: "ns", ports: [1], within: .milliseconds(300)) { _ in }
        }
        #expect(error?.code == .timeout)
    }

    @Test("Where there is no kubectl, that is said")
    func missing() async throws {
        let kubectl = Kubectl(try KubectlOptions.parse([]), path: "/nonexistent/kubectl")
        let error = await #expect(throws: KubectlError.self) {
            try await kubectl.withPortForward(to: "p", in: "ns", ports: [1]) { _ in }
        }
        #expect(error?.code == .notInstalled)
    }
}
