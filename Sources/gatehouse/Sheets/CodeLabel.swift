import GatehouseEngine
import GatehouseModel
import GatehouseRules
import GatehouseSite

/// One code to stick up, and what stands under it.
struct CodeLabel {
    var kind: RegisteredCode.Kind
    var id: String
    /// What people call it.
    var name: String
    /// What the code says.
    var code: String

    init(_ kind: RegisteredCode.Kind, id: String, name: String, key: CodeKey) {
        let signed = OwnCode.signed(kind: kind, id: id)
        self.kind = kind
        self.id = id
        self.name = name
        code = OwnCode(kind: kind, id: id, tag: key.tag(of: signed)).text
    }
}

/// Which codes are asked for.
struct CodeChoice {
    /// Checkpoints by id.
    var checkpoints: [String] = []
    var conditions = false
    var people = false

    /// The labels of what was asked for, in the order of the site file. With nothing asked for they are those of the
    /// checkpoints that have no sticker already.
    func labels(of site: Site, key: CodeKey) throws(Failure) -> [CodeLabel] {
        let known = Set(site.checkpoints.map(\.id))
        if let stranger = checkpoints.first(where: { !known.contains($0) }) {
            throw Failure(.notInOrder, "the site has no checkpoint \(stranger)")
        }
        let wanted = Set(checkpoints)
        let isOpen = checkpoints.isEmpty && !conditions && !people
        return site.checkpoints.filter { isOpen ? $0.code == nil : wanted.contains($0.id) }
            .map { CodeLabel(.checkpoint, id: $0.id, name: $0.name, key: key) }
            + (conditions ? site.conditions : []).map { CodeLabel(.condition, id: $0.id, name: $0.name, key: key) }
            + (people ? site.people : []).map { CodeLabel(.person, id: $0.id, name: $0.name, key: key) }
    }
}
