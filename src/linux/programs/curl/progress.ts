/** The progress meter on standard error, in the columns of curl 8.16 and later. @see curl lib/progress.c */
import type { Sys } from '../../kernel/sys.ts';
import { eprint } from '../stdio.ts';

const HEAD =
  '  % Total    % Received % Xferd  Average Speed  Time    Time    Time   Current\n                                 Dload  Upload  Total   Spent   Left   Speed\n';

/** A size in six characters: `12`, `999999`, `1234k`, `12.3M`. */
export function size6(n: number): string {
  if (n < 1000000) return String(Math.floor(n));
  const units = ['k', 'M', 'G', 'T', 'P'];
  let v = n / 1024;
  let i = 0;
  while (v >= 10000 && i < units.length - 1) {
    v /= 1024;
    i++;
  }
  return v < 100 && i > 0 ? `${v.toFixed(2)}${units[i]}` : `${Math.floor(v)}${units[i]}`;
}

/** Seven characters: blank, `  MM:SS`, `HHhMMm`. */
function time7(seconds: number): string {
  if (seconds <= 0 || !Number.isFinite(seconds)) return '       ';
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 3600) return `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds) % 60)}`.padStart(7);
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`.padStart(7);
}

export class Meter {
  downloaded = 0;
  /** Bytes the server announced; 0 when it did not. */
  total = 0;
  uploaded = 0;
  uploadTotal = 0;
  #start: number;
  #shown = false;
  #recent: { at: number; bytes: number }[] = [];

  constructor(
    readonly sys: Sys,
    readonly on: boolean,
  ) {
    this.#start = sys.now();
  }

  /** Titles and the first, empty line. */
  async begin(): Promise<void> {
    if (!this.on) return;
    if (!this.#shown) await eprint(this.sys, HEAD);
    this.#shown = true;
    await this.line();
  }

  async line(): Promise<void> {
    if (!this.on) return;
    const now = this.sys.now();
    const spent = (now - this.#start) / 1e9;
    const dl = this.downloaded / Math.max(spent, 1e-6);
    const ul = this.uploaded / Math.max(spent, 1e-6);
    this.#recent.push({ at: now, bytes: this.downloaded + this.uploaded });
    if (this.#recent.length > 6) this.#recent.shift();
    const old = this.#recent[0] as { at: number; bytes: number };
    const current = now > old.at ? ((this.downloaded + this.uploaded - old.bytes) * 1e9) / (now - old.at) : 0;
    const percent = (have: number, of: number): number => (of > 0 ? Math.floor((have * 100) / of) : 0);
    const expected = this.total + this.uploadTotal;
    const all = expected > 0 ? expected : this.downloaded + this.uploaded;
    const estimate = this.total > 0 && dl > 0 ? Math.floor(this.total / dl) : 0;
    const whole = Math.floor(spent);
    const c = (v: string, w: number): string => v.padStart(w);
    await eprint(
      this.sys,
      `\r${c(String(percent(this.downloaded + this.uploaded, all)), 3)} ${c(size6(all), 6)} ${c(String(percent(this.downloaded, this.total)), 3)} ${c(size6(this.downloaded), 6)} ${c(String(percent(this.uploaded, this.uploadTotal)), 3)} ${c(size6(this.uploaded), 6)} ${c(size6(dl), 6)} ${c(size6(ul), 6)} ${time7(estimate)} ${time7(whole)} ${time7(estimate - whole)} ${c(size6(current), 6)}`,
    );
  }

  /** The last lines: after the head, after the body, and when the transfer is closed. */
  async end(lines = 1): Promise<void> {
    if (!this.on) return;
    for (let i = 0; i < lines; i++) await this.line();
    await eprint(this.sys, '\n');
  }
}
