import ArgumentParser

/// The name of a Destination on the command line.
enum DestinationArgument {
    /// Reads it as it is: kubectl knows which names there are.
    ///
    /// A slash would have kubectl take it for a type with a name, and complain of a type that nobody gave it.
    ///
    /// - Throws: What to tell a person.
    static func read(_ text: String) throws -> String {
        guard text.contains("/") else { return text }
        throw ValidationError("name the Destination alone, and its namespace with --namespace")
    }
}
