/// What samples write where the reader is to put something of their own.
public enum Placeholder {
    /// Whether a text is `<some words>`. No name in Kubernetes or the Destination service looks like that.
    public static func matches(_ text: String) -> Bool {
        let text = text.trimmingSpaces
        guard text.hasPrefix("<"), text.hasSuffix(">"), text.utf8.count > 2 else { return false }
        return text.dropFirst().dropLast().allSatisfy { character in
            character.isLetter || character.isNumber || character == "-" || character == "_" || character == " "
        }
    }
}
