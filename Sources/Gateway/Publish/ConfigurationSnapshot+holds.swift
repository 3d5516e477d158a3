import Configuration

extension ConfigurationSnapshot {
  /// Whether a registry is the same under this configuration as under the one that a request came under: its address, its audience, its rules.
  func holds(_ registry: Registry, of old: ConfigurationSnapshot) -> Bool {
    settings.digest == old.settings.digest || registries.first { $0.name == registry.name }?.settings == registry.settings
  }
}
