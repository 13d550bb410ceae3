import CZMQ

/// Answers libzmq's question, for each new connection, whether its key may come in.
final class Doorkeeper {
    let socket: Socket
    var clients: ClientList
    private(set) var turnedAway = 0

    /// Must be made before the sockets are bound: until then libzmq would let nobody wait for an answer.
    init(context: SocketContext, clients: ClientList) throws(BusError) {
        self.clients = clients
        socket = try Socket(context, kind: ZMQ_REP)
        try socket.set(ZMQ_LINGER, 0 as Int32)
        _ = try socket.bind(Authentication.endpoint)
    }

    /// Answers everything that waits.
    func answerAll() {
        while let message = socket.receive(keepingFrames: 7, bytes: 4_096) {
            guard let question = Authentication(frames: message.frames) else {
                _ = socket.send([Array("1.0".utf8), [], Array("500".utf8), [], [], []])
                continue
            }
            let answer = question.answer(for: clients)
            if answer[2] != Array("200".utf8) { turnedAway += 1 }
            _ = socket.send(answer)
        }
    }
}
