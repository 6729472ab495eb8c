/** A matrix seen through strides. */
export interface Matrix {
  readonly data: Float64Array
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/** The row-major matrix that begins at `offset`. */
export function matrix(data: Float64Array, offset: number, rows: number, columns: number): Matrix {
  return { data, offset, rows, columns, rowStride: columns, columnStride: 1 }
}

/** `m`, its rows and columns exchanged; nothing moves. */
export function transposed({ data, offset, rows, columns, rowStride, columnStride }: Matrix): Matrix {
  return { data, offset, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride }
}

/** out += a · b. Zeros are multiplied like all else: 0 · ∞ is NaN. */
export function addProduct(a: Matrix, b: Matrix, out: Matrix): void {
  const [x, y, z] = [a.data, b.data, out.data]
  const [columns, fromStep, toStep] = [out.columns, b.columnStride, out.columnStride]
  for (let i = 0; i < out.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = x[a.offset + i * a.rowStride + k * a.columnStride]!
      let from = b.offset + k * b.rowStride
      let to = out.offset + i * out.rowStride
      for (let j = 0; j < columns; j++, from += fromStep, to += toStep) z[to]! += factor * y[from]!
    }
  }
}

/** out += a · b modulo 2³². */
export function addIntegerProduct(a: Matrix, b: Matrix, out: Matrix): void {
  const [x, y, z] = [a.data, b.data, out.data]
  const [columns, fromStep, toStep] = [out.columns, b.columnStride, out.columnStride]
  for (let i = 0; i < out.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = x[a.offset + i * a.rowStride + k * a.columnStride]!
      let from = b.offset + k * b.rowStride
      let to = out.offset + i * out.rowStride
      for (let j = 0; j < columns; j++, from += fromStep, to += toStep) {
        z[to] = (z[to]! + Math.imul(factor, y[from]!)) | 0
      }
    }
  }
}
