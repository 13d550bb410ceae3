/// Pages of labels as files: one PDF, or one SVG for each page, since an SVG has one page.
enum CodeSheets {
    /// Writes the pages and gives the files that were written.
    static func write(_ labels: [CodeLabel], to path: String, _ format: SheetPainter.Format) throws(Failure) -> [String]
    {
        let pages = stride(from: 0, to: labels.count, by: SheetLayout.perPage).map {
            labels[$0..<min($0 + SheetLayout.perPage, labels.count)]
        }
        switch format {
        case .pdf:
            let painter = try SheetPainter(.pdf, path: path)
            for page in pages { try painter.page(page) }
            try painter.finish(path)
            return [path]
        case .svg:
            let paths = pages.indices.map { file(path, page: $0) }
            for (page, path) in zip(pages, paths) {
                let painter = try SheetPainter(.svg, path: path)
                try painter.page(page)
                try painter.finish(path)
            }
            return paths
        }
    }

    /// `sheet.svg`, `sheet-2.svg`, …
    static func file(_ path: String, page: Int) -> String {
        guard page > 0, let point = path.lastIndex(of: ".") else { return path }
        return "\(path[..<point])-\(page + 1)\(path[point...])"
    }
}
