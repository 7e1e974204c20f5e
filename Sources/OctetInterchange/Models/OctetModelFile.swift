import Octet
import OctetHost

/// An .octet file that has been read and checked: the one way to open them on a host.
package struct OctetModelFile {
  package let path: String
  package let model: Model
  /// The whole file.
  package let block: ByteBlock

  package var fileBytes: Int { block.count }

  /// - Parameter workLimit: the most operations that an image may take.
  package init(path: String, workLimit: UInt64 = Work.defaultLimit) throws(ModelFileError) {
    self.path = path
    do throws(FileError) { block = try ByteFile.block(at: path) } catch { throw .file(error) }
    do throws(ModelError) {
      // In place: a second copy would take a twentieth of the time that a program needs to its first answer.
      model = try Model(readingInPlace: block.bytes, owner: block, workLimit: workLimit)
    } catch {
      throw .rule(path: path, error)
    }
  }

  /// A model that has just been made, as the file at `path` would hold it.
  package init(path: String, model: Model, bytes: [UInt8]) {
    self.path = path
    self.model = model
    block = ByteBlock(bytes)
  }
}
