import Octet

/// The header of an exported model, for programs in C and C++.
package struct CHeader {
  /// The whole file.
  package let source: String

  /// - Parameter prefix: that of the source.
  package init(_ model: Model, prefix: String) {
    source = CNames(prefix).replaced(
      in: """
        /* \(CDeclarations.licence)

           A quantized model, written by octet export. Its state is static: one image at a time, from one thread. */
        #ifndef OCTET_MODEL_H
        #define OCTET_MODEL_H

        #include <stdint.h>

        \(CDeclarations(model).text)
        #endif

        """)
  }
}
