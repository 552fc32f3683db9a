/** Keys in order, as Go writes maps. */
export function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}
