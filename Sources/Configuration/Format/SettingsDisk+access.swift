import Glibc

extension SettingsDisk {
  package func isOpenToOthers(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }

  package func access(toFolder path: String) -> FolderAccess {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return .missing }
    return unsafe Glibc.access(path, W_OK | X_OK) == 0 ? .writable : .unwritable
  }
}
