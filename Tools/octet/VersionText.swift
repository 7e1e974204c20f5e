import CBuildFacts
import CPNG
import CZlib
import OctetCommandLine
import OctetTraining

/// What `octet --version` prints: version, commit, and every library that is linked in or loaded. Those that read
/// untrusted files come first.
enum VersionText {
  private static var commit: String { String(cString: octet_build_commit()) }

  private static var libraries: [String] {
    let system = String(cString: octet_c_library())
    return [
      "libpng \(String(cString: octet_png_library_version()))", "zlib \(String(cString: zlibVersion()))",
      String(cString: octet_build_toolchain()), system.isEmpty ? "the system's C library" : "glibc \(system)",
    ]
  }

  /// The commit is empty where the program was built without one, as by plain `swift build`.
  static var json: JSONValue {
    .object([
      ("version", .string(Main.version)), ("commit", .string(commit)),
      ("libraries", .array(libraries.map { .string($0) })),
    ])
  }

  static var line: String {
    // These two are opened by name, by the training's matrix products and the reader of JPEG files.
    return """
      octet \(Main.version) (\(commit.isEmpty ? "" : "\(commit); ")\(libraries.joined(separator: ", ")); if installed, \
      OpenBLAS and libjpeg-turbo)

      """
  }
}
