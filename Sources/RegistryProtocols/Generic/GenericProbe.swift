import StrictParsers

extension PublishProbe {
  /// A folder of files is never patched, but is guarded against that as against other changes; it answers a POST as it answers a read.
  /// Files are put below the root, not there: that nothing may be changed there tells nothing of them.
  static let generic = PublishProbe(
    .patch, contentType: nil, body: "", forbidden: .methodOrCredential,
    misplacement: Misplacement(
      [404, 410], isCertain: false, answer: "the registry has nothing there", remedy: "it must be the root of the files"),
    unknownMethod: "see that it asks for one where files are put")
}
