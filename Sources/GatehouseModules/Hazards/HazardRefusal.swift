import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Why a step is not allowed, by what can be done about it.
enum HazardRefusal: Hashable, Sendable {
    case unknown(hazard: String)
    /// The id was used before, by a hazard that is in this state now.
    case usedID(hazard: String, Hazard.State)
    /// The step is not the turn of a hazard in this state.
    case outOfTurn(hazard: String, Hazard.State, Fact.HazardStep.Kind)
    case deadlineWithoutReason(hazard: String, Hazard.State, deadline: Timestamp)
    /// Whoever put it right may not verify it.
    case ownWork(hazard: String, by: String)

    /// The hazard that the step names.
    var hazard: String {
        switch self {
        case .unknown(let hazard), .usedID(let hazard, _), .outOfTurn(let hazard, _, _),
            .deadlineWithoutReason(let hazard, _, _), .ownWork(let hazard, _):
            hazard
        }
    }

    /// What is compared: the state that the hazard is in; nil where there is no such hazard.
    var state: Hazard.State? {
        switch self {
        case .unknown: nil
        case .usedID(_, let state), .outOfTurn(_, let state, _), .deadlineWithoutReason(_, let state, _): state
        case .ownWork: .submitted
        }
    }

    /// What the hazard lacks, and what to do instead.
    func text(_ language: Site.Language) -> String {
        language == .chinese ? chinese : english
    }

    private var english: String {
        switch self {
        case .unknown(let hazard): "there is no hazard \(hazard); report it first, or name one that is listed"
        case .usedID(let hazard, let state):
            "hazard \(hazard) is \(state.rawValue) already; take another id, or leave it out"
        case .outOfTurn(let hazard, let state, let step):
            "hazard \(hazard) is \(state.rawValue) and cannot be \(step.rawValue); \(state.nextMove)"
        case .deadlineWithoutReason(let hazard, let state, let deadline):
            "hazard \(hazard) is \(state.rawValue) and due at \(deadline.text); give a reason to change its deadline"
        case .ownWork(let hazard, let person):
            "hazard \(hazard) is submitted by \(person), who may not verify it; let another person verify it"
        }
    }

    private var chinese: String {
        switch self {
        case .unknown(let hazard): "没有隐患 \(hazard)；请先上报，或填写已有的编号"
        case .usedID(let hazard, let state): "编号 \(hazard) 已被使用（\(state.chinese)）；请换一个编号，或不填编号"
        case .outOfTurn(let hazard, let state, let step):
            "隐患 \(hazard) 当前为\(state.chinese)，不能\(step.chinese)；\(state.chineseNextMove)"
        case .deadlineWithoutReason(let hazard, let state, let deadline):
            "隐患 \(hazard) 当前为\(state.chinese)，期限为 \(deadline.text)；更改期限须说明原因"
        case .ownWork(let hazard, let person): "隐患 \(hazard) 由 \(person) 提交整改，本人不能验收；请由他人验收"
        }
    }
}

extension Hazard.State {
    /// The state as a guard room calls it.
    var chinese: String {
        switch self {
        case .reported: "已上报"
        case .assigned: "整改中"
        case .submitted: "待验收"
        case .closed: "已销号"
        }
    }

    fileprivate var nextMove: String {
        switch self {
        case .reported: "assign it, or submit the work"
        case .assigned: "submit the work first"
        case .submitted: "verify or reject it first"
        case .closed: "report it anew"
        }
    }

    fileprivate var chineseNextMove: String {
        switch self {
        case .reported: "请先指派，或提交整改"
        case .assigned: "请先提交整改"
        case .submitted: "请先验收或退回"
        case .closed: "请重新上报"
        }
    }
}

extension Fact.HazardStep.Kind {
    fileprivate var chinese: String {
        switch self {
        case .reported: "上报"
        case .assigned: "指派"
        case .submitted: "提交整改"
        case .verified: "验收"
        case .rejected: "退回"
        }
    }
}
