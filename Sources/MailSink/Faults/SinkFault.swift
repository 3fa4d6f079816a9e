/// A piece of scripted misbehaviour, as data: where it strikes, whom, how often, and what happens then.
///
///     sink.script.add(SinkFault(at: .recipient, matching: .localPart("reject550"), .reply(550, "5.1.1", "no such user")))
///     sink.script.add(SinkFault(at: .mail, skipping: 2, times: 1, .close(.abrupt)))
public struct SinkFault: Sendable {
    /// Which occasions of a stage a fault is for.
    public enum Match: Sendable, Hashable {
        case any
        /// Sender or recipient equals this, without regard to ASCII case.
        case address(String)
        /// The part of sender or recipient before the last `@` equals this, without regard to ASCII case.
        case localPart(String)
        /// The session is logged in as this user.
        case user(String)
        /// The session has this number (``ReceivedMail/session``).
        case session(Int)
    }

    /// How a connection is closed.
    public enum Closing: Sendable, Hashable {
        /// With TLS's close_notify, then FIN: as a server that says goodbye.
        case orderly
        /// FIN without close_notify: as a server whose process was killed.
        case abrupt
        /// RST: as a server whose machine was restarted, or a firewall.
        case reset
    }

    /// What happens instead of, or besides, the sink's own reply.
    public enum Action: Sendable {
        /// This reply goes out instead. If it is positive (2xx, 3xx) and so would ours have been, the command takes
        /// effect; else it doesn't.
        case answer(SinkReply)
        /// This reply goes out instead, the command takes no effect, and the connection is closed.
        case answerAndClose(SinkReply, Closing)
        /// These bytes go out instead, whatever they are, and the command takes no effect.
        case send([UInt8])
        /// The command takes no effect and the connection is closed without a reply.
        case close(Closing)
        /// The command takes effect (a mail is accepted), its reply goes out, then the connection is closed.
        case closeAfterReply(Closing)
        /// The command takes effect (a mail is accepted) but the connection is closed instead of the reply.
        case closeInsteadOfReply(Closing)
        /// Nothing more is answered until the gate opens; then the session goes on as if nothing had been.
        case stall(SinkGate)
        /// Our own reply goes out, then nothing more is read from the socket until the gate opens, so that the
        /// client's writes fill up.
        case stopReading(SinkGate)
    }

    /// Where in the dialogue it strikes.
    public var stage: SinkStage
    /// Whom it strikes.
    public var match: Match
    /// So many occasions pass unharmed first.
    public var skipping: Int
    /// How often it strikes; nil for ever.
    public var times: Int?
    /// What happens.
    public var action: Action

    /// Makes a fault that strikes at `stage`, at every occasion unless told otherwise.
    public init(
        at stage: SinkStage,
        matching match: Match = .any,
        skipping: Int = 0,
        times: Int? = nil,
        _ action: Action
    ) {
        self.stage = stage
        self.match = match
        self.skipping = skipping
        self.times = times
        self.action = action
    }
}

extension SinkFault.Action {
    /// A one-line reply instead of ours. `enhanced` is RFC 3463's code, such as `5.1.1`.
    public static func reply(_ code: Int, _ enhanced: String? = nil, _ text: String) -> Self {
        .answer(SinkReply(code, enhanced, text))
    }
}
