/// A file as a C array, for firmware that reads the model in place.
package enum CArray {
  /// - Parameter name: of the array; its length is `NAME_bytes`.
  package static func source(_ file: UnsafeRawBufferPointer, name: String) -> String {
    var text = """
      /* An .octet model, to be read in place. The runtime needs it at a multiple of 4. */

      #if defined(__GNUC__)
      __attribute__((aligned(16)))
      #endif
      const unsigned char \(name)[\(file.count)] = {

      """
    var line = " "
    for byte in file {
      line += " \(byte),"
      if line.utf8.count > 112 {
        text += line + "\n"
        line = " "
      }
    }
    return text + line + "\n};\nconst unsigned long \(name)_bytes = \(file.count);\n"
  }
}
