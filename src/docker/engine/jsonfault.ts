/** Why a text is no JSON, in the words of Go's decoder. @see Go encoding/json/scanner.go */

class Fault extends Error {}

/** @param whole nothing may follow its first value (Unmarshal; else Decode) @returns undefined when it is well-formed */
export function jsonFault(source: string, whole = false): string | undefined {
  let at = 0;
  const bad = (where: string): never => {
    const c = source[at];
    const end = whole ? 'unexpected end of JSON input' : 'unexpected EOF';
    throw new Fault(c === undefined ? end : `invalid character ${quoted(c)} ${where}`);
  };
  const blank = (): void => {
    while (/[ \t\r\n]/.test(source[at] ?? 'x')) at++;
  };
  const word = (literal: string): void => {
    for (const [i, c] of [...literal].entries())
      if (source[at] === c) at++;
      else if (i > 0) bad(`in literal ${literal} (expecting ${quoted(c)})`);
  };
  const string = (): void => {
    for (at++; source[at] !== '"'; at++) {
      const c = source[at];
      if (c === undefined || c < ' ') bad('in string literal');
      if (c !== '\\') continue;
      at++;
      if (!'bfnrt\\/"u'.includes(source[at] ?? ' ')) bad('in string escape code');
      if (source[at] === 'u')
        for (let n = 0; n < 4; n++)
          if (!/[0-9a-fA-F]/.test(source[++at] ?? '')) bad('in \\u hexadecimal character escape');
    }
    at++;
  };
  const digits = (where: string): void => {
    if (!/\d/.test(source[at] ?? '')) bad(where);
    while (/\d/.test(source[at] ?? '')) at++;
  };
  const number = (): void => {
    if (source[at] === '-') at++;
    if (source[at] === '0') at++;
    else digits('in numeric literal');
    if (source[at] === '.') {
      at++;
      digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(source[at] ?? '')) {
      at++;
      if (/[+-]/.test(source[at] ?? '')) at++;
      digits('in exponent of numeric literal');
    }
  };
  const list = (close: string, item: () => void, after: string): void => {
    at++;
    blank();
    if (source[at] === close) {
      at++;
      return;
    }
    for (;;) {
      item();
      blank();
      if (source[at] === close) break;
      if (source[at] !== ',') bad(after);
      at++;
      blank();
    }
    at++;
  };
  const pair = (): void => {
    if (source[at] !== '"') bad('looking for beginning of object key string');
    string();
    blank();
    if (source[at] !== ':') bad('after object key');
    at++;
    value();
  };
  const value = (): void => {
    blank();
    const c = source[at] ?? '';
    if (c === '{') list('}', pair, 'after object key:value pair');
    else if (c === '[') list(']', value, 'after array element');
    else if (c === '"') string();
    else if (c === 't') word('true');
    else if (c === 'f') word('false');
    else if (c === 'n') word('null');
    else if (/[-0-9]/.test(c)) number();
    else bad('looking for beginning of value');
  };
  try {
    value();
    blank();
    if (whole && at < source.length) bad('after top-level value');
    return undefined;
  } catch (e) {
    if (e instanceof Fault) return e.message;
    throw e;
  }
}

/** As Go shows a character. */
function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  return `'${JSON.stringify(c).slice(1, -1)}'`;
}
