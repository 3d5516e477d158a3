import StrictParsers

/// An operating system as RubyGems finds it in a platform, in its order: the first that is found counts.
struct GemSystem {
  struct Found {
    let name: Substring
    let version: Substring?
  }

  private enum Place { case anywhere, beginning, whole }
  private enum Version { case none, number, decimal, dotted, word }

  private let word: String
  private let place: Place
  private let version: Version
  private var name: Substring?
  /// Those that know it.
  private var readings = Set(GemPlatformReading.allCases)

  private init(
    _ word: String, _ place: Place = .anywhere, _ version: Version = .none, as name: Substring? = nil,
    in readings: Set<GemPlatformReading> = Set(GemPlatformReading.allCases)
  ) {
    self.word = word
    self.place = place
    self.version = version
    self.name = name
    self.readings = readings
  }

  private static let beforeWindows: [GemSystem] = [
    GemSystem("aix", .anywhere, .number), GemSystem("cygwin"), GemSystem("darwin", .anywhere, .number), GemSystem("macruby", .whole),
    GemSystem("macruby", .beginning, .dotted, in: [.splitOnce]), GemSystem("freebsd", .anywhere, .number),
    GemSystem("hpux", .anywhere, .number, in: [.withoutGNU]), GemSystem("java", .whole), GemSystem("jruby", .whole, as: "java"),
    GemSystem("java", .beginning, .dotted), GemSystem("dalvik", .whole, .number), GemSystem("dotnet", .whole),
    GemSystem("dotnet", .beginning, .dotted), GemSystem("linux", .anywhere, .word), GemSystem("mingw32"),
    GemSystem("mingw", .anywhere, .word),
  ]
  private static let behindWindows: [GemSystem] = [
    GemSystem("netbsdelf"), GemSystem("openbsd", .anywhere, .decimal), GemSystem("bitrig", .anywhere, .decimal, in: [.withoutGNU]),
    GemSystem("solaris", .anywhere, .decimal), GemSystem("wasi", in: [.withLibrary, .splitOnce]),
  ]

  /// `nil` if RubyGems knows none in it.
  static func find(in text: Substring, _ reading: GemPlatformReading) -> Found? {
    for system in beforeWindows { if let found = system.match(text, reading) { return found } }
    if let found = windows(in: text, reading) { return found }
    for system in behindWindows { if let found = system.match(text, reading) { return found } }
    return ofTests(in: text, reading)
  }

  private func match(_ text: Substring, _ reading: GemPlatformReading) -> Found? {
    guard readings.contains(reading), let place = text.firstRange(of: word), self.place == .anywhere || place.lowerBound == text.startIndex
    else { return nil }
    let (version, rest) = version(at: text[place.upperBound...], reading)
    guard self.place != .whole || rest.isEmpty else { return nil }
    return Found(name: name ?? word[...], version: version)
  }

  private func version(at text: Substring, _ reading: GemPlatformReading) -> (Substring?, rest: Substring) {
    guard version != .none else { return (nil, text) }
    let isSeparated = (version == .word || reading == .splitOnce) && text.first == "-"
    let text = isSeparated ? text.dropFirst() : text
    let found: Substring
    switch version {
    case .none, .number: found = Self.digits(text)
    case .decimal:
      let whole = Self.digits(text)
      let fraction = Self.digits(text.dropFirst(whole.count + 1))
      found =
        text.dropFirst(whole.count).first == "." && !whole.isEmpty && !fraction.isEmpty ? text.prefix(whole.count + 1 + fraction.count) : ""
    case .dotted:
      let numbers = text.prefix { $0 == "." || Self.isDigit($0) }
      // It is there even if it is empty.
      guard reading == .splitOnce else { return (numbers, text.dropFirst(numbers.count)) }
      found = Self.joinedNumbers(numbers)
    case .word:
      let word = text.prefix(while: Self.isWordCharacter)
      found = self.word == "linux" && reading == .withoutGNU && word.hasPrefix("gnu") ? "" : word
    }
    return (found.isEmpty ? nil : found, text.dropFirst(found.count))
  }

  /// `mswin32`, `mswin64_140`
  private static func windows(in text: Substring, _ reading: GemPlatformReading) -> Found? {
    for place in text.ranges(of: "mswin") {
      let bits = digits(text[place.upperBound...])
      guard !bits.isEmpty else { continue }
      let rest = text[bits.endIndex...]
      let isSeparated = rest.first == "_" || reading == .splitOnce && rest.first == "-"
      let version = isSeparated ? digits(rest.dropFirst()) : ""
      return Found(name: text[place.lowerBound..<bits.endIndex], version: version.isEmpty ? nil : version)
    }
    return nil
  }

  /// `test_platform12`
  private static func ofTests(in text: Substring, _ reading: GemPlatformReading) -> Found? {
    let word = text.prefix(while: isWordCharacter)
    guard let end = word.ranges(of: "_platform").last(where: { $0.lowerBound > word.startIndex })?.upperBound else { return nil }
    let rest = text[end...]
    let version = digits(reading == .splitOnce && rest.first == "-" ? rest.dropFirst() : rest)
    return Found(name: text[..<end], version: version.isEmpty ? nil : version)
  }

  /// `1`, `1.5`: of digits and dots, what begins and ends with a digit and has no two dots in a row.
  private static func joinedNumbers(_ text: Substring) -> Substring {
    var end = text.startIndex
    var rest = text
    while true {
      let number = digits(rest)
      guard !number.isEmpty else { break }
      end = number.endIndex
      guard text[end...].first == "." else { break }
      rest = text[end...].dropFirst()
    }
    return text[..<end]
  }

  private static func digits(_ text: Substring) -> Substring { text.prefix(while: isDigit) }

  private static func isDigit(_ character: Character) -> Bool { character.asciiValue.map(ASCII.isDigit) == true }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character == "_" || character.asciiValue.map(ASCII.isAlphanumeric) == true
  }
}
