import Testing

@testable import StateStore

@Suite("The URL of a PostgreSQL database") struct PostgresLocationTests {
  @Test(
    "is taken only where libpq understands it, and nothing else that libpq would take, too",
    arguments: [
      ("postgres://u:p@h/d", true), ("postgresql://u@h:5432/d?sslmode=verify-full", true), ("postgres://", true), ("", false),
      ("postgres:", false), ("POSTGRES://u:p@h/d", false), ("host=h password=p", false), ("mysql://u:p@h/d", false), ("h", false),
      ("postgres://u:p@h/d?no_such=option", false), ("postgres://u:%zz@h/d", false),
      ("postgres://u:p@h/d\n", false), ("postgres://u:p@h/d\0", false), ("\u{FEFF}postgres://u:p@h/d", false),
    ])
  func grammar(url: String, isTaken: Bool) { #expect((PostgresLocation(url: Array(url.utf8)) != nil) == isTaken) }

  @Test("that is no UTF-8 is refused")
  func bytes() { #expect(PostgresLocation(url: Array("postgres://u:".utf8) + [0xFF] + Array("@h/d".utf8)) == nil) }

  @Test(
    "says how its way is protected, or needs none within a machine",
    arguments: [
      ("postgres://u:p@db.example/d", false), ("postgres://u:p@db.example/d?sslmode=verify-full", true),
      ("postgres://u:p@db.example/d?sslmode=disable", true), ("postgres://u:p@127.0.0.1/d", true), ("postgres://u:p@[::1]/d", true),
      ("postgres://u:p@localhost/d", true), ("postgres:///d", true), ("postgres:///d?host=/run/postgresql", true),
      ("postgres://u:p@localhost,db.example/d", false), ("postgres://u:p@localhost/d?hostaddr=192.0.2.1", false),
      ("postgres://u:p@localhost.example/d", false), ("postgres://u:p@db.example/d?application_name=sslmode", false),
    ])
  func protection(url: String, isProtected: Bool) throws {
    #expect(try #require(PostgresLocation(url: Array(url.utf8))).isProtected == isProtected)
  }

  @Test("is never printed")
  func secrecy() throws {
    let location = try #require(PostgresLocation(url: Array("postgres://u:s3cr3t@h/d".utf8)))
    var dumped = ""
    dump(location, to: &dumped)
    #expect(!"\(location) \(String(reflecting: location)) \(dumped) \([location]) \(Optional(location) as Any)".contains("s3cr3t"))
  }
}
