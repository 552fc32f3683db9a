/** `@csv` and its like. @see jq src/builtin.c: f_format */

import { base64 } from '../../../base/base64.ts';
import { utf8 } from '../../../base/http.ts';
import { described, JqError, type Json } from './value.ts';

export const asText = (v: Json): string => (typeof v === 'string' ? v : JSON.stringify(v));

/** @throws JqError */
export function formatted(name: string, v: Json): string {
  switch (name) {
    case '@text':
      return asText(v);
    case '@json':
      return JSON.stringify(v);
    case '@csv':
      return row(v, 'csv', ',', (s) => `"${s.replaceAll('"', '""')}"`);
    case '@tsv':
      return row(v, 'tsv', '\t', (s) =>
        s.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] as string),
      );
    case '@sh':
      return (Array.isArray(v) ? v : [v])
        .map((x) => (typeof x === 'string' ? `'${x.replaceAll("'", "'\\''")}'` : JSON.stringify(x)))
        .join(' ');
    case '@html':
      return asText(v).replace(
        /[<>&'"]/g,
        (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' })[c] as string,
      );
    case '@uri':
      return [...utf8(asText(v))]
        .map((b) =>
          /[\w.~-]/.test(String.fromCharCode(b))
            ? String.fromCharCode(b)
            : `%${b.toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('');
    case '@base64':
      return base64(utf8(asText(v)));
    case '@base64d':
      return decoded(asText(v));
    default:
      throw new JqError(`${name.slice(1)} is not a valid format`);
  }
}

function row(v: Json, name: string, separator: string, quote: (s: string) => string): string {
  if (!Array.isArray(v)) throw new JqError(`${described(v)} cannot be ${name}-formatted, only an array can be`);
  return v
    .map((x) => {
      if (x === null) return '';
      if (typeof x === 'string') return quote(x);
      if (typeof x === 'object') throw new JqError(`${described(x)} is not valid in a ${name} row`);
      return String(x);
    })
    .join(separator);
}

function decoded(s: string): string {
  const abc = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytes: number[] = [];
  let bits = 0;
  let n = 0;
  for (const c of s.replace(/=+$/, '')) {
    const i = abc.indexOf(c);
    if (i < 0) throw new JqError(`string (${JSON.stringify(s)}) is not valid base64 data`);
    bits = (bits << 6) | i;
    n += 6;
    if (n >= 8) bytes.push((bits >> (n -= 8)) & 255);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
