/// The programs beside the tests that aren't Swift.
enum Scripts {
    /// The path of `Tests/IntegrationTests/Scripts/<name>`.
    static func path(_ name: String, here: String = #filePath) -> String {
        here.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
            + "/Scripts/\(name)"
    }
}
