import GatehouseRules

extension SizeAdjustment {
    /// Reports each pair of departments whose order turns round.
    func judge(_ scores: [Coefficients.DepartmentScore], at mark: Mark, in context: ReadingContext) {
        for warning in warnings(of: scores) {
            context.report(
                .warning, at: mark, warning.message(.english),
                hint: "check the two headcounts and scores, or accept it knowingly")
        }
    }
}
