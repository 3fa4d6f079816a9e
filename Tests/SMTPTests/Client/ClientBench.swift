import NIOCore

@testable import SMTP

/// A ``ClientMachine`` on the bench: what it does comes back as lines of text.
struct ClientBench {
    var machine: ClientMachine

    init(_ configuration: ClientMachine.Configuration) {
        machine = ClientMachine(configuration)
    }

    init(_ credentials: SASLCredentials = .none, allowed: [String]? = nil) {
        self.init(
            .init(
                name: "relay.example",
                host: "mail.example",
                port: 465,
                credentials: credentials,
                allowedMechanisms: allowed
            )
        )
    }

    /// A session that is logged in.
    static func ready(pipelining: Bool = true) -> ClientBench {
        var bench = ClientBench()
        _ = bench.receive("220 hi", pipelining ? "250-mail" : "250 mail")
        if pipelining { _ = bench.receive("250 PIPELINING") }
        return bench
    }

    mutating func run() -> [String] {
        var lines: [String] = []
        while let action = machine.nextAction() {
            switch action {
            case .write(let bytes): lines.append("> \(bytes.text.unixLines)")
            case .established: lines.append("established")
            case .replied(let expectation, let reply): lines.append("\(expectation): \(reply.code) \(reply.text)")
            case .fail(let failure): lines.append("fail: \(Self.line(failure))")
            case .close: lines.append("close")
            }
        }
        return lines
    }

    mutating func receive(_ lines: String...) -> [String] {
        machine.receive(ByteBuffer(string: lines.map { "\($0)\r\n" }.joined()))
        return run()
    }

    mutating func ask(_ requests: (inout ClientMachine) -> Void) -> [String] {
        requests(&machine)
        return run()
    }

    private static func line(_ failure: ClientFailure) -> String {
        switch failure {
        case .refused(let reply): "refused \(reply.code)"
        case .noMechanism(let offered): "no mechanism in \(offered.map(\.rawValue))"
        case .loginRefused(let mechanism, let reply): "\(mechanism.rawValue) refused \(reply.code)"
        case .loginDeferred(let mechanism, let reply): "\(mechanism.rawValue) deferred \(reply.code)"
        case .malformed(let malformation): "malformed \(malformation)"
        case .unexpectedReply(let reply): "unexpected \(reply.code)"
        case .greetingRefused(let reply): "greeting \(reply.code)"
        case .greetedWithoutTLS(let reply): "without TLS \(reply.code)"
        case .notTLS: "not TLS"
        }
    }
}
