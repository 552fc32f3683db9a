/**
 * The shape of JSON: names and order of fields, kinds of values, which are null and which empty. Names that are ids
 * stand for each other; of the values only those of the field `message` count.
 */

/** How a value differs in shape from the one that is wanted; one line a place. */
export function shapeFaults(want: unknown, got: unknown, path = ''): string[] {
  const [w, g] = [kind(want), kind(got)];
  if (w !== g) return [`${path || '.'}: ${w}, here ${g}`];
  if (Array.isArray(want)) {
    const [a, b] = [byName(want), byName(got as unknown[])];
    const n = Math.min(a.length, b.length);
    return Array.from({ length: n }, (_, i) => shapeFaults(a[i], b[i], `${path}[${i}]`)).flat();
  }
  if (w === 'object') return fieldFaults(want as object, got as object, path);
  if (path.endsWith('.message') && text(want) !== text(got)) return [`${path}: ${String(want)}, here ${String(got)}`];
  return [];
}

function fieldFaults(want: object, got: object, path: string): string[] {
  const [a, b] = [Object.entries(want), Object.entries(got)];
  const names = (entries: [string, unknown][]): string => entries.map(([k]) => plain(k)).join(' ');
  if (names(a) !== names(b)) return [`${path || '.'}: ${names(a)}; here ${names(b)}`];
  return a.flatMap(([k, v], i) => shapeFaults(v, b[i]?.[1], `${path}.${plain(k)}`));
}

/** Lists of things with names come in no order. */
function byName(list: readonly unknown[]): readonly unknown[] {
  const named = list as readonly { Name?: unknown }[];
  if (!named.every((x) => typeof x?.Name === 'string')) return list;
  return [...named].sort((a, b) => ((a.Name as string) < (b.Name as string) ? -1 : 1));
}

const text = (v: unknown): string => String(v).replace(/\b[0-9a-f]{64}\b/g, '‹id›');

const plain = (name: string): string => name.replace(/^[0-9a-f]{64}$/, '‹id›');

function kind(v: unknown): string {
  if (v === null) return 'null';
  if (Array.isArray(v)) return v.length === 0 ? 'empty list' : 'list';
  if (typeof v === 'object') return Object.keys(v as object).length === 0 ? 'empty object' : 'object';
  return typeof v;
}
