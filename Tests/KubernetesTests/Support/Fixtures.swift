import Kubernetes
import Logging
import ObjectModel

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// An object written as JSON.
func object(_ text: String) throws -> ObjectValue {
    try JSONReader.document(text).value
}

/// An object of that name and version.
func item(_ name: String, _ version: Int, _ more: String = "") throws -> ObjectValue {
    try object(#"{"metadata":{"name":"\#(name)","namespace":"n","resourceVersion":"\#(version)"}\#(more)}"#)
}
