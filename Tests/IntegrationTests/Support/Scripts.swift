import TestSupport

/// The programs beside the tests that aren't Swift.
enum Scripts {
    /// The path of `Tests/IntegrationTests/Scripts/<name>`.
    static func path(_ name: String) -> String { Repository.path("Tests/IntegrationTests/Scripts/\(name)") }
}
