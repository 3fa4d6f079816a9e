import Configuration
import TestSupport
import Testing

@Suite("The documentation of the configuration")
struct ConfigurationPageTests {
    @Test("The page is what the table of keys says")
    func page() throws {
        #expect(try Repository.holds(ConfigurationPage.markdown, in: "docs/configuration.md"), "run make docs")
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
