/// Why a tar file is not one that every unpacker reads in the same way (POSIX.1-2024 pax, and what GNU tar adds).
package enum TarRefusal: Error, Hashable, Sendable, CaseIterable {
  /// Neither a ustar nor a GNU header.
  case magic
  /// The header's checksum is not the sum of its bytes.
  case checksum
  /// A number is not octal digits and their end; for a size or a checksum, nothing else is read.
  case number
  /// A text field goes on after its NUL, or bytes stand where this format has none.
  case field
  /// A device, a pipe, a sparse file, a volume label, or a type that is not known.
  case type
  /// A name that unpackers treat differently.
  case name
  /// A link's target that is missing, or that stands on something else than a link.
  case linkName
  /// A link or directory that has content.
  case linkWithContent
  /// An extended header (pax `x` and `g`) that is cut short, repeats a record, or has one that readers differ on.
  case extendedHeader
  /// A long name (GNU `L` and `K`) that has a NUL within, or is not what the header's own name begins.
  case longName
  /// An extended header or a long name, which no file of its kind has.
  case extended
  /// Two extensions that describe one entry, or one that describes none.
  case extensionOrder
  /// An extension, or all together, that is longer than its limit.
  case extensionTooLong
  /// More headers than the limit.
  case tooManyEntries
  /// One block of zeros, and then something else.
  case loneZeroBlock
  /// Something stands after the end.
  case trailingBytes
  /// The bytes ended before the two blocks of zeros, or within a block.
  case incomplete
}
