import DestinationModel
import Foundation
import Logging
import ObjectModel
import TestSupport
import Testing

@testable import DestinationSources

@Suite struct DirectoryDestinationSourceTests {
    private let folder: TemporaryFolder
    private let log = LogCollector()

    init() throws { folder = try TemporaryFolder() }

    private func source() -> DirectoryDestinationSource {
        DirectoryDestinationSource(directory: folder.path, logger: log.logger)
    }

    private func reference(_ destination: String, _ tenant: String? = nil, _ instance: String = "one")
        -> DestinationReference
    {
        DestinationReference(destination: destination, instance: instance, tenant: tenant)
    }

    private func code(
        _ source: DirectoryDestinationSource,
        _ reference: DestinationReference
    ) async -> DestinationLookupError.Code? {
        do throws(DestinationLookupError) {
            _ = try await source.resolve(reference)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func findsTheProvidersAndTheTenantsOwn() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "provider.example.com"))
        try folder.write("one/tenant-a/mail.json", destinationJSON(host: "a.example.com"))
        let source = source()
        #expect(try await source.resolve(reference("mail")).destination.host == "provider.example.com")
        #expect(try await source.resolve(reference("mail", "tenant-a")).destination.host == "a.example.com")
        #expect(source.instances() == ["one"])
        #expect(source.destinations().count == 2)
        #expect(source.findings().isEmpty)
    }

    @Test func aTenantNeverGetsAnothersLogin() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "provider.example.com"))
        try folder.write("one/tenant-a/other.json", destinationJSON(host: "a.example.com"))
        try folder.write("two/mail.json", destinationJSON(host: "two.example.com"))
        let source = source()
        #expect(await code(source, reference("mail", "tenant-a")) == .noSuchDestination)
        #expect(await code(source, reference("mail", "tenant-b")) == .noSuchTenant)
        #expect(await code(source, reference("other")) == .noSuchDestination)
        #expect(await code(source, reference("mail", nil, "three")) == .noSuchInstance)
    }

    @Test(
        arguments: [
            ("../secret", nil, "one"), ("tenant-a/mail", nil, "one"), ("mail", "..", "one"), ("mail", ".", "one"),
            ("mail", "", "one"), ("mail", "../one", "one"), ("mail", nil, ".."), ("mail", nil, "."), ("mail", nil, ""),
            ("mail", nil, "one/tenant-a"), ("mail\u{0}", nil, "one"), (".hidden", nil, "one"), ("", nil, "one"),
            ("mail", "..data", "one"), ("mail", nil, ".git"),
        ] as [(String, String?, String)]
    )
    func hostileNamesFindNothing(destination: String, tenant: String?, instance: String) async throws {
        try folder.write("one/mail.json", destinationJSON(host: "provider.example.com"))
        try folder.write("one/tenant-a/mail.json", destinationJSON(host: "a.example.com"))
        for hidden in [
            "one/.hidden.json", "one/.json", "one/..data/mail.json", ".git/mail.json", "secret.json", "mail.json",
        ] {
            try folder.write(hidden, destinationJSON(host: "hidden.example.com"))
        }
        let source = source()
        #expect(source.destinations().count == 2)
        #expect(await code(source, reference(destination, tenant, instance)) != nil)
    }

    @Test func theGenerationChangesWithTheContentOnly() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        try folder.write("one/other.json", destinationJSON(host: "b.example.com"))
        let source = source()
        let first = try await source.resolve(reference("mail"))
        #expect(try await source.resolve(reference("other")).generation != first.generation)
        // The same, written anew.
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        source.refresh()
        #expect(try await source.resolve(reference("mail")).generation == first.generation)
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com", password: "changed"))
        source.refresh()
        let second = try await source.resolve(reference("mail"))
        #expect(second.generation != first.generation)
        // Back to what it was is a change as well.
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        source.refresh()
        let third = try await source.resolve(reference("mail"))
        #expect(third.destination == first.destination)
        #expect(third.generation != first.generation && third.generation != second.generation)
    }

    @Test func aHalfWrittenFileLeavesTheLastGoodAnswerAndIsReportedOnce() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        let source = source()
        let good = try await source.resolve(reference("mail"))
        try folder.write("one/mail.json", "{\n  \"Name\": \"mail\",\n  \"mail.pass")
        for _ in 0..<5 { source.refresh() }
        #expect(try await source.resolve(reference("mail")) == good)
        #expect(log.lines.count == 1)
        let finding = try #require(source.findings().first)
        #expect(finding.description.hasPrefix(folder.path + "/one/mail.json:3:3: "))
        try folder.write("one/mail.json", destinationJSON(host: "b.example.com"))
        source.refresh()
        #expect(try await source.resolve(reference("mail")).destination.host == "b.example.com")
        #expect(source.findings().isEmpty)
        #expect(log.lines.count == 2)
    }

    @Test func aBadFileFromTheStartIsMalformed() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "not a host", password: "hidden-word"))
        let source = source()
        let error = await #expect(throws: DestinationLookupError.self) { try await source.resolve(reference("mail")) }
        #expect(error?.code == .malformed)
        #expect(error?.findings.isEmpty == false)
        #expect(error?.description.contains("hidden-word") == false)
        #expect(log.lines.allSatisfy { !$0.contains("hidden-word") })
    }

    @Test func aRemovedFileAndFolderAreGone() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        try folder.write("one/tenant-a/mail.json", destinationJSON(host: "a.example.com"))
        let source = source()
        try folder.remove("one/mail.json")
        try folder.remove("one/tenant-a")
        source.refresh()
        #expect(await code(source, reference("mail")) == .noSuchDestination)
        #expect(await code(source, reference("mail", "tenant-a")) == .noSuchTenant)
        try folder.remove("one")
        source.refresh()
        #expect(await code(source, reference("mail")) == .noSuchInstance)
    }

    @Test func aMountedSecretIsSwappedWhole() async throws {
        // The kubelet's layout: user-visible names are links through `..data`, which is renamed over.
        try folder.write("..v1/one/mail.json", destinationJSON(host: "v1.example.com"))
        try folder.write("..v2/one/mail.json", destinationJSON(host: "v2.example.com"))
        try folder.link("..data", to: "..v1")
        try folder.link("one", to: "..data/one")
        let source = source()
        #expect(source.instances() == ["one"])
        #expect(try await source.resolve(reference("mail")).destination.host == "v1.example.com")
        try folder.link("..data_tmp", to: "..v2")
        #expect(rename(folder.path + "/..data_tmp", folder.path + "/..data") == 0)
        try folder.remove("..v1")
        source.refresh()
        #expect(try await source.resolve(reference("mail")).destination.host == "v2.example.com")
    }

    @Test func oversizedAndSpecialFilesAreRefused() async throws {
        try folder.write("one/large.json", String(repeating: " ", count: (1 << 20) + 1))
        #expect(mkfifo(folder.path + "/one/fifo.json", 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/one/folder.json",
            withIntermediateDirectories: true
        )
        try folder.link("one/loop.json", to: "loop.json")
        let source = source()
        #expect(await code(source, reference("large")) == .malformed)
        #expect(await code(source, reference("fifo")) == .noSuchDestination)
        #expect(await code(source, reference("folder")) == .noSuchDestination)
        #expect(await code(source, reference("loop")) == .noSuchDestination)
    }

    @Test func fragmentsDontExistHere() async throws {
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        let source = source()
        func with(_ isOptional: Bool) -> DestinationReference {
            DestinationReference(
                destination: "mail",
                instance: "one",
                fragment: FragmentReference(name: "f", isOptional: isOptional)
            )
        }
        #expect(await code(source, with(false)) == .noSuchFragment)
        #expect(await code(source, with(true)) == nil)
    }

    @Test func changesAreToldAndMerged() async throws {
        let source = source()
        let changes = source.changes()
        try folder.write("one/a.json", destinationJSON(host: "a.example.com"))
        source.refresh()
        try folder.write("one/t/b.json", destinationJSON(host: "b.example.com"))
        source.refresh()
        source.refresh()
        var iterator = changes.makeAsyncIterator()
        let both: Set = [
            DestinationKey(instance: "one", tenant: nil, destination: "a"),
            DestinationKey(instance: "one", tenant: "t", destination: "b"),
        ]
        #expect(await iterator.next() == .destinations(both))
        try folder.remove("one/a.json")
        source.refresh()
        #expect(
            await iterator.next()
                == .destinations([DestinationKey(instance: "one", tenant: nil, destination: "a")])
        )
    }

    @Test func watchingNoticesWhatHappens() async throws {
        let source = source()
        let watcher = Task { await source.run(every: .milliseconds(10)) }
        var iterator = source.changes().makeAsyncIterator()
        try folder.write("one/mail.json", destinationJSON(host: "a.example.com"))
        #expect(await iterator.next() != nil)
        #expect(try await source.resolve(reference("mail")).destination.host == "a.example.com")
        watcher.cancel()
        await watcher.value
    }

    @Test func waitingForChangesCanBeCancelled() async throws {
        let source = source()
        let changes = source.changes()
        let reader = Task {
            var iterator = changes.makeAsyncIterator()
            return await iterator.next()
        }
        reader.cancel()
        #expect(await reader.value == nil)
    }

    @Test func tooManyChangesBecomeOne() async {
        let hub = DestinationChangeHub()
        let changes = hub.subscribe()
        for number in 0...DestinationChangeHub.Subscription.maximumKeys {
            hub.publish([DestinationKey(instance: "one", tenant: nil, destination: "\(number)")])
        }
        var iterator = changes.makeAsyncIterator()
        #expect(await iterator.next() == .everything)
    }
}
