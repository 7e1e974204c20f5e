import OctetHostKernelsC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The instructions that the inner loops are written in.
package enum InstructionSet: String, CaseIterable, Sendable {
  case avx512vnni, avx2, neon
  /// None in particular: the definition in Swift.
  case plain

  /// Names the set to use, for tests and comparisons.
  package static let variable = "OCTET_KERNELS"

  /// Whether this processor has it.
  package var isSupported: Bool { self == .plain || octet_kernels_named(rawValue) != nil }

  /// The first that this processor has.
  package static var best: InstructionSet { allCases.first(where: \.isSupported) ?? .plain }

  /// What the environment asks for, or else the best.
  package static func chosen() throws(InstructionSetError) -> InstructionSet {
    guard let value = getenv(variable) else { return best }
    return try named(String(cString: value))
  }

  package static func named(_ name: String) throws(InstructionSetError) -> InstructionSet {
    guard let set = InstructionSet(rawValue: name) else { throw .unknown(name) }
    guard set.isSupported else { throw .unsupported(set) }
    return set
  }
}

/// Why kernels that were asked for cannot be had.
package enum InstructionSetError: Error, Equatable, CustomStringConvertible {
  case unknown(String)
  case unsupported(InstructionSet)

  package var description: String {
    switch self {
    case .unknown(let name):
      "\(InstructionSet.variable) is \"\(name)\"; it must be one of "
        + InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
    case .unsupported(let set):
      "\(InstructionSet.variable) is \"\(set.rawValue)\", which this processor does not have; it has "
        + InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
    }
  }
}
