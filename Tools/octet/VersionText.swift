import CBuildFacts
import CPNG
import CZlib

/// What `octet --version` prints: version, commit, and every library that is linked in or loaded. Those that read
/// untrusted files come first.
enum VersionText {
  static var line: String {
    let commit = String(cString: octet_build_commit())
    let system = String(cString: octet_c_library())
    let libraries = [
      "libpng \(String(cString: octet_png_library_version()))", "zlib \(String(cString: zlibVersion()))",
      String(cString: octet_build_toolchain()), system.isEmpty ? "the system's C library" : "glibc \(system)",
    ]
    // These two are opened by name, by the training's matrix products and the reader of JPEG files.
    return """
      octet \(Main.version) (\(commit.isEmpty ? "" : "\(commit); ")\(libraries.joined(separator: ", ")); if installed, \
      OpenBLAS and libjpeg-turbo)

      """
  }
}
