/// A queue whose elements can leave from any place. Every operation takes constant time on average.
struct TurnQueue<Element: Sendable>: Sendable {
    /// Elements from the first ticket on; nil where one has left.
    private var elements: [Element?] = []
    private var firstTicket = 0
    /// The places before it are empty.
    private var head = 0

    /// The element that waits for the longest time.
    var first: Element? { head < elements.count ? elements[head] : nil }
    var isEmpty: Bool { head == elements.count }
    /// All elements, in order.
    var all: [Element] { elements.compactMap(\.self) }

    /// Adds an element at the end.
    /// - Returns: its ticket, for ``remove(_:)``.
    mutating func append(_ element: Element) -> Int {
        elements.append(element)
        return firstTicket + elements.count - 1
    }

    /// Takes an element out.
    /// - Returns: whether it was the first.
    mutating func remove(_ ticket: Int) -> Bool {
        let index = ticket - firstTicket
        guard elements.indices.contains(index) else { return false }
        let wasFirst = index == head
        elements[index] = nil
        while head < elements.count, elements[head] == nil { head += 1 }
        if head > elements.count / 2 {
            elements.removeFirst(head)
            firstTicket += head
            head = 0
        }
        return wasFirst
    }
}
