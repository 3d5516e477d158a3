import Testing

@testable import Gateway

@Suite("What a registry says of the service credential") struct CredentialStandingTests {
  @Test("is accepted until the registry refuses it, and each change is news once")
  func standing() {
    let standing = CredentialStanding()
    #expect(standing.isAccepted)
    #expect(!standing.noteAccepted())
    #expect(standing.noteRefused())
    #expect(!standing.noteRefused())
    #expect(!standing.isAccepted)
    #expect(standing.noteAccepted())
    #expect(standing.isAccepted)
  }
}
