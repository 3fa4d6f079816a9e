/// What the tests need of HTTP.
enum HTTP {
    /// The body of a page that has to be there.
    static func get(_ url: String) async throws -> String {
        try await ProcessRunner.check(["/usr/bin/curl", "--silent", "--show-error", "--fail", "--noproxy", "*", url])
    }
}
