import ArgumentParser
import FoundationEssentials
import Glibc
import Testing

@testable import kubectl_tproxy

/// A shell script in the place of kubectl.
final class FakeKubectl {
    let kubectl: Kubectl
    private let folder: String

    init(_ script: String, options: [String] = ["--context=c"]) throws {
        folder = "/tmp/tproxy-plugin-tests-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/kubectl"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        kubectl = Kubectl(try KubectlOptions.parse(options), path: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What the script has written into a file beside it.
    func file(_ name: String) -> String? {
        (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the process that wrote its number into the file `process` is no more.
    func isGone() throws -> Bool {
        let text = try #require(file("process")).filter(\.isNumber)
        return kill(try #require(pid_t(text)), 0) != 0
    }
}
