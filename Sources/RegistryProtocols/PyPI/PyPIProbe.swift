import StrictParsers

extension PublishProbe {
  /// A form without a file. Without its action devpi takes it for something else, and asks for no credential.
  static let pypi = PublishProbe(
    .post, contentType: "multipart/form-data; boundary=nothing",
    body: "--nothing\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n--nothing--\r\n",
    forbidden: .credential,
    misplacement: Misplacement(
      [404, 405, 410], isCertain: true, answer: "the registry takes no upload there",
      remedy: "it must be the URL that twine would upload to"),
    unknownMethod: nil)
}
