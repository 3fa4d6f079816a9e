public import DestinationModel
public import Logging
import ObjectModel
internal import Synchronization

/// Destinations from a directory of JSON files: a mounted Secret in a cluster, a folder on a laptop.
///
/// `<directory>/<instance>/<destination>.json` is the provider's, `<directory>/<instance>/<tenant>/<destination>.json` a
/// tenant's own. There are no fragments and no levels here: a reference that needs a fragment is refused, a level makes
/// no difference.
///
/// Files are watched by looking at them twice a second rather than by inotify: that works on every file system and
/// through every kind of symbolic link, can't run out of the node's shared inotify instances, can't lose an event, and
/// for the few hundred files of a relay costs well under a millisecond a second. Looking happens in ``run(every:clock:)``;
/// look-ups are answered from memory and never touch a file.
public final class DirectoryDestinationSource: DestinationSource {
    private let folders: DestinationFolders
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let catalog: Mutex<DestinationCatalog>
    private let refreshing = Mutex(())
    private let hub = DestinationChangeHub()

    /// Reads the directory, which may be empty or absent yet. Blocks while it reads; meant for start-up.
    ///
    /// - Parameters:
    ///   - directory: The folder that holds one folder for each instance.
    ///   - logger: Told of files that are bad, once for each fault, and when they are mended.
    ///   - now: The time to stamp answers with.
    public convenience init(
        directory: String,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.init(.below(directory), logger: logger, now: now)
    }

    /// Reads the folder of one instance, `<folder>/<destination>.json` and `<folder>/<tenant>/<destination>.json`. Blocks
    /// while it reads.
    ///
    /// A folder that isn't there is a source that is down.
    public convenience init(
        instance: String,
        folder: String,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.init(.only(instance: instance, folder: folder), logger: logger, now: now)
    }

    private init(_ folders: DestinationFolders, logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant)
    {
        self.folders = folders
        self.logger = logger
        self.now = now
        catalog = Mutex(DestinationCatalog(of: folders))
        refresh()
    }

    /// Watches the directory until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: The pause between two looks. A change is noticed within it.
    ///   - clock: Measures the pause.
    public func run(every interval: Duration = .milliseconds(500), clock: any Clock<Duration> = ContinuousClock()) async
    {
        while !Task.isCancelled {
            do {
                try await clock.sleep(for: interval)
            } catch {
                return
            }
            refresh()
        }
    }

    /// Looks at the directory once. Blocks for one `stat` a file and for reading those that differ.
    func refresh() {
        // One look at a time; look-ups are answered from the old catalog meanwhile.
        let outcome = refreshing.withLock { _ in
            var next = catalog.withLock { $0 }
            var tree = DestinationTree(folders)
            // While Kubernetes swaps a mounted Secret, a listing that began in the old version loses files half way.
            // What seems to be gone is gone only if a second look says so.
            if next.lacksKnownFiles(tree) { tree = DestinationTree(folders) }
            let outcome = next.update(tree, now: now()) { DestinationFile($0, in: folders).read() }
            catalog.withLock { $0 = next }
            return outcome
        }
        for finding in outcome.newFindings {
            logger.warning("destination file unusable", metadata: ["finding": "\(finding)"])
        }
        for key in outcome.mended {
            let path = DestinationFile(key, in: folders).path
            logger.info("destination file usable again", metadata: ["file": "\(path)"])
        }
        hub.publish(outcome.changed)
    }

    public func resolve(
        _ reference: DestinationReference
    ) async throws(DestinationLookupError) -> ResolvedDestination {
        // The lock's own closure rethrows without its type.
        try catalog.withLock { catalog in
            Result { () throws(DestinationLookupError) in try catalog.resolve(reference) }
        }.get()
    }

    public func changes() -> DestinationChanges { hub.subscribe() }

    /// The instances that there are folders for, in order. Where there is only one, it is the natural default.
    public func instances() -> [String] { catalog.withLock { $0.instances } }

    /// The destinations that there are files for, good or bad.
    public func destinations() -> [DestinationKey] { catalog.withLock { $0.keys } }

    /// Everything that is wrong with the files at present.
    public func findings() -> [DestinationFinding] { catalog.withLock { $0.findings } }
}
