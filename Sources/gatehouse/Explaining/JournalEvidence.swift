import GatehouseBus
import GatehouseClient
import GatehouseEvidence
import GatehouseJournal
import GatehouseModel
import GatehouseRuntime
import GatehouseSite

extension EvidenceReading {
    /// The journal of a data folder, beside a running gateway or without one.
    static func journal(in folder: String) throws -> EvidenceReading {
        do throws(JournalError) {
            let reader = try JournalReader.open(file: Journal.file(in: folder))
            return EvidenceReading(reader)
        } catch {
            throw Failure(.notInOrder, "\(error)")
        }
    }

    private init(_ reader: JournalReader) {
        self.init(
            event: { sequence throws(EvidenceProblem) in
                do throws(JournalError) {
                    return try reader.event(at: sequence)
                } catch {
                    throw .unreadable("\(error)")
                }
            },
            last: { topic throws(EvidenceProblem) in
                do throws(JournalError) {
                    return try reader.lastEvent(ofTopic: topic)
                } catch {
                    throw .unreadable("\(error)")
                }
            }, readSite: { SiteReader.read(json: $0).site })
    }

    /// A daemon elsewhere: the events of these topics (all where nil), fetched over the bus into memory.
    static func daemon(_ client: GatehouseClient, topics: [String]?) async throws -> EvidenceReading {
        var (events, newest): ([Int64: Recorded], [Topic: Int64]) = ([:], [:])
        do {
            for try await event in try client.replay(from: 1, to: nil, topics: topics ?? []) {
                events[event.sequence] = event
                newest[event.topic] = event.sequence
                if event.sequence % 1000 == 0 { Console.progress("\(event.sequence)") }
            }
        } catch let error as ClientError {
            throw error.failure
        } catch let error as BusError {
            throw Failure(.unreachable, error.message)
        }
        Console.progress("")
        return EvidenceReading(
            event: { [events] sequence throws(EvidenceProblem) in events[sequence] },
            last: { [events, newest] topic throws(EvidenceProblem) in newest[topic].flatMap { events[$0] } },
            readSite: { SiteReader.read(json: $0).site })
    }
}
