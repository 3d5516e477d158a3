/// What the policy says of an upload that it does not refuse.
package enum Decision: Sendable {
  case granted(Grant)
  /// It would be granted if the registry has the package, which must be asked first.
  case hangsOnExistence(ProbePermit)
}

/// The policy's leave to ask the registry, with the service credential, whether it has what an upload names: a package, or a file of it.
package struct ProbePermit: Sendable {
  package let target: PublishTarget

  init(about target: PublishTarget) { self.target = target }

  /// What is granted may be asked about.
  package init(_ grant: Grant) { target = grant.target }
}
