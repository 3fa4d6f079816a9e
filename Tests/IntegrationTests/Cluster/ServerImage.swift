import TestSupport

/// The images of the servers, made of the programs beside the tests by the script that makes those for use.
enum ServerImage: String, CaseIterable, Sendable {
    case admission = "tproxy-admission"
    case manager = "tproxy-manager"
    case relay = "tproxy-relay"

    /// What the manifests call it.
    var name: String { "\(self.rawValue):dev" }

    /// Packs the program, and gives what the script says about it.
    @discardableResult
    func write(to archive: String) async throws -> String {
        let script = Repository.path("scripts/image")
        return try await ProcessRunner.check([script, self.name, Programs.path(self.rawValue), archive])
    }
}
