import DestinationModel
import DestinationRules
import Foundation
import Testing

@testable import Relay

@Suite struct ResourceFilesTests {
    private static let good = """
        apiVersion: destination.connectivity.api.sap/v1
        kind: Destination
        metadata:
          name: mail
          namespace: shop
        spec:
          destinationRef:
            name: mail
          destinationServiceInstanceName: default
        """

    /// Reads a folder with these files, and gives their places without the folder.
    private func read(_ files: KeyValuePairs<String, String>) throws -> (
        routes: [Route], problems: [ResourceFiles.Problem]
    ) {
        let folder = NSTemporaryDirectory() + "resource-files-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        let instances = RuleContext.Instances(names: ["default"], defaultName: "default")
        let paths = try #require(ResourceFiles.fingerprints(in: folder)).keys
        let read = ResourceFiles(paths: paths, instances: instances)
        let problems = read.problems.map { problem in
            ResourceFiles.Problem(
                place: problem.place.replacing(folder + "/", with: ""),
                text: problem.text,
                isError: problem.isError
            )
        }
        return (read.routes, problems)
    }

    @Test func readsYAMLFilesAndNoOthers() throws {
        let other = Self.good.replacing("name: mail\n  namespace", with: "name: other\n  namespace")
        let found = try read(["b.yaml": Self.good, "a.yml": other, "c.txt": "rubbish: [", "d.json": "{"])
        #expect(found.routes.map(\.description) == ["shop/mail", "shop/other"])
        #expect(found.problems.filter(\.isError) == [])
    }

    @Test func readsAllDocumentsOfAFile() throws {
        let other = Self.good.replacing("name: mail\n  namespace", with: "name: other\n  namespace")
        let bad = Self.good.replacing("name: mail\n  namespace", with: "name: No_Name\n  namespace")
        let found = try read(["a.yaml": [Self.good, bad, other].joined(separator: "\n---\n")])
        #expect(found.routes.map(\.description) == ["shop/mail", "shop/other"])
        let errors = found.problems.filter(\.isError)
        #expect(errors.count == 1)
        #expect(errors.first?.place.hasPrefix("a.yaml:14:") == true, "\(errors)")
    }

    @Test func aBadFileDoesNotStopTheOthers() throws {
        let found = try read(["a.yaml": "kind: [\n", "b.yaml": Self.good])
        #expect(found.routes.map(\.description) == ["shop/mail"])
        let problem = try #require(found.problems.first)
        #expect(problem.isError)
        #expect(problem.place.wholeMatch(of: /a\.yaml:\d+:\d+/) != nil, "\(problem.place)")
    }

    @Test func aProblemSaysWhere() throws {
        let found = try read(["a.yaml": Self.good + "\n  servicePort: 99999\n"])
        #expect(found.problems.contains { $0.place.wholeMatch(of: /a\.yaml:10:\d+/) != nil }, "\(found.problems)")
    }

    @Test func aResourceThatIsDefinedTwiceIsServedOnce() throws {
        let found = try read(["a.yaml": Self.good, "b.yaml": Self.good])
        #expect(found.routes.count == 1)
        #expect(found.problems.contains { $0.isError && $0.place == "b.yaml" && $0.text.contains("a.yaml") })
    }

    @Test func twoThatClaimOneServiceAreTold() throws {
        let tenants = "name: mail\n  annotations: {\(DestinationResource.tenantsAnnotation): '[\"t1\"]'}\n  namespace"
        let one = Self.good.replacing("name: mail\n  namespace", with: tenants)
        let other = Self.good.replacing("name: mail\n  namespace", with: "name: mail-t1\n  namespace")
        let found = try read(["a.yaml": one, "b.yaml": other])
        #expect(found.routes.map(\.serviceName.rawValue) == ["mail-t1"])
        #expect(found.problems.contains { $0.isError && $0.place.hasPrefix("b.yaml:") }, "\(found.problems)")
    }

    @Test func aFolderThatIsNotThereHasNoFingerprints() {
        let fingerprints = ResourceFiles.fingerprints(in: "/no/such/folder")
        #expect(fingerprints == nil)
    }

    @Test func aFileThatHasBecomeBadServesOnAsLongAsItIsBad() throws {
        let path = NSTemporaryDirectory() + "resource-file-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func read(_ text: String, after earlier: ResourceFiles?) throws -> ResourceFiles {
            try Data(text.utf8).write(to: URL(filePath: path))
            var files = ResourceFiles(paths: [path], instances: .init(names: ["default"], defaultName: "default"))
            if let earlier { files.inherit(from: earlier) }
            return files
        }
        let good = try read(Self.good, after: nil)
        let bad = try read("kind: [", after: good)
        let stillBad = try read("kind: {", after: bad)
        let other = Self.good.replacing("name: mail\n  namespace", with: "name: other\n  namespace")
        let mended = try read(other, after: stillBad)
        #expect(stillBad.routes.map(\.description) == ["shop/mail"])
        #expect(stillBad.problems.contains { $0.isError })
        #expect(mended.routes.map(\.description) == ["shop/other"])
    }

    @Test(
        "A file that was emptied, or is being written, serves on with what it said",
        arguments: ["", "# soon\n", "---\n"]
    )
    func anEmptiedFileServesOn(text: String) throws {
        let path = NSTemporaryDirectory() + "resource-file-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let instances = RuleContext.Instances(names: ["default"], defaultName: "default")
        try Data(Self.good.utf8).write(to: URL(filePath: path))
        let good = ResourceFiles(paths: [path], instances: instances)
        try Data(text.utf8).write(to: URL(filePath: path))
        var emptied = ResourceFiles(paths: [path], instances: instances)
        emptied.inherit(from: good)
        #expect(emptied.routes.map(\.description) == ["shop/mail"])
        #expect(emptied.problems.contains { $0.place == path && $0.text.contains("removed") })
        var unread = ResourceFiles(paths: [], instances: instances)
        unread.keep(path, from: emptied)
        #expect(unread.routes.map(\.description) == ["shop/mail"])
    }
}
