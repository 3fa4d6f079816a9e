import FoundationEssentials
import HostilePeers
import TestSupport
import Testing

/// One cell of the hostility matrix: where a mail server turns hostile, and how.
struct HostilityCell: Sendable, Hashable, CustomTestStringConvertible {
    let stage: HostileStage
    let behavior: HostileBehavior

    /// The name of its Destination.
    var name: String { "\(stage.rawValue)-\(behavior.rawValue.lowercased())" }

    var testDescription: String { "\(stage.rawValue) \(behavior.rawValue)" }

    /// What the reply to the application may begin with (RFC 3463).
    var replies: [String] {
        switch (stage, behavior) {
        case (.quit, _), (.idle, _):
            // The message was accepted before.
            ["250 "]
        case (.connect, .earlyClose), (.tls, .earlyClose), (.greeting, .earlyClose):
            // The connection may end before or after each side's half of the handshake has arrived.
            ["451 4.4.1 ", "451 4.4.2 ", "451 4.7.5 "]
        case (.connect, _), (.tls, _):
            ["451 4.7.5 "]
        case (_, .keyUpdates), (_, .tickets), (_, .helloRequests):
            // A TLS error, or a timeout where TLS waits for the server to read.
            ["451 4.7.5 ", "451 4.4.2 "]
        case (.greeting, .wrongOrder), (.ehlo, .wrongOrder):
            ["451 4.4.1 "]
        case (.auth, .wrongOrder):
            ["451 4.7.0 "]
        case (.mail, .wrongOrder), (.rcpt, .wrongOrder), (.data, .wrongOrder), (.dot, .wrongOrder):
            // A positive reply to nothing; an envelope may move to a session that ends otherwise.
            ["451 4.5.0 ", "451 4.4.2 "]
        case (.greeting, _), (.ehlo, _), (.auth, _), (.mail, _), (.rcpt, _), (.data, _), (.dot, _):
            ["451 4.4.2 "]
        }
    }

    /// How the relay counts the message. Whether it was accepted is unknown once its final dot was sent (RFC 1047).
    var outcome: String {
        switch stage {
        case .quit, .idle: "accepted"
        case .dot: "ambiguous"
        case .connect, .tls, .greeting, .ehlo, .auth, .mail, .rcpt, .data: "failed"
        }
    }
}

extension HostilityCell {
    /// The whole matrix.
    static let all = HostileStage.allCases.flatMap { stage in
        HostileBehavior.allCases.filter { $0.applies(to: stage) }.map { HostilityCell(stage: stage, behavior: $0) }
    }

    /// The diagonals in a sample.
    private static let diagonals = 4

    /// Diagonals of the matrix, in which each stage and each behavior occurs four times or nearly so.
    static func sample(seed: UInt64) -> [HostilityCell] {
        HostileStage.allCases.enumerated().flatMap { index, stage in
            // Before TLS there are fewer behaviors.
            let possible = HostileBehavior.allCases.filter { $0.applies(to: stage) }
            return (0..<diagonals).map { diagonal in
                let turn = Int(seed % UInt64(possible.count)) + index + diagonal * possible.count / diagonals
                return HostilityCell(stage: stage, behavior: possible[turn % possible.count])
            }
        }
    }
}

/// What a run of the tests covers: a sample, or the whole matrix `TPROXY_HOSTILITY_ROUNDS` times.
/// `TPROXY_HOSTILITY_SEED` repeats a run.
enum HostilityRun {
    static let seed: UInt64 = variable("SEED").flatMap(UInt64.init) ?? .random(in: 1...999_999)

    static let cells: [HostilityCell] = {
        guard let rounds = variable("ROUNDS").flatMap(Int.init) else { return HostilityCell.sample(seed: seed) }
        var random = SeededGenerator(seed: seed)
        return (0..<rounds).flatMap { _ in HostilityCell.all.shuffled(using: &random) }
    }()

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["TPROXY_HOSTILITY_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
