import OctetText
import Testing

/// A name is bytes; the text that carries it gives them back.
@Suite struct FileNameTests {
  @Test(
    arguments: [
      ("plain.png", Array("plain.png".utf8)),
      ("größe-数-😀", Array("größe-数-😀".utf8)),
      ("caf\\xe9.png", [0x63, 0x61, 0x66, 0xE9, 0x2E, 0x70, 0x6E, 0x67]),
      ("\\xff\\xfe", [0xFF, 0xFE]),
      // Longer than needed, a surrogate, beyond Unicode, cut off.
      ("\\xc0\\xaf", [0xC0, 0xAF]),
      ("\\xed\\xa0\\x80", [0xED, 0xA0, 0x80]),
      ("\\xf4\\x90\\x80\\x80", [0xF4, 0x90, 0x80, 0x80]),
      ("a\\xf0\\x9f\\x98", [0x61, 0xF0, 0x9F, 0x98]),
      // What carries a byte, as a name.
      ("\\xf4\\x8f\\xbe\\x80", [0xF4, 0x8F, 0xBE, 0x80]),
      ("\\xf4\\x8f\\xbf\\xbf", [0xF4, 0x8F, 0xBF, 0xBF]),
      ("", []),
    ] as [(String, [UInt8])])
  func `bytes survive`(shown: String, bytes: [UInt8]) {
    let name = String(fileName: bytes)
    #expect(name.fileNameBytes == bytes)
    #expect(name.shown == shown)
    #expect(name.hasRawBytes == shown.contains("\\x"))
    name.withFileName { start in
      let place = UnsafeBufferPointer(start: start, count: bytes.count + 1)
      #expect(place.map { UInt8(bitPattern: $0) } == bytes + [0])
      #expect(String(fileName: start) == name)
    }
  }

  @Test func `every short name survives`() {
    let tails: [UInt8] = [
      0x2E, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBE, 0xBF, 0xC2, 0xE0, 0xED, 0xEF, 0xF4, 0xFF,
    ]
    for first in UInt8(1)...255 {
      for second in tails {
        for third in tails {
          for fourth in tails {
            let bytes = [first, second, third, fourth]
            #expect(String(fileName: bytes).fileNameBytes == bytes)
          }
        }
      }
    }
  }

  @Test func `parts join`() {
    let folder = String(fileName: [0xE9])
    #expect((folder + "/" + String(fileName: [0xC3])).fileNameBytes == [0xE9, 0x2F, 0xC3])
  }
}
