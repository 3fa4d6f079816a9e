extension Duration {
    /// Whole milliseconds, rounded down, and within what libcurl takes.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    /// The same for a libcurl time limit, where 0 would mean none.
    var curlLimit: Int { max(1, wholeMilliseconds) }
}
