/** Contexts as tar archives. @see docker/cli cli/context/store/store.go: Export, Import */
import { join } from '../../../base/bytes.ts';
import { text, utf8 } from '../../../base/http.ts';
import { jsonFault } from '../../../base/jsonfault.ts';
import { readTar, rootEntry, TAR_END, type TarEntry, tarEntry } from '../../../base/tar.ts';
import { Failure, failed } from '../failure.ts';
import { goMarshal } from '../gojson.ts';
import type { ContextMeta, TlsFiles } from './store.ts';

const BLOCK = 512;
const NONE: Uint8Array = new Uint8Array(0);

const file = (name: string, mode: number, bytes: Uint8Array): TarEntry => rootEntry(name, bytes, { mode });
const dir = (name: string): TarEntry => rootEntry(name, NONE, { kind: 'dir', mode: 0o700 });

/** The archive as the original writes it, which never ends it: neither the last padding nor the end blocks are there. */
export function packContext(meta: ContextMeta, tls: TlsFiles): Uint8Array {
  const entries = [file('meta.json', 0o644, utf8(goMarshal(meta))), dir('tls')];
  for (const [endpoint, files] of Object.entries(tls)) {
    entries.push(dir(`tls/${endpoint}`));
    for (const [name, bytes] of Object.entries(files)) entries.push(file(`tls/${endpoint}/${name}`, 0o600, bytes));
  }
  const whole = join(entries.flatMap((e) => tarEntry(e)));
  const last = entries.at(-1)?.bytes.length ?? 0;
  return whole.subarray(0, whole.length - ((BLOCK - (last % BLOCK)) % BLOCK));
}

/** What is in an archive. @param name of the context that it becomes */
export function unpackContext(
  archive: Uint8Array,
  name: string,
): { readonly meta: ContextMeta; readonly tls: TlsFiles } | Failure {
  if (archive[0] === 0x50 && archive[1] === 0x4b && archive[2] === 3 && archive[3] === 4)
    return new Failure('zip: this laboratory reads contexts from tar archives only');
  const whole = archive.length < BLOCK ? undefined : join([archive, TAR_END]);
  const entries = whole === undefined ? 'unexpected EOF' : readTar(whole);
  if (typeof entries === 'string')
    return new Failure(entries === 'unexpected EOF' ? entries : `archive/tar: ${entries}`);
  let meta: ContextMeta | undefined;
  const tls: Record<string, Record<string, Uint8Array>> = {};
  for (const e of entries) {
    if (e.kind !== 'file') continue;
    if (e.name.startsWith('/') || e.name.split('/').includes('..'))
      return new Failure(`${e.name}: unexpected path format`);
    if (e.name === 'meta.json') {
      const read = parseMeta(text(e.bytes), name);
      if (failed(read)) return read;
      meta = read;
    } else if (e.name.startsWith('tls/')) {
      const [, endpoint = '', ...file] = e.name.split('/');
      if (file.length === 0)
        return new Failure(
          `archive format is invalid: ${JSON.stringify(endpoint)} is not in the form of ENDPOINT/FILE`,
        );
      tls[endpoint] = { ...tls[endpoint], [file.join('/')]: e.bytes };
    }
  }
  return meta ? { meta, tls } : new Failure('invalid context: no metadata found');
}

function parseMeta(source: string, name: string): ContextMeta | Failure {
  const fault = jsonFault(source, true);
  if (fault !== undefined) return new Failure(fault);
  return { ...(JSON.parse(source) as ContextMeta), Name: name };
}
