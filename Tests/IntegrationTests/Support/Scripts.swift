/// The programs beside the tests that aren't Swift, and other files of the checkout.
enum Scripts {
    /// The path of `Tests/IntegrationTests/Scripts/<name>`.
    static func path(_ name: String) -> String {
        self.repositoryPath("Tests/IntegrationTests/Scripts/\(name)")
    }

    /// The path of something in the checkout, given from its top.
    static func repositoryPath(_ name: String, here: String = #filePath) -> String {
        here.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/") + "/\(name)"
    }
}
