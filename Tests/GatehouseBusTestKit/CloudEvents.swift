/// A CloudEvent as a client would append it.
package func cloudEvent(
    id: String, client: String = "hr", topic: String = "ext.test", site: String = "default", source: String? = nil
) -> [UInt8] {
    let source = source ?? "/sites/\(site)/clients/\(client)"
    let head = #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"gatehouse.\#(topic)","#
    return Array((head + #""subject":"s","data":{}}"#).utf8)
}
