/// Decides how a watch goes on: what to ask for, when, and what the consumer is told. Pure: the runner asks for the next
/// action, carries it out, and reports what came of it.
///
/// listing → watching; watching → watching (the stream ended) or listing (the server has forgotten our version).
struct WatchMachine {
    enum Action: Hashable {
        /// Do nothing for that long.
        case wait(Duration)
        case list(Pager.Page)
        case watch(WatchRequest)
    }

    private enum State: Hashable {
        /// Page by page; to `watching` when the last one came.
        case listing
        /// Events behind this version; to `listing` when it can't be gone on from.
        case watching(version: String)
    }

    /// After so many tries from one version that brought nothing the list is read anew: something may stand in the way
    /// that a list doesn't have.
    private static let maximumFruitlessTries = 3
    /// A stream that lasted so long is a good one, even if nothing happened.
    private static let goodStreamLength = Duration.seconds(5)

    private var state = State.listing
    private var pager: Pager
    private var backoff: Backoff
    private var pause: Duration?
    /// The consumer was told so, and not yet that it's over.
    private var isInterrupted = false
    /// Whether a list begins with the next page.
    private var isListStart = true
    private var fruitlessTries = 0
    /// Versions that the server had forgotten, one behind the other, with a list between them but nothing new.
    private var expirations = 0
    private var hasProgressed = false
    private var knowsBookmarks = false

    init(pageSize: Int, backoff: Backoff) {
        pager = Pager(pageSize: pageSize)
        self.backoff = backoff
    }

    /// What to do now.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Action {
        if let pause {
            self.pause = nil
            return .wait(pause)
        }
        switch state {
        case .listing: return .list(pager.next)
        case .watching(let version):
            hasProgressed = false
            return .watch(
                WatchRequest(
                    resourceVersion: version,
                    // Not all clients of a server that has restarted shall come back at the same moment.
                    seconds: Int.random(in: 240...480, using: &generator),
                    knowsBookmarks: knowsBookmarks
                )
            )
        }
    }

    /// A page came; its objects are told next, then ``pageTold(resourceVersion:continueToken:size:)``. Answers what is told
    /// before.
    mutating func pageArrived() -> WatchEvent? {
        defer { isListStart = false }
        return isListStart ? .restarted : nil
    }

    /// The page's objects have been told. Answers what is told then.
    mutating func pageTold(resourceVersion: String, continueToken: String?, size: Int) -> WatchEvent? {
        guard pager.received(continueToken: continueToken, size: size) else { return nil }
        state = .watching(version: resourceVersion)
        isListStart = true
        isInterrupted = false
        fruitlessTries = 0
        return .synced
    }

    /// A page didn't come, or couldn't be told to its end.
    mutating func pageFailed(
        _ error: KubernetesError,
        using generator: inout some RandomNumberGenerator
    ) -> WatchEvent? {
        switch pager.failed(error) {
        case .repeats?: return nil
        case .startsAnew?:
            isListStart = true
            return nil
        case nil:
            pager.restart()
            isListStart = true
            return interrupt(error, using: &generator)
        }
    }

    /// The server has accepted the watch.
    mutating func watchOpened() -> WatchEvent? {
        guard isInterrupted else { return nil }
        isInterrupted = false
        return .resumed
    }

    enum LineStep: Hashable {
        case tell(WatchEvent)
        case skip
        /// The stream is of no more use; report it with this error.
        case end(KubernetesError)
    }

    /// A line came.
    mutating func received(_ line: WatchLine) -> LineStep {
        switch line {
        case .present(let object, let version):
            progress(to: version)
            return .tell(.present(object))
        case .unreadable(let object):
            progress(to: object.resourceVersion)
            return .tell(.unreadable(object))
        case .deleted(let object, let version):
            progress(to: version)
            return .tell(.deleted(object))
        case .bookmark(let version):
            knowsBookmarks = true
            progress(to: version)
            return .skip
        case .failed(let error): return .end(error)
        }
    }

    /// The watch ended, or was refused.
    ///
    /// - Parameters:
    ///   - error: Why, if that was not the regular end.
    ///   - lasted: How long there was a stream.
    mutating func watchEnded(
        _ error: KubernetesError?,
        lasted: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> WatchEvent? {
        if hasProgressed || lasted >= Self.goodStreamLength {
            backoff.reset()
            fruitlessTries = 0
            expirations = 0
        } else {
            fruitlessTries += 1
        }
        let wasGood = fruitlessTries == 0
        switch error {
        case nil:
            // The server ends a watch when its time is up, and a good one is followed by the next at once.
            if !wasGood { pause = backoff.next(using: &generator) }
            listAfterFruitlessTries()
            return nil
        case let error? where error.needsList:
            startList()
            // Having been away for too long is no fault; only a server that forgets all the time is left alone a while.
            if error.code == .expired {
                expirations = min(expirations + 1, 2)
                if expirations == 1 { return nil }
            }
            return interrupt(error, using: &generator)
        case let error?:
            listAfterFruitlessTries()
            return interrupt(error, using: &generator)
        }
    }

    private mutating func progress(to version: String) {
        // A server that ends each watch with where it began would be asked again and again without a pause.
        if state != .watching(version: version) { hasProgressed = true }
        state = .watching(version: version)
    }

    private mutating func listAfterFruitlessTries() {
        if fruitlessTries >= Self.maximumFruitlessTries { startList() }
    }

    private mutating func startList() {
        state = .listing
        isListStart = true
        pager.restart()
    }

    private mutating func interrupt(
        _ error: KubernetesError,
        using generator: inout some RandomNumberGenerator
    ) -> WatchEvent {
        pause = max(backoff.next(using: &generator), error.retryAfter ?? .zero)
        isInterrupted = true
        return .interrupted(error)
    }
}

extension KubernetesError {
    /// Whether a watch that ended so can't go on from where it was.
    fileprivate var needsList: Bool {
        switch code {
        case .unauthorized, .forbidden, .answerTooLarge: false
        // What etcd holds is older than what we have seen: it was restored from a backup.
        case .timeout: causes.contains { $0.reason == "ResourceVersionTooLarge" }
        default: !isTransient
        }
    }
}
