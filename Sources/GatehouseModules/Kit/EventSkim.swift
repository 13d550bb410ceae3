public import GatehouseModel

/// The two times of a CloudEvent without reading the rest of it.
public enum EventSkim {
    /// The text of `recordedtime` and of `time` at the top level of one JSON object; nil for what is not there. Of
    /// bytes that are no JSON it may give anything, and never more than they hold.
    public static func times(in json: UnsafeBufferPointer<UInt8>) -> (recorded: String?, time: String?) {
        var scan = Scan(json: json)
        return scan.run()
    }

    private struct Scan {
        let json: UnsafeBufferPointer<UInt8>
        var position = 0
        var depth = 0
        var recorded: String?
        var time: String?

        mutating func run() -> (String?, String?) {
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
            return (recorded, time)
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
            case 4 where json[name].elementsEqual("time".utf8): time = text(value)
            case 12 where json[name].elementsEqual("recordedtime".utf8): recorded = text(value)
            default: break
            }
        }

        private func text(_ range: Range<Int>) -> String {
            String(decoding: json[range], as: UTF8.self)
        }
    }
}
