internal import FileWatch
public import ServiceLifecycle

/// Does something whenever files have changed, until the process stops.
public struct FileReloader: Service {
    private let files: [String]
    private let interval: Duration
    private let reload: @Sendable () -> Void

    /// - Parameters:
    ///   - files: What is looked at. What is there when the service begins to run counts as read.
    ///   - interval: How often they are looked at.
    ///   - reload: Reads them again. It may block on the disk for a moment.
    public init(_ files: [String], every interval: Duration = .seconds(1), reload: @escaping @Sendable () -> Void) {
        self.files = files
        self.interval = interval
        self.reload = reload
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var files = WatchedFiles(self.files)
            while (try? await Task.sleep(for: self.interval)) != nil {
                if files.haveChanged() { self.reload() }
            }
        }
    }
}
