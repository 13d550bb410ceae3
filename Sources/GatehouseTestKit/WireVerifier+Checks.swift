import GatehouseModel
import GatehouseSimulation
import GatehouseWireKit

extension WireVerifier {
    func wholeAndCut(_ sample: WireSample<Outcome>) -> [WireFailure] {
        var failures = expect(sample.frames, from: [sample.bytes], check: "whole", sample: sample.name)
        guard delivery == .stream else { return failures }
        failures += expect(sample.frames, from: sample.bytes.map { [$0] }, check: "byte by byte", sample: sample.name)
        for cut in sample.bytes.indices.dropFirst() {
            failures += expect(
                sample.frames, from: [Array(sample.bytes[..<cut]), Array(sample.bytes[cut...])],
                check: "cut before byte \(cut)", sample: sample.name)
        }
        return failures
    }

    func glued(_ sample: WireSample<Outcome>, to samples: [WireSample<Outcome>]) -> [WireFailure] {
        samples.flatMap { other in
            let parts = [sample, other, sample]
            let chunks = parts.map(\.bytes)
            return expect(
                parts.flatMap(\.frames), from: delivery == .stream ? [Array(chunks.joined())] : chunks,
                check: "followed by \(other.name) and itself", sample: sample.name)
        }
    }

    /// A beginning holds a beginning of the frames, or none; on datagrams a short packet is no frame at all, or the
    /// wire's own rules make it one, but then the same each time.
    func truncated(_ sample: WireSample<Outcome>) -> [WireFailure] {
        sample.bytes.indices.flatMap { end -> [WireFailure] in
            let beginning = Array(sample.bytes[..<end])
            let check = "cut off after \(end) bytes"
            do throws(Runaway) {
                let found = try frames(of: [beginning])
                guard delivery == .stream, !sample.frames.starts(with: found) else { return [] }
                return [WireFailure(check: check, sample: sample.name, detail: "invented frames: \(found)")]
            } catch {
                return [WireFailure(check: check, sample: sample.name, detail: error.reason)]
            }
        }
    }

    func flipped(_ sample: WireSample<Outcome>, random: inout SplitMix64) -> [WireFailure] {
        let bits = sample.bytes.count * 8
        let chosen = bits <= 2048 ? Array(0..<bits) : (0..<2048).map { _ in random.number(in: 0...bits - 1) }
        return chosen.flatMap { bit -> [WireFailure] in
            var damaged = sample.bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let check = "bit \(bit % 8) of byte \(bit / 8) flipped"
            return agree(on: damaged, check: check, sample: sample.name) { found in
                guard protection == .checksum, let stranger = found.first(where: { !sample.frames.contains($0) }) else {
                    return nil
                }
                return "a frame that was never sent: \(stranger)"
            }
        }
    }

    /// Pure noise, noise between pieces of true frames, and true frames torn and shuffled: never more than agreed.
    func garbage(around samples: [WireSample<Outcome>], seed: UInt64) -> [WireFailure] {
        (0..<200).flatMap { round -> [WireFailure] in
            var random = SplitMix64(seed: seed &+ UInt64(round))
            var bytes: [UInt8] = []
            for _ in 0...random.number(in: 0...5) {
                let piece = samples[random.number(in: 0...samples.count - 1)].bytes
                let end = random.number(in: 0...piece.count)
                bytes += random.oneIn(2) ? random.bytes(random.number(in: 0...300)) : Array(piece[..<end])
            }
            return agree(on: bytes, check: "garbage", sample: "seed \(seed) round \(round)") { _ in nil }
        }
    }

    /// Whatever the bytes are: in one piece, byte by byte and in uneven pieces they hold the same frames.
    private func agree(
        on bytes: [UInt8], check: String, sample: String, objection: ([Outcome]) -> String?
    ) -> [WireFailure] {
        do throws(Runaway) {
            let whole = try frames(of: [bytes])
            if let objection = objection(whole) {
                return [WireFailure(check: check, sample: sample, detail: objection)]
            }
            guard delivery == .stream else { return [] }
            let cuts = [bytes.map { [$0] }, pieces(of: bytes)]
            for chunks in cuts where try frames(of: chunks) != whole {
                return [WireFailure(check: check, sample: sample, detail: "other frames when cut: \(Hex.text(bytes))")]
            }
            return []
        } catch {
            return [WireFailure(check: check, sample: sample, detail: error.reason)]
        }
    }

    private func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var random = SplitMix64(seed: UInt64(bytes.count))
        var rest = bytes[...]
        var pieces: [[UInt8]] = []
        while !rest.isEmpty {
            let piece = rest.prefix(random.number(in: 1...40))
            pieces.append(Array(piece))
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    private func expect(_ expected: [Outcome], from chunks: [[UInt8]], check: String, sample: String) -> [WireFailure] {
        do throws(Runaway) {
            let found = try frames(of: chunks)
            guard found != expected else { return [] }
            return [WireFailure(check: check, sample: sample, detail: "found \(found), not \(expected)")]
        } catch {
            return [WireFailure(check: check, sample: sample, detail: error.reason)]
        }
    }
}
