/// Where what stands on a page, in points (1/72 inch) from its upper left corner: A4, three codes across, four down.
enum SheetLayout {
    static let width = 595.276
    static let height = 841.89
    static let columns = 3
    static let rows = 4
    /// Printers leave this much of a page white: 10 mm.
    static let margin = 28.346
    /// The side of a code with its quiet zone: 41 mm, which a scanner reads from an arm's length.
    static let codeSide = 116.0
    /// Between the top of a cell and its code.
    static let headroom = 7.0
    /// The half length of a cut mark: 2 mm.
    static let cutMark = 5.669

    static var perPage: Int { columns * rows }
    static var cellWidth: Double { (width - 2 * margin) / Double(columns) }
    static var cellHeight: Double { (height - 2 * margin) / Double(rows) }

    /// The upper left corner of a cell, numbered row by row.
    static func corner(of cell: Int) -> (x: Double, y: Double) {
        (margin + Double(cell % columns) * cellWidth, margin + Double(cell / columns) * cellHeight)
    }

    /// The points at which the page is cut.
    static var cuts: [(x: Double, y: Double)] {
        (0...rows).flatMap { row in
            (0...columns).map { (margin + Double($0) * cellWidth, margin + Double(row) * cellHeight) }
        }
    }
}
