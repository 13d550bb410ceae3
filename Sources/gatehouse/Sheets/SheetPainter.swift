import CPango

/// Draws pages of labels into a file, through cairo and pango: they know the fonts and how Chinese is set.
struct SheetPainter: ~Copyable {
    enum Format: String, CaseIterable {
        case svg, pdf
    }

    /// The first of these that is installed and has the characters.
    private static let nameFont = "Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif Bold 12"

    private let surface: OpaquePointer
    private let cairo: OpaquePointer

    /// The file is written when the painter has finished.
    init(_ format: Format, path: String) throws(Failure) {
        let made =
            switch format {
            case .svg: cairo_svg_surface_create(path, SheetLayout.width, SheetLayout.height)
            case .pdf: cairo_pdf_surface_create(path, SheetLayout.width, SheetLayout.height)
            }
        guard let made, let cairo = cairo_create(made) else { throw Failure(.notInOrder, "no room to draw \(path)") }
        surface = made
        self.cairo = cairo
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    /// Draws one page: at most as many labels as have room on it.
    func page(_ labels: ArraySlice<CodeLabel>) throws(Failure) {
        for (cell, label) in labels.enumerated() {
            guard let symbol = QRSymbol(label.code) else {
                throw Failure(.notInOrder, "\(label.id) is too long for a code")
            }
            let corner = SheetLayout.corner(of: cell)
            let codeX = corner.x + (SheetLayout.cellWidth - SheetLayout.codeSide) / 2
            draw(symbol, x: codeX, y: corner.y + SheetLayout.headroom)
            let under = corner.y + SheetLayout.headroom + SheetLayout.codeSide
            let height = write(label.name, font: Self.nameFont, wrap: PANGO_WRAP_WORD_CHAR, x: corner.x, y: under)
            _ = write(label.id, font: "monospace 8", wrap: PANGO_WRAP_CHAR, x: corner.x, y: under + height + 2)
        }
        drawCuts()
        cairo_show_page(cairo)
    }

    /// Everything is on the disk, or it is said why not.
    func finish(_ path: String) throws(Failure) {
        cairo_surface_finish(surface)
        let status = cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw Failure(.notInOrder, "\(path): \(String(cString: cairo_status_to_string(status)))")
        }
    }

    /// All dark modules are one shape, so that no hair of white is left between two of them.
    private func draw(_ symbol: QRSymbol, x: Double, y: Double) {
        let module = SheetLayout.codeSide / Double(symbol.width + 2 * QRSymbol.quietZone)
        let start = Double(QRSymbol.quietZone) * module
        cairo_set_source_rgb(cairo, 0, 0, 0)
        for row in 0..<symbol.width {
            for run in symbol.runs(inRow: row) {
                cairo_rectangle(
                    cairo, x + start + Double(run.start) * module, y + start + Double(row) * module,
                    Double(run.length) * module, module)
            }
        }
        cairo_fill(cairo)
    }

    /// Writes a text centred in its cell, in two lines at most; gives its height.
    private func write(_ text: String, font: String, wrap: PangoWrapMode, x: Double, y: Double) -> Double {
        guard let layout = pango_cairo_create_layout(cairo) else { return 0 }
        defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
        let description = pango_font_description_from_string(font)
        defer { pango_font_description_free(description) }
        let margin = SheetLayout.cutMark * 2
        pango_layout_set_font_description(layout, description)
        pango_layout_set_text(layout, text, Int32(text.utf8.count))
        pango_layout_set_width(layout, Int32((SheetLayout.cellWidth - 2 * margin) * Double(PANGO_SCALE)))
        pango_layout_set_height(layout, -2)
        pango_layout_set_wrap(layout, wrap)
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        cairo_set_source_rgb(cairo, 0, 0, 0)
        cairo_move_to(cairo, x + margin, y)
        pango_cairo_show_layout(cairo, layout)
        var (width, height): (Int32, Int32) = (0, 0)
        pango_layout_get_size(layout, &width, &height)
        return Double(height) / Double(PANGO_SCALE)
    }

    private func drawCuts() {
        cairo_set_source_rgb(cairo, 0.5, 0.5, 0.5)
        cairo_set_line_width(cairo, 0.4)
        for cut in SheetLayout.cuts {
            cairo_move_to(cairo, cut.x - SheetLayout.cutMark, cut.y)
            cairo_line_to(cairo, cut.x + SheetLayout.cutMark, cut.y)
            cairo_move_to(cairo, cut.x, cut.y - SheetLayout.cutMark)
            cairo_line_to(cairo, cut.x, cut.y + SheetLayout.cutMark)
        }
        cairo_stroke(cairo)
    }
}
