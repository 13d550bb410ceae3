import GatehouseBus
public import GatehouseModel

/// Events in order, none missing, none twice. It is read by one task; when the task is cancelled, or the feed
/// is dropped, the connection ends.
///
///     for try await event in try client.events(after: stored) { … }
///
/// With several topics the order holds for each topic; after events were missed, one topic's may come after
/// later ones of another's.
public struct EventFeed: AsyncSequence, Sendable {
    public typealias Element = Recorded
    public typealias Failure = ClientError

    /// Ends the feed's thread when nobody holds the feed any more.
    final class Lease: Sendable {
        let buffer: EventBuffer
        let letters: Mailbox<FeedLetter>

        init(buffer: EventBuffer, letters: Mailbox<FeedLetter>) {
            self.buffer = buffer
            self.letters = letters
        }

        deinit { letters.post(.stop) }

        func take() async -> EventBuffer.Batch {
            await withTaskCancellationHandler {
                let batch = await buffer.take()
                letters.post(.taken)
                return batch
            } onCancel: {
                buffer.finish()
                letters.post(.stop)
            }
        }
    }

    let lease: Lease

    public struct AsyncIterator: AsyncIteratorProtocol {
        let lease: Lease
        private var batch: [Recorded] = []
        private var position = 0

        init(lease: Lease) {
            self.lease = lease
        }

        /// The next event; nil when the range asked for is complete or the task was cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(ClientError) -> Recorded? {
            if position == batch.count {
                batch = try await lease.take().get()
                position = 0
                if batch.isEmpty { return nil }
            }
            position += 1
            return batch[position - 1]
        }

        public mutating func next() async throws(ClientError) -> Recorded? {
            try await next(isolation: nil)
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(lease: lease)
    }
}
