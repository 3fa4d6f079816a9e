import Foundation
import Testing

/// The demo as a newcomer runs it: its own servers, the real relay.
@Suite struct DemoTests {
    private static let program = Programs.path("tproxy-demo")

    private static func command(_ options: String...) throws -> [String] {
        [program, "--first-port", "\(try LoopbackPorts.free(4))", "--metrics-port", "\(try LoopbackPorts.free())"]
            + options
    }

    @Test("It sends a mail for each tenant and sees both arrive under their own logins")
    func send() async throws {
        let result = try await ProcessRunner.run(Self.command("--send"))
        #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
        #expect(result.output.contains("login tenant-a@mail.example (PLAIN)"))
        #expect(result.output.contains("login tenant-b@mail.example (XOAUTH2)"))
        #expect(result.output.contains("C: MAIL FROM:sender@transparentproxy.com\nS: 250 "))
    }

    @Test("A relay that isn't there, or ends at once, is an error that says so", arguments: ["/no/such", "/bin/false"])
    func noRelay(relay: String) async throws {
        let result = try await ProcessRunner.run(Self.command("--send", "--relay", relay))
        #expect(result.status == .exited(1))
        #expect(result.errorOutput.contains(relay == "/bin/false" ? "--show-relay" : relay), "\(result.errorOutput)")
    }

    @Test("Ctrl-C ends it, the relay with it", arguments: [SIGINT, SIGTERM])
    func interrupt(signal: Int32) async throws {
        let demo = try ChildProcess(Self.command())
        let line = try await eventually("the demo to be ready") {
            demo.output.contains("Ctrl-C") ? demo.output.firstMatch(of: /relay +pid (\d+)/)?.1 : nil
        }
        let relay = try #require(pid_t(line))
        demo.signal(signal)
        #expect(try await demo.waitUntilExit() == .exited(0), "\(demo.errorOutput)")
        #expect(kill(relay, 0) == -1)
    }
}
