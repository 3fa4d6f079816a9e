import FoundationEssentials
import ObjectModel
import YAML

/// The namespace of the context that kubectl goes by, read from the files that it reads.
///
/// To ask kubectl would take as long as the request itself. Where anything isn't plain, it isn't known, and kubectl is
/// left to find it out.
enum ContextNamespace {
    /// - Parameters:
    ///   - options: What was given on the command line.
    ///   - environment: Names the files where the options don't.
    static func find(_ options: KubectlOptions, _ environment: [String: String]) -> String? {
        if let namespace = options.namespace { return namespace }
        return namespace(in: files(options, environment).map(Self.read), context: options.context)
    }

    /// kubectl merges files, and takes each value from the first that has it.
    static func namespace(in files: [ObjectValue?], context: String?) -> String? {
        // A file that isn't there doesn't count; one that can't be read does, and nobody knows what it says.
        let files = files.compactMap(\.self)
        let current = context ?? files.lazy.compactMap { text($0["current-context"]) }.first
        guard let current else { return nil }
        for file in files {
            guard let entry = file["contexts"]?.arrayValue?.first(where: { $0["name"]?.stringValue == current }) else {
                continue
            }
            guard let context = entry["context"], context.objectValue != nil else { return nil }
            return text(context["namespace"]) ?? "default"
        }
        return nil
    }

    private static func text(_ value: ObjectValue?) -> String? {
        value?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func files(_ options: KubectlOptions, _ environment: [String: String]) -> [String] {
        if let file = options.kubeconfig { return [file] }
        let files = environment["KUBECONFIG", default: ""].split(separator: ":").map(String.init)
        guard files.isEmpty else { return files }
        return environment["HOME"].map { ["\($0)/.kube/config"] } ?? []
    }

    private static func read(_ file: String) -> ObjectValue? {
        guard let data = FileManager.default.contents(atPath: file), data.count <= 4 << 20,
            let documents = try? YAML.documents(in: String(decoding: data, as: UTF8.self)), documents.count == 1
        else { return nil }
        return ObjectDocument(documents[0]).value
    }
}
