/** A seed that is another each time, or that of the environment variable `TEST_SEED`, to see a failure again. */
export function freshSeed(): number {
  const { TEST_SEED } = process.env
  return Number(TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
}
