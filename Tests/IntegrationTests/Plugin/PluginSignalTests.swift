import FoundationEssentials
import Glibc
import Testing

/// What becomes of the programs that a plugin has started when it ends. A script stands for kubectl.
@Suite struct PluginSignalTests {
    /// Starts `send` with this in the place of kubectl.
    private static func send(_ script: String, in directory: TemporaryDirectory) throws -> ChildProcess {
        let path = directory.path("kubectl")
        try Data("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n\(script)".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return try ChildProcess(
            [Programs.path("kubectl-tproxy"), "send", "mail", "--from", "a@b.c", "--to", "d@e.f"],
            environment: ["KUBECTL_PATH": path]
        )
    }

    /// The program that has written its number into the file `process`.
    private static func child(in directory: TemporaryDirectory) async throws -> pid_t {
        try await eventually("the program to run") {
            let text = (try? String(contentsOf: URL(filePath: directory.path("process")), encoding: .utf8)) ?? ""
            return text.hasSuffix("\n") ? pid_t(text.dropLast()) : nil
        }
    }

    @Test("It is told to end while it forwards a port: nothing goes on", arguments: [SIGTERM, SIGHUP, SIGINT])
    func end(signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let plugin = try Self.send(
            """
            case "$*" in
            *port-forward*) echo $$ > process; exec sleep 600 ;;
            *pods*) echo '{"items": [{"metadata": {"name": "relay-1", "labels": {"app.kubernetes.io/name": "tproxy-relay"}},
                "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]}' ;;
            *) echo '{"metadata": {"name": "mail", "namespace": "shop"}, "status": {"tenants": [
                {"serviceName": "mail", "state": "Ready", "relayPort": 30000}]}}' ;;
            esac
            """,
            in: directory
        )
        let child = try await Self.child(in: directory)
        plugin.signal(signal)
        #expect(try await plugin.waitUntilExit(within: .seconds(20)) == .killed(signal: signal))
        try await eventually("the program to end") { kill(child, 0) == 0 ? nil : () }
    }

    @Test("Relays are asked for beside the Destination; where there is none, nobody waits for them")
    func wrongName() async throws {
        let directory = try TemporaryDirectory()
        // Were one asked for behind the other, this would never end.
        let plugin = try Self.send(
            """
            case "$*" in
            *pods*) echo $$ > process; exec sleep 600 ;;
            *) until [ -s process ]; do sleep 0.05; done
               echo 'Error from server (NotFound): destinations "mail" not found' >&2; exit 1 ;;
            esac
            """,
            in: directory
        )
        #expect(try await plugin.waitUntilExit(within: .seconds(20)) == .exited(1))
        let child = try await Self.child(in: directory)
        try await eventually("the program to end") { kill(child, 0) == 0 ? nil : () }
    }
}
