public import Kubernetes
public import Logging
public import ObjectModel
internal import Synchronization

/// Tells what happens to Destinations as Events, which `kubectl describe` shows. May be used from any thread.
///
/// Events are a courtesy: whether they can be written changes nothing else, and when there are too many some are left out.
public final class EventRecorder: Sendable {
    private enum Write: Sendable {
        case create(EventObject, EventNote, MicroTime)
        case extend(EventObject, count: Int, MicroTime)
    }

    private let client: KubernetesClient
    private let instance: String
    private let board: ControllerBoard
    private let logger: Logger
    private let book = Mutex(EventBook(now: .now))
    private let runName: String
    private let writes: AsyncStream<Write>
    private let queue: AsyncStream<Write>.Continuation

    /// - Parameters:
    ///   - client: Needs the rights to create and patch events (`events.k8s.io`) in all namespaces.
    ///   - instance: Which of the managers this is, such as the pod's name.
    ///   - board: Is told of each Event that is written.
    public init(_ client: KubernetesClient, instance: String, board: ControllerBoard, logger: Logger) {
        self.client = client.withTimeout(.seconds(5))
        self.instance = instance
        self.board = board
        self.logger = logger
        runName = String(MicroTime.now.microseconds, radix: 16)
        (writes, queue) = AsyncStream.makeStream(of: Write.self, bufferingPolicy: .bufferingOldest(500))
    }

    /// Has notes written soon, as far as they are new. Returns at once.
    ///
    /// - Parameter destination: The resource, as it came from the API server.
    public func record(_ notes: [EventNote], about destination: ObjectValue) {
        for note in notes {
            let action = book.withLock { $0.note(note, about: destination.metadata.uid, now: .now) }
            switch action {
            case .create(let number):
                queue.yield(.create(EventObject(about: destination, run: runName, number: number), note, .now))
            case .extend(let number, let count):
                let event = EventObject(about: destination, run: runName, number: number)
                queue.yield(.extend(event, count: count, .now))
            case .skip:
                break
            }
        }
    }

    /// Writes until its task is cancelled. To be run once.
    public func run() async {
        for await write in writes {
            do throws(KubernetesError) {
                try await perform(write)
                board.tell(.wrote(.event))
            } catch {
                // A namespace that is going takes no Events, and old ones expire: nothing to worry about.
                logger.debug("an event was not written", metadata: ["error": "\(error)"])
            }
        }
    }

    private func perform(_ write: Write) async throws(KubernetesError) {
        switch write {
        case .create(let event, let note, let time):
            try await client.create(.events, event.object(note, instance: instance, now: time))
        case .extend(let event, let count, let time):
            let series = EventObject.series(count: count, now: time)
            try await client.mergePatch(.events, event.name, in: event.namespace, series)
        }
    }
}
