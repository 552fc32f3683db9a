/** Versions of the API: `1.51`. @see moby api/types/versions */

/** Negative, 0 or positive, as the first is older than, the same as or newer than the second. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const dotA = a.indexOf('.');
  const dotB = b.indexOf('.');
  return Number(a.slice(0, dotA)) - Number(b.slice(0, dotB)) || Number(a.slice(dotA + 1)) - Number(b.slice(dotB + 1));
}
