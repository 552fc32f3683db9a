/** What dpkg has installed: /var/lib/dpkg/status and the lists of files. @see dpkg(1) FILES */
import { utf8 } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { readText } from '../stdio.ts';
import { type Paragraph, paragraphs } from './control.ts';

const STATUS = '/var/lib/dpkg/status';
const INFO = '/var/lib/dpkg/info';

export class DpkgDb {
  readonly #installed = new Map<string, Paragraph>();

  constructor(readonly sys: Sys) {
    const text = readText(sys, STATUS);
    for (const p of isErr(text) ? [] : paragraphs(text)) this.#installed.set(p.get('Package') ?? '', p);
  }

  get(name: string): Paragraph | undefined {
    return this.#installed.get(name);
  }

  get all(): Paragraph[] {
    return [...this.#installed.values()].sort((a, b) => ((a.get('Package') ?? '') < (b.get('Package') ?? '') ? -1 : 1));
  }

  /** Files and directories that packages have put there. */
  fileCount(): number {
    const entries = this.sys.readdir(INFO);
    let n = 4900;
    for (const e of isErr(entries) ? [] : entries)
      if (e.name.endsWith('.list')) n += this.files(e.name.slice(0, -5)).length;
    return n;
  }

  files(name: string): string[] {
    const text = readText(this.sys, `${INFO}/${name}.list`);
    return isErr(text) ? [] : text.split('\n').filter((l) => l !== '');
  }

  add(control: Paragraph, files: readonly string[]): void {
    const name = control.get('Package') ?? '';
    const fields = new Map(
      [...control].flatMap(
        ([k, v]) =>
          (k === 'Package'
            ? [
                [k, v],
                ['Status', 'install ok installed'],
              ]
            : [[k, v]]) as [string, string][],
      ),
    );
    this.#installed.set(name, fields);
    this.sys.writeFile(`${INFO}/${name}.list`, utf8(files.map((f) => `${f}\n`).join('')));
    this.#write();
  }

  /** Forgets a package and deletes its files. */
  remove(name: string): void {
    const others = new Set([...this.#installed.keys()].filter((n) => n !== name).flatMap((n) => this.files(n)));
    for (const file of this.files(name).reverse()) {
      if (others.has(file)) continue;
      const st = this.sys.lstat(file);
      if (!isErr(st) && st.kind !== 'dir') this.sys.unlink(file);
    }
    this.sys.unlink(`${INFO}/${name}.list`);
    this.#installed.delete(name);
    this.#write();
  }

  #write(): void {
    const text = this.all.map((p) => `${[...p].map(([k, v]) => `${k}: ${v}\n`).join('')}\n`).join('');
    this.sys.writeFile(STATUS, utf8(text));
  }
}
