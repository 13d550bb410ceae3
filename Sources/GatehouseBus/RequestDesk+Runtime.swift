extension RequestDesk {
    /// Has a task ask the runtime; the answer comes back as a letter.
    func hand(_ request: WaitingRequest) {
        let (runtime, letters) = (runtime, letters)
        Task { letters.post(.answer(await request.answer(from: runtime), request)) }
    }

    /// Takes the runtime's answer and sends it on.
    func receive(_ answer: Result<RuntimeAnswer, BusRefusal>, to request: WaitingRequest) {
        if let next = waiting.finish(request) { handUnlessRevoked(next) }
        switch answer {
        case .failure(let refusal): refuse(refusal, to: request.address)
        case .success(.json(let json)): reply([Array("OK".utf8), json], to: request.address)
        case .success(.appended(let results)):
            var frames = [Array("OK".utf8)]
            for result in results {
                head = max(head, result.sequence)
                frames.append(result.sequence.wireBytes)
                frames.append([result.isDuplicate ? 1 : 0])
            }
            reply(frames, to: request.address)
        }
    }

    /// What waited in line is looked at again: its key may have been revoked meanwhile.
    private func handUnlessRevoked(_ request: WaitingRequest) {
        var request = request
        do throws(BusRefusal) {
            request.client = try client(request.userID)
            guard request.client.role >= request.verb.role else {
                throw BusRefusal(.forbidden, "this key's role is \(request.client.role.rawValue) now")
            }
            hand(request)
        } catch {
            letters.post(.answer(.failure(error), request))
        }
    }
}

extension WaitingRequest {
    func answer(from runtime: any BusRequests) async -> Result<RuntimeAnswer, BusRefusal> {
        do throws(BusRefusal) {
            switch verb {
            case .append(let bodies):
                return .success(.appended(try checked(await runtime.append(bodies, from: client), bodies.count)))
            case .derive(let module, let pass, let bodies):
                let results = try await runtime.derive(bodies, module: module, pass: pass)
                return .success(.appended(try checked(results, bodies.count)))
            case .devices: return .success(.json(await runtime.devices()))
            case .command(let name, let device, let arguments):
                return .success(.json(try await runtime.command(name, device: device, arguments: arguments)))
            case .ping, .head, .replay, .credit, .cancel:
                preconditionFailure("the bus answers this verb itself")
            }
        } catch {
            return .failure(error)
        }
    }

    private func checked(_ results: [AppendResult], _ count: Int) throws(BusRefusal) -> [AppendResult] {
        guard results.count == count, results.allSatisfy({ $0.sequence > 0 }) else {
            throw BusRefusal(.unavailable, "the journal did not say where the events are; append them again")
        }
        return results
    }
}
