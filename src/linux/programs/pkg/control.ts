/** Paragraphs of `Field: value` lines, as Debian's control files and indices are made of. @see deb822(5) */

export type Paragraph = ReadonlyMap<string, string>;

export function paragraphs(text: string): Paragraph[] {
  const out: Paragraph[] = [];
  for (const block of text.split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of block.split('\n')) {
      if (line.startsWith('#') || line.trim() === '') continue;
      if (/^\s/.test(line)) {
        fields.set(last, `${fields.get(last) ?? ''}\n${line}`);
        continue;
      }
      const colon = line.indexOf(':');
      if (colon < 0) continue;
      last = line.slice(0, colon);
      fields.set(last, line.slice(colon + 1).trim());
    }
    if (fields.size > 0) out.push(fields);
  }
  return out;
}

/** Names of a Depends field: the first of alternatives, without versions. */
export function dependencies(p: Paragraph): string[] {
  return (p.get('Depends') ?? '')
    .split(',')
    .map(
      (d) =>
        (d.split('|')[0] ?? '').replace(/[\s(:].*$/, '').trim() ||
        (d.split('|')[0] ?? '').trim().replace(/[\s(:].*$/, ''),
    )
    .filter((d) => d !== '');
}
