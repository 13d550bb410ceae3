public import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// How a coefficient or a bonus share comes about: the computation with its numbers put in, and what each number was
/// read from.
public struct PayAccount: Hashable, Sendable {
    /// As it is printed; nil where a number is missing.
    public var value: String?
    /// The computation with its numbers.
    public var computation: String
    public var terms: [Term] = []

    /// One number of the computation.
    public struct Term: Hashable, Sendable {
        /// The factor, the KPI or the measure.
        public var name: String
        /// The number; nil where there is none.
        public var text: String?
        public var source: Source
    }

    /// Where a number was read.
    public enum Source: Hashable, Sendable {
        case siteFile
        /// A KPI of the site file, in one of its periods.
        case kpi(String, department: String?, period: String)
        /// The measures of that name of a person.
        case measure(String, person: String, period: String)
        /// A person's late instances.
        case late(person: String, period: String)
        /// Other coefficients.
        case position(String)
        case department(String)
        case person(String)
    }
}

extension IncentivesModule {
    /// The coefficient of a position; nil where the site file gives it no points.
    public func account(ofPosition position: String) -> PayAccount? { payroll?.account(ofPosition: position) }

    /// The coefficient of a department as of a moment; nil where the site file does not list it.
    public func account(ofDepartment department: String, asOf moment: Moment) -> PayAccount? {
        payroll?.account(ofDepartment: department, asOf: moment)
    }

    /// A person's own coefficient in the bonus period that holds at a moment; nil where nobody is weighed, or there is
    /// no such person.
    public func account(ofPerson person: String, asOf moment: Moment) -> PayAccount? {
        payroll?.account(ofPerson: person, asOf: moment)
    }

    /// A person's share of the bonus as it stands at a moment; nil where the site has none, or no such person.
    public func account(ofShare person: String, asOf moment: Moment) -> PayAccount? {
        payroll?.account(ofShare: person, asOf: moment)
    }
}
