/** Orders names by code unit, like `LC_ALL=C ls`: the order does not depend on where the program runs. */
export function compareNames(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
