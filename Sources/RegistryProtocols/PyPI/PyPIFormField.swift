import StrictParsers

/// The fields of an upload's form: those of the core metadata, and those that Warehouse or a client ever added.
enum PyPIFormField {
  static let action: ExactString = ":action"
  static let name: ExactString = "name"
  static let version: ExactString = "version"
  static let fileType: ExactString = "filetype"
  static let pythonVersion: ExactString = "pyversion"
  static let protocolVersion: ExactString = "protocol_version"
  static let md5: ExactString = "md5_digest"
  static let sha256: ExactString = "sha256_digest"
  static let blake2b256: ExactString = "blake2_256_digest"
  /// The artifact.
  static let content: ExactString = "content"
  /// The only other file: a detached OpenPGP signature, which PyPI ignores and others keep.
  static let signature: ExactString = "gpg_signature"
  /// PEP 740.
  static let attestations: ExactString = "attestations"

  /// May stand once. Registries differ on which of two they take.
  static let single: Set<ExactString> = [
    action, name, version, fileType, pythonVersion, protocolVersion, md5, sha256, blake2b256, attestations,
    "metadata_version", "summary", "description", "description_content_type", "author", "author_email", "maintainer", "maintainer_email",
    "license", "license_expression", "home_page", "download_url", "requires_python", "comment",
  ]

  /// May stand several times. Some clients use the plural for what others call by the singular.
  static let repeatable: Set<ExactString> = [
    "classifier", "classifiers", "keywords", "platform", "platforms", "supported_platform", "supported_platforms", "license_file",
    "license_files", "dynamic", "project_url", "project_urls", "requires", "requires_dist", "requires_external", "provides",
    "provides_dist",
    "provides_extra", "provides_extras", "obsoletes", "obsoletes_dist", "import_name", "import_names", "import_namespace",
    "import_namespaces",
  ]
}
