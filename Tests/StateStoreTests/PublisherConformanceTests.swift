import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store's memory of publishers") struct PublisherConformanceTests {
  private static func learnt(_ store: any StateStore, _ ids: ImmutableIDs = Sample.ids("1"), repository: ExactString = "acme/widgets")
    async throws
    -> Set<PinnedIdentity>
  {
    Set(try await store.learnt(issuer: "https://issuer.example", repository: repository, ids: ids))
  }

  private static func refusal(_ store: any StateStore, opening upload: UploadIntent) async -> StateRefusal? {
    await StateStoreTests.refusal { () throws(StateRefusal) in _ = try await store.open(upload) }
  }

  private static func published(_ store: any StateStore, _ upload: UploadIntent, at time: UnixTime = Sample.now) async throws {
    store.end(try await store.open(upload), as: .bound, UploadSuccess(time: time, of: upload))
  }

  // MARK: - Learning

  @Test("learns ids when the registry takes the first upload, and not before", arguments: StoreKind.allCases)
  func learning(kind: StoreKind) async throws {
    try await kind.with { store in
      let upload = Sample.upload(by: Sample.use(learning: Sample.ids("1")))
      let refused = try await store.open(upload)
      #expect(try await Self.learnt(store).isEmpty)
      store.end(refused, as: .bound)
      #expect(try await Self.learnt(store).isEmpty)
      try await Self.published(store, upload)
      let identity = PinnedIdentity(key: Sample.key(), ids: Sample.ids("1"))
      #expect(try await Self.learnt(store) == [identity])
      #expect(try await Self.learnt(store, Sample.ids("2")) == [identity])
      #expect(try await Self.learnt(store, repository: "acme/renamed") == [identity])
      #expect(try await Self.learnt(store, Sample.ids("2"), repository: "acme/renamed").isEmpty)
      #expect(try await store.learnt(issuer: "https://other.example", repository: "acme/widgets", ids: Sample.ids("1")).isEmpty)
    }
  }

  @Test("reserves the place for the identity that is first, until its upload ends", arguments: StoreKind.allCases)
  func reservation(kind: StoreKind) async throws {
    try await kind.with { store in
      let first = try await store.open(Sample.upload(by: Sample.use(learning: Sample.ids("1"))))
      let other = Sample.upload(Sample.target("another"), by: Sample.use(learning: Sample.ids("2")))
      #expect(await Self.refusal(store, opening: other) == .reserved)
      #expect(
        await store.refusal(
          binding: Binding(
            subject: .direct(Sample.token("one")), upload: other, digests: Sample.digests("x"), rememberedUntil: Sample.now)) == .reserved)
      #expect(
        await store.refusal(
          claiming: StreamClaim(
            subject: .direct(Sample.token("one")), upload: other, rememberedUntil: Sample.now)) == .reserved)
      // The same identity sends another file of its release meanwhile; another repository is another place, another entry is not.
      let second = try await store.open(Sample.upload(Sample.target("another"), by: Sample.use(learning: Sample.ids("1"))))
      #expect(
        await Self.refusal(
          store, opening: Sample.upload(by: Sample.use(Sample.key("another"), learning: Sample.ids("2")))) == .reserved)
      #expect(
        await Self.refusal(
          store, opening: Sample.upload(by: Sample.use(Sample.key(repository: "acme/other"), learning: Sample.ids("2")))) == nil)
      #expect(
        await Self.refusal(
          store, opening: Sample.upload(by: Sample.use(Sample.key(issuer: "https://b.example"), learning: Sample.ids("2")))) == nil)
      store.end(first, as: .released)
      #expect(await Self.refusal(store, opening: other) == .reserved)
      store.end(second, as: .bound)
      #expect(await Self.refusal(store, opening: other) == nil)
    }
  }

  @Test("lets one identity only be first, of 64 that try at once", arguments: StoreKind.allCases)
  func simultaneousFirstUses(kind: StoreKind) async throws {
    try await kind.with { store in
      let outcomes = await withTaskGroup { group in
        for index in 0..<64 {
          let upload = Sample.upload(by: Sample.use(learning: Sample.ids(ExactString(index / 2))))
          group.addTask { await Self.refusal(store, opening: upload) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == 2)
      #expect(outcomes.count { $0 == .reserved } == 62)
    }
  }

  @Test("never learns a second time, and tells whoever did not know yet to ask again", arguments: StoreKind.allCases)
  func learntOnce(kind: StoreKind) async throws {
    try await kind.with { store in
      let late = try await store.open(Sample.upload(by: Sample.use(learning: Sample.ids("1"))))
      try await Self.published(store, Sample.upload(Sample.target("b"), by: Sample.use(learning: Sample.ids("1"))))
      #expect(await Self.refusal(store, opening: Sample.upload(by: Sample.use(learning: Sample.ids("2")))) == .reserved)
      #expect(await Self.refusal(store, opening: Sample.upload(by: Sample.use(learning: Sample.ids("1")))) == nil)
      store.end(late, as: .bound, Sample.success)
      #expect(try await Self.learnt(store) == [PinnedIdentity(key: Sample.key(), ids: Sample.ids("1"))])
    }
  }

  @Test("remembers when and by which run a publisher was used first and last", arguments: StoreKind.allCases)
  func uses(kind: StoreKind) async throws {
    try await kind.with { store in
      try await Self.published(store, Sample.upload(by: Sample.use(learning: Sample.ids("1"), run: "https://ci.example/1")))
      let later = Sample.now.advanced(by: 60)
      try await Self.published(store, Sample.upload(by: Sample.use(run: "https://ci.example/2")), at: later)
      try await Self.published(store, Sample.upload(by: Sample.use(Sample.key("configured"))))
      store.end(try await store.open(Sample.upload(by: Sample.use(run: "https://ci.example/3"))), as: .bound)
      try await Self.published(store, Sample.upload(by: nil))
      let first = PublisherRecord.Use(time: Sample.now, run: "https://ci.example/1")
      #expect(
        try await store.publisherRecords() == [
          PublisherRecord(
            key: Sample.key("configured"), ids: nil, first: .init(time: Sample.now, run: nil), last: .init(time: Sample.now, run: nil)),
          PublisherRecord(key: Sample.key(), ids: Sample.ids("1"), first: first, last: .init(time: later, run: "https://ci.example/2")),
        ])
    }
  }

  @Test("remembers each use that ends in one batch", arguments: StoreKind.allCases)
  func usesOfBatch(kind: StoreKind) async throws {
    try await kind.with { store in
      let uses = [
        (Sample.use(run: "1"), Sample.now), (Sample.use(run: "1"), Sample.now), (Sample.use(run: "2"), Sample.now.advanced(by: 1)),
        (Sample.use(Sample.key("another"), run: "2"), Sample.now),
        (Sample.use(Sample.key("another"), run: "2"), Sample.now.advanced(by: 90)),
        (Sample.use(Sample.key("another"), learning: Sample.ids("1"), run: "2"), Sample.now.advanced(by: 90)),
      ]
      let uploads = uses.enumerated().map { Sample.upload(Sample.target(ExactString($0.offset)), by: $0.element.0) }
      let intents = await store.results(of: StoreBatch(reservations: uploads.map { .open($0) })).compactMap(\.intent)
      #expect(intents.count == uses.count)
      var ends = zip(intents, zip(uploads, uses)).map { intent, end in
        PendingCompletion(intent: intent, end: .bound, success: UploadSuccess(time: end.1.1, of: end.0))
      }
      // What was ended before says nothing of what ends after it.
      ends.insert(ends[0], at: 1)
      _ = await store.results(of: StoreBatch(ends: ends))
      let another = PublisherRecord(
        key: Sample.key("another"), ids: Sample.ids("1"), first: .init(time: Sample.now, run: "2"),
        last: .init(time: Sample.now.advanced(by: 90), run: "2"))
      let usual = PublisherRecord(
        key: Sample.key(), ids: nil, first: .init(time: Sample.now, run: "1"), last: .init(time: Sample.now.advanced(by: 1), run: "2"))
      let records = try await store.publisherRecords()
      #expect(records == [another, usual])
    }
  }

  @Test("forgets a publisher, so that another identity can be learnt", arguments: StoreKind.allCases)
  func forgetting(kind: StoreKind) async throws {
    try await kind.with { store in
      let id = PublisherID("widgets-release")
      #expect(try await store.forget(id, Array("in vain".utf8)) == 0)
      try await Self.published(store, Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true))
      try await Self.published(store, Sample.upload(by: Sample.use(Sample.key(repository: "acme/other"), learning: Sample.ids("3"))))
      #expect(try await store.forget(PublisherID("another"), Array("in vain".utf8)) == 0)
      #expect(try await store.forget(id, Array("forgotten".utf8)) == 2)
      #expect(try await store.publisherRecords().isEmpty)
      #expect(try await store.updates(at: Sample.now).actions.map { String(decoding: $0.note, as: UTF8.self) } == ["forgotten"])
      try await Self.published(store, Sample.upload(by: Sample.use(learning: Sample.ids("2"))))
      #expect(try await Self.learnt(store) == [PinnedIdentity(key: Sample.key(), ids: Sample.ids("2"))])
    }
  }

  // MARK: - Packages and files

  @Test("lets one identity only bring a package into being, of those that never published", arguments: StoreKind.allCases)
  func creation(kind: StoreKind) async throws {
    try await kind.with { store in
      let mine = Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true)
      let rival = Sample.use(Sample.key("rival", repository: "evil/widgets"), learning: Sample.ids("2"))
      let sibling = Sample.use(Sample.key("sibling"), learning: Sample.ids("1"))
      let intent = try await store.open(mine)
      #expect(await Self.refusal(store, opening: Sample.upload(by: rival, creates: true)) == .reserved)
      // The registry may have the package already, though the upload that brought it has not ended here.
      #expect(await Self.refusal(store, opening: Sample.upload(by: rival)) == .reserved)
      let other = try await store.open(Sample.upload(Sample.target(package: "another"), by: rival, creates: true))
      store.end(other, as: .bound)
      store.end(intent, as: .bound, Sample.success)
      #expect(await Self.refusal(store, opening: Sample.upload(by: rival, creates: true)) == .packageTaken(PublisherID("widgets-release")))
      #expect(await Self.refusal(store, opening: Sample.upload(by: rival)) == .packageTaken(PublisherID("widgets-release")))
      // The same repository by another entry, and a publisher whose ids are known, are no strangers.
      #expect(await Self.refusal(store, opening: Sample.upload(by: sibling)) == nil)
      #expect(await Self.refusal(store, opening: Sample.upload(by: Sample.use(Sample.key("rival")))) == nil)
      #expect(await Self.refusal(store, opening: Sample.upload(Sample.target(registry: "files"), by: rival, creates: true)) == nil)
    }
  }

  @Test("frees a package that the registry did not take", arguments: StoreKind.allCases)
  func failedCreation(kind: StoreKind) async throws {
    try await kind.with { store in
      store.end(try await store.open(Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true)), as: .bound)
      let rival = Sample.use(Sample.key("rival", repository: "evil/widgets"), learning: Sample.ids("2"))
      #expect(await Self.refusal(store, opening: Sample.upload(by: rival, creates: true)) == nil)
    }
  }

  @Test("lets one upload only of a file run where the registry was asked for it", arguments: StoreKind.allCases)
  func exclusiveness(kind: StoreKind) async throws {
    try await kind.with { store in
      let first = try await store.open(Sample.upload(alone: true))
      #expect(await Self.refusal(store, opening: Sample.upload(alone: true)) == .inFlight)
      #expect(await Self.refusal(store, opening: Sample.upload(by: nil, alone: true)) == .inFlight)
      #expect(await Self.refusal(store, opening: Sample.upload(Sample.target("another"), alone: true)) == nil)
      #expect(await Self.refusal(store, opening: Sample.upload(Sample.target(registry: "files"), alone: true)) == nil)
      store.end(first, as: .bound)
      #expect(await Self.refusal(store, opening: Sample.upload(alone: true)) == nil)
    }
  }

  // MARK: - Operators

  @Test(
    "refuses what is frozen, whoever asks, until it is freed", arguments: StoreKind.allCases,
    [
      (.everything, [true, true, true]), (.registry(RegistryName("python")), [true, true, false]),
      (.registry(RegistryName("files")), [false, false, true]), (.publisher(PublisherID("widgets-release")), [true, false, true]),
      (.publisher(PublisherID("another")), [false, false, false]),
    ] as [(Freeze.Scope, [Bool])])
  func freezing(kind: StoreKind, frozen: (scope: Freeze.Scope, uploads: [Bool])) async throws {
    try await kind.with { store in
      let uploads = [Sample.upload(), Sample.upload(by: nil), Sample.upload(Sample.target(registry: "files"))]
      let freeze = Freeze(scope: frozen.scope, why: "an incident", since: Sample.now)
      try await store.freeze(Freeze(scope: frozen.scope, why: "at first", since: Sample.time(1)), Array("one".utf8))
      try await store.freeze(freeze, Array("two".utf8))
      for (upload, isFrozen) in zip(uploads, frozen.uploads) {
        #expect(await Self.refusal(store, opening: upload) == (isFrozen ? .frozen(freeze) : nil))
      }
      #expect(try await store.freezes() == [freeze])
      let first = try await store.updates(at: Sample.now)
      #expect(first.freezes == [freeze] && first.actions.map { String(decoding: $0.note, as: UTF8.self) } == ["one", "two"])
      try await store.settle(Array(first.actions.prefix(1)))
      // What was given to one is nobody else's for a while.
      #expect(try await store.updates(at: Sample.now.advanced(by: 59)) == OperatorUpdates(freezes: [freeze], actions: []))
      let later = Sample.now.advanced(by: 60)
      #expect(try await store.unfreeze(.registry(RegistryName("other")), Array("in vain".utf8)) == false)
      #expect(try await store.unfreeze(frozen.scope, Array("three".utf8)))
      #expect(try await store.unfreeze(frozen.scope, Array("in vain".utf8)) == false)
      for upload in uploads { #expect(await Self.refusal(store, opening: upload) == nil) }
      let actions = try await store.updates(at: later).actions
      #expect(actions.map { String(decoding: $0.note, as: UTF8.self) } == ["two", "three"])
    }
  }

  @Test("ends each live upload token that was given out for a publisher", arguments: StoreKind.allCases)
  func revoking(kind: StoreKind) async throws {
    try await kind.with { store in
      let records = [
        Sample.record("a", publishers: ["one"]), Sample.record("b", publishers: ["two", "one"], package: "acme-widgets"),
        Sample.record("c", publishers: ["two"]), Sample.record("d", expiry: Sample.now, publishers: ["one"]),
      ]
      for (index, record) in records.enumerated() {
        try await store.exchange(Sample.token(ExactString(index)), rememberedUntil: Sample.now, for: record)
      }
      #expect(try await store.uploadToken(Sample.digest("b"), at: Sample.now) == records[1])
      #expect(Set(try await store.publishersOfTokens(at: Sample.now).map(\.description)) == ["one", "two"])
      _ = try await store.bind(Sample.binding(.uploadToken(Sample.digest("a"))))
      #expect(try await store.revoke([PublisherID("one"), PublisherID("three")], at: Sample.now, Array("revoked".utf8)) == 2)
      #expect(try await store.uploadToken(Sample.digest("a"), at: Sample.now) == nil)
      #expect(try await store.uploadToken(Sample.digest("b"), at: Sample.now) == nil)
      #expect(try await store.uploadToken(Sample.digest("c"), at: Sample.now) == records[2])
      #expect(await store.refusal(binding: Sample.binding(.uploadToken(Sample.digest("a")))) == .ended)
      #expect(try await store.updates(at: Sample.now).actions.count == 1)
      #expect(try await store.publishersOfTokens(at: Sample.now).map(\.description) == ["two"])
      #expect(try await store.revoke([PublisherID("two")], at: Sample.now, nil) == 1)
      #expect(try await store.publishersOfTokens(at: Sample.now).isEmpty)
      #expect(try await store.updates(at: Sample.now).actions.isEmpty)
    }
  }
}
