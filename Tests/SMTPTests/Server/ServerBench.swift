import NIOCore

@testable import SMTP

/// A ``ServerMachine`` on the bench: what it does comes back as lines of text.
struct ServerBench {
    var machine: ServerMachine

    /// A server that offers all that we pass on.
    static let full: Capabilities = {
        var capabilities = Capabilities()
        capabilities.size = 1_000_000
        capabilities.pipelining = true
        capabilities.eightBitMIME = true
        capabilities.smtpUTF8 = true
        capabilities.deliveryStatusNotifications = true
        capabilities.enhancedStatusCodes = true
        return capabilities
    }()

    /// - Parameter answersMailLocally: as in ``ServerProfile``, here for short.
    init(answersMailLocally: Bool = true, _ change: (inout ServerProfile) -> Void = { _ in }) {
        var profile = ServerProfile(name: "relay", greeting: "ready")
        profile.limits.answersMailLocally = answersMailLocally
        change(&profile)
        machine = ServerMachine(profile)
    }

    /// Runs the machine until it has nothing more to do.
    mutating func run() -> [String] {
        var lines: [String] = []
        while let action = machine.nextAction() {
            lines.append(Self.line(action))
        }
        return lines
    }

    private mutating func after(_ event: (inout ServerMachine) -> Void) -> [String] {
        event(&machine)
        return run()
    }

    mutating func connect() -> [String] { after { $0.connected() } }
    /// Lines from the application, CRLF put behind each.
    mutating func send(_ lines: String...) -> [String] {
        sendRaw(lines.map { "\($0)\r\n" }.joined())
    }
    mutating func sendRaw(_ text: String) -> [String] { after { $0.receive(ByteBuffer(string: text)) } }
    mutating func sendOctets(_ octets: [UInt8]) -> [String] { after { $0.receive(ByteBuffer(bytes: octets)) } }
    mutating func endInput() -> [String] { after { $0.inputEnded() } }
    mutating func disconnect() -> [String] { after { $0.disconnected() } }
    mutating func block(_ areBlocked: Bool) -> [String] { after { $0.repliesBlocked(areBlocked) } }
    mutating func unread(_ bytes: Int) -> [String] { after { $0.repliesUnread(bytes) } }
    mutating func moveLimit() -> [String] { after { $0.moveLimitReached() } }
    mutating func stallLimit() -> [String] { after { $0.stallLimitReached() } }
    mutating func idleLimit() -> [String] { after { $0.idleLimitReached() } }
    mutating func drain() -> [String] { after { $0.drain() } }

    mutating func stop() -> [String] { after { $0.stop() } }
    mutating func learn(_ capabilities: Capabilities? = full) -> [String] { after { $0.learned(capabilities) } }
    mutating func lend(_ capabilities: Capabilities = full, isReused: Bool = false) -> [String] {
        after { $0.borrowed(capabilities, isReused: isReused) }
    }
    mutating func deny(_ code: Int, _ text: String) -> [String] { after { $0.borrowFailed(Reply(code, text)) } }
    mutating func reply(_ expectation: ClientExpectation, _ code: Int, _ text: String) -> [String] {
        after { $0.replied(expectation, Reply(code, text)) }
    }
    mutating func lose(_ text: String = "lost") -> [String] { after { $0.sessionLost(Reply(451, text)) } }

    private static func line(_ action: ServerMachine.Action) -> String {
        switch action {
        case .reply(let bytes): "< \(bytes.text.unixLines)"
        case .learnCapabilities: "learn"
        case .borrow(let need): need == .any ? "borrow" : "borrow \(need)"
        case .stopBorrowing: "stop borrowing"
        case .mail(let address): "mail \(address.wire)"
        case .recipient(let address): "rcpt \(address.wire)"
        case .data: "data"
        case .reset: "reset"
        case .content(let bytes): "content \(bytes.text.unixLines)"
        case .endOfData: "dot"
        case .throttled(let throttling): "throttled \(throttling)"
        case .giveBack(let needsReset): needsReset ? "give back, reset" : "give back"
        case .cut: "cut"
        case .finished(let outcome): "= \(line(outcome))"
        case .foreignProtocol(let other): "foreign \(other.rawValue)"
        case .recipientRefused(let rejection): "! \(rejection.reply.code)"
        case .close: "close"
        case .abort: "abort"
        }
    }

    private static func line(_ outcome: TransactionOutcome) -> String {
        switch outcome {
        case .accepted(let octets, _): "accepted \(octets)"
        case .refused(let rejection): "refused \(rejection.stage)"
        case .failed(let rejection): "failed \(rejection.stage)"
        case .ambiguous: "ambiguous"
        case .abandoned(let stage): "abandoned \(stage)"
        }
    }
}

/// The states a connection can be in, and the way there.
enum ServerSituation: String, CaseIterable {
    case unborn, idle, learning, borrowing, mailHeld, mailSent, mailAccepted, recipientAccepted, dataAsked, content
    case discarding, verdict, failed, closed

    /// - Parameter isReused: whether the session of the transaction had served others.
    func bench(isReused: Bool = false) -> ServerBench {
        var bench = ServerBench()
        if self == .unborn { return bench }
        _ = bench.connect()
        switch self {
        case .unborn, .idle: break
        case .learning: _ = bench.send("EHLO x")
        case .mailHeld: _ = bench.send("MAIL FROM:<a@b>")
        case .borrowing: _ = bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>")
        case .closed: _ = bench.send("QUIT")
        case .mailSent, .mailAccepted, .recipientAccepted, .dataAsked, .content, .discarding, .verdict,
            .failed:
            _ = bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>")
            _ = bench.lend(isReused: isReused)
            envelope(&bench)
        }
        return bench
    }

    private func envelope(_ bench: inout ServerBench) {
        guard self != .mailSent else { return }
        _ = bench.reply(.mail, 250, "2.1.0 sender ok")
        guard self != .mailAccepted else { return }
        _ = bench.reply(.recipient, 250, "2.1.5 recipient ok")
        guard self != .recipientAccepted else { return }
        guard self != .failed else {
            _ = bench.lose()
            return
        }
        _ = bench.send("DATA")
        guard self != .dataAsked else { return }
        _ = bench.reply(.data, 354, "go")
        _ = bench.send("text")
        switch self {
        case .discarding: _ = bench.lose()
        case .verdict: _ = bench.send(".")
        case .unborn, .idle, .learning, .borrowing, .mailHeld, .mailSent, .mailAccepted, .recipientAccepted, .dataAsked,
            .content, .failed, .closed:
            break
        }
    }
}
