import Foundation

/// The wires' decoders alone, for a measurement beside C.
///
///     DecoderProbe list                      the names of the wires, one a line
///     DecoderProbe write WIRE FILE           about a megabyte as sound devices send it; prints JSON
///     DecoderProbe decode WIRE FILE SECONDS  decodes it again and again, 512 bytes a read; prints JSON
let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "list":
    for wire in Stretch.all { print(wire.name) }
case "write" where arguments.count == 4:
    let stretch = try stretch(arguments[2])
    let bytes = stretch.bytes()
    try Data(bytes).write(to: URL(fileURLWithPath: arguments[3]))
    print("{\"wire\":\"\(stretch.name)\",\"unit\":\"\(stretch.unit)\",\"bytes\":\(bytes.count)}")
case "decode" where arguments.count == 5:
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arguments[3])))
    let figures = try stretch(arguments[2]).measure(bytes, seconds: Double(arguments[4]) ?? 1)
    print("{\"frames\":\(figures.frames),\"bytes\":\(figures.bytes),\"seconds\":\(figures.seconds)}")
default:
    print("usage: DecoderProbe list | write WIRE FILE | decode WIRE FILE SECONDS")
    exit(64)
}

func stretch(_ name: String) throws -> Stretch {
    guard let found = Stretch.all.first(where: { $0.name == name }) else { throw Unknown(wire: name) }
    return found
}

struct Unknown: Error {
    var wire: String
}
