/**
 * JSON text as Go's encoding/json writes it.
 * @see Go src/encoding/json/encode.go: appendString, indent.go: Indent
 */

/** One string, quoted. @param html escape <, > and & as \u003c and so on (json.Marshal does) */
export function goString(s: string, html = true): string {
  return goEscape(JSON.stringify(s), html);
}

/** Characters that Go escapes and JSON.stringify does not: they occur in strings only, so a whole text may be given. */
function goEscape(json: string, html: boolean): string {
  if (!/[<>&\u2028\u2029]/.test(json)) return json;
  const escaped = html ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g;
  return json.replace(escaped, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A plain value without bigints; object keys keep their order (struct fields), undefined ones are left out. */
export function goMarshal(x: unknown, html = true): string {
  return goEscape(JSON.stringify(x) ?? 'null', html);
}

/** A map: keys sorted, as Go writes maps. */
export function sortedMap<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** json.Indent: the same text with line breaks; strings and numbers stay as they are. */
export function goIndent(json: string, indent = '    ', depth0 = 0): string {
  let out = '';
  let depth = depth0;
  const line = (): string => `\n${indent.repeat(depth)}`;
  for (let i = 0; i < json.length; i++) {
    const c = json[i] as string;
    if (c === '"') {
      let j = i + 1;
      while (json[j] !== '"') j += json[j] === '\\' ? 2 : 1;
      out += json.slice(i, j + 1);
      i = j;
    } else if (c === '{' || c === '[') {
      const close = c === '{' ? '}' : ']';
      let j = i + 1;
      while (/\s/.test(json[j] ?? '')) j++;
      if (json[j] === close) {
        out += c + close;
        i = j;
        continue;
      }
      depth++;
      out += c + line();
    } else if (c === '}' || c === ']') {
      depth--;
      out += line() + c;
    } else if (c === ',') out += `,${line()}`;
    else if (c === ':') out += ': ';
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}
