/** Inner products of a new pair and the gradient with everything that is kept. */
export interface Products {
  /** Of s, y and g with row i of the ring: `[rows][3]`. */
  readonly withRows: readonly (readonly [number, number, number])[]
  /** Among s, y and g. */
  readonly among: readonly (readonly [number, number, number])[]
}

/** What is saved of a history beside its rows. */
export interface HistoryState {
  readonly scale: number
  readonly count: number
  readonly next: number
}

/**
 * The pairs s (steps) and y (changes of the gradient) of L-BFGS, by their inner products alone: the vectors lie on the
 * device, rows 0 … m − 1 of a ring hold s and rows m … 2m − 1 hold y. Directions are found in coefficients of these rows, so
 * an iteration is two matrix products, however long the history (W. Chen et al., "Large-scale L-BFGS using MapReduce",
 * 2014).
 */
export class History {
  readonly size: number
  /** Inner products of all rows. */
  readonly #gram: Float64Array
  /** 1 / y·s of each pair. */
  readonly #ro: Float64Array
  /** y·s / y·y of the newest pair: the first guess of the inverse Hessian. */
  #scale = 1
  #count = 0
  /** The place of the next pair. */
  #next = 0

  constructor(size: number) {
    this.size = size
    this.#gram = new Float64Array((2 * size) ** 2)
    this.#ro = new Float64Array(size)
  }

  /** The row that a pair of such products goes to, as its s; −1 when its curvature is too small to be of use. */
  add({ withRows, among }: Products): number {
    const curvature = among[0]![1]
    if (!(curvature > 1e-10)) return -1
    const place = this.#next
    const [s, y] = [place, place + this.size]
    for (const [row, products] of withRows.entries()) {
      this.#set(s, row, products[0])
      this.#set(y, row, products[1])
    }
    this.#set(s, s, among[0]![0])
    this.#set(s, y, curvature)
    this.#set(y, y, among[1]![1])
    this.#ro[place] = 1 / curvature
    this.#scale = curvature / among[1]![1]
    this.#next = (place + 1) % this.size
    this.#count = Math.min(this.#count + 1, this.size)
    return place
  }

  /**
   * The direction −H·g in coefficients of the ring's rows and, last, of g: the two-loop recursion (Nocedal and Wright 2006,
   * algorithm 7.4).
   *
   * @param withGradient - inner products of g with the rows as they are now
   */
  direction(withGradient: readonly number[]): number[] {
    const rows = 2 * this.size
    const coefficients = new Array<number>(rows + 1).fill(0)
    coefficients[rows] = -1
    const product = (row: number) => {
      let sum = coefficients[rows]! * withGradient[row]!
      for (let j = 0; j < rows; j++) sum += coefficients[j]! * this.#gram[row * rows + j]!
      return sum
    }
    const oldestFirst = Array.from(
      { length: this.#count },
      (_, k) => (this.#next - this.#count + k + this.size) % this.size,
    )
    const weights = new Float64Array(this.size)
    for (const i of oldestFirst.toReversed()) {
      weights[i] = this.#ro[i]! * product(i)
      coefficients[i + this.size]! -= weights[i]!
    }
    for (const [j, coefficient] of coefficients.entries()) coefficients[j] = coefficient * this.#scale
    for (const i of oldestFirst) coefficients[i]! += weights[i]! - this.#ro[i]! * product(i + this.size)
    return coefficients
  }

  /** The guess of the inverse Hessian that directions start from. */
  get scale(): number {
    return this.#scale
  }

  state(): HistoryState {
    return { scale: this.#scale, count: this.#count, next: this.#next }
  }

  /** @param gram - inner products of all rows, `[rows][rows]` flat */
  load({ scale, count, next }: HistoryState, gram: ArrayLike<number>): void {
    this.#gram.set(gram)
    this.#scale = scale
    this.#count = count
    this.#next = next
    for (let i = 0; i < this.size; i++) this.#ro[i] = 1 / gram[i * 2 * this.size + i + this.size]!
  }

  #set(i: number, j: number, product: number): void {
    const rows = 2 * this.size
    this.#gram[i * rows + j] = product
    this.#gram[j * rows + i] = product
  }
}
