public import GatehouseModel

/// The two times of a CloudEvent without reading the rest of it.
public enum EventSkim {
    /// `recordedtime` and `time` at the top level of one JSON object; nil for what is not there, or is no time. Of
    /// bytes that are no JSON it may give anything.
    public static func times(in json: UnsafeBufferPointer<UInt8>) -> (recorded: Moment?, time: Moment?) {
        var scan = Scan(json: json)
        scan.run()
        return (scan.recorded, scan.time)
    }

    private struct Scan {
        let json: UnsafeBufferPointer<UInt8>
        var position = 0
        var depth = 0
        var recorded: Moment?
        var time: Moment?

        mutating func run() {
            var name: Range<Int>?
            while position < json.count {
                switch json[position] {
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: ","): if depth == 1 { name = nil }
                case UInt8(ascii: "\""):
                    let text = string()
                    guard depth == 1 else { continue }
                    if let known = name {
                        note(text, for: known)
                        name = nil
                    } else {
                        name = text
                    }
                    continue
                default: break
                }
                position += 1
            }
        }

        /// Passes over a string: where its content is.
        private mutating func string() -> Range<Int> {
            let start = position + 1
            position = start
            while position < json.count, json[position] != UInt8(ascii: "\"") {
                position += json[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            let end = min(position, json.count)
            position = end + 1
            return start..<end
        }

        private mutating func note(_ value: Range<Int>, for name: Range<Int>) {
            switch name.count {
            case 4 where json[name].elementsEqual("time".utf8): time = moment(value)
            case 12 where json[name].elementsEqual("recordedtime".utf8): recorded = moment(value)
            default: break
            }
        }

        private func moment(_ range: Range<Int>) -> Moment? {
            Timestamp(utf8: UnsafeBufferPointer(rebasing: json[range]))?.moment
        }
    }
}
