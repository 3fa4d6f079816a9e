import Configuration
import Glibc
import Testing

@Suite("The documentation of the configuration")
struct ConfigurationPageTests {
    /// The page in the checkout that the tests were built from.
    private static var path: String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return "\(root)/docs/configuration.md"
    }

    @Test("The page is what the table of keys says; make docs writes it")
    func page() throws {
        let isWriting = getenv("TPROXY_WRITE_DOCS") != nil
        let file = try #require(fopen(Self.path, isWriting ? "w" : "r"), "run make docs")
        defer { fclose(file) }
        if isWriting {
            fputs(ConfigurationPage.markdown, file)
        } else {
            var octets = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&octets, 1, octets.count, file)
            let text = String(decoding: octets[..<count], as: UTF8.self)
            #expect(text == ConfigurationPage.markdown, "run make docs")
        }
    }

    @Test("The samples are good", arguments: ConfigurationPage.samples)
    func sample(text: String) throws {
        #expect(try ServerConfiguration(Array(text.utf8), file: "sample").instances.count == 1)
    }

    @Test(
        "What the table calls a default is the default",
        arguments: ConfigurationKey.all.filter { $0.standard != nil }
    )
    func defaults(key: ConfigurationKey) throws {
        guard let standard = key.standard, !key.path.hasPrefix("additionalCAs") else { return }
        let names = key.path.split(separator: ".")
        var text = ""
        for (depth, name) in names.enumerated() {
            text +=
                String(repeating: "  ", count: depth) + "\(name):" + (depth + 1 < names.count ? "\n" : " \(standard)\n")
        }
        #expect(try ServerConfiguration(Array(text.utf8), file: "default") == ServerConfiguration())
    }

    @Test("No key stands twice, and each says what it is for")
    func table() {
        #expect(Set(ConfigurationKey.all.map(\.path)).count == ConfigurationKey.all.count)
        #expect(ConfigurationKey.all.allSatisfy { $0.meaning.hasSuffix(".") })
    }
}
