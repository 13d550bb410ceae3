import GatehouseBus
public import GatehouseSite

/// The file in the data folder that holds the key of the site's own codes: 64 hexadecimal digits, mode 0600.
public enum CodeKeyFile {
    /// The key: that of the secret `codes` where the site has one, else that of `codes.key` in the folder, which is
    /// made where there is none. Whoever loses it must print every code anew.
    public static func key(in folder: String, secrets: [String: String]) throws(StartProblem) -> CodeKey {
        if let secret = secrets[CodeKey.secretName] { return CodeKey(secret: secret) }
        let path = "\(folder)/codes.key"
        do throws(BusError) {
            if try SecretFile.readIfPresent(path) == nil {
                try SecretFile.makeFolder(folder)
                try SecretFile.create(fresh(), at: path)
            }
            guard let content = try SecretFile.readIfPresent(path), let key = CodeKey(file: content) else {
                throw BusError(
                    "\(path) is damaged: bring it back from a backup, or remove it and print all codes anew")
            }
            return key
        } catch {
            throw StartProblem([error.message])
        }
    }

    private static func fresh() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let key = (0..<CodeKey.size * 2).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }
        return key + [0x0A]
    }
}
