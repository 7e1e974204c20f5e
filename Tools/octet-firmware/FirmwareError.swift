/// Why a firmware cannot be made, or what it said not be believed.
struct FirmwareError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
