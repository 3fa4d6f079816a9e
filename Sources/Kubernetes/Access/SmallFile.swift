internal import FileWatch

/// A file that is small, or wrong: a kubeconfig, a token, a certificate.
enum SmallFile {
    private static let maximumBytes = 2 << 20

    /// All of the file. Blocks for as long as that takes.
    ///
    /// - Throws: `unreadable`, naming the file.
    static func read(_ path: String) throws(ClusterAccessError) -> [UInt8] {
        do {
            return try FileContent.read(path, limit: maximumBytes).octets
        } catch {
            throw ClusterAccessError(.unreadable, error.description, file: path)
        }
    }

    /// The bearer token that a file holds, white space around it left out.
    ///
    /// - Throws: `unreadable`, or `unusable` if it holds no token.
    static func token(_ path: String) throws(ClusterAccessError) -> String {
        let text = String(decoding: try read(path), as: UTF8.self)
        return try token(in: text, file: path)
    }

    /// - Throws: `unusable` if the text is no token.
    static func token(in text: String, file: String?) throws(ClusterAccessError) -> String {
        let token = text.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        // RFC 6750 §2.1 allows fewer characters; a header must not have others.
        guard !token.isEmpty, token.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ClusterAccessError(.unusable, "there is no bearer token in it", file: file)
        }
        return String(decoding: Array(token), as: UTF8.self)
    }

    private static func isSpace(_ octet: UInt8) -> Bool {
        octet == 0x20 || (0x09...0x0D).contains(octet)
    }
}
