import CommandLineSupport
import ObjectModel
import TestSupport
import Testing

/// Whoever builds images with Docker gets what `make image` makes.
@Suite("The Containerfile")
struct ContainerfileTests {
    /// The lines of each stage, by its name. A line that goes on is one.
    private static func stages() throws -> [String: [String]] {
        let text = try Repository.text("Containerfile").replacing(/\\\n\s*/, with: "")
        var stages: [String: [String]] = [:]
        var current = ""
        for line in text.split(separator: "\n").map(String.init) where !line.hasPrefix("#") {
            if let match = line.wholeMatch(of: /FROM (\S+) AS (\S+)/) {
                current = String(match.2)
                stages[current] = ["FROM \(match.1)"]
            } else {
                stages[current, default: []].append(line)
            }
        }
        return stages
    }

    /// A constant of scripts/image.
    private static func packed(_ pattern: Regex<(Substring, Substring)>) throws -> String {
        let script = try Repository.text("scripts/image")
        return String(try #require(script.firstMatch(of: pattern)).1)
    }

    @Test("There is an image of each server that the manifests run, and each begins with its program")
    func servers() throws {
        let images = try RestrictedPodTests.pods().flatMap { $0.spec.items("containers") }
            .compactMap { $0["image"]?.stringValue?.split(separator: ":").first.map(String.init) }
        #expect(images.count == 3)
        let stages = try Self.stages()
        #expect(Set(stages.keys) == Set(images + ["build", "server"]))
        for image in images {
            #expect(
                stages[image] == [
                    "FROM server", "COPY --from=build /images/\(image) /",
                    #"LABEL org.opencontainers.image.title="\#(image)""#, #"ENTRYPOINT ["/usr/bin/\#(image)"]"#,
                ]
            )
        }
        let build = try #require(stages["build"]?.last)
        #expect(build.hasPrefix("RUN for server in \(images.sorted().joined(separator: " ")); do"))
        #expect(build.contains(#"scripts/image-files ".build/release/$server" "/images/$server""#))
    }

    @Test("Who runs the program, where, and what is said about it, is as scripts/image has it")
    func common() throws {
        let user = try Self.packed(/USER = "([^"]+)"/)
        let directory = try Self.packed(/"WorkingDir": "([^"]+)"/)
        let licences = try Self.packed(/"licenses": "([^"]+)"/)
        #expect(
            try Self.stages()["server"] == [
                "FROM scratch", "ARG REVISION=unknown", #"LABEL org.opencontainers.image.licenses="\#(licences)""#,
                #"LABEL org.opencontainers.image.version="\#(BuildInformation.version)""#,
                #"LABEL org.opencontainers.image.revision="$REVISION""#, "USER \(user)", "WORKDIR \(directory)",
            ]
        )
        // Every label that the script gives is in the file, and the other way round.
        let text = try Repository.text("Containerfile")
        for label in ["title", "version", "licenses", "revision"] {
            #expect(try Repository.text("scripts/image").contains(#""\#(label)""#))
            #expect(text.contains("org.opencontainers.image.\(label)="))
        }
    }
}
