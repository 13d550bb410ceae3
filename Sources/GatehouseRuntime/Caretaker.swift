import CLinux
import GatehouseBus
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging

/// What has to be seen to now and then: revoked keys, old events, the room on the disk.
public struct Caretaker: Sendable {
    /// Within this time a daemon knows of a key that was made or revoked; the commands wait for it.
    public static let keysInterval: Duration = .milliseconds(300)
    static let journalInterval: Duration = .seconds(600)
    static let memoryInterval: Duration = .seconds(60)
    static let journalDelay: Duration = .seconds(20)
    /// Below this many hours of room the log says so.
    static let hoursToWarn: Int64 = 72

    let journal: Journal
    let bus: Bus
    /// Nil when the bus is plain.
    let keys: KeyStore?
    let retention: GatehouseJournal.Retention
    let timekeeper: Timekeeper
    let logger: Logger

    /// Lets in who is listed and nobody else, within a second of a change; until the task is cancelled.
    func watchKeys() async {
        guard let keys else { return }
        while !Task.isCancelled {
            do throws(BusError) {
                bus.setClients(try keys.clients())
            } catch {
                logger.error("the client keys cannot be read, the last list stays in force: \(error)")
            }
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.keysInterval)
        }
    }

    /// Gives back what a busy hour has left behind: the C library keeps freed memory for itself otherwise, hundreds of
    /// megabytes of it after a log read-out at full speed. Until the task is cancelled.
    func watchMemory() async {
        while !Task.isCancelled {
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.memoryInterval)
            await Blocking.run { gatehouse_give_back_memory() }
        }
    }

    /// Removes what retention no longer keeps, and tells how long the disk still holds; until the task is cancelled.
    func watchJournal() async {
        // Not at once: a gateway that has just started has more urgent things to write.
        await timekeeper.sleep(until: timekeeper.now.uptime + Self.journalDelay)
        while !Task.isCancelled {
            await Blocking.run { tidy() }
            await timekeeper.sleep(until: timekeeper.now.uptime + Self.journalInterval)
        }
    }

    private func tidy() {
        do throws(JournalError) {
            let outcome = try journal.retain(retention, now: timekeeper.wall)
            if outcome.removed > 0 { logger.notice("\(outcome.removed) old events removed") }
            if let consumer = outcome.heldBackBy {
                logger.warning("old events are kept because \(consumer) has not confirmed them")
            }
            tell(try journal.forecast(now: timekeeper.wall))
        } catch {
            logger.error("retention: \(error)")
        }
    }

    private func tell(_ forecast: DiskForecast) {
        guard let hours = forecast.hoursLeft else { return }
        let text = "the disk holds another \(hours) hours at today's rate"
        logger.log(level: hours < Self.hoursToWarn ? .warning : .info, "\(text)")
    }
}
