/** What a subcommand works with: its process, its streams, the API client. */
import { text, utf8 } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import type { Client } from './client.ts';
import type { Contexts } from './contexts/contexts.ts';
import type { Options } from './flags/options.ts';

export class Ctx {
  constructor(
    readonly sys: Sys,
    readonly client: Client,
    /** The command as it was called: `docker container ls`. */
    readonly invoked: string,
    /** The command's settings, and which daemon they mean. */
    readonly contexts: Contexts,
  ) {}

  /** How to print a list: by its flags, else as config.json says. @param setting `psFormat` */
  listFormat(o: Options, setting: string): string {
    const given = o.string('format');
    return given !== '' || o.bool('quiet') ? given : this.contexts.config.string(setting);
  }

  /** The keys that leave a terminal: by the flag, else as config.json says; '' for the usual ones. */
  detachKeys(o: Options): string {
    return o.string('detach-keys') || this.contexts.config.string('detachKeys');
  }

  /** Writes to stdout. */
  async out(s: string): Promise<void> {
    if (s !== '') await this.sys.write(1, utf8(s));
  }

  /** Writes to stderr. */
  async err(s: string): Promise<void> {
    if (s !== '') await this.sys.write(2, utf8(s));
  }

  /** Raw bytes to stdout (1) or stderr (2). */
  async bytes(fd: 1 | 2, data: Uint8Array): Promise<void> {
    if (data.length > 0) await this.sys.write(fd, data);
  }

  /** Unix seconds now. */
  now(): number {
    return Number(this.sys.realtime() / 1_000_000_000n);
  }

  /** A file's text, or what open(2) says, as Go words it. */
  file(path: string): { readonly text: string } | { readonly error: string } {
    const data = this.sys.readFile(path);
    if (!isErr(data)) return { text: text(data) };
    // a device has nothing that is there at once
    const st = this.sys.stat(path);
    if (!isErr(st) && st.kind === 'char') return { text: '' };
    return { error: `open ${path}: ${data.text.toLowerCase()}` };
  }

  /** Asks before something is removed. @returns whether the answer is yes */
  async confirm(question: string): Promise<boolean> {
    return (await this.ask(`${question} [y/N] `)).toLowerCase() === 'y';
  }

  /** Asks for a line of standard input. @param secret whether the terminal is not to show it @returns it, trimmed */
  async ask(prompt: string, secret = false): Promise<string> {
    const modes = secret ? this.sys.tcgetattr(0) : undefined;
    const restore = modes !== undefined && !isErr(modes) ? modes : undefined;
    if (restore) this.sys.tcsetattr(0, { ...restore, echo: false });
    await this.out(prompt);
    let line = '';
    for (;;) {
      const got = await this.sys.read(0);
      if (isErr(got) || got.length === 0) break;
      line += text(got);
      if (line.includes('\n')) break;
    }
    if (restore) this.sys.tcsetattr(0, restore);
    return (line.split('\n')[0] ?? '').trim();
  }
}
