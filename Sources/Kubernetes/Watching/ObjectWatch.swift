internal import HTTPTransport
internal import Logging
internal import ObjectModel

/// All objects of a kind and what becomes of them: a list, then changes as they happen, for as long as someone iterates.
///
/// It never throws and never ends, but when its task is cancelled; what goes wrong is told as
/// ``WatchEvent/interrupted(_:)`` and mended by trying again, slower and slower. Nothing is fetched ahead of the consumer
/// but a page of the list or what the connection holds, so one who is slow slows the server down and fills no memory.
/// Dropping the iterator ends the watch and closes its connection.
///
/// Objects that can't be read stop nothing: the log names them, and ``WatchEvent/unreadable(_:)`` tells that they are there.
public struct ObjectWatch: AsyncSequence, Sendable {
    public typealias Element = WatchEvent
    public typealias Failure = Never

    let client: KubernetesClient
    let selection: ObjectSelection
    let pageSize: Int
    let backoff: Backoff

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }

    /// Asks the server for what comes next.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let watch: ObjectWatch
        private var machine: WatchMachine
        private var generator = SystemRandomNumberGenerator()
        private var page: ObjectPage?
        private var stream: WatchStream?
        /// The UIDs of unreadable objects that the log names.
        private var complaints: Set<String> = []

        init(_ watch: ObjectWatch) {
            self.watch = watch
            machine = WatchMachine(pageSize: watch.pageSize, backoff: watch.backoff)
        }

        /// The next event; `nil` once the task is cancelled.
        public mutating func next() async -> WatchEvent? {
            await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> WatchEvent? {
            while !Task.isCancelled {
                if page != nil {
                    if let event = nextOfPage() { return told(event) }
                } else if stream != nil {
                    if let event = await nextOfStream(actor) { return told(event) }
                } else if let event = await act(actor) {
                    return event
                }
            }
            page = nil
            stream = nil
            return nil
        }

        private mutating func act(_ actor: isolated (any Actor)?) async -> WatchEvent? {
            switch machine.next(using: &generator) {
            case .wait(let duration):
                // Cancelled: the loop sees it.
                try? await Task.sleep(for: duration)
                return nil
            case .list(let which):
                do {
                    page = try await watch.client.page(watch.selection, which)
                    return machine.pageArrived()
                } catch {
                    return error.code == .cancelled ? nil : machine.pageFailed(error, using: &generator)
                }
            case .watch(let request):
                do {
                    let body = try await watch.client.open(try request.request(watch.selection))
                    stream = WatchStream(body)
                    return machine.watchOpened()
                } catch {
                    guard error.code != .cancelled else { return nil }
                    return machine.watchEnded(error, lasted: .zero, using: &generator)
                }
            }
        }

        private mutating func nextOfPage() -> WatchEvent? {
            do {
                switch try page?.next() {
                case .readable(let object)?: return .present(object)
                case .unreadable(let object)?: return .unreadable(object)
                case nil: break
                }
            } catch {
                page = nil
                return machine.pageFailed(error, using: &generator)
            }
            guard let done = page else { return nil }
            page = nil
            return machine.pageTold(
                resourceVersion: done.resourceVersion,
                continueToken: done.continueToken,
                size: done.size
            )
        }

        private mutating func told(_ event: WatchEvent) -> WatchEvent {
            guard case .unreadable(let object) = event else { return event }
            if complaints.count > 1000 { complaints = [] }
            if complaints.insert(object.uid).inserted {
                watch.client.transport.logger.error(
                    "an object can't be read; what was known of it before stays, and all others are served",
                    metadata: [
                        "kind": "\(watch.selection.type.kind)", "object": "\(object.key)", "uid": "\(object.uid)",
                        "error": "\(object.reason)",
                    ]
                )
            }
            return event
        }

        private mutating func nextOfStream(_ actor: isolated (any Actor)?) async -> WatchEvent? {
            var failure: KubernetesError?
            do {
                if let line = try await stream?.next(isolation: actor) {
                    switch machine.received(line) {
                    case .tell(let event): return event
                    case .skip: return nil
                    case .end(let error): failure = error
                    }
                }
            } catch {
                guard error.code != .cancelled else { return nil }
                failure = error
            }
            let lasted = stream?.age ?? .zero
            stream = nil
            failure?.operation = "watch \(watch.selection.type)"
            return machine.watchEnded(failure, lasted: lasted, using: &generator)
        }
    }
}

extension KubernetesClient {
    /// Watches all objects of a kind.
    ///
    /// - Parameters:
    ///   - namespace: `nil` for all namespaces.
    ///   - labels: A label selector such as `app=mail,tier!=test`.
    ///   - fields: A field selector such as `metadata.name=mail`.
    ///   - pageSize: How many objects of the list are asked for at once, and so stand in memory.
    public func watch(
        _ type: ResourceType,
        in namespace: String? = nil,
        labels: String? = nil,
        fields: String? = nil,
        pageSize: Int = 250
    ) -> ObjectWatch {
        ObjectWatch(
            client: self,
            selection: ObjectSelection(type: type, namespace: namespace, labels: labels, fields: fields),
            pageSize: pageSize,
            backoff: Backoff(base: .milliseconds(500), limit: .seconds(30))
        )
    }
}
