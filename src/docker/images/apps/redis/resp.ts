/** RESP2: values, and commands cut from a stream of bytes. @see redis.io/docs/latest/develop/reference/protocol-spec */
import { text, utf8 } from '../../../../base/http.ts';

/** A reply. Strings are kept as text. */
export type Reply =
  | { readonly kind: 'simple' | 'error'; readonly text: string }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'bulk'; readonly text: string | null }
  | { readonly kind: 'array'; readonly items: readonly Reply[] | null };

export const simple = (s: string): Reply => ({ kind: 'simple', text: s });
export const OK = simple('OK');
export const error = (s: string): Reply => ({ kind: 'error', text: s });
export const int = (value: number): Reply => ({ kind: 'int', value });
export const bulk = (s: string | null | undefined): Reply => ({ kind: 'bulk', text: s ?? null });
export const array = (items: readonly Reply[] | null): Reply => ({ kind: 'array', items });
export const bulks = (items: readonly string[]): Reply => array(items.map(bulk));

export function encode(r: Reply): string {
  switch (r.kind) {
    case 'simple':
      return `+${r.text}\r\n`;
    case 'error':
      return `-${r.text}\r\n`;
    case 'int':
      return `:${r.value}\r\n`;
    case 'bulk':
      return r.text === null ? '$-1\r\n' : `$${utf8(r.text).length}\r\n${r.text}\r\n`;
    case 'array':
      return r.items === null ? '*-1\r\n' : `*${r.items.length}\r\n${r.items.map(encode).join('')}`;
  }
}

/** Bytes that wait to be cut. */
class Input {
  bytes: Uint8Array = new Uint8Array(0);

  push(more: Uint8Array): void {
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
  }

  /** A line from `at`, and where the next begins. */
  line(at: number): { text: string; next: number } | undefined {
    const end = this.bytes.indexOf(10, at);
    if (end < 0) return undefined;
    const stop = end > at && this.bytes[end - 1] === 13 ? end - 1 : end;
    return { text: text(this.bytes.subarray(at, stop)), next: end + 1 };
  }

  drop(n: number): void {
    this.bytes = this.bytes.subarray(n);
  }
}

/** Cuts commands: arrays of bulk strings, or words on a line. */
export class CommandReader extends Input {
  /** @returns words, `undefined` when more must come, or what is wrong (then the connection ends) */
  next(): string[] | undefined | { readonly wrong: string } {
    const head = this.line(0);
    if (!head) return undefined;
    if (!head.text.startsWith('*')) {
      this.drop(head.next);
      return splitWords(head.text) ?? { wrong: 'Protocol error: unbalanced quotes in request' };
    }
    const n = Number(head.text.slice(1));
    if (!Number.isInteger(n) || n > 1048576) return { wrong: 'Protocol error: invalid multibulk length' };
    const words: string[] = [];
    let at = head.next;
    for (let i = 0; i < n; i++) {
      const size = this.line(at);
      if (!size) return undefined;
      if (!size.text.startsWith('$')) return { wrong: `Protocol error: expected '$', got '${size.text[0] ?? ' '}'` };
      const length = Number(size.text.slice(1));
      if (!(length >= 0)) return { wrong: 'Protocol error: invalid bulk length' };
      if (this.bytes.length < size.next + length + 2) return undefined;
      words.push(text(this.bytes.subarray(size.next, size.next + length)));
      at = size.next + length + 2;
    }
    this.drop(at);
    return words;
  }
}

/** Cuts replies. */
export class ReplyReader extends Input {
  next(): Reply | undefined {
    const got = this.#at(0);
    if (got) this.drop(got.next);
    return got?.reply;
  }

  #at(at: number): { reply: Reply; next: number } | undefined {
    const head = this.line(at);
    if (!head) return undefined;
    const { next } = head;
    const rest = head.text.slice(1);
    if (head.text[0] === '+') return { reply: simple(rest), next };
    if (head.text[0] === '-') return { reply: error(rest), next };
    if (head.text[0] === ':') return { reply: int(Number(rest)), next };
    const n = Number(rest);
    if (head.text[0] === '$') {
      if (n < 0) return { reply: bulk(null), next };
      if (this.bytes.length < next + n + 2) return undefined;
      return { reply: bulk(text(this.bytes.subarray(next, next + n))), next: next + n + 2 };
    }
    if (head.text[0] !== '*')
      return { reply: error(`Protocol error, got "${head.text[0] ?? ''}" as reply type byte`), next };
    if (n < 0) return { reply: array(null), next };
    const items: Reply[] = [];
    let from = next;
    for (let i = 0; i < n; i++) {
      const item = this.#at(from);
      if (!item) return undefined;
      items.push(item.reply);
      from = item.next;
    }
    return { reply: array(items), next: from };
  }
}

/** Words with redis's quotes. @returns undefined when a quote is left open. @see redis sds.c: sdssplitargs */
export function splitWords(line: string): string[] | undefined {
  const out: string[] = [];
  for (let i = 0; ; ) {
    while (/\s/.test(line[i] ?? '')) i++;
    if (i >= line.length) return out;
    let word = '';
    while (i < line.length && !/\s/.test(line[i] as string)) {
      const quote = line[i];
      if (quote !== '"' && quote !== "'") {
        word += line[i++];
        continue;
      }
      for (i++; line[i] !== quote; i++) {
        if (line[i] === undefined) return undefined;
        if (line[i] === '\\' && quote === '"') {
          const c = line[++i] ?? '';
          word += { n: '\n', r: '\r', t: '\t' }[c] ?? c;
        } else word += line[i];
      }
      i++;
    }
    out.push(word);
  }
}
