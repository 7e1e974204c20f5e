#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The natural logarithm.
package func logarithm(_ value: Double) -> Double { log(value) }

/// Two functions of a network, in the precision in which their tables are made.
func logisticFunction(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

func hyperbolicTangent(_ value: Double) -> Double { tanh(value) }

/// The natural exponential.
package func exponential(_ value: Double) -> Double { exp(value) }
