/** GET /containers/json: filters and rows. @see moby daemon/list.go */
import type { ContainerSummary } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Image } from '../images/store.ts';
import { networksOf } from './connect.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import type { Filters } from './filters.ts';
import { containerPorts } from './inspect.ts';
import { mountRows } from './mounts.ts';
import { exposedPorts, portFilter, portRows } from './ports.ts';

const ACCEPTED = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
];
const HEALTHS = ['none', 'starting', 'healthy', 'unhealthy'];
const STATUSES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

export interface ListOptions {
  readonly all: boolean;
  readonly limit: number;
  readonly size: boolean;
  readonly filters: Filters;
}

type Test = (c: Container) => boolean;

export function listContainers(daemon: Daemon, options: ListOptions): ContainerSummary[] | Failure {
  const { filters } = options;
  const bad = filters.check(ACCEPTED);
  if (bad) return bad;
  const tests: Test[] = [];
  for (const make of [byState, byPlace, byPorts, byImage]) {
    const made = make(daemon, filters);
    if (made instanceof Failure) return made;
    tests.push(...made);
  }
  const everything = options.all || options.limit > 0 || filters.has('status') || filters.has('exited');
  const ordered = [...daemon.containers.values()].reverse();
  let shown = ordered.filter((c) => (everything || c.isRunning) && tests.every((t) => t(c)));
  if (options.limit > 0) shown = shown.slice(0, options.limit);
  const images = lookUpOnce(daemon);
  return shown.map((c) => row(daemon, c, options.size, images));
}

function byState(_daemon: Daemon, f: Filters): Test[] | Failure {
  for (const status of f.get('status')) if (!STATUSES.includes(status)) return errors.badState(status, STATUSES);
  for (const code of f.get('exited')) if (!/^-?\d+$/.test(code)) return errors.badExitCode(code);
  const health = f.get('health');
  const unknown = health.find((h) => !HEALTHS.includes(h));
  if (unknown !== undefined) return errors.badHealth(unknown, HEALTHS);
  const isTask = f.bool('is-task');
  if (isTask instanceof Failure) return isTask;
  return [
    (c) => f.exact('status', c.status),
    (c) => !f.has('exited') || (!c.isRunning && c.startedAt !== undefined && f.exact('exited', String(c.exitCode))),
    (c) => health.length === 0 || health.includes(c.health?.Status ?? 'none'),
    (c) => f.get('id').length === 0 || f.get('id').some((id) => c.id.startsWith(id)),
    (c) => f.match('name', c.name) || f.match('name', `/${c.name}`),
    (c) => f.labels(c.config.Labels),
    (c) => isTask === undefined || isTask === c.managed,
  ];
}

function byPlace(daemon: Daemon, f: Filters): Test[] | Failure {
  const tests: Test[] = [];
  const order = [...daemon.containers.values()];
  for (const key of ['before', 'since'] as const)
    for (const term of f.get(key)) {
      const other = daemon.container(term);
      if (other instanceof Failure) return other;
      const place = order.indexOf(other);
      tests.push((c) => (key === 'before' ? order.indexOf(c) < place : order.indexOf(c) > place));
    }
  const networks = f.get('network');
  if (networks.length > 0)
    tests.push((c) =>
      [...c.attachments].some(([name, a]) =>
        networks.some((n) => n === name || (a.networkId !== '' && a.networkId.startsWith(n))),
      ),
    );
  const volumes = f.get('volume');
  if (volumes.length > 0)
    tests.push((c) => c.mounts.some((m) => volumes.includes(m.name) || volumes.includes(m.destination)));
  return tests;
}

function byPorts(_daemon: Daemon, f: Filters): Test[] | Failure {
  const tests: Test[] = [];
  for (const key of ['publish', 'expose'] as const) {
    const wanted = f.get(key).map((text) => ({ text, test: portFilter(text) }));
    const bad = wanted.find((w) => !w.test);
    if (bad) return new Failure('invalid', `invalid filter '${key}=${bad.text}'`);
    if (wanted.length === 0) continue;
    tests.push((c) => {
      const rows = portRows(containerPorts(c));
      const ports =
        key === 'publish'
          ? rows.flatMap((r) => (r.PublicPort === undefined ? [] : [{ port: r.PublicPort, proto: r.Type as 'tcp' }]))
          : exposedPorts(c.config.ExposedPorts);
      return ports.some((p) => wanted.some((w) => w.test?.(p)));
    });
  }
  return tests;
}

function byImage(daemon: Daemon, f: Filters): Test[] | Failure {
  const wanted = f.get('ancestor');
  if (wanted.length === 0) return [];
  const ids = new Set<string>();
  for (const term of wanted) {
    const image = daemon.images.get(term);
    if (image instanceof Failure) continue;
    ids.add(image.id);
  }
  const descends = (c: Container): boolean => {
    for (let id = c.image?.id; id !== undefined; ) {
      if (ids.has(id)) return true;
      const image = daemon.images.get(id);
      id = image instanceof Failure ? undefined : image.parent;
    }
    return false;
  };
  return [(c) => descends(c) || wanted.includes(c.config.Image)];
}

/** What images' names mean, each looked up once. */
type Named = (name: string) => Image | Failure;

function lookUpOnce({ images }: Daemon): Named {
  const known = new Map<string, Image | Failure>();
  return (name) => {
    const found = known.get(name) ?? images.get(name);
    known.set(name, found);
    return found;
  };
}

/** The image as the container was asked for, or its id when that name means another image now. */
function imageName(images: Named, c: Container): string {
  const named = c.config.Image === '' ? undefined : images(c.config.Image);
  return named && !(named instanceof Failure) && named.id !== c.image?.id ? (c.image?.id ?? '') : c.config.Image;
}

function row(daemon: Daemon, c: Container, size: boolean, images: Named): ContainerSummary {
  const rw = size ? c.rootfs.upperSize : 0;
  return {
    Id: c.id,
    Names: [`/${c.name}`, ...daemon.links.namesOf(c)].sort(),
    Image: imageName(images, c),
    ImageID: c.image?.id ?? '',
    Command: command(c),
    Created: Number(c.created / 1_000_000_000n),
    Ports: portRows(containerPorts(c)),
    ...(size && rw > 0 ? { SizeRw: rw } : {}),
    ...(size && c.image ? { SizeRootFs: c.image.size + rw } : {}),
    Labels: c.config.Labels as Record<string, string>,
    State: c.status,
    Status: c.statusText(daemon.now()),
    HostConfig: { NetworkMode: c.hostConfig.NetworkMode },
    NetworkSettings: {
      // Most lists do not show them.
      get Networks() {
        return networksOf(c);
      },
    },
    Mounts: mountRows(c),
  };
}

/** Path and arguments; those with spaces in single quotes. */
function command(c: Container): string {
  const [path = '', ...args] = c.argv;
  return [path, ...args.map((a) => (a.includes(' ') ? `'${a}'` : a))].join(' ');
}
