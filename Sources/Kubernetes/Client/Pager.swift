/// Goes through a list page by page. Pure.
///
/// The pages of a list show one moment, which the server forgets after some minutes: then the list starts anew, and if
/// that happens again, it is asked for in one piece. Where a page is too large, smaller ones are asked for, until they are
/// small enough again.
struct Pager: Hashable, Sendable {
    /// What to ask for.
    struct Page: Hashable, Sendable {
        /// `nil` for all there is.
        var limit: Int?
        var continueToken: String?
    }

    enum Step { case startsAnew, repeats }

    private(set) var next: Page
    private let pageSize: Int
    private var expirations = 0

    init(pageSize: Int) {
        self.pageSize = max(pageSize, 1)
        next = Page(limit: self.pageSize, continueToken: nil)
    }

    /// Whether the next page is the first one.
    var isAtStart: Bool { next.continueToken == nil }

    /// A page of so many octets came. Answers whether it was the last one; then the next is the first again.
    mutating func received(continueToken: String?, size: Int) -> Bool {
        next.continueToken = continueToken
        guard continueToken == nil else {
            // What is large may be a single object.
            if let limit = next.limit, size < AnswerReader.maximumPageOctets / 4 {
                next.limit = min(limit * 2, pageSize)
            }
            return false
        }
        expirations = 0
        next.limit = pageSize
        return true
    }

    /// A page didn't come. Answers how to go on at once, or `nil` if all that's left is to try again later.
    mutating func failed(_ error: KubernetesError) -> Step? {
        if error.code == .expired, !isAtStart {
            next.continueToken = nil
            expirations += 1
            if expirations > 1 { next.limit = nil }
            return .startsAnew
        }
        guard error.code == .answerTooLarge else { return nil }
        guard let limit = next.limit else {
            next.limit = pageSize
            return nil
        }
        guard limit > 1 else { return nil }
        // A continue token may be used with any limit.
        next.limit = max(limit / 4, 1)
        return .repeats
    }

    /// Starts anew.
    mutating func restart() {
        next = Page(limit: next.limit, continueToken: nil)
    }
}
