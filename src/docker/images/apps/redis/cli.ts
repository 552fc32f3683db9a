/**
 * redis-cli: one command from its arguments, commands from standard input, or a conversation.
 *
 * Limits: no cluster, latency or bulk modes; no history.
 * @see redis src/redis-cli.c
 */
import { utf8 } from '../../../../base/http.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';
import { GAI_TEXT, getaddrinfo } from '../../../../linux/programs/resolve.ts';
import { LineReader, readAll } from '../../../../linux/programs/stdio.ts';
import { print } from '../serve.ts';
import { VERSION } from './admin.ts';
import { type Reply, ReplyReader, splitWords } from './resp.ts';

interface Options {
  host: string;
  port: number;
  db: number;
  user?: string;
  password?: string;
  warn: boolean;
  repeat: number;
  interval: number;
  stdin: boolean;
  raw: boolean;
  scan?: string;
  words: string[];
}

const USAGE = `redis-cli ${VERSION}

Usage: redis-cli [OPTIONS] [cmd [arg [arg ...]]]
  -h <hostname>      Server hostname (default: 127.0.0.1).
  -p <port>          Server port (default: 6379).
  -a <password>      Password to use when connecting to the server.
  --user <username>  User name for AUTH.
  -n <db>            Database number.
  -r <repeat>        Run the command so many times (-1: for ever).
  -i <interval>      Seconds to wait between two runs.
  -u <uri>           Server URI: redis://user:password@host:port/db.
  -x                 Read the last argument from standard input.
  --raw --no-raw     How replies are printed.
  --scan --pattern   List keys with SCAN.
  --no-auth-warning  Say nothing about passwords on command lines.
  --version --help
`;

export const redisCli: Program = { name: 'redis-cli', main };

async function main(sys: Sys): Promise<number> {
  const o = await optionsOf(sys);
  if (typeof o === 'number') return o;
  if (o.password !== undefined && o.warn && sys.env.REDISCLI_AUTH === undefined)
    await print(
      sys,
      2,
      "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n",
    );
  const cli = new Cli(sys, o);
  if (o.scan !== undefined) return cli.scan(o.scan);
  if (o.words.length > 0) {
    if (o.stdin) {
      const bytes = await readAll(sys, 0);
      o.words.push(isErr(bytes) ? '' : new TextDecoder().decode(bytes));
    }
    return cli.once(o.words);
  }
  return cli.converse();
}

async function optionsOf(sys: Sys): Promise<Options | number> {
  const o: Options = {
    host: '127.0.0.1',
    port: 6379,
    db: 0,
    warn: true,
    repeat: 1,
    interval: 0,
    stdin: false,
    raw: !sys.isatty(1),
    words: [],
  };
  if (sys.env.REDISCLI_AUTH !== undefined) o.password = sys.env.REDISCLI_AUTH;
  const args = sys.argv.slice(1);
  const values: Readonly<Record<string, (v: string) => void>> = {
    '-h': (v) => (o.host = v),
    '-p': (v) => (o.port = Number(v)),
    '-a': (v) => (o.password = v),
    '--pass': (v) => (o.password = v),
    '--user': (v) => (o.user = v),
    '-n': (v) => (o.db = Number(v)),
    '-r': (v) => (o.repeat = Number(v)),
    '-i': (v) => (o.interval = Number(v)),
    '--pattern': (v) => (o.scan = v),
    '-u': (v) => fromUri(o, v),
  };
  while (args[0]?.startsWith('-')) {
    const a = args.shift() as string;
    const set = values[a];
    if (set && args.length > 0) set(args.shift() as string);
    else if (a === '-x') o.stdin = true;
    else if (a === '--raw') o.raw = true;
    else if (a === '--no-raw') o.raw = false;
    else if (a === '--scan') o.scan ??= '*';
    else if (a === '--no-auth-warning') o.warn = false;
    else if (a === '--version' || a === '-v') return print(sys, 1, `redis-cli ${VERSION}\n`).then(() => 0);
    else if (a === '--help') return print(sys, 1, USAGE).then(() => 0);
    else {
      await print(sys, 2, `Unrecognized option or bad number of args for: '${a}'\n`);
      return 1;
    }
  }
  o.words = args;
  return o;
}

function fromUri(o: Options, uri: string): void {
  const m = /^rediss?:\/\/(?:(?:([^:@]*):)?([^@]*)@)?([^:/]+)?(?::(\d+))?(?:\/(\d+))?$/.exec(uri);
  if (!m) return;
  if (m[1]) o.user = m[1];
  if (m[2]) o.password = m[2];
  if (m[3]) o.host = m[3];
  if (m[4]) o.port = Number(m[4]);
  if (m[5]) o.db = Number(m[5]);
}

class Cli {
  #fd: Fd | undefined;
  #reader = new ReplyReader();

  constructor(
    readonly sys: Sys,
    readonly o: Options,
  ) {}

  /** @returns why there is no connection */
  async #connect(): Promise<string | undefined> {
    if (this.#fd !== undefined) return undefined;
    const found = await getaddrinfo(this.sys, this.o.host);
    const where = `Could not connect to Redis at ${this.o.host}:${this.o.port}`;
    if (typeof found === 'string') return `${where}: ${GAI_TEXT[found]}`;
    let last: Errno | undefined;
    for (const ip of found.addrs) {
      const fd = this.sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
      if (isErr(fd)) return `${where}: ${fd.text}`;
      const e = await this.sys.connect(fd, { ip, port: this.o.port });
      if (!isErr(e)) {
        this.#fd = fd;
        this.#reader = new ReplyReader();
        return this.#greet();
      }
      last = e;
      this.sys.close(fd);
    }
    return `${where}: ${last?.text ?? ''}`;
  }

  async #greet(): Promise<undefined> {
    if (this.o.password !== undefined) {
      const r = await this.#ask(['AUTH', ...(this.o.user === undefined ? [] : [this.o.user]), this.o.password]);
      if (r?.kind === 'error') await print(this.sys, 2, `AUTH failed: ${r.text}\n`);
    }
    if (this.o.db !== 0) {
      const r = await this.#ask(['SELECT', String(this.o.db)]);
      if (r?.kind === 'error') await print(this.sys, 2, `SELECT ${this.o.db} failed: ${r.text}\n`);
    }
    return undefined;
  }

  /** Sends a command and reads one reply; undefined when the server has gone. */
  async #ask(words: readonly string[]): Promise<Reply | undefined> {
    const fd = this.#fd as Fd;
    const parts = words.map((w) => `$${utf8(w).length}\r\n${w}\r\n`);
    const sent = await this.sys.write(fd, utf8(`*${words.length}\r\n${parts.join('')}`));
    return isErr(sent) ? this.#lost() : this.#next();
  }

  async #next(): Promise<Reply | undefined> {
    for (;;) {
      const reply = this.#reader.next();
      if (reply) return reply;
      const bytes = await this.sys.read(this.#fd as Fd);
      if (isErr(bytes) && bytes.name === 'EINTR') continue;
      if (isErr(bytes) || bytes.length === 0) return this.#lost();
      this.#reader.push(bytes);
    }
  }

  #lost(): undefined {
    if (this.#fd !== undefined) this.sys.close(this.#fd);
    this.#fd = undefined;
  }

  async #show(reply: Reply, report = false): Promise<void> {
    if (report && reply.kind === 'bulk') {
      await print(this.sys, 1, reply.text ?? '');
      return;
    }
    await print(
      this.sys,
      1,
      this.o.raw ? `${rawText(reply)}\n${reply.kind === 'error' ? '\n' : ''}` : `${formatted(reply, '')}\n`,
    );
  }

  /** @returns the exit code */
  async once(words: readonly string[]): Promise<number> {
    let code = 0;
    for (let i = 0; this.o.repeat < 0 || i < this.o.repeat; i++) {
      const refused = await this.#connect();
      if (refused !== undefined) {
        await print(this.sys, 2, `${refused}\n`);
        return 1;
      }
      code = await this.#run(words);
      if (this.o.interval > 0 && i + 1 !== this.o.repeat) await this.sys.sleep(this.o.interval * 1e9);
    }
    return code;
  }

  async #run(words: readonly string[]): Promise<number> {
    const name = words[0]?.toLowerCase() ?? '';
    const listens = ['subscribe', 'psubscribe', 'monitor'].includes(name);
    if (listens && !this.o.raw) await print(this.sys, 1, 'Reading messages... (press Ctrl-C to quit)\n');
    const reply = await this.#ask(words);
    if (!reply) {
      if (name === 'shutdown') return 0;
      await print(this.sys, 2, 'Error: Server closed the connection\n');
      return 1;
    }
    await this.#show(reply, isReport(words));
    if (listens && reply.kind !== 'error')
      for (let r = await this.#next(); r; r = await this.#next()) await this.#show(r);
    return reply.kind === 'error' ? 1 : 0;
  }

  /** Commands line by line: with a prompt on a terminal. */
  async converse(): Promise<number> {
    const { sys } = this;
    const tty = sys.isatty(0);
    const lines = new LineReader(sys, 0);
    let code = 0;
    const refused = await this.#connect();
    if (refused !== undefined) {
      await print(sys, 2, `${refused}\n`);
      if (!tty) return 1;
    }
    for (;;) {
      if (tty) await print(sys, 1, this.#prompt());
      const line = await lines.next();
      if (!line) break;
      const words = splitWords(line.text);
      if (!words) {
        await print(sys, 1, 'Invalid argument(s)\n');
        continue;
      }
      const [first, ...rest] = words;
      if (first === undefined) continue;
      const name = first.toLowerCase();
      if (name === 'quit' || name === 'exit') break;
      if (name === 'clear') await print(sys, 1, '\x1b[H\x1b[2J');
      else if (name === 'connect') {
        this.o.host = rest[0] ?? this.o.host;
        this.o.port = Number(rest[1] ?? this.o.port);
        this.#lost();
        const why = await this.#connect();
        if (why !== undefined) await print(sys, 2, `${why}\n`);
      } else code = (await this.once(words)) || code;
      if (name === 'select' && code === 0) this.o.db = Number(rest[0]) || 0;
    }
    return tty ? 0 : code;
  }

  #prompt(): string {
    if (this.#fd === undefined) return 'not connected> ';
    const host = this.o.host.includes(':') ? `[${this.o.host}]` : this.o.host;
    return `${host}:${this.o.port}${this.o.db === 0 ? '' : `[${this.o.db}]`}> `;
  }

  async scan(pattern: string): Promise<number> {
    const refused = await this.#connect();
    if (refused !== undefined) {
      await print(this.sys, 2, `${refused}\n`);
      return 1;
    }
    const reply = await this.#ask(['SCAN', '0', 'MATCH', pattern]);
    const keys = reply?.kind === 'array' ? reply.items?.[1] : undefined;
    for (const k of (keys?.kind === 'array' && keys.items) || []) await print(this.sys, 1, `${rawText(k)}\n`);
    return 0;
  }
}

/** Replies that are lines for people. @see redis-cli.c: cliSendCommand, output_raw */
function isReport(words: readonly string[]): boolean {
  const [name, what] = words.map((w) => w.toLowerCase());
  return name === 'info' || (name === 'client' && (what === 'list' || what === 'info'));
}

function rawText(r: Reply): string {
  if (r.kind === 'int') return String(r.value);
  if (r.kind === 'array') return (r.items ?? []).map(rawText).join('\n');
  return r.text ?? '';
}

/** @see cliFormatReplyTTY */
function formatted(r: Reply, prefix: string): string {
  switch (r.kind) {
    case 'error':
      return `(error) ${r.text}`;
    case 'simple':
      return r.text;
    case 'int':
      return `(integer) ${r.value}`;
    case 'bulk':
      return r.text === null ? '(nil)' : quoted(r.text);
    case 'array': {
      if (r.items === null) return '(nil)';
      if (r.items.length === 0) return '(empty array)';
      const width = String(r.items.length).length;
      const inner = `${prefix}${' '.repeat(width + 2)}`;
      return r.items
        .map((x, i) => `${i === 0 ? '' : prefix}${String(i + 1).padStart(width)}) ${formatted(x, inner)}`)
        .join('\n');
    }
  }
}

function quoted(s: string): string {
  const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
  let out = '';
  for (const b of utf8(s)) {
    const c = String.fromCharCode(b);
    out += names[c] ?? (b < 32 || b > 126 ? `\\x${b.toString(16).padStart(2, '0')}` : c);
  }
  return `"${out}"`;
}
