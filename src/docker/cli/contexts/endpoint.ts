/** `--docker KEY=VALUE,…`: an endpoint and its certificates. @see docker/cli cli/command/context/options.go */
import { text } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../context.ts';
import { Failure, failed } from '../failure.ts';
import { goQuote, parseBool } from '../flags/gostrconv.ts';
import { clientFault, portFault } from './host.ts';
import type { EndpointMeta } from './store.ts';

export interface Endpoint {
  readonly meta: EndpointMeta;
  /** `ca.pem` and so on. */
  readonly tls: Readonly<Record<string, Uint8Array>>;
}

const KEYS = new Set(['from', 'host', 'ca', 'cert', 'key', 'skip-tls-verify']);
const FILES = [
  ['ca', 'ca.pem'],
  ['cert', 'cert.pem'],
  ['key', 'key.pem'],
] as const;

const BROKEN = 'invalid docker endpoint options: failed to retrieve context tls info: ';

/** @returns the endpoint, or what is wrong with the settings */
export function endpointOf(ctx: Ctx, settings: Readonly<Record<string, string>>): Endpoint | Failure {
  const made = build(ctx, settings);
  return failed(made) ? new Failure(`unable to create docker endpoint config: ${made.message}`) : made;
}

function build(ctx: Ctx, settings: Readonly<Record<string, string>>): Endpoint | Failure {
  const unknown = Object.keys(settings).filter((k) => !KEYS.has(k));
  if (unknown.length > 0) return new Failure(unknown.map((k) => `unrecognized config key: ${k}`).join('\n'));
  if (settings.from) return copyOf(ctx, settings.from);
  const tls = readTls(ctx, settings);
  if (failed(tls)) return tls;
  const skip = settings['skip-tls-verify'];
  const skips = skip ? parseBool(skip) : { value: false };
  if ('error' in skips) return new Failure(`skip-tls-verify: parsing ${goQuote(skip as string)}: invalid syntax`);
  const host = settings.host ?? '';
  const url = host === '' ? undefined : portFault(host);
  if (url) return new Failure(`invalid docker endpoint options: ${url}`);
  const bad = tlsFault(tls);
  if (bad) return new Failure(BROKEN + bad);
  const client = host === '' ? undefined : clientFault(host);
  if (client) return new Failure(`unable to apply docker endpoint options: ${client}`);
  return { meta: { Host: host, SkipTLSVerify: skips.value }, tls };
}

function copyOf(ctx: Ctx, name: string): Endpoint | Failure {
  const from = ctx.contexts.get(name);
  if (failed(from)) return from;
  const meta = from.Endpoints.docker;
  if (!meta) return new Failure(`unable to get endpoint from context "${name}"`);
  return { meta, tls: ctx.contexts.tls(name).docker ?? {} };
}

function readTls(ctx: Ctx, settings: Readonly<Record<string, string>>): Record<string, Uint8Array> | Failure {
  const out: Record<string, Uint8Array> = {};
  for (const [key, name] of FILES) {
    const path = settings[key];
    if (!path) continue;
    const data = ctx.sys.readFile(path);
    if (isErr(data)) return new Failure(`open ${path}: ${data.text.toLowerCase()}`);
    out[name] = data;
  }
  return out;
}

/** Limits: the texts of PEM are looked at, not what they enclose. */
function tlsFault(tls: Readonly<Record<string, Uint8Array>>): string | undefined {
  const has = (name: string, what: string): boolean => {
    const data = tls[name];
    return data !== undefined && text(data).includes(`-----BEGIN ${what}`);
  };
  if (tls['ca.pem'] && !has('ca.pem', 'CERTIFICATE')) return 'ca.pem seems invalid';
  if (!tls['cert.pem'] || !tls['key.pem']) return undefined;
  if (!has('cert.pem', 'CERTIFICATE')) return 'tls: failed to find any PEM data in certificate input';
  return has('key.pem', '') ? undefined : 'tls: failed to find any PEM data in key input';
}
