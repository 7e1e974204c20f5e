import CBuildFacts
import CPNG
import CZlib

/// What `octet --version` prints: version, commit, and the libraries that read untrusted files.
enum VersionText {
  static var line: String {
    let commit = String(cString: octet_build_commit())
    let libraries =
      "libpng \(String(cString: octet_png_library_version())), zlib \(String(cString: zlibVersion()))"
    return "octet \(Main.version) (\(commit.isEmpty ? "" : "\(commit); ")\(libraries))\n"
  }
}
