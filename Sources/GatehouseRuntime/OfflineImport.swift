public import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite

/// Importing without a daemon: straight into the journal, under the same names and rules.
public enum OfflineImport {
    /// Stores the punches as events of the device. Throws a `StartProblem` that says what to do.
    public static func store(
        _ punches: [PunchReading], device: String, site path: String?, folder: String, families: [DriverFamily]
    ) async throws -> ImportDesk.Outcome {
        let site = try site(at: path, families: families)
        let plan = SitePlan(site: site, secrets: [:], families: families)
        let profile: DeviceProfile
        if let known = plan.profile(of: device) {
            profile = known
        } else if path == nil {
            profile = DeviceProfile(site: site.id, device: device, driver: "file", hasMemory: true, zone: site.zone)
        } else {
            let names = site.devices.map(\.id).joined(separator: ", ")
            throw StartProblem(["\(device) is no device of this site; the site file names \(names)"])
        }
        let timekeeper = Timekeeper()
        do throws(JournalError) {
            let journal = try Journal.open(file: Journal.file(in: folder)) { timekeeper.wall }
            var outcome = ImportDesk.Outcome()
            var rest = punches[...]
            while !rest.isEmpty {
                let now = timekeeper.now
                let events = ImportDesk.events(Array(rest.prefix(ImportDesk.limit)), profile: profile, at: now)
                rest = rest.dropFirst(events.count)
                let appended = try journal.append(events, recorded: Timestamp(now.wall, in: site.zone))
                outcome.new += appended.recorded.count
                outcome.known += events.count - appended.recorded.count
            }
            return outcome
        } catch {
            throw StartProblem(["\(error)"])
        }
    }

    private static func site(at path: String?, families: [DriverFamily]) throws -> Site {
        guard let path else { return Site.default }
        let reading = SiteReader.read(path, drivers: families)
        guard let site = reading.site else { throw StartProblem(reading.problems.map(\.text)) }
        return site
    }
}
