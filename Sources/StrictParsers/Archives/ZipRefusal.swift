/// Why a zip file is not one that every unpacker reads in the same way (APPNOTE.TXT 6.3.10).
package enum ZipRefusal: Error, Hashable, Sendable {
  /// There is no end of central directory whose comment ends with the file, or a second one within the comment.
  case endOfDirectory
  /// The zip64 end of central directory is missing, not in its place, or says something else than the one after it.
  case zip64End
  /// More than one disk.
  case disks
  /// The central directory does not end where its end record begins.
  case directoryPlace
  /// The central directory does not consist of as many entries as its end record says.
  case directoryRecords
  /// More entries, a larger directory or larger contents than the limits allow.
  case tooLarge
  /// An entry of the central directory has a comment.
  case entryComment
  /// An entry that needs a newer unpacker than there is.
  case version
  /// Sizes behind the content (APPNOTE 4.3.9), which readers of the directory and readers from the front find in different ways.
  case dataDescriptor
  /// Encryption, patched data, masked headers, or a flag that has no meaning.
  case flags
  /// Neither stored nor deflated, or stored in another size than its own.
  case method
  /// An entry's name that unpackers treat differently, or that is not ASCII and not declared as UTF-8.
  case name
  /// Two entries of one name.
  case repeatedName
  /// A device, a socket, or a directory that is none by its name.
  case fileType
  /// Extra fields that are cut short, repeated, or give the entry another name or encryption.
  case extraFields
  /// Zip64 sizes that are not exactly those that the header leaves to them.
  case zip64Sizes
  /// A local header is missing, or bytes lie between the entries or before them.
  case localHeaderPlace
  /// A local header says something else than the central directory.
  case localHeader
  /// The content is larger than the caller's limit.
  case contentTooLarge
  /// The content does not have the size or the checksum that the directory says.
  case content
  /// The content can't be inflated.
  case inflate(InflateRefusal)
  /// The caller's budget of work was used up.
  case budgetSpent
  /// Our own storage failed.
  case unreadable(UnreadableBytes)
}
