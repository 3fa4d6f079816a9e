import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// What the script makes of the programs.
@Suite
struct ImageTests {
    private struct Entry: Decodable {
        let config: String
        let tags: [String]
        let layers: [String]

        enum CodingKeys: String, CodingKey {
            case config = "Config"
            case tags = "RepoTags"
            case layers = "Layers"
        }
    }

    private struct Image: Decodable {
        struct Config: Decodable {
            let user: String
            let entrypoint: [String]
            let labels: [String: String]

            enum CodingKeys: String, CodingKey {
                case user = "User"
                case entrypoint = "Entrypoint"
                case labels = "Labels"
            }
        }

        let config: Config
    }

    private static func read<Content: Decodable>(_ type: Content.Type, _ path: String) throws -> Content {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path)))
    }

    @Test(
        "The program runs in it as nobody, there is no shell, and the same input makes the same bytes",
        arguments: ServerImage.allCases
    )
    func image(_ image: ServerImage) async throws {
        let directory = try TemporaryDirectory()
        let archive = directory.path("image.tar")
        let said = try await image.write(to: archive)
        let again = try await image.write(to: directory.path("again.tar"))
        #expect(said == again)
        let isSame = try await ProcessRunner.run(["/usr/bin/cmp", archive, directory.path("again.tar")])
        #expect(isSame.succeeded)

        // Debug builds with Swift's libraries; those for use have about half of it.
        let size = try FileManager.default.attributesOfItem(atPath: archive)[.size] as? Int
        #expect((10 << 20)..<(120 << 20) ~= (size ?? 0))

        let parts = try directory.makeDirectory("parts")
        try await ProcessRunner.check(["/usr/bin/tar", "-xf", archive, "-C", parts])
        let entries = try Self.read([Entry].self, "\(parts)/manifest.json")
        let entry = try #require(entries.first)
        #expect(entry.tags == [image.name] && entry.layers.count == 2)
        let config = try Self.read(Image.self, "\(parts)/\(entry.config)").config
        #expect(config.user == "65532:65532")
        #expect(said.contains(entry.config.replacing(".json", with: "")))
        #expect(config.labels["org.opencontainers.image.title"] == image.rawValue)
        #expect(config.labels["org.opencontainers.image.licenses"] == "Apache-2.0")
        #expect(config.labels["org.opencontainers.image.version"]?.isEmpty == false)

        let root = try directory.makeDirectory("root")
        for layer in entry.layers {
            try await ProcessRunner.check(["/usr/bin/tar", "-xf", "\(parts)/\(layer)", "-C", root])
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: root)
        let programs = files.filter { $0.contains("bin/") }
        #expect(programs == ["usr/bin/\(image.rawValue)"])
        // No file of the Set-User-ID kind, none that others may write.
        let loose = try await ProcessRunner.check(["/usr/bin/find", root, "-perm", "/7022", "!", "-type", "l"])
        #expect(loose.isEmpty)
        for file in ["etc/ssl/certs/ca-certificates.crt", "etc/ssl/openssl.cnf", "etc/nsswitch.conf"] {
            #expect(files.contains(file))
        }
        // Where OpenSSL looks for authorities: a link within the image.
        let authorities = try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/usr/lib/ssl/cert.pem")
        #expect(authorities == "/etc/ssl/certs/ca-certificates.crt")

        // Only root can change its root.
        guard geteuid() == 0 else { return }
        // As a container it has /proc, which Swift's runtime looks at.
        try directory.makeDirectory("root/proc")
        let enter = #"mount -t proc proc "$0/proc" && exec chroot --userspec=65532:65532 "$0" "$@""#
        let result = try await ProcessRunner.run(
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", enter, root] + config.entrypoint + ["--help"]
        )
        #expect(result.succeeded && result.output.contains("USAGE: \(image.rawValue)"), "\(result)")
    }
}
