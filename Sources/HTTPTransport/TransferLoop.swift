internal import CCurl
internal import Synchronization
internal import Threads

/// Runs all exchanges of one client on one thread of its own, which alone touches libcurl's handles. Other threads only
/// leave commands and wake it, so nothing here ever blocks an event loop or a task.
///
/// `@unchecked Sendable`: `multi` is a pointer that is set once in `init`. Its only use off the loop's thread is
/// `curl_multi_wakeup`, which libcurl allows from any thread, and that happens under the lock and only while
/// `state.isOpen`; the thread clears `isOpen` under the same lock before it frees the handle.
final class TransferLoop: @unchecked Sendable {
    enum Direction { case download, upload }

    enum Command {
        case start(Exchange)
        case abort(UInt64)
        case resume(UInt64, Direction)
    }

    struct State {
        /// The multi handle may be woken.
        var isOpen = true
        /// No more exchanges; the thread will end.
        var isStopping = false
        var hasEnded = false
        var commands: [Command] = []
        /// Exchanges started and not yet over.
        var active = 0
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let multi: UnsafeMutableRawPointer
    let options: TransferOptions
    let state = Mutex(State())
    private let maximumTransfers: Int

    /// Makes the loop and starts its thread.
    ///
    /// - Throws: `failed` when libcurl or the system is out of memory or threads.
    static func start(_ options: TransferOptions, maximumTransfers: Int) throws(HTTPError) -> TransferLoop {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else {
            throw HTTPError(.failed, detail: "libcurl can't be started")
        }
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maximumIdleConnections)
        let loop = TransferLoop(multi: multi, options: options, maximumTransfers: maximumTransfers)
        guard DetachedThread.start({ loop.run() }) else {
            curl_multi_cleanup(multi)
            throw HTTPError(.failed, detail: "no thread for the HTTP client")
        }
        return loop
    }

    private init(multi: UnsafeMutableRawPointer, options: TransferOptions, maximumTransfers: Int) {
        self.multi = multi
        self.options = options
        self.maximumTransfers = maximumTransfers
    }

    /// Starts an exchange.
    ///
    /// - Throws: `shutDown` or `overloaded`.
    func start(_ exchange: Exchange) throws(HTTPError) {
        let refusal: HTTPError.Code? = state.withLock { state in
            if state.isStopping { return .shutDown }
            guard state.active < maximumTransfers else { return .overloaded }
            state.active += 1
            enqueue(.start(exchange), in: &state)
            return nil
        }
        if let refusal { throw exchange.error(refusal) }
    }

    /// Drops the transfer of an exchange that has ended on the caller's side.
    func abort(_ id: UInt64) {
        state.withLock { enqueue(.abort(id), in: &$0) }
    }

    /// Goes on with a transfer that waited for the caller.
    func resume(_ id: UInt64, _ direction: Direction) {
        state.withLock { enqueue(.resume(id, direction), in: &$0) }
    }

    /// Ends the loop; exchanges under way fail with `shutDown`. Doesn't wait.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            if state.isOpen { curl_multi_wakeup(multi) }
        }
    }

    /// Ends the loop and waits until its thread has closed every connection.
    func stopAndWait() async {
        stop()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.stopWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Commands are bounded by the exchanges: each has one start, one abort, and a resume only while it is paused.
    private func enqueue(_ command: Command, in state: inout State) {
        guard state.isOpen else { return }
        state.commands.append(command)
        if state.commands.count == 1 { curl_multi_wakeup(multi) }
    }
}

/// libcurl's global state, made once a process.
enum CurlLibrary {
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
