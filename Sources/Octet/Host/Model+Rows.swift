#if !hasFeature(Embedded)
  extension Model {
    /// Calls `body` for every row of every tensor in the order in which they appear, as docs/FORMAT.md fixes it. Border
    /// rows are counted, and those above, which are there from the start, left out.
    package func forEachRow(_ body: (_ tensor: Int, _ row: UInt16) -> Void) {
      var order = RowOrder(self)
      func make() {
        while let tensor = order.next(self) {
          body(tensor, order.rows(tensor))
          order.advance(self, tensor)
        }
      }
      make()
      for _ in 0..<Int(input.height) {
        body(0, order.rows(0))
        order.advance(self, 0)
        make()
      }
    }

    /// Whether a layer adds up its input row by row.
    package func keepsAccumulators(layer: Int) -> Bool { accumulatorsBytes(layer) > 0 }

    /// Puts a layer's accumulators to what they hold before row 0.
    package func startAccumulators(layer: Int, arena: UnsafeMutableRawPointer) {
      ArenaPointer(start: arena).startAccumulators(self, layer: layer)
    }

    /// Computes row `row` of a layer's output, border rows counted, with the plain kernels.
    package func computeRow(layer: Int, row: UInt16, arena: UnsafeMutableRawPointer) {
      LayerRow(model: self, layer: layer, arena: ArenaPointer(start: arena), row: row).compute(PlainKernels())
    }

    /// Folds row `row` of a layer's input, without border rows, into its accumulators with the plain kernels.
    package func foldRow(layer: Int, row: UInt16, arena: UnsafeMutableRawPointer) {
      FoldedRow(model: self, layer: layer, arena: ArenaPointer(start: arena), row: row).fold(PlainKernels())
    }
  }
#endif
