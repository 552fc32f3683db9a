/**
 * Redirections: they make a new descriptor table for one command; nothing has to be restored after it.
 * Limits: here-documents over 4 KiB go through a file in /tmp, as in bash.
 * @see bash redir.c
 */
import type * as ast from 'unbash';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import { joinText } from '../expand/fields.ts';
import { expandString, expandWord, hereParts, quotedSegments } from '../expand/word.ts';
import type { Shell } from '../shell.ts';

/** Descriptors of a command and what was opened for it. */
export interface Redirected {
  readonly io: Map<number, Fd>;
  readonly opened: Fd[];
}

class Failure {
  constructor(readonly message: string) {}
}

/** Opens all; a failure is told and everything opened before is closed. */
export async function openRedirects(sh: Shell, list: readonly ast.Redirection[]): Promise<Redirected | undefined> {
  const before = sh.io;
  const r: Redirected = { io: new Map(before), opened: [] };
  try {
    for (const x of list) {
      const failure = await apply(sh, r, x);
      sh.io = r.io;
      if (!failure) continue;
      sh.io = before;
      for (const fd of r.opened) sh.sys.close(fd);
      await sh.complain(failure.message);
      return undefined;
    }
    return r;
  } finally {
    sh.io = before;
  }
}

/** Runs `body` with the descriptors; gives status 1 when a redirection failed. */
export async function withRedirects(
  sh: Shell,
  list: readonly ast.Redirection[],
  body: () => Promise<number>,
): Promise<number> {
  if (list.length === 0) return body();
  const r = await openRedirects(sh, list);
  if (!r) return sh.dialect.flavour === 'dash' ? 2 : 1;
  const before = sh.io;
  sh.io = r.io;
  try {
    return await body();
  } finally {
    sh.io = before;
    if (!sh.replaced) for (const fd of r.opened) sh.sys.close(fd);
  }
}

async function apply(sh: Shell, r: Redirected, x: ast.Redirection): Promise<Failure | undefined> {
  if (x.type === 'HereDoc' || x.type === 'HereString') {
    const text =
      x.type === 'HereDoc' ? await hereDocText(sh, x) : `${x.target ? await expandString(sh, x.target) : ''}\n`;
    const fd = await textDescriptor(sh, text);
    if (isErr(fd)) return new Failure(`cannot create temp file for here-document: ${fd.text}`);
    return install(sh, r, x, 0, fd);
  }
  if (x.operator === '>&' || x.operator === '<&') return duplicate(sh, r, x);
  const path = await targetPath(sh, x);
  if (path instanceof Failure) return path;
  const fd = openPath(sh, path, x.operator);
  if (fd instanceof Failure) return fd;
  if (isErr(fd)) return new Failure(sh.dialect.cannotOpen(path, fd.text, x.operator !== '<'));
  const failure = install(sh, r, x, x.operator.startsWith('<') ? 0 : 1, fd);
  if (x.operator.startsWith('&>')) r.io.set(2, fd);
  return failure;
}

async function targetPath(sh: Shell, x: ast.Redirect): Promise<string | Failure> {
  if (!x.target) return new Failure('redirection: no target');
  const fields = await expandWord(sh, x.target);
  return fields.length === 1 ? (fields[0] as string) : new Failure(`${x.target.text}: ambiguous redirect`);
}

/** A new descriptor for `/dev/fd/N` and its kin, or undefined for another path. */
function deviceFd(sh: Shell, path: string): Fd | Errno | undefined {
  const m = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(path);
  if (!m) return undefined;
  const n = m[1] !== undefined ? Number(m[1]) : m[2] === 'in' ? 0 : m[2] === 'out' ? 1 : 2;
  const fd = sh.io.get(n);
  return fd === undefined ? undefined : sh.sys.dup(fd);
}

function openPath(sh: Shell, path: string, operator: ast.RedirectOperator): Fd | Errno | Failure {
  const device = deviceFd(sh, path);
  if (device !== undefined) return device;
  const { sys } = sh;
  switch (operator) {
    case '<':
      return sys.open(path, { read: true });
    case '<>':
      return sys.open(path, { read: true, write: true, create: true, mode: 0o666 });
    case '>>':
    case '&>>':
      return sys.open(path, { write: true, append: true, create: true, mode: 0o666 });
    default: {
      if (sh.has('noclobber') && operator !== '>|') {
        const st = sys.stat(path);
        if (!isErr(st) && st.kind === 'file') return new Failure(`${path}: cannot overwrite existing file`);
      }
      return sys.open(path, { write: true, create: true, truncate: true, mode: 0o666 });
    }
  }
}

/** Puts a descriptor where the redirection wants it. */
function install(sh: Shell, r: Redirected, x: ast.Redirection, usual: number, fd: Fd): Failure | undefined {
  const d = x.descriptor;
  if (d?.type === 'FileDescriptorVariable') {
    let n = 10;
    while (r.io.has(n)) n++;
    r.io.set(n, fd);
    sh.io.set(n, fd);
    sh.vars.set(d.name, String(n));
    return undefined;
  }
  r.opened.push(fd);
  r.io.set(d ? d.value : usual, fd);
  return undefined;
}

async function duplicate(sh: Shell, r: Redirected, x: ast.Redirect): Promise<Failure | undefined> {
  const path = await targetPath(sh, x);
  if (path instanceof Failure) return path;
  const usual = x.operator === '<&' ? 0 : 1;
  const d = x.descriptor;
  let n = d?.type === 'FileDescriptor' ? d.value : usual;
  if (path === '-') {
    if (d?.type === 'FileDescriptorVariable') n = Number(sh.vars.get(d.name) ?? '-1');
    r.io.delete(n);
    if (d?.type === 'FileDescriptorVariable') sh.io.delete(n);
    return undefined;
  }
  const m = /^(\d+)(-?)$/.exec(path);
  if (!m) {
    if (x.operator === '<&' || d) return new Failure(`${path}: ambiguous redirect`);
    const fd = openPath(sh, path, '&>');
    if (fd instanceof Failure) return fd;
    if (isErr(fd)) return new Failure(sh.dialect.cannotOpen(path, fd.text, true));
    r.opened.push(fd);
    r.io.set(1, fd);
    r.io.set(2, fd);
    return undefined;
  }
  const from = Number(m[1]);
  const fd = r.io.get(from);
  if (fd === undefined) return new Failure(`${path}: Bad file descriptor`);
  if (d?.type === 'FileDescriptorVariable') {
    const copy = sh.sys.dup(fd);
    return isErr(copy) ? new Failure(`${path}: ${copy.text}`) : install(sh, r, x, usual, copy);
  }
  r.io.set(n, fd);
  if (m[2] === '-' && from !== n) r.io.delete(from);
  return undefined;
}

async function hereDocText(sh: Shell, x: ast.HereDoc): Promise<string> {
  let text = x.body.text;
  if (!x.closing) {
    const line = sh.line;
    if (sh.dialect.flavour === 'bash')
      await sh.complain(
        `warning: here-document at line ${line} delimited by end-of-file (wanted \`${x.delimiter?.value ?? ''}')`,
      );
    if (text !== '' && !text.endsWith('\n')) text += '\n';
  }
  if (x.delimiter?.quoted) return x.operator === '<<-' ? text.replace(/^\t+/gm, '') : text;
  if (x.operator === '<<-') text = text.replace(/^\t+/gm, '');
  if (!/[$`\\]/.test(text)) return text;
  if (x.operator === '<<' && x.body.parts && x.closing) return joinText(await quotedSegments(sh, x.body.parts));
  const { parts, source } = hereParts(text.replace(/\n$/, ''));
  const frame = sh.frame;
  sh.frame = { text: source, firstLine: sh.line };
  try {
    return joinText(await quotedSegments(sh, parts));
  } finally {
    sh.frame = frame;
  }
}

/** A descriptor from which the text can be read. */
async function textDescriptor(sh: Shell, text: string): Promise<Fd | Errno> {
  const { sys } = sh;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= 4096) {
    const [r, w] = sys.pipe();
    await sys.write(w, bytes);
    sys.close(w);
    return r;
  }
  const path = `/tmp/sh-thd.${sys.rng.hex(10)}`;
  const made = sys.writeFile(path, bytes, 0o600);
  if (isErr(made)) return made;
  const fd = sys.open(path, { read: true });
  sys.unlink(path);
  return fd;
}
