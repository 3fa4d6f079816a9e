import DestinationModel
import Foundation
import ObjectModel
import Testing

@testable import DestinationSources

@Suite struct DestinationCatalogTests {
    private let key = DestinationKey(instance: "one", tenant: "t", destination: "mail")
    private let reference = DestinationReference(destination: "mail", instance: "one", tenant: "t")

    @Test func aFolderThatCannotBeReadKeepsWhatIsKnown() throws {
        // Tests may run as root, who can read every folder; a link to itself can't be opened by anyone.
        let folder = try TemporaryFolder()
        var catalog = DestinationCatalog(of: .below("/d"))
        try folder.write("tree/one/t/mail.json", destinationJSON(host: "a.example.com"))
        let path = DestinationFolders.below(folder.path + "/tree")
        _ = catalog.update(DestinationTree(path), now: .now) { DestinationFile($0, in: path).read() }
        #expect(try catalog.resolve(reference).destination.host == "a.example.com")
        try folder.link("loop", to: "loop")
        let looping = DestinationTree(.below(folder.path + "/loop"))
        #expect(!looping.unreadable.isEmpty)
        let outcome = catalog.update(looping, now: .now) { _ in (.gone, nil) }
        #expect(outcome.changed.isEmpty)
        #expect(outcome.newFindings.count == 1)
        #expect(try catalog.resolve(reference).destination.host == "a.example.com")
        let again = catalog.update(looping, now: .now) { _ in (.gone, nil) }
        #expect(again.newFindings.isEmpty)
    }

    @Test func aFileThatChangesWhileItIsReadIsReadAgain() throws {
        let folder = try TemporaryFolder()
        try folder.write("one/t/mail.json", "{")
        let tree = DestinationTree(.below(folder.path))
        var catalog = DestinationCatalog(of: .below("/d"))
        var reads = 0
        for _ in 0..<2 {
            _ = catalog.update(tree, now: .now) { _ in
                reads += 1
                return (.bad([DestinationFinding(file: nil, message: "half")]), nil)
            }
        }
        #expect(reads == 2)
        for _ in 0..<2 {
            _ = catalog.update(tree, now: .now) { _ in
                reads += 1
                return (.good(MailDestination(name: "mail", host: "h")), tree.files[key])
            }
        }
        #expect(reads == 3)
    }
}
