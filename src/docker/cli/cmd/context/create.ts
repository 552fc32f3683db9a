import type { Ctx } from '../../context.ts';
import { packContext, unpackContext } from '../../contexts/archive.ts';
import { endpointOf } from '../../contexts/endpoint.ts';
import { DEFAULT_CONTEXT, DEFAULT_DESCRIPTION, nameFailure } from '../../contexts/store.ts';
import { Failure, failed } from '../../failure.ts';
import { goQuote } from '../../flags/gostrconv.ts';
import type { Options } from '../../flags/options.ts';
import { command, exactly, flag } from '../../spec.ts';

const pair = (s: string): { value: string } | { error: string } =>
  s.includes('=') ? { value: s } : { error: `${s} must be formatted as key=value` };

const FLAGS = [
  flag('description', 'string', 'What the context is for'),
  flag('docker', 'stringToString', 'Endpoint of the daemon', { default: '[]', check: pair }),
];

const KEYS = `NAME                DESCRIPTION
from                Take the endpoint of another context
host                Address of the daemon
ca                  Trust certificates of this CA only
cert                File of a TLS certificate
key                 File of a TLS key
skip-tls-verify     Do not verify the other side's certificate`;

const long = (what: string, verb: string): string =>
  `${what}\n\nDocker endpoint config:\n\n${KEYS}\n\nExample:\n\n$ docker context ${verb} node2 --description "the second machine" --docker "host=tcp://node2:2375"`;

/** The name that a new context may have. */
export function freeName(ctx: Ctx, name: string): Failure | undefined {
  const bad = nameFailure(name);
  if (bad) return bad;
  const old = ctx.contexts.get(name);
  if (!failed(old)) return new Failure(`context ${goQuote(name)} already exists`);
  return old.message.includes('not found')
    ? undefined
    : new Failure(`error while getting existing contexts: ${old.message}`);
}

/** A copy of another context with its certificates. */
function copy(ctx: Ctx, from: string, name: string, description: string): Failure | undefined {
  const meta = ctx.contexts.get(from);
  if (failed(meta)) return meta;
  const told = description || (from === DEFAULT_CONTEXT ? DEFAULT_DESCRIPTION : '');
  const described = told === '' ? meta : { ...meta, Metadata: { ...meta.Metadata, Description: told } };
  const made = unpackContext(packContext(described, ctx.contexts.tls(from)), name);
  if (failed(made)) return made;
  ctx.contexts.store.putTls(name, made.tls);
  return ctx.contexts.store.put(made.meta);
}

function fresh(ctx: Ctx, o: Options, name: string): Failure | undefined {
  const endpoint = endpointOf(ctx, o.map('docker'));
  if (failed(endpoint)) return endpoint;
  const { store } = ctx.contexts;
  const failure = store.put({
    Name: name,
    Metadata: { Description: o.string('description') },
    Endpoints: { docker: endpoint.meta },
  });
  if (!failure) store.putTls(name, { docker: endpoint.tls });
  return failure;
}

/** `docker context create`. @see docker/cli cli/command/context/create.go */
export const contextCreate = command({
  path: ['context', 'create'],
  use: '[OPTIONS] CONTEXT',
  short: 'Make a context',
  long: long('Make a context', 'create'),
  args: exactly(1),
  flags: [...FLAGS, flag('from', 'string', 'Copy another context')],
  run: async (ctx, o, [name = '']) => {
    const taken = freeName(ctx, name);
    if (taken) return taken;
    const from = o.string('from');
    const own = o.list('docker').length > 0;
    if (from !== '' && own) return new Failure('cannot use --docker flag when --from is set');
    const failure = own ? fresh(ctx, o, name) : copy(ctx, from || ctx.contexts.current, name, o.string('description'));
    if (failure) return failure;
    await ctx.out(`${name}\n`);
    await ctx.err(`Successfully created context ${goQuote(name)}\n`);
    return 0;
  },
});

/** `docker context update`. @see docker/cli cli/command/context/update.go */
export const contextUpdate = command({
  path: ['context', 'update'],
  use: '[OPTIONS] CONTEXT',
  short: 'Change a context',
  long: long('Change a context', 'update'),
  args: exactly(1),
  flags: FLAGS,
  run: async (ctx, o, [name = '']) => {
    const bad = nameFailure(name);
    if (bad) return bad;
    const { store } = ctx.contexts;
    const meta = store.get(name);
    if (failed(meta)) return meta;
    if (o.string('description') !== '') meta.Metadata.Description = o.string('description');
    const endpoint = o.list('docker').length > 0 ? endpointOf(ctx, o.map('docker')) : undefined;
    if (failed(endpoint)) return endpoint;
    if (endpoint) meta.Endpoints.docker = endpoint.meta;
    const failure = store.put(meta);
    if (failure) return failure;
    if (endpoint) store.putTls(name, { ...store.tls(name), docker: endpoint.tls });
    await ctx.out(`${name}\n`);
    await ctx.err(`Successfully updated context ${goQuote(name)}\n`);
    return 0;
  },
});
