import Testing

@testable import RegistryClient

@Suite("A registry that has the file already") struct KnownConflictTests {
  @Test(
    "says so with a status and in words that are known",
    arguments: [
      (409, "Conflict", "Package 'x' already exists!", true), (409, "widgets-1.0.0.tar.gz already exists in user/dev", "", true),
      (400, "File already exists. See https://pypi.org/help/", "", true),
      (400, "Bad Request", "Repository does not allow UPDATING ASSETS", true),
      (403, "Forbidden", "not enough permissions to delete/overwrite artifact", true),
      (400, "Bad Request", "Filename has already been taken", true),
      (422, "Unprocessable", "has already been taken", true),
      (409, "Conflict", "The feed already contains file 'widgets' in package", true),
      (400, "", #"{"errors":[{"detail":"crate version `1.0.0` is already uploaded"}]}"#, true), (409, "Conflict", "", false),
      (409, "Conflict", "the name is taken already", false), (400, "Bad Request", "invalid metadata", false),
      (200, "OK", "already exists", false), (404, "Not Found", "already exists", false), (500, "Error", "already exists", false),
      (401, "Unauthorized", "already exists", false), (405, "No", "updating asset", false),
    ])
  func isTold(status: Int, reason: String, body: String, isTold: Bool) {
    #expect(KnownConflict.isTold(status: status, reason: ArraySlice(reason.utf8), body: Array(body.utf8)) == isTold)
  }

  @Test("does not say it half in the reason and half in the text")
  func apart() { #expect(!KnownConflict.isTold(status: 409, reason: ArraySlice("already ".utf8), body: Array("exists".utf8))) }
}
