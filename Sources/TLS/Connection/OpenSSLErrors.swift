import COpenSSL

/// What OpenSSL left in this thread's error queue.
struct OpenSSLErrors {
    struct Entry {
        let isTLS: Bool
        let reason: Int32
        let text: String
        /// Whether OpenSSL has no text for the reason.
        let isUnnamed: Bool
    }

    /// The oldest, which is the cause, first. No more than a handful: the queue itself is bounded.
    let entries: [Entry]

    /// Empties the queue.
    static func take() -> OpenSSLErrors {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return OpenSSLErrors(entries: entries) }
            let text = ERR_reason_error_string(code).map { String(cString: $0) }
            entries.append(
                Entry(
                    isTLS: ERR_GET_LIB(code) == ERR_LIB_SSL,
                    reason: ERR_GET_REASON(code),
                    text: text ?? "OpenSSL error \(code)",
                    isUnnamed: text == nil
                )
            )
        }
    }

    /// The number of an alert that OpenSSL has no name for.
    var unknownAlert: Int32? {
        let alerts = SSL_AD_REASON_OFFSET..<SSL_AD_REASON_OFFSET + 256
        let entry = entries.first { $0.isTLS && alerts.contains($0.reason) && $0.isUnnamed }
        return entry.map { $0.reason - SSL_AD_REASON_OFFSET }
    }

    /// Every reason once, the cause first.
    var summary: String {
        var texts: [String] = []
        for entry in entries where !texts.contains(entry.text) {
            texts.append(entry.text)
        }
        return texts.isEmpty ? "no details" : texts.joined(separator: ", ")
    }

    func contains(_ reasons: Int32...) -> Bool {
        entries.contains { $0.isTLS && reasons.contains($0.reason) }
    }
}
