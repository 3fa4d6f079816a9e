import DestinationModel
import Logging
import TestSupport
import Testing

@testable import DestinationSources

/// A folder that is one instance's, as a Secret is mounted in a cluster.
@Suite struct OneInstanceFolderTests {
    private func reference(_ name: String = "mail", tenant: String? = nil) -> DestinationReference {
        DestinationReference(destination: name, instance: "local", tenant: tenant)
    }

    private func code(_ source: DirectoryDestinationSource, _ reference: DestinationReference) async
        -> DestinationLookupError.Code?
    {
        do throws(DestinationLookupError) {
            _ = try await source.resolve(reference)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func holdsTheProvidersAndTheTenants() async throws {
        let folder = try TemporaryFolder()
        try folder.write("mail.json", destinationJSON(host: "provider.example.com"))
        try folder.write("acme/mail.json", destinationJSON(host: "acme.example.com"))
        let source = DirectoryDestinationSource(instance: "local", folder: folder.path, logger: LogCollector().logger)
        #expect(try await source.resolve(reference()).destination.host == "provider.example.com")
        #expect(try await source.resolve(reference(tenant: "acme")).destination.host == "acme.example.com")
        #expect(await code(source, reference(tenant: "globex")) == .noSuchTenant)
        #expect(await code(source, reference("other")) == .noSuchDestination)
        #expect(source.instances() == ["local"])
    }

    /// Links through `..data`, which is swapped as a whole.
    @Test func isAMountedSecret() async throws {
        let folder = try TemporaryFolder()
        try folder.write("..1/mail.json", destinationJSON(host: "one.example.com"))
        try folder.write("..1/acme/mail.json", destinationJSON(host: "one.acme.example.com"))
        try folder.link("..data", to: "..1")
        try folder.link("mail.json", to: "..data/mail.json")
        try folder.link("acme", to: "..data/acme")
        let source = DirectoryDestinationSource(instance: "local", folder: folder.path, logger: LogCollector().logger)
        #expect(source.destinations().count == 2)
        #expect(try await source.resolve(reference(tenant: "acme")).destination.host == "one.acme.example.com")
    }

    @Test func aFolderThatIsNotThereIsASourceThatIsDown() async throws {
        let folder = try TemporaryFolder()
        let log = LogCollector()
        let path = folder.path + "/later"
        let source = DirectoryDestinationSource(instance: "local", folder: path, logger: log.logger)
        #expect(await code(source, reference()) == .serviceUnavailable)
        #expect(log.contains("there is no such folder; mount or create it"))
        try folder.write("later/mail.json", destinationJSON(host: "one.example.com"))
        source.refresh()
        #expect(try await source.resolve(reference()).destination.host == "one.example.com")
    }
}
