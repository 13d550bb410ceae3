/// AES-128 of one block, written straight from FIPS 197 for tests of what is built on it. Slow, and tells its keys to
/// whoever can measure time: never for anything else.
public enum SlowAES {
    /// Encrypts 16 bytes under a key of 16 bytes.
    public static func encrypt(_ block: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let keys = roundKeys(key)
        var state = add(block, keys[0])
        for round in 1...10 {
            state = state.map { box[Int($0)] }
            state = (0..<16).map { state[($0 + 4 * ($0 % 4)) % 16] }
            if round < 10 { state = mixed(state, by: [2, 3, 1, 1]) }
            state = add(state, keys[round])
        }
        return state
    }

    /// Decrypts 16 bytes under a key of 16 bytes.
    public static func decrypt(_ block: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let keys = roundKeys(key)
        var state = block
        for round in (1...10).reversed() {
            state = add(state, keys[round])
            if round < 10 { state = mixed(state, by: [14, 11, 13, 9]) }
            state = (0..<16).map { state[($0 + 12 * ($0 % 4)) % 16] }
            state = state.map { inverseBox[Int($0)] }
        }
        return add(state, keys[0])
    }

    private static func add(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        zip(left, right).map { $0 ^ $1 }
    }

    private static func mixed(_ state: [UInt8], by row: [Int]) -> [UInt8] {
        var mixed = state
        for place in 0..<16 {
            let column = place & ~3
            var sum: UInt8 = 0
            for step in 0..<4 { sum ^= products[row[(step + 4 - place % 4) % 4]][Int(state[column + step])] }
            mixed[place] = sum
        }
        return mixed
    }

    private static func roundKeys(_ key: [UInt8]) -> [[UInt8]] {
        var words = (0..<4).map { Array(key[$0 * 4..<$0 * 4 + 4]) }
        var constant: UInt8 = 1
        for place in 4..<44 {
            var word = words[place - 1]
            if place % 4 == 0 {
                word = [word[1], word[2], word[3], word[0]].map { box[Int($0)] }
                word[0] ^= constant
                constant = product(constant, 2)
            }
            words.append(add(words[place - 4], word))
        }
        return (0..<11).map { Array(words[$0 * 4..<$0 * 4 + 4].joined()) }
    }

    /// Multiplies in the field of AES.
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (left, right, sum) = (left, right, UInt8(0))
        while right > 0 {
            if right & 1 == 1 { sum ^= left }
            left = left & 0x80 == 0 ? left << 1 : left << 1 ^ 0x1B
            right >>= 1
        }
        return sum
    }

    /// What each number up to 14 times each byte makes.
    private static let products: [[UInt8]] = (0..<15).map { left in
        (0..<256).map { product(UInt8($0), UInt8(left)) }
    }

    private static let box: [UInt8] = (0..<256).map { number in
        let number = UInt8(number)
        let inverse = (0..<256).map { UInt8($0) }.first { product($0, number) == 1 } ?? 0
        return (0..<5).reduce(0x63) { $0 ^ (inverse << $1 | inverse >> (8 - $1)) }
    }

    private static let inverseBox: [UInt8] = {
        var inverse = [UInt8](repeating: 0, count: 256)
        for (number, value) in box.enumerated() { inverse[Int(value)] = UInt8(number) }
        return inverse
    }()
}
