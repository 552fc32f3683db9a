import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import { CONTAINER_INSPECT, IMAGE_INSPECT } from '../../gotypes/container.ts';
import { NETWORK_INSPECT, RAW_OBJECT, VOLUME } from '../../gotypes/network.ts';
import { NODE, SERVICE, TASK } from '../../gotypes/swarm.ts';
import { type Found, inspectAll } from '../../inspector.ts';
import { emptyName } from '../../names.ts';
import { atLeast, command, flag } from '../../spec.ts';
import type { GoType } from '../../template/value.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';

interface Kind {
  readonly path: (name: string) => string;
  readonly type: GoType;
  /** Only on a swarm manager. */
  readonly swarm?: boolean;
  /** Only when asked for by --type. */
  readonly explicit?: boolean;
}

/** In the order in which `docker inspect` looks. @see docker/cli cli/command/system/inspect.go */
const KINDS: Readonly<Record<string, Kind>> = {
  container: { path: (n) => `/containers/${n}/json`, type: CONTAINER_INSPECT },
  image: { path: (n) => `/images/${n}/json`, type: IMAGE_INSPECT },
  network: { path: (n) => `/networks/${n}`, type: NETWORK_INSPECT },
  volume: { path: (n) => `/volumes/${n}`, type: VOLUME },
  service: { path: (n) => `/services/${n}`, type: SERVICE, swarm: true },
  task: { path: (n) => `/tasks/${n}`, type: TASK, swarm: true },
  node: { path: (n) => `/nodes/${n}`, type: NODE, swarm: true },
  plugin: { path: (n) => `/plugins/${n}/json`, type: RAW_OBJECT },
  secret: { path: (n) => `/secrets/${n}`, type: RAW_OBJECT, swarm: true, explicit: true },
  config: { path: (n) => `/configs/${n}`, type: RAW_OBJECT, swarm: true, explicit: true },
};

interface SwarmInfo {
  Swarm?: { ControlAvailable?: boolean };
}

/** Not there, or no such thing on this daemon. */
const absent = (f: Failure): boolean => f instanceof DaemonError && (f.status === 404 || f.status === 501);

async function search(ctx: Ctx, name: string, size: boolean): Promise<Found | Failure> {
  let manager: boolean | undefined;
  for (const [kind, { path, type, swarm, explicit }] of Object.entries(KINDS)) {
    if (explicit) continue;
    if (swarm) {
      if (manager === undefined) {
        const info = await ctx.client.get<SwarmInfo>('/info');
        manager = !failed(info) && info.Swarm?.ControlAvailable === true;
      }
      if (!manager) continue;
    }
    const raw = await ctx.client.getRaw(path(name), kind === 'container' && size ? { size: '1' } : undefined);
    if (!failed(raw)) {
      if (size) await sizeIgnored(ctx, kind);
      return { raw, type };
    }
    if (!absent(raw)) return raw;
  }
  return new Failure(`Error: No such object: ${name}`);
}

async function sizeIgnored(ctx: Ctx, kind: string): Promise<void> {
  if (kind !== 'container') await ctx.err(`WARNING: --size ignored for ${kind}\n`);
}

/** Fetches one object of a known kind. */
export async function fetchKind(
  ctx: Ctx,
  kind: string,
  name: string,
  query?: Record<string, string | undefined>,
): Promise<Found | Failure> {
  const { path, type } = KINDS[kind] as Kind;
  if (kind === 'image' && name === '') return new Failure('Error: No such image: ');
  const raw = await ctx.client.getRaw(path(name), query);
  return failed(raw) ? raw : { raw, type };
}

const TYPES = Object.keys(KINDS).sort();

/** `docker inspect` */
export const inspect = command({
  path: ['inspect'],
  use: '[OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Show everything about containers, images, networks, volumes',
  args: atLeast(1),
  flags: [
    flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }),
    flag('type', 'string', 'Look only among objects of this type'),
    flag('size', 'bool', 'With containers: show the size of their files', { short: 's' }),
  ],
  names: ['container'],
  run: async (ctx, o, args) => {
    const type = o.string('type');
    if (o.changed('type') && type === '')
      return new Failure(`type is empty: must be one of ${TYPES.map((t) => `"${t}"`).join(', ')}`);
    if (type !== '' && !(type in KINDS))
      return new Failure(`unknown type: "${type}": must be one of ${TYPES.map((t) => `"${t}"`).join(', ')}`);
    const size = o.bool('size');
    return inspectAll(ctx, args, o.string('format'), async (name) => {
      if (name.trim() === '') return emptyName(type || 'container');
      if (type === '') return search(ctx, name, size);
      const found = await fetchKind(ctx, type, name, size && type === 'container' ? { size: '1' } : undefined);
      if (size && !failed(found)) await sizeIgnored(ctx, type);
      return found;
    });
  },
});
