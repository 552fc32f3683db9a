/** Order of names in lists: digits count as numbers. @see fvbommel/sortorder natsort.go: NaturalLess */

/** Compares as Array.sort wants it. */
export function natural(a: string, b: string): number {
  const split = (s: string): string[] => s.match(/\d+|\D+/g) ?? [];
  const [x, y] = [split(a), split(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p, q] = [x[i] as string, y[i] as string];
    if (p === q) continue;
    if (/^\d/.test(p) && /^\d/.test(q)) {
      const [m, n] = [p.replace(/^0+/, ''), q.replace(/^0+/, '')];
      if (m.length !== n.length) return m.length - n.length;
      if (m !== n) return m < n ? -1 : 1;
      return p.length - q.length;
    }
    if (!p.startsWith(q) && !q.startsWith(p)) return p < q ? -1 : 1;
    const [restA, restB] = [x.slice(i).join(''), y.slice(i).join('')];
    return restA < restB ? -1 : 1;
  }
  return x.length - y.length;
}
