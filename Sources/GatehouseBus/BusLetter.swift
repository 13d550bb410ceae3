import GatehouseModel

/// What the bus's thread is told from outside.
enum BusLetter: Sendable {
    case publish([Recorded])
    /// A part of a replay has been fetched.
    case page(Result<ReplayPage, BusRefusal>, ReturnAddress, number: UInt64)
    /// The runtime has answered a request.
    case answer(Result<RuntimeAnswer, BusRefusal>, WaitingRequest)
    /// From now on these are let in, and nobody else.
    case clients([ClientKey])
    case stop
}

/// What the runtime says to a request that it grants.
enum RuntimeAnswer: Hashable, Sendable {
    case json([UInt8])
    case appended([AppendResult])
}
