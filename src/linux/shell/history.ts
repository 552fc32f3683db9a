/** The list of commands typed. Expansion of `!` and `^` is in histexpand.ts. @see bash lib/readline/history.c */
import type { EditedLine } from '../tty/line.ts';

/** Commands that were typed, with their numbers. */
export class History {
  /** Oldest first. */
  lines: string[] = [];
  /** Number of `lines[0]`. */
  base = 1;
  /** Most lines kept (HISTSIZE). */
  limit = 500;
  /** Lines that were changed while they were recalled, by number: what they were, and the changes. */
  changed = new Map<number, { was: string; past: EditedLine['past'] }>();
  /** When lines were typed, by number: nanoseconds since 1970. */
  times = new Map<number, bigint>();
  /** Lines of the file that `history -n` has seen. */
  read = 0;
  /** Lines that `history -a` and the end of the shell have yet to write. */
  fresh = 0;

  /** The same list for a forked shell. */
  copy(): History {
    const h = new History();
    h.lines = [...this.lines];
    h.base = this.base;
    h.limit = this.limit;
    h.changed = new Map(this.changed);
    h.times = new Map(this.times);
    return h;
  }

  /** Adds a line unless HISTCONTROL forbids. */
  add(line: string, control = ''): void {
    if (line.trim() === '') return;
    const rules = control.split(':');
    if ((rules.includes('ignorespace') || rules.includes('ignoreboth')) && line.startsWith(' ')) return;
    if ((rules.includes('ignoredups') || rules.includes('ignoreboth')) && this.lines.at(-1) === line) return;
    if (rules.includes('erasedups')) this.lines = this.lines.filter((l) => l !== line);
    this.lines.push(line);
    this.fresh++;
    while (this.lines.length > this.limit) {
      this.lines.shift();
      this.changed.delete(this.base);
      this.times.delete(this.base++);
    }
  }

  clear(): void {
    this.lines = [];
    this.changed.clear();
    this.times.clear();
    this.base = 1;
    this.fresh = 0;
  }

  /** The number that the next line will have. */
  get next(): number {
    return this.base + this.lines.length;
  }
}
