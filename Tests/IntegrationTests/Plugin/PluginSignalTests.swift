import FoundationEssentials
import Glibc
import Testing

/// What a plugin leaves behind that is told to end while it forwards a port. A script stands for kubectl.
@Suite struct PluginSignalTests {
    private static let script = """
        #!/bin/sh
        cd "$(dirname "$0")"
        case "$*" in
        *port-forward*) echo $$ > process; exec sleep 600 ;;
        *pods*) echo '{"items": [{"metadata": {"name": "relay-1", "labels": {"app.kubernetes.io/name": "tproxy-relay"}},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]}' ;;
        *) echo '{"metadata": {"name": "mail", "namespace": "shop"}, "status": {"tenants": [
            {"serviceName": "mail", "state": "Ready", "relayPort": 30000}]}}' ;;
        esac
        """

    @Test("Nothing goes on", arguments: [SIGTERM, SIGHUP, SIGINT])
    func end(signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("kubectl")
        try Data(Self.script.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let plugin = try ChildProcess(
            [Programs.path("kubectl-tproxy"), "send", "mail", "--from", "a@b.c", "--to", "d@e.f"],
            environment: ["KUBECTL_PATH": path]
        )
        let child = try await eventually("a port to be forwarded") { () -> pid_t? in
            let text = (try? String(contentsOf: URL(filePath: directory.path("process")), encoding: .utf8)) ?? ""
            return text.hasSuffix("\n") ? pid_t(text.dropLast()) : nil
        }
        plugin.signal(signal)
        #expect(try await plugin.waitUntilExit(within: .seconds(20)) == .killed(signal: signal))
        try await eventually("the program to end") { kill(child, 0) == 0 ? nil : () }
    }
}
