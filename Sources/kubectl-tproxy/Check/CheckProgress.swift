/// Tells a person who waits that something is going on.
enum CheckProgress {
    /// After this long people wonder.
    private static let patience = Duration.seconds(2)

    /// Does something, and says that it takes long if it does and a person is there.
    static func showing<Result: Sendable>(
        on screen: Screen,
        _ body: sending () async throws -> Result
    ) async throws -> Result {
        guard screen.terminal.isInteractive else { return try await body() }
        let notice = Task {
            try await Task.sleep(for: patience)
            try screen.write(StyledText("looking at the cluster, its servers and the mail servers ...", .faint))
        }
        defer { notice.cancel() }
        return try await body()
    }
}
