/// Why kubectl didn't do what it was asked for.
struct KubectlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of reason that is.
    enum Code: Hashable, Sendable {
        /// There is no kubectl, or it can't be run.
        case notInstalled
        /// It doesn't know an option or command that is needed.
        case tooOld
        /// There is no cluster at the address that it was given, or it doesn't answer in time.
        case unreachable
        /// The kubeconfig, its context or a credential is wrong.
        case configuration
        /// The API server doesn't know who asks.
        case unauthorized
        /// Who asks may not.
        case forbidden
        case notFound
        case alreadyExists
        /// Somebody else has changed the object meanwhile.
        case conflict
        /// The object is refused: by the schema, or by an admission webhook.
        case invalid
        /// The kind isn't known: its definition isn't installed.
        case unknownKind
        /// Nothing happened within the time given.
        case timeout
        /// Anything else.
        case other
    }

    let code: Code
    /// What happened, in kubectl's words where it had any.
    let description: String

    /// Reads what kubectl has written to standard error.
    ///
    /// kubectl has read the API server's Status and gives its reason in brackets; what is about kubectl itself it says
    /// in words alone.
    init(errorOutput: String) {
        let lines = errorOutput.split(separator: "\n").filter { !$0.hasPrefix("Warning: ") && !Self.isLog($0) }
        let text = lines.joined(separator: "\n")
        code = Self.code(text)
        description = Self.trimmed(text)
    }

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    private static func code(_ text: String) -> Code {
        if let reason = reason(text) {
            switch reason {
            case "NotFound":
                return text.contains("the server could not find the requested resource") ? .unknownKind : .notFound
            case "Forbidden": return .forbidden
            case "Unauthorized": return .unauthorized
            case "AlreadyExists": return .alreadyExists
            case "Conflict": return .conflict
            case "Invalid", "BadRequest": return .invalid
            case "Timeout", "ServerTimeout": return .timeout
            default: return .other
            }
        }
        let words: [(String, Code)] = [
            ("unknown flag: ", .tooOld), ("unknown shorthand flag: ", .tooOld), ("unknown command ", .tooOld),
            ("for \"--dry-run\" flag", .tooOld), ("provide credentials", .unauthorized),
            ("doesn't have a resource type", .unknownKind), ("no matches for kind", .unknownKind),
            (" is invalid: ", .invalid), ("denied the request", .invalid), ("(Unauthorized)", .unauthorized),
            ("timed out waiting", .timeout), ("Unable to connect to the server", .unreachable),
            ("The connection to the server", .unreachable), ("failed to download openapi", .unreachable),
            ("context deadline exceeded", .unreachable),
            ("Client.Timeout exceeded", .unreachable), ("context was not found", .configuration),
            ("does not exist", .configuration), ("no configuration has been provided", .configuration),
            ("no such file or directory", .configuration), ("error loading config file", .configuration),
            ("invalid configuration", .configuration),
        ]
        return words.first { text.contains($0.0) }?.1 ?? .other
    }

    /// Whether a line is of kubectl's log, such as `E1123 02:29:38.611085   17009 memcache.go:265] …`, which says what
    /// the last line says in words.
    private static func isLog(_ line: Substring) -> Bool {
        guard let first = line.first, "EWIF".contains(first) else { return false }
        return line.dropFirst().prefix(4).allSatisfy(\.isNumber) && line.dropFirst(5).first == " "
    }

    /// `NotFound` of `Error from server (NotFound): …`.
    private static func reason(_ text: String) -> Substring? {
        let prefix = "Error from server ("
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else { return nil }
        return line.dropFirst(prefix.count).prefix { $0 != ")" }
    }

    /// Without the words that only say that it is an error.
    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        if let reason = reason(text), rest.hasPrefix("Error from server (\(reason)): ") {
            rest = rest.dropFirst("Error from server (\(reason)): ".count)
        }
        let prefixes = [
            "error: ", "error when creating \"STDIN\": ", "error when applying patch:\n",
            "error validating \"STDIN\": ",
            "error validating data: ", "failed to download openapi: ",
        ]
        for prefix in prefixes where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
        // An option of kubectl's that can't be given here.
        if let advice = rest.firstRange(of: "; if you choose to ignore these errors") {
            rest = rest[..<advice.lowerBound]
        }
        return rest.isEmpty
            ? "kubectl failed and said nothing; is it kubectl that KUBECTL_PATH or PATH leads to?" : String(rest)
    }
}
