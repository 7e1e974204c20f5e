import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining

// Readers of data and of what Octet itself writes.

/// A table, plain or gzip.
func readTable(_ file: [UInt8]) {
  let text = Gzip.isGzip(file) ? (try? Gzip.inflate(file, file: "fuzz", limit: 1 << 20)) ?? [] : file
  guard let set = try? CSVTable.parse(text, file: "fuzz") else { return }
  guard !set.isEmpty, set.values.count == set.count * set.shape.count else {
    fatalError("an accepted table has no items, or not all of their numbers")
  }
  if case .floats(let floats) = set.values {
    guard floats.allSatisfy(\.isFinite) else { fatalError("a feature is no finite number") }
    return
  }
  // What was read is written and read again.
  let again = try? CSVTable.parse(CSVTable.encode(set, header: true), file: "again", shape: set.shape)
  guard again?.pixels == set.pixels, again?.labels == set.labels else {
    fatalError("a table changes its images")
  }
}

/// Images or labels, as the file says, plain or gzip.
func readIDX(_ file: [UInt8]) {
  for kind in [IDXFile.Kind.images, .labels] {
    guard let idx = try? IDXFile.read(kind, stored: file, file: "fuzz") else { continue }
    guard idx.values.count == idx.dimensions.reduce(1, *) else { fatalError("values are missing") }
  }
}

func readSafetensors(_ file: [UInt8]) {
  if let tensors = try? SafetensorsFile(file) {
    for entry in tensors.entries {
      guard let values = try? tensors.values(of: entry) else { continue }
      guard values.count == entry.shape.reduce(1, *) else { fatalError("numbers are missing") }
    }
  }
  if let model = try? FloatModelFile.decode(file, path: "fuzz") { writeOn(model) }
  _ = try? CheckpointFile.decode(file, path: "fuzz")
}

func readNetwork(_ file: [UInt8]) {
  let text = String(decoding: file, as: UTF8.self)
  _ = try? Recipe(text: text, name: "fuzz")
  _ = try? NetworkDescription(text: text)
}

func readArray(_ file: [UInt8]) {
  let isArchive = file.starts(with: Array("PK".utf8))
  if let data = try? isArchive ? ArrayData.read(npz: file, path: "f") : ArrayData.read(npy: file, path: "f") {
    guard data.train.values.count == data.train.count * data.train.shape.count else {
      fatalError("items are missing")
    }
  }
  guard let array = try? NPYArray(file, path: "fuzz") else { return }
  guard array.bytes.count == array.shape.reduce(array.element.byteCount, *) else {
    fatalError("numbers are missing")
  }
}
