/** Requests for BuildKit: a build, and the removal of what it remembers. @see moby builder/builder-next/builder.go, api/server/backend/build */

import { text } from '../../../../base/http.ts';
import { jsonFault } from '../../../../base/jsonfault.ts';
import type { SessionOptions } from '../../../api/buildkit.ts';
import type { BuildCacheRecord } from '../../../api/types.ts';
import { Failure } from '../../../errdefs.ts';
import { parseReference } from '../../../images/reference.ts';
import { entriesOf } from '../../archive/container.ts';
import { inside } from '../../archive/unpack.ts';
import type { Daemon } from '../../daemon.ts';
import { errors } from '../../errors.ts';
import { Filters } from '../../filters.ts';
import { timeOf } from '../../prune.ts';
import type { BuildOptions } from '../build.ts';
import type { Tree } from '../context.ts';
import { buildKit, type Given } from './build.ts';
import { cacheOf } from './cache.ts';
import { treeBelow } from './context.ts';
import type { BuildKitOptions } from './state.ts';

const NONE: SessionOptions = {
  contexts: {},
  noCacheFilter: [],
  outputs: [],
  call: 'build',
  allow: [],
  ssh: [],
  filename: '',
};

function sessionOf(json: string): SessionOptions | Failure {
  const fault = jsonFault(json, true);
  if (fault !== undefined) return new Failure('invalid', `options.json: ${fault}`);
  return { ...NONE, ...(JSON.parse(json) as Partial<SessionOptions>) };
}

/** @param sent the archive of a session, or a context @param remote `client-session`, a URL, or nothing */
export function buildWithKit(
  daemon: Daemon,
  sent: Uint8Array,
  remote: string,
  options: BuildOptions,
): AsyncGenerator<Uint8Array> | Failure {
  const isUrl = remote !== '' && remote !== 'client-session';
  if (sent.length === 0 && !isUrl) return errors.noBuildKit;
  for (const tag of options.tags) {
    const ref = parseReference(tag);
    if (ref instanceof Failure) return ref;
  }
  const entries = sent.length === 0 ? [] : entriesOf(sent);
  if (entries instanceof Failure) return entries;
  const isSession = remote !== '';
  const file = isSession ? entries.find((e) => inside(e.name) === 'options.json') : undefined;
  const session = sessionOf(file ? text(file.bytes) : '{}');
  if (session instanceof Failure) return session;
  const secrets = new Map<string, Uint8Array>();
  for (const [name, e] of treeBelow(isSession ? entries : [], 'secrets/')) secrets.set(name, e.bytes);
  const contexts = new Map<string, Tree | string>(Object.entries(session.contexts));
  for (const [name] of treeBelow(isSession ? entries : [], 'named/')) {
    const first = name.split('/')[0] as string;
    const known = decodeURIComponent(first);
    if (!contexts.has(known)) contexts.set(known, treeBelow(entries, `named/${first}/`));
  }
  const all: BuildKitOptions = {
    ...options,
    secrets,
    contexts,
    noCacheFilter: session.noCacheFilter,
    outputs: session.outputs,
    call: session.call,
    allow: session.allow,
    ssh: session.ssh,
    filename: session.filename || options.dockerfile,
  };
  const given: Given = isUrl ? { kind: 'url', url: remote } : { kind: isSession ? 'session' : 'body', entries };
  return buildKit(daemon, given, all);
}

const FIELDS = ['id', 'parent', 'type', 'description', 'inuse', 'shared', 'private'];

/** POST /build/prune. Limits: `min-free-space` asks nothing of a disk that does not fill. @see moby/buildkit cache/manager.go: calculateKeepBytes */
export function pruneCache(daemon: Daemon, query: URLSearchParams): Record<string, unknown> | Failure {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const refused = filters.check([...FIELDS, 'until', 'unused-for']);
  if (refused) return refused;
  const tests: ((row: BuildCacheRecord) => boolean)[] = [];
  for (const span of [...filters.get('until'), ...filters.get('unused-for')]) {
    const until = timeOf(daemon, span);
    if (until instanceof Failure) return until;
    const limit = until;
    tests.push((row) => (row.LastUsedAt === null ? true : lastUsed(daemon, row) < limit));
  }
  for (const field of FIELDS) for (const value of filters.get(field)) tests.push((row) => fits(row, field, value));
  const bytes = (name: string): number => Number(query.get(name) ?? 0) || 0;
  const keep = Math.max(bytes('max-used-space'), bytes('reserved-space') || bytes('keep-storage'));
  const isAll = ['1', 'true'].includes(query.get('all') ?? '');
  const gone = cacheOf(daemon).prune(isAll, (row) => tests.every((t) => t(row)), keep);
  const space = gone.reduce((n, row) => n + row.Size, 0);
  daemon.pruned('builder', space);
  return { CachesDeleted: gone.length > 0 ? gone.map((row) => row.ID) : null, SpaceReclaimed: space };
}

const lastUsed = (daemon: Daemon, row: BuildCacheRecord): bigint => cacheOf(daemon).lastUsed(row.ID);

function fits(row: BuildCacheRecord, field: string, value: string): boolean {
  switch (field) {
    case 'id':
      return row.ID.startsWith(value.replace(/^~=/, ''));
    case 'parent':
      return (row.Parents ?? []).includes(value);
    case 'type':
      return row.Type === value;
    case 'description':
      return row.Description.includes(value);
    case 'inuse':
      return row.InUse;
    case 'shared':
      return row.Shared;
    default:
      return !row.Shared;
  }
}
