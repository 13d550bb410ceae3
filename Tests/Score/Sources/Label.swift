import GatehouseModel

/// What was put into a history, or may follow from it.
struct Label {
    var code: String
    /// The device, badge, person, pair or department.
    var subject: String
    /// When it is an alert.
    var span: ClosedRange<Moment>
    /// A consequence: no alert need come of it, and one that does is not wrong.
    var isConsequence = false
}

/// An alert as it was raised.
struct Raised {
    var code: String
    var subject: String
    var moment: Moment
}

/// How a code did, over as many histories as were played.
struct Account {
    /// Alerts that tell of something that was there; false ones.
    var (right, wrong) = (0, 0)
    /// What was there and was told; what was not told.
    var (found, overlooked) = (0, 0)
    /// False alerts of histories into which nothing was put, and the weeks of those.
    var wrongInClean = 0
    var delays: [Double] = []

    var precision: Double { right + wrong == 0 ? 1 : Double(right) / Double(right + wrong) }
    var recall: Double { found + overlooked == 0 ? 1 : Double(found) / Double(found + overlooked) }

    /// In seconds.
    var medianDelay: Double? {
        delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
    }
}

extension [String: Account] {
    /// Holds the alerts of one history against what is in it.
    mutating func add(_ alerts: [Raised], _ labels: [Label], isClean: Bool) {
        var told: Set<Int> = []
        for alert in alerts {
            let matching = labels.indices.filter {
                labels[$0].code == alert.code && labels[$0].subject == alert.subject
                    && labels[$0].span.contains(alert.moment)
            }
            if let hit = matching.first(where: { !labels[$0].isConsequence }) {
                self[alert.code, default: Account()].right += 1
                if told.insert(hit).inserted {
                    let delay = (alert.moment - labels[hit].span.lowerBound).wholeMilliseconds
                    self[alert.code, default: Account()].delays.append(Double(delay) / 1000)
                }
            } else if matching.isEmpty {
                self[alert.code, default: Account()].wrong += 1
                if isClean { self[alert.code, default: Account()].wrongInClean += 1 }
            }
        }
        for (index, label) in labels.enumerated() where !label.isConsequence {
            if told.contains(index) {
                self[label.code, default: Account()].found += 1
            } else {
                self[label.code, default: Account()].overlooked += 1
            }
        }
    }
}
