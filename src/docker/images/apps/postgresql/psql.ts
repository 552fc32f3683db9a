/**
 * psql: statements from -c, -f, standard input or a conversation; rows as tables.
 * @see PostgreSQL src/bin/psql/startup.c, mainloop.c, common.c
 */
import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';
import { LineReader } from '../../../../linux/programs/stdio.ts';
import { print } from '../serve.ts';
import { Connection, type Target, targetOf } from './connect.ts';
import { TYPES } from './data.ts';
import { Fields, type Notice, readNotice } from './message.ts';
import { meta } from './meta.ts';
import { type Options, optionsOf } from './options.ts';
import { type Result, table } from './table.ts';
import { VERSION } from './version.ts';

export const psql: Program = {
  name: 'psql',
  async main(sys) {
    const o = await optionsOf(sys);
    if (typeof o === 'number') return o;
    if (o.words[0] !== undefined) o.target.database ??= o.words[0];
    if (o.words[1] !== undefined) o.target.user ??= o.words[1];
    return new Psql(sys, o).main();
  },
};

class Psql {
  #c: Connection | undefined;
  #timing = false;
  #transaction = 'I';

  constructor(
    readonly sys: Sys,
    readonly o: Options,
  ) {}

  async main(): Promise<number> {
    const refused = await this.#connect(targetOf(this.sys, this.o.target));
    if (refused !== undefined) {
      await print(this.sys, 2, `psql: error: ${refused}\n`);
      return 2;
    }
    let code = 0;
    for (const command of this.o.commands) {
      code = (await this.#line(command)) === false ? 1 : 0;
      if (code !== 0 && this.o.stop) return 3;
    }
    for (const file of this.o.files) code = await this.#file(file);
    if (this.o.commands.length === 0 && this.o.files.length === 0) code = await this.#converse();
    this.#c?.close();
    return code;
  }

  async #connect(t: Target): Promise<string | undefined> {
    if (this.o.ask && t.password === undefined) t.password = await this.#password(t.user);
    for (;;) {
      const c = await Connection.dial(this.sys, t);
      if (!(c instanceof Connection)) return c.message;
      const why = await c.login();
      if (!why) {
        this.#c = c;
        return undefined;
      }
      this.sys.close(c.fd);
      if (!why.wantsPassword || this.o.never || !this.sys.isatty(0)) return why.message;
      t.password = await this.#password(t.user);
    }
  }

  /** Asks without showing what is typed. */
  async #password(user: string): Promise<string> {
    const { sys } = this;
    await print(sys, 2, this.o.ask ? 'Password: ' : `Password for user ${user}: `);
    const modes = sys.tcgetattr(0);
    if (!isErr(modes)) sys.tcsetattr(0, { ...modes, echo: false });
    const line = await new LineReader(sys, 0).next();
    if (!isErr(modes)) sys.tcsetattr(0, modes);
    await print(sys, 2, '\n');
    return line?.text ?? '';
  }

  async #file(path: string): Promise<number> {
    const bytes = this.sys.readFile(path);
    if (isErr(bytes)) {
      await print(this.sys, 2, `psql: error: ${path}: ${bytes.text}\n`);
      return 1;
    }
    return this.#lines(text(bytes).split('\n'), `psql:${path}`);
  }

  /** Statements gathered from lines; each backslash command stands alone. */
  async #lines(lines: readonly string[], where: string): Promise<number> {
    let sql = '';
    let code = 0;
    for (const [i, line] of lines.entries()) {
      if (sql.trim() === '' && line.trimStart().startsWith('\\')) {
        const end = await this.#line(line.trim());
        if (end === 'quit') return code;
        continue;
      }
      sql += `${line}\n`;
      if (!line.trimEnd().endsWith(';')) continue;
      if ((await this.#run(sql.trim(), `${where}:${i + 1}: `)) === false && this.o.stop) return 3;
      sql = '';
    }
    if (sql.trim() !== '' && !(await this.#run(sql.trim(), `${where}:${lines.length}: `)) && this.o.stop) code = 3;
    return code;
  }

  async #converse(): Promise<number> {
    const { sys } = this;
    const tty = sys.isatty(0);
    if (tty && !this.o.quiet) await print(sys, 1, `psql (${VERSION})\nType "help" for help.\n\n`);
    const reader = new LineReader(sys, 0);
    let sql = '';
    let code = 0;
    for (;;) {
      if (tty) await print(sys, 1, this.#prompt(sql !== ''));
      const line = await reader.next();
      if (!line) break;
      const trimmed = line.text.trim();
      if (sql === '' && (trimmed.startsWith('\\') || ['quit', 'exit', 'help'].includes(trimmed))) {
        const end = await this.#line(trimmed === 'help' ? '\\?' : trimmed.startsWith('\\') ? trimmed : '\\q');
        if (end === 'quit') return 0;
        continue;
      }
      if (sql === '' && trimmed === '') continue;
      sql += `${line.text}\n`;
      if (!trimmed.endsWith(';')) continue;
      if (!(await this.#run(sql.trim(), '')) && this.o.stop && !tty) return 3;
      sql = '';
    }
    if (sql.trim() !== '' && !tty) code = (await this.#run(sql.trim(), '')) || !this.o.stop ? 0 : 3;
    if (tty) await print(sys, 1, '\\q\n');
    return code;
  }

  #prompt(more: boolean): string {
    if (!this.#c) return '!?> ';
    const root = this.#c.parameters.get('is_superuser') === 'on' ? '#' : '>';
    const state = { I: '', T: '*', E: '!' }[this.#transaction] ?? '';
    return `${this.#c.target.database}${more ? '-' : '='}${state}${root} `;
  }

  /** One command: SQL or backslash. @returns false when it failed */
  async #line(line: string): Promise<boolean | 'quit'> {
    if (!line.startsWith('\\')) return this.#run(line, '');
    const m = meta(line, this.#c);
    switch (m.kind) {
      case 'quit':
        return 'quit';
      case 'print':
        await print(this.sys, 1, m.text);
        return true;
      case 'error':
        await print(this.sys, 2, `${m.text}\nTry \\? for help.\n`);
        return false;
      case 'toggle':
        return this.#toggle(m.what);
      case 'connect':
        return this.#reconnect(m.words);
      case 'query': {
        const got = await this.#ask(m.sql, '');
        if (!got) return false;
        const [result] = got;
        if (result && result.rows.length === 0 && m.empty !== undefined) await print(this.sys, 2, `${m.empty}\n`);
        else if (result)
          await print(this.sys, 1, table({ ...result, names: m.names }, { ...this.o.style, title: m.title }));
        return true;
      }
    }
  }

  async #toggle(what: 'expanded' | 'timing' | 'tuplesOnly' | 'aligned'): Promise<true> {
    if (what === 'timing') this.#timing = !this.#timing;
    else this.o.style = { ...this.o.style, [what]: !this.o.style[what] };
    const on = what === 'timing' ? this.#timing : this.o.style[what];
    const said = {
      expanded: `Expanded display is ${on ? 'on' : 'off'}.`,
      timing: `Timing is ${on ? 'on' : 'off'}.`,
      tuplesOnly: `Tuples only is ${on ? 'on' : 'off'}.`,
      aligned: `Output format is ${on ? 'aligned' : 'unaligned'}.`,
    }[what];
    await print(this.sys, 1, `${said}\n`);
    return true;
  }

  async #reconnect(words: readonly string[]): Promise<boolean> {
    const old = this.#c;
    const t: Target = { ...(old?.target ?? targetOf(this.sys, {})) };
    if (words[0] && words[0] !== '-') t.database = words[0];
    if (words[1] && words[1] !== '-') t.user = words[1];
    if (words[2] && words[2] !== '-') t.host = words[2];
    if (words[3] && words[3] !== '-') t.port = Number(words[3]);
    const refused = await this.#connect(t);
    if (refused !== undefined) {
      await print(this.sys, 2, `${refused}\n${this.sys.isatty(0) ? 'Previous connection kept\n' : ''}`);
      return false;
    }
    old?.close();
    await print(this.sys, 1, `You are now connected to database "${t.database}" as user "${t.user}".\n`);
    return true;
  }

  async #run(sql: string, where: string): Promise<boolean> {
    const start = this.sys.now();
    const got = await this.#ask(sql, where);
    for (const r of got ?? []) {
      if (r.names.length > 0) await print(this.sys, 1, table(r, this.o.style));
      else if (!this.o.quiet && r.tag !== '') await print(this.sys, 1, `${r.tag}\n`);
    }
    if (this.#timing) await print(this.sys, 1, `Time: ${((this.sys.now() - start) / 1e6).toFixed(3)} ms\n`);
    return got !== undefined;
  }

  /** @returns undefined after an error was printed */
  async #ask(sql: string, where: string): Promise<(Result & { tag: string })[] | undefined> {
    if (!this.#c) {
      await print(this.sys, 2, 'You are currently not connected to a database.\n');
      return undefined;
    }
    await this.#c.query(sql);
    const out: (Result & { tag: string })[] = [];
    let names: string[] = [];
    let right: boolean[] = [];
    let rows: (string | null)[][] = [];
    let failed = false;
    for (;;) {
      const m = await this.#c.next();
      if (!m) {
        await this.#gone();
        return undefined;
      }
      const f = new Fields(m.body);
      if (m.type === 'T') {
        ({ names, right } = columns(f));
        rows = [];
      } else if (m.type === 'D') rows.push(values(f));
      else if (m.type === 'C') {
        out.push({ names, right, rows, tag: f.string() });
        names = [];
        rows = [];
      } else if (m.type === 'E' || m.type === 'N') {
        failed ||= m.type === 'E';
        for (const r of out.splice(0)) if (r.names.length > 0) await print(this.sys, 1, table(r, this.o.style));
        await print(this.sys, 2, where + complaint(readNotice(m.body), sql));
      } else if (m.type === 'Z') {
        this.#transaction = String.fromCharCode(m.body[0] as number);
        return failed ? undefined : out;
      }
    }
  }

  async #gone(): Promise<void> {
    if (this.#c) this.sys.close(this.#c.fd);
    this.#c = undefined;
    await print(
      this.sys,
      2,
      'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\nconnection to server was lost\n',
    );
  }
}

const RIGHT = new Set(
  Object.values(TYPES)
    .filter((t) => t.right)
    .map((t) => t.oid),
);

function columns(f: Fields): { names: string[]; right: boolean[] } {
  const names: string[] = [];
  const right: boolean[] = [];
  for (let n = f.int16(); n > 0; n--) {
    names.push(f.string());
    f.int32();
    f.int16();
    right.push(RIGHT.has(f.int32()));
    f.int16();
    f.int32();
    f.int16();
  }
  return { names, right };
}

function values(f: Fields): (string | null)[] {
  const row: (string | null)[] = [];
  for (let n = f.int16(); n > 0; n--) {
    const size = f.int32();
    row.push(size < 0 ? null : text(f.take(size)));
  }
  return row;
}

/** `ERROR:  …` with the line and a caret below it. @see libpq fe-protocol3.c: reportErrorPosition */
function complaint(n: Notice, sql: string): string {
  let out = `${n.severity}:  ${n.message}\n`;
  if (n.position !== undefined) {
    const before = sql.slice(0, n.position - 1);
    const line = before.split('\n').length;
    const start = before.lastIndexOf('\n') + 1;
    const whole = sql.slice(start).split('\n')[0] ?? '';
    const head = `LINE ${line}: `;
    out += `${head}${whole}\n${' '.repeat(head.length + before.length - start)}^\n`;
  }
  if (n.detail !== undefined) out += `DETAIL:  ${n.detail}\n`;
  if (n.hint !== undefined) out += `HINT:  ${n.hint}\n`;
  return out;
}
