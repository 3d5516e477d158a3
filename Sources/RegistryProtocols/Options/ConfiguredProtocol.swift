/// A registry's protocol as it is configured. Two are the same if what they were made of is.
package struct ConfiguredProtocol: Hashable, Sendable {
  package let ecosystem: Ecosystem
  package let `protocol`: any RegistryProtocol
  private let site: RegistrySite
  private let options: RegistryOptions

  package init(_ ecosystem: Ecosystem, _ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    self.ecosystem = ecosystem
    self.site = site
    self.options = options
    `protocol` = try ecosystem.type.init(site, options)
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.ecosystem == right.ecosystem && left.site == right.site && left.options == right.options
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ecosystem)
    hasher.combine(site)
    hasher.combine(options)
  }
}
