import RegistryProtocols
import StrictParsers

/// Where a depot's parts lie: `{"crates": URL}`. The URL becomes the gateway's.
enum DepotLayout {
  static let rewrite = DocumentRewrite(limit: 1 << 16, mediaTypes: ["application/json"]) { document, links in
    guard let object = try? StrictJSON.parseObject(document.body), let url = object["crates"]?.string,
      let rewritten = links.rewrite(url.utf8)
    else { return nil }
    return JSONObject([.init("crates", .string(ExactString(rewritten)))]).encoded()
  }
}
