import StrictParsers

extension ArchiveRefusal {
  /// What people are told, as the end of a sentence.
  var explanation: String {
    switch self {
    case .gzip(let refusal): refusal.explanation
    case .tar(let refusal): refusal.explanation
    case .zip(let refusal): refusal.explanation
    case .memberKind: "its metadata are a link or a directory"
    case .repeatedMember: "a file stands twice in it, with two contents"
    case .memberTooLarge: "its metadata are too large"
    case .link: "it has a link, which no file of its kind has"
    case .tooMany: "it has too many paths, links, names at the top, or files that look like metadata"
    case .tooDeep: "a name in it has too many segments"
    case .namesTooLong: "the names in it are too long"
    case .budgetSpent: "it takes too long to read"
    case .throughLink: "a file in it would be unpacked through a link"
    case .fileAndFolder: "a path in it is both a file and a folder"
    case .unreadable: "it could not be read back"
    }
  }
}

extension GzipRefusal {
  var explanation: String {
    switch self {
    case .header: "its gzip header is damaged or has flags that readers differ on"
    case .headerTooLong: "the file name in its gzip header is too long"
    case .inflate(let refusal): refusal.explanation
    case .checksum: "its gzip checksum or size is not that of its content"
    case .trailingBytes: "something stands after its gzip member"
    case .incomplete: "its gzip member is cut short"
    }
  }
}

extension InflateRefusal {
  var explanation: String {
    switch self {
    case .corrupt: "its compressed content is damaged"
    case .tooLarge: "more than is allowed comes out of its compression"
    case .bomb: "so much comes out of so little that it is a decompression bomb"
    case .truncated: "its compressed content is cut short"
    case .outOfMemory: "the gateway has no memory to unpack it"
    }
  }
}

extension TarRefusal {
  var explanation: String {
    switch self {
    case .magic: "an entry's tar header is neither ustar's nor GNU's"
    case .checksum: "an entry's tar header has another checksum than its own"
    case .number: "a number in a tar header is not written in octal digits"
    case .field: "a field in a tar header has bytes after its end"
    case .type: "an entry of the tar file is not a file, a directory or a link"
    case .name: "a name in the tar file is absolute, empty, not UTF-8, or has `.`, `..`, a backslash or a control character in it"
    case .linkName: "a link in the tar file has no target, or something else has one"
    case .linkWithContent: "a link or directory in the tar file has content"
    case .extendedHeader: "an extended (pax) header in the tar file is damaged or has records that readers differ on"
    case .longName: "a long name in the tar file does not begin as its header's name does"
    case .extended: "an entry of the tar file has an extended header or a long name, which no file of its kind has"
    case .extensionOrder: "two extensions in the tar file describe one entry, or one describes none"
    case .extensionTooLong: "the extensions in the tar file are too long"
    case .tooManyEntries: "the tar file has too many entries"
    case .loneZeroBlock: "the tar file goes on after a block of zeros"
    case .trailingBytes: "something stands after the end of the tar file"
    case .incomplete: "the tar file is cut short"
    }
  }
}

extension ZipRefusal {
  var explanation: String {
    switch self {
    case .endOfDirectory: "the zip file has no end record, or a second one in its comment"
    case .zip64End: "the zip file's zip64 end record is damaged or contradicts the other one"
    case .disks: "the zip file is one of several"
    case .directoryPlace: "the zip file's directory does not end where its end record begins"
    case .directoryRecords: "the zip file's directory does not have as many entries as it says"
    case .tooLarge: "the zip file has too many entries, or too much content"
    case .entryComment: "an entry of the zip file has a comment"
    case .version: "an entry of the zip file needs an unpacker that does not exist"
    case .dataDescriptor: "an entry has a data descriptor: its size must precede its content"
    case .flags: "an entry of the zip file is encrypted, or has flags without a meaning"
    case .method: "an entry of the zip file is neither stored nor deflated, or is stored in another size than its own"
    case .name: "a name in the zip file is absolute, empty, not UTF-8, or has `.`, `..`, a backslash or a control character in it"
    case .repeatedName: "a name stands twice in the zip file"
    case .fileType: "an entry of the zip file is not a file, a directory or a link"
    case .extraFields: "an entry of the zip file has extra fields that are damaged, or give it another name or encryption"
    case .zip64Sizes: "an entry of the zip file has zip64 sizes that contradict its header"
    case .localHeaderPlace: "the zip file has bytes between its entries, or an entry lacks its own header"
    case .localHeader: "an entry's own header contradicts the zip file's directory"
    case .contentTooLarge: "its metadata are too large"
    case .content: "an entry of the zip file has another size or checksum than its header says"
    case .inflate(let refusal): refusal.explanation
    case .budgetSpent: "it takes too long to read"
    case .unreadable: "it could not be read back"
    }
  }
}
