/** `--output`, `--secret`: what flags of `docker build` ask for. @see docker/buildx util/buildflags */
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { parseRecord } from '../../flags/csv.ts';

/** What becomes of the result: its type, and its settings. */
export type Output = Readonly<Record<string, string>>;

const notSupported = (what: string, page: string): Failure =>
  new Failure(
    `ERROR: failed to build: ${what} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/${page}/`,
  );

/** Refuses several platforms. */
export const multiPlatform = (): Failure => notSupported('Multi-platform build', 'build-multi-platform');
/** Refuses `--cache-to`, but for inline caches. */
export const cacheExport = (): Failure => notSupported('Cache export', 'build-cache-backends');
/** Refuses `--attest` and what is short for it. */
export const attestation = (): Failure => notSupported('Attestation', 'attestations');

/** @see buildflags/export.go: parseExportEntry, build/opt.go */
export function parseOutput(ctx: Ctx, text: string): Output | Failure {
  const record = parseRecord(text);
  if ('error' in record) return new Failure(`ERROR: ${record.error}`);
  const fields = record.value;
  const [first = ''] = fields;
  let out: Record<string, string> = {};
  if (fields.length === 1 && first === text && !text.startsWith('type=') && !text.includes('='))
    out = text === '-' ? { type: 'tar', dest: '-' } : { type: 'local', dest: text };
  else
    for (const f of fields) {
      const eq = f.indexOf('=');
      if (eq < 0) return new Failure(`ERROR: invalid value ${f}`);
      out[f.slice(0, eq).trim().toLowerCase()] = f.slice(eq + 1);
    }
  const { type = '', dest = '' } = out;
  switch (type) {
    case '':
      return new Failure('ERROR: type is required for output');
    case 'local': {
      if (dest === '') return new Failure('ERROR: dest is required for local exporter');
      const stat = ctx.sys.stat(dest);
      if (!isErr(stat) && stat.kind !== 'dir') return new Failure(`ERROR: destination directory ${dest} is a file`);
      return out;
    }
    case 'tar': {
      const stat = ctx.sys.stat(dest);
      if (dest !== '' && dest !== '-' && !isErr(stat) && stat.kind === 'dir')
        return new Failure(`ERROR: destination file ${dest} is a directory`);
      if ((dest === '' || dest === '-') && ctx.sys.isatty(1))
        return new Failure('ERROR: dest file is required for tar exporter. refusing to write to console');
      return { ...out, dest: dest || '-' };
    }
    case 'oci':
      return notSupported('OCI exporter', 'build-exporters');
    case 'docker':
      return dest === '' ? out : notSupported('Docker exporter', 'build-exporters');
    case 'registry':
      return { ...out, type: 'image', push: 'true' };
    default:
      return out;
  }
}

/** @returns its id and content */
export function readSecret(
  ctx: Ctx,
  text: string,
): { readonly id: string; readonly data: Uint8Array } | Failure | undefined {
  const given: Record<string, string> = {};
  const record = parseRecord(text);
  if ('error' in record) return new Failure(`ERROR: failed to parse csv secret: ${record.error}`);
  for (const field of record.value) {
    const eq = field.indexOf('=');
    if (eq < 0) return new Failure(`ERROR: invalid field '${field}' must be a key=value pair`);
    const key = field.slice(0, eq).toLowerCase();
    const value = field.slice(eq + 1);
    if (key === 'type' && value !== 'file' && value !== 'env')
      return new Failure(`ERROR: unsupported secret type ${JSON.stringify(value)}`);
    if (!['type', 'id', 'source', 'src', 'env'].includes(key))
      return new Failure(`ERROR: unexpected key '${key}' in '${field}'`);
    given[key === 'src' ? 'source' : key] = value;
  }
  const { id = '', type = '' } = given;
  let { source = '', env = '' } = given;
  if (type === 'env' && env === '') {
    env = source;
    source = '';
  }
  if (id === '') return new Failure('ERROR: failed to build: secret missing ID');
  if (env === '' && source === '') {
    if (ctx.sys.env[id] !== undefined && type !== 'file') env = id;
    else source = id;
  }
  if (env !== '') {
    const value = ctx.sys.env[env];
    return value === undefined ? undefined : { id, data: new TextEncoder().encode(value) };
  }
  const data = ctx.sys.readFile(source);
  if (isErr(data))
    return new Failure(`ERROR: failed to build: failed to stat ${source}: stat ${source}: ${data.text.toLowerCase()}`);
  return data.length > 500 * 1024
    ? new Failure(`ERROR: failed to build: secret ${id} too big. max size 500KB`)
    : { id, data };
}
