/** Environment and label files, and the process's own environment. @see docker/cli opts/{file,parse}.go, pkg/kvfile */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../context.ts';
import type { Parsed } from '../flags/gostrconv.ts';
import { environment, label } from './validators.ts';

function byteLines(ctx: Ctx, path: string): Uint8Array[] {
  const data = ctx.sys.readFile(path);
  const out: Uint8Array[] = [];
  if (isErr(data)) return out;
  for (let at = 0, end = 0; at <= data.length; at = end + 1) {
    const nl = data.indexOf(10, at);
    end = nl < 0 ? data.length : nl;
    out.push(data.subarray(at, end));
  }
  return out;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function lines(ctx: Ctx, path: string): Parsed<readonly string[]> {
  const file = ctx.file(path);
  if ('error' in file)
    return file.error === `open ${path}: is a directory`
      ? { error: `invalid env file (${path}): read ${path}: is a directory` }
      : file;
  const out: string[] = [];
  for (const [n, raw] of file.text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (raw.includes('\uFFFD')) {
      const bytes = byteLines(ctx, path)[n] as Uint8Array;
      if (!isUtf8(bytes))
        return { error: `invalid env file (${path}): invalid utf8 bytes at line ${n + 1}: [${bytes.join(' ')}]` };
    }
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const key = line.split('=')[0] as string;
    if (key.trim() === '') return { error: `invalid env file (${path}): no variable name on line '${line}'` };
    if (/\s/.test(key)) return { error: `invalid env file (${path}): variable '${key}' contains whitespaces` };
    out.push(line);
  }
  return { value: out };
}

/** `--env-file` then `--env`; a bare name takes the client's own value, or removes it. */
export function readEnvironment(
  ctx: Ctx,
  files: readonly string[],
  given: readonly string[],
): Parsed<readonly string[]> {
  const out: string[] = [];
  for (const path of files) {
    const read = lines(ctx, path);
    if ('error' in read) return read;
    for (const line of read.value) {
      if (line.includes('=')) out.push(line);
      else if (line in ctx.sys.env) out.push(`${line}=${ctx.sys.env[line]}`);
    }
  }
  for (const one of given) {
    const checked = environment(one);
    if ('error' in checked) return checked;
    out.push(!one.includes('=') && one in ctx.sys.env ? `${one}=${ctx.sys.env[one]}` : one);
  }
  return { value: out };
}

/** `--label-file` then `--label`, as a map. */
export function readLabels(
  ctx: Ctx,
  files: readonly string[],
  given: readonly string[],
): Parsed<Record<string, string>> {
  const all: string[] = [];
  for (const path of files) {
    const read = lines(ctx, path);
    if ('error' in read) return read;
    for (const line of read.value) {
      const checked = label(line);
      if ('error' in checked) return checked;
      all.push(checked.value);
    }
  }
  all.push(...given);
  const out: Record<string, string> = {};
  for (const one of all) {
    const at = one.indexOf('=');
    out[at < 0 ? one : one.slice(0, at)] = at < 0 ? '' : one.slice(at + 1);
  }
  return { value: out };
}
