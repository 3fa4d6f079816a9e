public import Configuration
public import Logging
internal import Synchronization

/// The configuration that holds now. May be used from any thread.
///
/// A changed file that can't be used is reported, and what held before goes on to hold.
public final class LiveConfiguration: Sendable {
    private struct State {
        var current: ServerConfiguration
        var listeners: [UInt64: AsyncStream<ServerConfiguration>.Continuation] = [:]
        var nextListener: UInt64 = 0
    }

    private let state: Mutex<State>
    private let reservedPorts: Set<Int>

    /// Begins with a configuration.
    ///
    /// - Parameter reservedPorts: What the relay itself uses, so that no route can have it.
    public init(_ configuration: ServerConfiguration, reservedPorts: Set<Int> = [ServerConfiguration.metricsPort]) {
        state = Mutex(State(current: configuration))
        self.reservedPorts = reservedPorts
    }

    /// Begins with what a file says, and has the log follow it.
    ///
    /// - Parameter reservedPorts: What the relay itself uses, so that no route can have it.
    /// - Throws: `StartFailure` with every fault of the file.
    public convenience init(
        readingFrom file: String,
        level: LogLevelControl,
        reservedPorts: Set<Int> = [ServerConfiguration.metricsPort]
    ) throws(StartFailure) {
        do {
            let configuration = try ServerConfiguration.read(file: file, reservedPorts: reservedPorts)
            level.apply(configuration.logLevel)
            self.init(configuration, reservedPorts: reservedPorts)
        } catch {
            throw StartFailure(error)
        }
    }

    /// What holds now.
    public var current: ServerConfiguration { state.withLock { $0.current } }

    /// What holds now, then each that follows; of several that nobody took meanwhile, the last. For one consumer, and
    /// without an end but that of the consumer's task.
    public var values: AsyncStream<ServerConfiguration> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerConfiguration.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let listener = state.withLock { state in
            defer { state.nextListener += 1 }
            state.listeners[state.nextListener] = continuation
            continuation.yield(state.current)
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[listener] = nil }
        }
        return stream
    }

    /// Puts another in its place.
    ///
    /// - Returns: Whether it is another: the same again is no change.
    @discardableResult
    public func replace(by configuration: ServerConfiguration) -> Bool {
        state.withLock { state in
            guard configuration != state.current else { return false }
            state.current = configuration
            for listener in state.listeners.values { listener.yield(configuration) }
            return true
        }
    }

    /// What reads the file again whenever it has changed.
    ///
    /// - Parameters:
    ///   - file: The file that the configuration came from.
    ///   - level: Follows the configuration's log level.
    ///   - interval: How often the file is looked at.
    ///   - reloaded: Is told how each reading went.
    public func reloader(
        of file: String,
        level: LogLevelControl,
        logger: Logger,
        every interval: Duration = .seconds(1),
        reloaded: @escaping @Sendable (_ succeeded: Bool) -> Void
    ) -> FileReloader {
        FileReloader([file], every: interval) {
            do throws(ConfigurationError) {
                let new = try ServerConfiguration.read(
                    file: file,
                    acceptsNothing: false,
                    reservedPorts: self.reservedPorts
                )
                level.apply(new.logLevel)
                // Files of a pod are touched now and then though nothing in them changes.
                guard self.replace(by: new) else { return }
                logger.notice("configuration has changed", metadata: ["file": "\(file)"])
                reloaded(true)
            } catch {
                for problem in error.problems.prefix(20) {
                    logger.error(
                        "changed configuration can't be used, the old one holds",
                        metadata: ["problem": "\(problem)"]
                    )
                }
                reloaded(false)
            }
        }
    }
}
