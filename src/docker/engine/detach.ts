/**
 * Detach keys: the sequence of keys that takes a client off a terminal while the process goes on.
 * @see moby pkg/term (ascii.go: ToBytes, proxy.go: escapeProxy)
 */
/** ctrl-p, ctrl-q */
const DEFAULT_KEYS: readonly number[] = [16, 17];

const NAMED = '@abcdefghijklmnopqrstuvwxyz[\\]^_';

/** `ctrl-p,ctrl-q`, `a`, `ctrl-[`, `DEL`: the bytes; undefined when there is no such key. */
export function parseDetachKeys(text: string): readonly number[] | undefined {
  if (text === '') return DEFAULT_KEYS;
  const out: number[] = [];
  for (const key of text.split(',')) {
    const control = /^ctrl-(.)$/.exec(key)?.[1];
    const code = key.length === 1 ? key.charCodeAt(0) : control === undefined ? -1 : NAMED.indexOf(control);
    if (code < 0 && key !== 'DEL') return undefined;
    out.push(key === 'DEL' ? 127 : code);
  }
  return out;
}

/** Looks for the sequence in what a client sends; bytes that may begin it are kept back until it is clear. */
export class DetachScanner {
  #matched = 0;
  constructor(readonly keys: readonly number[]) {}

  /** @returns what to pass on, and whether the sequence is complete */
  scan(bytes: Uint8Array): { readonly pass: Uint8Array; readonly detached: boolean } {
    const pass: number[] = [];
    for (const b of bytes) {
      if (b === this.keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.keys.length) return { pass: Uint8Array.from(pass), detached: true };
        continue;
      }
      pass.push(...this.keys.slice(0, this.#matched));
      this.#matched = b === this.keys[0] ? 1 : 0;
      if (this.#matched === 0) pass.push(b);
    }
    return { pass: Uint8Array.from(pass), detached: false };
  }
}
