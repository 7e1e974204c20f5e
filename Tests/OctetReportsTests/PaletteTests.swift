import Foundation
import OctetReports
import Testing

/// Series must stay apart for readers who see fewer colours. What they see is worked out with the matrices of Machado,
/// Oliveira and Fernandes (2009, full severity, applied to linear light), and compared as CIE 1976 colour differences:
/// about 2 can just be told apart side by side; lines and bars that lie apart need several times as much.
@Suite struct PaletteTests {
  enum Sight: String, CaseIterable {
    case usual, withoutRed, withoutGreen, withoutBlue

    var matrix: [[Double]] {
      switch self {
      case .usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
      case .withoutRed:
        [
          [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
        ]
      case .withoutGreen:
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
      case .withoutBlue:
        [
          [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
        ]
      }
    }
  }

  @Test(arguments: Sight.allCases)
  func `series, and right and wrong, stay apart`(sight: Sight) throws {
    let appearances = appearances()
    #expect(appearances.count == 3, "light, dark and print")
    // Pages show with words, marks and dashes as well what differs between few people's blue and green.
    let least = sight == .withoutBlue ? 10.0 : 18.0
    for colors in appearances {
      let series = ["s1", "s2", "s3", "s4"]
      for (place, first) in series.enumerated() {
        for second in series.dropFirst(place + 1) {
          let difference = try difference(#require(colors[first]), #require(colors[second]), sight)
          #expect(difference >= least, "\(first) and \(second)")
        }
      }
      #expect(try difference(#require(colors["good"]), #require(colors["bad"]), sight) >= least)
    }
  }

  /// The colours of each appearance, by name: `[["s1": "0058a8", …], …]`.
  private func appearances() -> [[String: String]] {
    let page = SamplePage.page().html
    return page.matches(of: #/:root\{([^}]*--s1[^}]*)\}/#).map { block in
      var colors: [String: String] = [:]
      for color in block.1.matches(of: #/--(\w+):#([0-9a-f]{6})/#) {
        colors[String(color.1)] = String(color.2)
      }
      return colors
    }
  }

  private func difference(_ first: String, _ second: String, _ sight: Sight) -> Double {
    zip(lab(first, sight), lab(second, sight)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
  }

  /// Lightness and the two axes of colour, of what `sight` makes of six hexadecimal digits.
  private func lab(_ color: String, _ sight: Sight) -> [Double] {
    let digits = Array(color)
    let light = stride(from: 0, to: 6, by: 2).map { place in
      let value = Double(Int(String(digits[place..<place + 2]), radix: 16) ?? 0) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let seen = sight.matrix.map { row in
      min(1, max(0, zip(row, light).map(*).reduce(0, +)))
    }
    // From the primaries of sRGB to CIE XYZ, in parts of the white point D65.
    let x = (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505
    let y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
    let z = (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.0890
    let roots = [x, y, z].map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16.0 / 116 }
    return [116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])]
  }
}
