/**
 * Contexts as files: contexts/meta/ID/meta.json and contexts/tls/ID/ENDPOINT/…, ID being the SHA-256 of the name.
 * @see docker/cli cli/context/store/{store,metadatastore,tlsstore}.go
 */
import { text, utf8 } from '../../../base/http.ts';
import { jsonFault } from '../../../base/jsonfault.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { sha256 } from '../../images/digest.ts';
import { Failure, failed } from '../failure.ts';
import { goQuote } from '../flags/gostrconv.ts';
import { goMarshal } from '../gojson.ts';
import { entries, makeDirs, removeAll } from './files.ts';

/** The context that is made of DOCKER_HOST and -H; it has no files. */
export const DEFAULT_CONTEXT = 'default';
/** What it says of itself. */
export const DEFAULT_DESCRIPTION = 'Current DOCKER_HOST based configuration';

export interface EndpointMeta {
  Host?: string;
  SkipTLSVerify: boolean;
}

/** meta.json */
export interface ContextMeta {
  Name: string;
  Metadata: { Description?: string } & Record<string, unknown>;
  Endpoints: Record<string, EndpointMeta>;
}

/** Bytes of a context's certificates: `docker` → `ca.pem` → text. */
export type TlsFiles = Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;

const NAME = '^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$';

/** @see store.go: ValidateContextName */
export function nameFailure(name: string): Failure | undefined {
  if (name === '') return new Failure('context name cannot be empty');
  if (name === DEFAULT_CONTEXT) return new Failure('"default" is a reserved context name');
  if (!new RegExp(NAME).test(name))
    return new Failure(`context name ${goQuote(name)} is invalid, names are validated against regexp "${NAME}"`);
  return undefined;
}

export class ContextStore {
  readonly #meta: string;
  readonly #tls: string;

  constructor(
    readonly sys: Sys,
    configDir: string,
  ) {
    this.#meta = `${configDir}/contexts/meta`;
    this.#tls = `${configDir}/contexts/tls`;
  }

  /** Where a context's files are. */
  paths(name: string): { readonly meta: string; readonly tls: string } {
    const id = sha256(name);
    return { meta: `${this.#meta}/${id}`, tls: `${this.#tls}/${id}` };
  }

  exists(name: string): boolean {
    return !isErr(this.sys.stat(`${this.paths(name).meta}/meta.json`));
  }

  get(name: string): ContextMeta | Failure {
    const read = this.#read(`${this.paths(name).meta}/meta.json`);
    return failed(read) ? new Failure(`context ${goQuote(name)}: ${read.message}`) : read;
  }

  #read(file: string): ContextMeta | Failure {
    const data = this.sys.readFile(file);
    if (isErr(data))
      return new Failure(
        `${data.name === 'ENOENT' ? 'context not found: ' : ''}open ${file}: ${data.text.toLowerCase()}`,
      );
    const source = text(data);
    const fault = jsonFault(source, true);
    if (fault !== undefined) return new Failure(`parsing ${file}: ${fault}`);
    return normal(JSON.parse(source) as Partial<ContextMeta>);
  }

  /** All that have files. */
  list(): ContextMeta[] | Failure {
    const found: ContextMeta[] = [];
    for (const id of entries(this.sys, this.#meta)) {
      const file = `${this.#meta}/${id}/meta.json`;
      if (isErr(this.sys.stat(file))) continue;
      const read = this.#read(file);
      if (failed(read)) return new Failure(`failed to list contexts: ${read.message}`);
      found.push(read);
    }
    return found;
  }

  put(meta: ContextMeta): Failure | undefined {
    const { meta: dir } = this.paths(meta.Name);
    makeDirs(this.sys, dir, 0o755);
    const written = this.sys.writeFile(`${dir}/meta.json`, utf8(goMarshal(normal(meta))), 0o644);
    return isErr(written) ? new Failure(`open ${dir}/meta.json: ${written.text.toLowerCase()}`) : undefined;
  }

  remove(name: string): void {
    const { meta, tls } = this.paths(name);
    removeAll(this.sys, meta);
    removeAll(this.sys, tls);
  }

  tls(name: string): TlsFiles {
    const { tls } = this.paths(name);
    return Object.fromEntries(
      entries(this.sys, tls).map((endpoint) => {
        const files = entries(this.sys, `${tls}/${endpoint}`).flatMap((file) => {
          const data = this.sys.readFile(`${tls}/${endpoint}/${file}`);
          return isErr(data) ? [] : [[file, data] as const];
        });
        return [endpoint, Object.fromEntries(files)];
      }),
    );
  }

  /** Replaces all certificates of a context. */
  putTls(name: string, tls: TlsFiles): void {
    const { tls: dir } = this.paths(name);
    removeAll(this.sys, dir);
    for (const [endpoint, files] of Object.entries(tls))
      for (const [file, bytes] of Object.entries(files)) {
        makeDirs(this.sys, `${dir}/${endpoint}`, 0o700);
        this.sys.writeFile(`${dir}/${endpoint}/${file}`, bytes, 0o600);
      }
  }
}

/** Fields in the order of the struct, empty ones left out. */
function normal(m: Partial<ContextMeta>): ContextMeta {
  const { Description, ...more } = m.Metadata ?? {};
  const endpoints = Object.entries(m.Endpoints ?? {}).map(([name, e]): [string, EndpointMeta] => [
    name,
    { Host: e.Host || undefined, SkipTLSVerify: e.SkipTLSVerify ?? false },
  ]);
  return {
    Name: m.Name ?? '',
    Metadata: { Description: Description || undefined, ...more },
    Endpoints: Object.fromEntries(endpoints),
  };
}
