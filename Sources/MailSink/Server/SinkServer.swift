public import NIOCore
public import NIOPosix
public import TLS

/// A mail server for demonstrations, tests and benchmarks: takes mail over SMTPS or plaintext, keeps it, and misbehaves
/// when it is told to.
///
/// It is strict: what RFC 5321 and its extensions don't allow is refused or noted in ``SinkCounters/violations``.
/// It shares no code with the relay's SMTP, so that it can't share its bugs. Safe from any thread.
public final class SinkServer: Sendable {
    /// Who may log in. Can be changed while the server runs.
    public var accounts: SinkAccounts { state.accounts }
    /// The misbehaviour. Can be changed while the server runs.
    public var script: SinkScript { state.script }
    /// The numeric address it listens on.
    public let host: String
    /// The port it listens on.
    public let port: Int

    private let state: SinkState
    private let listener: any Channel

    private init(state: SinkState, listener: any Channel, host: String, port: Int) {
        self.state = state
        self.listener = listener
        self.host = host
        self.port = port
    }

    /// Starts a server; ``stop()`` ends it.
    ///
    /// - Parameters:
    ///   - tls: what to speak TLS with, from the first byte on (RFC 8314 §3); nil for plaintext.
    ///   - group: where it runs. It isn't shut down with the server.
    ///   - onMail: called on an event loop for each mail, before the client hears of its acceptance. Must not block.
    /// - Throws: the system's error if the address can't be bound.
    public static func start(
        _ configuration: SinkConfiguration = SinkConfiguration(),
        tls: TLSServerContext? = nil,
        accounts: SinkAccounts = SinkAccounts(),
        group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        onMail: @escaping @Sendable (ReceivedMail) -> Void = { _ in }
    ) async throws -> SinkServer {
        let state = SinkState(configuration: configuration, accounts: accounts, onMail: onMail)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                let acceptor = SinkAcceptor(state: state, tls: tls)
                return acceptor.accept(channel)
            }
            .bind(host: configuration.address, port: configuration.port)
            .get()
        guard let address = listener.localAddress, let port = address.port, let host = address.ipAddress else {
            try? await listener.close()
            throw SinkError.noAddress
        }
        return SinkServer(state: state, listener: listener, host: host, port: port)
    }

    /// Stops listening and closes all connections, without a word.
    public func stop() async {
        try? await listener.close()
        await closeSessions(.abrupt)
    }

    // MARK: What it has seen

    /// The mails it has kept, in the order of acceptance.
    public var mails: [ReceivedMail] { state.record.read { $0.mails } }

    /// What it has counted since it started.
    public var counters: SinkCounters { state.record.read { $0.counters } }

    /// What was said in each session, in the order of connecting.
    public var transcripts: [SinkTranscript] {
        state.record.read { $0.transcripts.values.sorted { $0.session < $1.session } }
    }

    /// Waits until at least `count` mails have been accepted since the start.
    ///
    /// - Returns: the mails that are kept.
    /// - Throws: ``SinkError`` (`timedOut`) when there are fewer within `limit`.
    @discardableResult
    public func waitForMails(_ count: Int, within limit: Duration = .seconds(20)) async throws -> [ReceivedMail] {
        try await wait(for: "\(count) mails", within: limit) { $0.mails >= count }
        return mails
    }

    /// Waits until the counters fulfil a condition.
    ///
    /// - Parameter condition: called on any thread with a lock held: must be quick and must not use the server.
    /// - Throws: ``SinkError`` (`timedOut`) when they don't within `limit`; it says `what` was waited for.
    public func wait(
        for what: String,
        within limit: Duration = .seconds(20),
        until condition: @escaping @Sendable (SinkCounters) -> Bool
    ) async throws {
        guard await state.record.wait(within: limit, until: { condition($0.counters) }) else {
            throw SinkError.timedOut(
                "\(what); the sink has \(counters.mails) mails, \(counters.connections) connections"
            )
        }
    }

    // MARK: What it can be made to do

    /// How many sessions may be open at a time; one more hears 421 and is closed. Nil for no limit.
    public var sessionLimit: Int? {
        get { state.sessionLimit }
        set { state.sessionLimit = newValue }
    }

    /// Closes the sessions that have no transaction or login under way, as servers do with idle clients.
    ///
    /// - Parameter reply: sent first, for instance a 421; nil for none.
    /// - Returns: when all have been asked to; ``wait(for:within:until:)`` tells when they are gone.
    public func closeIdleSessions(_ closing: SinkFault.Closing = .orderly, saying reply: SinkReply? = nil) {
        let request = SinkConnection.CloseIfIdle(reply: reply, closing: closing)
        for channel in state.channels {
            channel.pipeline.fireUserInboundEventTriggered(request)
        }
    }

    /// Closes all sessions, whatever they are at, and waits until they are closed.
    public func closeSessions(_ closing: SinkFault.Closing = .abrupt) async {
        for channel in state.channels {
            channel.eventLoop.execute {
                switch closing {
                case .orderly:
                    channel.close(promise: nil)
                case .abrupt:
                    channel.closeBelowTLS()
                case .reset:
                    channel.closesWithReset()
                    channel.closeBelowTLS()
                }
            }
            try? await channel.closeFuture.get()
        }
    }
}

extension Channel {
    /// Closes the socket without TLS's goodbye. On the event loop only.
    fileprivate func closeBelowTLS() {
        let handler = try? pipeline.syncOperations.handler(type: TLSHandler.self)
        if handler == nil {
            close(promise: nil)
        } else {
            pipeline.triggerUserOutboundEvent(TLSAbruptClose(), promise: nil)
        }
    }
}
