import FoundationEssentials
import ObjectModel
import TestSupport
import Testing
import YAML

/// What people download.
@Suite struct DistTests {
    private func pack(_ directory: String) async throws -> [String] {
        let script = Repository.path("scripts/dist")
        try await ProcessRunner.check([script, Programs.path("kubectl-tproxy"), directory])
        return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test("The same program gives the same archive, which its checksum and krew's manifest fit")
    func archive() async throws {
        let directory = try TemporaryDirectory()
        let (first, second) = (directory.path("first"), directory.path("second"))
        let names = try await pack(first)
        #expect(try await pack(second) == names)
        let archive = try #require(names.first { $0.hasSuffix(".tar.gz") })
        #expect(archive.hasPrefix("kubectl-tproxy_") && names == ["checksums.txt", archive, "tproxy.yaml"])
        for name in names {
            let contents = FileManager.default.contents(atPath: "\(first)/\(name)")
            #expect(contents != nil && contents == FileManager.default.contents(atPath: "\(second)/\(name)"))
        }
        let listed = try await ProcessRunner.check(["/usr/bin/tar", "--list", "-zf", "\(first)/\(archive)"])
        let files = listed.split(separator: "\n").map(String.init)
        #expect(files == ["LICENSE", "kubectl-tproxy", "kubectl_complete-tproxy"])
        try await ProcessRunner.check(["/usr/bin/env", "-C", first, "sha256sum", "--check", "checksums.txt"])

        // What is in it works, and is no bigger than it has to be.
        try await ProcessRunner.check(["/usr/bin/tar", "--extract", "-zf", "\(first)/\(archive)", "-C", first])
        let version = try await ProcessRunner.check(["\(first)/kubectl-tproxy", "--version"])
        #expect(version.hasPrefix("kubectl-tproxy "))
        let sections = try await ProcessRunner.check(["/usr/bin/readelf", "-SW", "\(first)/kubectl-tproxy"])
        #expect(sections.contains(".text") && !sections.contains(".symtab") && !sections.contains(".debug_info"))

        let text = try String(contentsOf: URL(filePath: "\(first)/tproxy.yaml"), encoding: .utf8)
        let manifest = ObjectDocument(try #require(YAML.documents(in: text).first)).value
        #expect(manifest["apiVersion"] == .string("krew.googlecontainertools.github.com/v1alpha2"))
        #expect(manifest["metadata"]?["name"] == .string("tproxy"))
        let spec = try #require(manifest["spec"])
        #expect(spec["version"]?.stringValue?.wholeMatch(of: /v\d+\.\d+\.\d+/) != nil)
        #expect((spec["shortDescription"]?.stringValue?.count ?? 100) <= 50)
        let platform = try #require(spec["platforms"]?.arrayValue?.first)
        #expect(platform["uri"]?.stringValue?.hasSuffix("/\(archive)") == true)
        let sums = try String(contentsOf: URL(filePath: "\(first)/checksums.txt"), encoding: .utf8)
        #expect(platform["sha256"]?.stringValue == sums.split(separator: " ").first.map(String.init))
        let installed = platform["files"]?.arrayValue?.compactMap { $0["from"]?.stringValue } ?? []
        #expect(installed.sorted() == files && platform["bin"] == .string("kubectl-tproxy"))
    }
}
