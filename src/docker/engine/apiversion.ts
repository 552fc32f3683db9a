/** Versions of the API: `1.51`. @see moby api/types/versions */

/** Negative, 0 or positive, as the first is older than, the same as or newer than the second. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [am = 0, an = 0] = a.split('.').map(Number);
  const [bm = 0, bn = 0] = b.split('.').map(Number);
  return am - bm || an - bn;
}
