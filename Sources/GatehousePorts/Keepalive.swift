/// A device that lost its power says nothing: the kernel asks after 10 quiet seconds, and gives up after 25.
enum Keepalive {
    /// Seconds before the first question.
    static let idle = 10
    /// Seconds between questions.
    static let interval = 5
    /// Questions without an answer.
    static let count = 3
}
