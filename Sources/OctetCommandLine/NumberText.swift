#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers as people read them. For programs there is JSON.
package enum NumberText {
  /// `60,000`
  package static func grouped(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `0.123`, correctly rounded.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    // The greatest double has 309 digits before the point.
    let places = min(max(decimals, 0), 60)
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([Int32(places), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Four digits of a number of any size: `0.01234`, `1.235`, `12350`; `1.2e-07` where that would be long.
  package static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
    let size = abs(value)
    if size >= 1e7 || size < 1e-5 { return "\(Float(value))" }
    var (decimals, limit) = (3, 10.0)
    while size >= limit, decimals > 0 { (decimals, limit) = (decimals - 1, limit * 10) }
    limit = 1
    while size < limit { (decimals, limit) = (decimals + 1, limit / 10) }
    return fixed(value, decimals: decimals)
  }

  /// `97.1 %` for 0.971
  package static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    fixed(fraction * 100, decimals: decimals) + " %"
  }

  /// `4.2 s`, `41 s`, `3 min 20 s`, `2 h 5 min`
  package static func duration(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    // A tenth of a second is 10^17 attoseconds. Negative times come from clocks that were set back.
    let tenths = max(0, attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000
    guard seconds >= 0 else { return "0.0 s" }
    if seconds < 9 || (seconds == 9 && tenths < 10) { return "\(seconds + tenths / 10).\(tenths % 10) s" }
    return wholeSeconds(Int(clamping: seconds) + (tenths >= 5 && seconds < .max ? 1 : 0))
  }

  /// The same for any number of seconds, what is no duration among them.
  package static func duration(seconds: Double) -> String {
    // A `Duration` traps on what its parts have no room for; 1e15 seconds are thirty million years.
    seconds.isFinite ? duration(.seconds(min(max(seconds, 0), 1e15))) : "\(fixed(seconds, decimals: 0)) s"
  }

  /// `4 s`, `41 s`, `3 min 20 s`, `2 h 5 min`
  package static func wholeSeconds(_ seconds: Int) -> String {
    if seconds < 60 { return "\(max(0, seconds)) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(grouped(seconds / 3600)) h \(seconds % 3600 / 60) min"
  }
}
