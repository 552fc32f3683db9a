/**
 * gzip, gunzip, zcat: files made smaller, and whole again.
 * Limits: one member in a file; the level (-1 … -9) changes nothing.
 * @see GNU gzip
 */
import { crc32, gzip } from '../../../base/deflate.ts';
import { gunzip, isGzip } from '../../../base/inflate.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram, type ProgramSpec } from '../spec.ts';
import { readAll } from '../stdio.ts';
import { changed, epoch } from './mtime.ts';

/** `12.3%`, as gzip tells a ratio. */
const ratio = (plain: number, packed: number): string =>
  `${(plain === 0 ? 0 : ((plain - packed) / plain) * 100).toFixed(1).padStart(5)}%`;

/** The content of a gzip file that is whole; undefined for a broken one. */
function content(bytes: Uint8Array): Uint8Array | undefined {
  const plain = gunzip(bytes);
  if (!plain || bytes.length < 18) return undefined;
  const tail = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8);
  return tail.getUint32(0, true) === crc32(plain) ? plain : undefined;
}

/** Where the name in a member's head ends; 10 when it has none. */
function headLength(bytes: Uint8Array): number {
  return (bytes[3] ?? 0) & 8 ? bytes.indexOf(0, 10) + 1 : 10;
}

/** The name that a file had when it was packed, if its head tells. */
function packedName(bytes: Uint8Array): string | undefined {
  const end = headLength(bytes) - 1;
  return end > 10 ? new TextDecoder().decode(bytes.subarray(10, end)).replace(/^.*\//, '') : undefined;
}

class Job {
  readonly unpack: boolean;
  readonly toStdout: boolean;
  exit = 0;
  /** The heading of a list is printed. */
  #listed = false;

  constructor(
    readonly ctx: Context,
    private readonly as: 'gzip' | 'gunzip' | 'zcat',
  ) {
    const o = ctx.options;
    this.unpack = as !== 'gzip' || o.has('decompress') || o.has('test') || o.has('list');
    this.toStdout = as === 'zcat' || o.has('stdout');
  }

  /** A message; warnings leave 2, errors 1. */
  async tell(text: string, exit: 0 | 1 | 2 = 1): Promise<void> {
    const quiet = exit !== 1 && this.ctx.options.has('quiet');
    const name = this.ctx.flavour === 'busybox' ? this.as : 'gzip';
    if (!quiet) await this.ctx.err(`${name}: ${text}\n`);
    if (this.exit !== 1 && exit !== 0) this.exit = exit;
  }

  async stdin(): Promise<void> {
    const { sys } = this.ctx;
    const force = this.ctx.options.has('force');
    if (!force && sys.isatty(this.unpack ? 0 : 1)) {
      const [what, how] = this.unpack ? ['read from', 'decompression'] : ['written to', 'compression'];
      await this.tell(`compressed data not ${what} a terminal. Use -f to force ${how}.`);
      await this.ctx.err('For help, type: gzip -h\n');
      return;
    }
    const bytes = await readAll(sys, 0);
    if (isErr(bytes)) return this.tell(`stdin: ${bytes.text}`);
    if (!this.unpack) return void (await sys.write(1, gzip(bytes)));
    if (this.ctx.options.has('list')) return this.row('stdout', bytes, undefined);
    const plain = await this.plain(bytes, 'stdin');
    if (plain && !this.ctx.options.has('test')) await sys.write(1, plain);
  }

  /** The content, or a message about what is wrong. */
  async plain(bytes: Uint8Array, name: string): Promise<Uint8Array | undefined> {
    // GNU gzip puts an empty line before what it says of broken data
    const begin = this.ctx.flavour === 'busybox' ? '' : '\n';
    if (!isGzip(bytes)) {
      if (this.as === 'zcat' && this.ctx.options.has('force')) return bytes;
      await this.ctx.err(begin);
      await this.tell(bytes.length < 2 ? `${name}: unexpected end of file` : `${name}: not in gzip format`);
      return undefined;
    }
    const plain = content(bytes);
    if (plain) return plain;
    await this.ctx.err(begin);
    await this.tell(`${name}: ${gunzip(bytes) ? 'invalid compressed data--crc error' : 'unexpected end of file'}`);
    return undefined;
  }

  async file(given: string): Promise<void> {
    const { sys, options: o } = this.ctx;
    const suffix = o.value('suffix') ?? '.gz';
    let path = given;
    if (this.unpack && isErr(sys.stat(path)) && !path.endsWith(suffix)) path = `${given}${suffix}`;
    const st = sys.stat(path);
    if (isErr(st)) return this.tell(`${path}: ${st.text}`);
    if (st.kind === 'dir')
      return o.has('recursive') ? this.tree(path) : this.tell(`${path} is a directory -- ignored`, 2);
    if (!this.unpack && path.endsWith(suffix) && !this.toStdout && !o.has('force'))
      return this.tell(`${path} already has ${suffix} suffix -- unchanged`, 0);
    const packed = [suffix, '.tgz', '.taz'].find((s) => path.endsWith(s));
    if (this.unpack && !packed && !this.toStdout && !o.has('list') && !o.has('test'))
      return this.tell(`${path}: unknown suffix -- ignored`, 2);
    const bytes = sys.readFile(path);
    if (isErr(bytes)) return this.tell(`${path}: ${bytes.text}`);
    if (o.has('list')) return this.row(path, bytes, packed);
    const out = this.unpack ? await this.plain(bytes, path) : gzip(bytes, this.head(path));
    if (!out) return;
    if (o.has('test')) {
      if (o.has('verbose')) await this.ctx.err(`${path}:\t OK\n`);
    } else if (this.toStdout) await sys.write(1, out);
    else await this.put(path, this.target(path, suffix, packed, bytes), bytes, out, st.mode);
  }

  /** What the head of a member tells of a file. */
  head(path: string): { name?: string; mtime?: number } {
    const st = this.ctx.sys.stat(path);
    if (isErr(st) || this.ctx.options.has('no-name')) return {};
    return { name: path.replace(/^.*\//, ''), mtime: Number(changed(this.ctx.sys, st)) };
  }

  /** Where what comes of a file is put. */
  target(path: string, suffix: string, packed: string | undefined, bytes: Uint8Array): string {
    if (!this.unpack) return path + suffix;
    const name = this.ctx.options.has('name') ? packedName(bytes) : undefined;
    if (name !== undefined) return path.replace(/[^/]*$/, () => name);
    const base = path.slice(0, -(packed ?? suffix).length);
    return packed === '.tgz' || packed === '.taz' ? `${base}.tar` : base;
  }

  async put(path: string, to: string, bytes: Uint8Array, out: Uint8Array, mode: number): Promise<void> {
    const { sys, options: o } = this.ctx;
    if (!o.has('force') && !isErr(sys.lstat(to))) return this.tell(`${to} already exists;\tnot overwritten`, 2);
    const st = sys.stat(path);
    const made = sys.writeFile(to, out, mode);
    if (isErr(made)) return this.tell(`${to}: ${made.text}`);
    if (!isErr(st)) sys.utimes(to, Number(changed(sys, st) - epoch(sys)));
    const [plain, packed] = this.unpack ? [out, bytes] : [bytes, out];
    const kept = o.has('keep');
    if (o.has('verbose'))
      await this.ctx.err(
        `${path}:\t${ratio(plain.length, packed.length - headLength(packed))} -- ${kept ? 'created' : 'replaced with'} ${to}\n`,
      );
    if (!kept) sys.unlink(path);
  }

  /** A line of `-l`. */
  async row(path: string, bytes: Uint8Array, packed: string | undefined): Promise<void> {
    const plain = await this.plain(bytes, path);
    if (!plain) return;
    if (!this.#listed && !this.ctx.options.has('quiet'))
      await this.ctx.out('         compressed        uncompressed  ratio uncompressed_name\n');
    this.#listed = true;
    const size = (n: number): string => String(n).padStart(19);
    const name = packed ? path.slice(0, -packed.length) : path;
    const share = ratio(plain.length, bytes.length - headLength(bytes));
    await this.ctx.out(`${size(bytes.length)} ${size(plain.length)} ${share} ${name}\n`);
  }

  async tree(path: string): Promise<void> {
    const list = this.ctx.sys.readdir(path);
    if (isErr(list)) return this.tell(`${path}: ${list.text}`);
    for (const e of list)
      if (e.name !== '.' && e.name !== '..') await this.file(`${path.replace(/\/$/, '')}/${e.name}`);
  }
}

const make = (name: 'gzip' | 'gunzip' | 'zcat'): ProgramSpec =>
  defineProgram({
    name,
    path: `/usr/bin/${name}`,
    summary:
      name === 'gzip'
        ? 'Compress or uncompress FILEs'
        : name === 'zcat'
          ? 'Uncompress FILEs to standard output'
          : 'Uncompress FILEs',
    synopsis: ['[OPTION]... [FILE]...'],
    version: `${name === 'gzip' ? 'gzip' : `${name} (gzip)`} 1.14`,
    options: [
      { name: 'stdout', short: 'c', help: 'write on standard output, keep the files' },
      { name: 'decompress', short: 'd', help: 'decompress' },
      { name: 'force', short: 'f', help: 'overwrite files, compress links' },
      { name: 'keep', short: 'k', help: 'keep the input files' },
      { name: 'list', short: 'l', help: 'list compressed files' },
      { name: 'no-name', short: 'n', help: 'neither save nor restore name and time' },
      { name: 'name', short: 'N', help: 'save or restore name and time' },
      { name: 'quiet', short: 'q', help: 'no warnings' },
      { name: 'recursive', short: 'r', help: 'go into directories' },
      { name: 'suffix', short: 'S', arg: 'required', metavar: 'SUF', help: 'another suffix' },
      { name: 'test', short: 't', help: 'test whether the files are whole' },
      { name: 'verbose', short: 'v', help: 'tell what is done' },
      { name: 'fast', short: '1', help: 'compress faster' },
      ...['2', '3', '4', '5', '6', '7', '8'].map((n) => ({ name: `level-${n}`, short: n, help: `level ${n}` })),
      { name: 'best', short: '9', help: 'compress better' },
    ],
    async run(ctx) {
      const job = new Job(ctx, name);
      if (ctx.operands.length === 0) await job.stdin();
      for (const f of ctx.operands) await (f === '-' ? job.stdin() : job.file(f));
      return job.exit;
    },
  });

/** The `gzip` command. */
export const spec = make('gzip');
/** The `gunzip` command. */
export const gunzipSpec = make('gunzip');
/** The `zcat` command. */
export const zcatSpec = make('zcat');
