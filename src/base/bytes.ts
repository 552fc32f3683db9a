/** Byte strings. */

/** Several in one. */
export function join(parts: Iterable<Uint8Array>): Uint8Array {
  const all = [...parts];
  const out = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
