import FoundationEssentials
import Kubernetes
import Logging
import ObjectModel

extension ControlPlane {
    /// A client of the project's own, as the administrator or as the owner of another kubeconfig.
    func client(as kubeconfig: String? = nil) throws -> KubernetesClient {
        try KubernetesClient(.kubeconfig(path: kubeconfig ?? self.kubeconfig), logger: .silent)
    }

    /// The folder with the server's files.
    var folder: String {
        self.kubeconfig.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    /// The administrator's token.
    var token: String {
        get throws {
            let text = try String(contentsOf: URL(filePath: self.kubeconfig), encoding: .utf8)
            let token = text.split(separator: "token: ").dropFirst().first?.prefix { $0.isLetter || $0.isNumber }
            return String(token ?? "")
        }
    }
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// An object written as JSON.
func object(_ text: String) throws -> ObjectValue {
    try JSONReader.document(text).value
}

/// A ConfigMap with a text in it.
func configMap(_ name: String, in namespace: String, _ text: String = "") throws -> ObjectValue {
    try object(#"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"data":{"text":"\#(text)"}}"#)
}

/// The code of the error that is thrown.
func code(_ body: () async throws -> Void) async throws -> KubernetesError.Code? {
    do {
        try await body()
        return nil
    } catch let error as KubernetesError {
        return error.code
    }
}
