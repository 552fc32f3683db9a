/**
 * Commands on one container of a service that docker has too: port, top, cp, export, commit, stats.
 * @see docker/compose cmd/compose/{port,top,cp,export,commit,stats}.go, pkg/compose/{port,top,cp}.go
 */
import { tabwrite } from '../../../base/tabwriter.ts';
import type { ContainerSummary } from '../../api/types.ts';
import { exported } from '../../cli/cmd/archives.ts';
import { cp as dockerCp } from '../../cli/cmd/container/cp.ts';
import { stats as dockerStats } from '../../cli/cmd/container/stats.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote, parseUint } from '../../cli/flags/gostrconv.ts';
import type { Options } from '../../cli/flags/options.ts';
import { joinHostPort } from '../../cli/formatter/ports.ts';
import { ANY, between, exactly, flag } from '../../cli/spec.ts';
import type { Compose } from '../compose.ts';
import { byName, containersOf, nameOf, numberOf, oneContainer, serviceOf } from '../containers.ts';
import { docker } from '../docker.ts';
import { all } from '../graph.ts';
import { NUMBER } from '../labels.ts';
import { composeCommand } from '../spec.ts';
import { INDEX } from './exec.ts';

/** The container that a service and `--index` name. */
async function chosen(c: Compose, o: Options, service: string, every = false): Promise<ContainerSummary | Failure> {
  const name = await c.projectName();
  return failed(name) ? name : oneContainer(c, name, service, { index: o.int('index'), all: every });
}

/** `docker compose port` */
export const port = composeCommand({
  name: 'port',
  use: '[OPTIONS] SERVICE PRIVATE_PORT',
  short: 'Show where a port of a service is published',
  args: exactly(2),
  flags: [INDEX, flag('protocol', 'string', 'tcp or udp', { default: 'tcp' })],
  run: async (c, o, [service = '', text = '']) => {
    const parsed = parseUint(text, 10, 16);
    if ('error' in parsed) return new Failure(parsed.error);
    const wanted = parsed.value;
    const x = await chosen(c, o, service);
    if (failed(x)) return x;
    const protocol = o.string('protocol').toLowerCase();
    const found = x.Ports.find((p) => p.PrivatePort === wanted && p.Type === protocol);
    if (!found) {
      const others = x.Ports.map((p) => `${p.PublicPort ?? 0}/${p.Type}`).join(', ');
      return new Failure(`no port ${wanted}/${protocol} for container ${nameOf(x)}: ${others}`);
    }
    await c.ctx.out(`${joinHostPort(found.IP ?? '', found.PublicPort ?? 0)}\n`);
    return 0;
  },
});

interface TopRow {
  readonly service: string;
  readonly number: string;
  readonly cells: Readonly<Record<string, string>>;
}

/** `docker compose top` */
export const top = composeCommand({
  name: 'top',
  use: '[SERVICES...]',
  short: 'Show the processes of services',
  args: ANY,
  flags: [],
  run: async (c, _o, services) => {
    const name = await c.projectName();
    if (failed(name)) return name;
    const list = await containersOf(c, name, { oneOff: 'include', all: false, services });
    if (failed(list)) return list;
    const titles: string[] = [];
    const rows: TopRow[] = [];
    for (const x of byName(list)) {
      const got = await c.ctx.client.get<{ Titles: string[]; Processes: string[][] | null }>(`/containers/${x.Id}/top`);
      if (failed(got)) return got;
      for (const t of got.Titles) if (!titles.includes(t)) titles.push(t);
      for (const p of got.Processes ?? [])
        rows.push({
          service: serviceOf(x),
          number: x.Labels[NUMBER] ?? '',
          cells: Object.fromEntries(got.Titles.map((t, i) => [t, p[i] ?? '-'])),
        });
    }
    if (rows.length === 0) return 0;
    // the command is as long as it likes: it stands last
    const order = [
      ...titles.filter((t) => t !== 'CMD' && t !== 'COMMAND'),
      ...titles.filter((t) => t === 'CMD' || t === 'COMMAND'),
    ];
    const lines = [
      ['SERVICE', '#', ...order],
      ...rows.map((r) => [r.service, r.number, ...order.map((t) => r.cells[t] ?? '-')]),
    ];
    await c.ctx.out(
      tabwrite(lines.map((l) => `${l.join('\t')}\n`).join(''), { minWidth: 4, tabWidth: 1, padding: 2, padChar: ' ' }),
    );
    return 0;
  },
});

/** `docker compose cp` */
export const cp = composeCommand({
  name: 'cp',
  use: '[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\tdocker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH',
  short: 'Copy files out of containers of a service or into them',
  args: exactly(2),
  flags: [
    flag('all', 'bool', 'Containers of the run command too', { hidden: true }),
    flag('archive', 'bool', 'With owners and groups', { short: 'a' }),
    flag('follow-link', 'bool', 'Follow a link that SRC_PATH is', { short: 'L' }),
    INDEX,
  ],
  run: async (c, o, [from = '', to = '']) => {
    const name = await c.projectName();
    if (failed(name)) return name;
    const [source] = split(from);
    const [target] = split(to);
    if (source !== '' && target !== '') return new Failure('copying between services is not supported');
    const service = source || target;
    if (service === '') return new Failure('unknown copy direction');
    const index = o.int('index');
    const list = await containersOf(c, name, { services: [service], index, all: true });
    if (failed(list)) return list;
    if (list.length === 0)
      return new Failure(
        index > 0
          ? `container with index ${index} not found for service ${goQuote(service)}`
          : `no container found for service ${goQuote(service)}`,
      );
    const sorted = [...list].sort((a, b) => numberOf(a) - numberOf(b));
    const mine = source !== '' || index > 0 ? sorted.slice(0, 1) : sorted;
    const words = ['--quiet'];
    if (o.bool('archive')) words.push('--archive');
    if (o.bool('follow-link')) words.push('--follow-link');
    const bad = await c.run('Copying', () => all(mine.map((x) => copyOne(c, x, words, from, to))));
    return bad ?? 0;
  },
});

async function copyOne(
  c: Compose,
  x: ContainerSummary,
  words: readonly string[],
  from: string,
  to: string,
): Promise<number | Failure> {
  const place = (arg: string, as: string): string => (split(arg)[0] === '' ? arg : `${as}:${split(arg)[1]}`);
  const id = nameOf(x);
  const text = `copy ${place(from, id)} to ${place(to, id)}`;
  c.progress.event({ id, text, status: 'working', statusText: 'Copying' });
  const got = await docker(c, dockerCp, [...words, place(from, x.Id), place(to, x.Id)]);
  if (!failed(got)) c.progress.event({ id, text, status: 'done', statusText: 'Copied' });
  return got;
}

/** `web:/etc/hosts` → service and path; a path of the host has none. */
function split(arg: string): readonly [string, string] {
  if (arg.startsWith('/') || arg.startsWith('.')) return ['', arg];
  const colon = arg.indexOf(':');
  return colon <= 0 ? ['', arg] : [arg.slice(0, colon), arg.slice(colon + 1)];
}

/** `docker compose export` */
export const exportCommand = composeCommand({
  name: 'export',
  use: '[OPTIONS] SERVICE',
  short: "Write the files of a service's container as a tar archive",
  args: exactly(1),
  flags: [INDEX, flag('output', 'string', 'Write to a file in place of standard output', { short: 'o' })],
  run: async (c, o, [service = '']) => {
    const x = await chosen(c, o, service, true);
    if (failed(x)) return x;
    const words = o.changed('output') ? [`--output=${o.string('output')}`] : [];
    return c.run('Running', () =>
      during(c, nameOf(x), 'Exporting', 'Exported', () => docker(c, exported, [...words, x.Id])),
    );
  },
});

/** `docker compose commit` */
export const commit = composeCommand({
  name: 'commit',
  use: '[OPTIONS] SERVICE [REPOSITORY[:TAG]]',
  short: "Make an image of what a service's container changed",
  args: between(1, 2),
  flags: [
    flag('author', 'string', 'Who made it', { short: 'a' }),
    flag('change', 'list', 'Dockerfile instruction to apply', { short: 'c' }),
    INDEX,
    flag('message', 'string', 'What was changed', { short: 'm' }),
    flag('pause', 'bool', 'Pause the container meanwhile', { short: 'p', default: 'true' }),
  ],
  run: async (c, o, [service = '', ...repository]) => {
    const x = await chosen(c, o, service);
    if (failed(x)) return x;
    const [repo = '', tag] = splitTag(repository[0] ?? '');
    const query = {
      author: o.string('author') || undefined,
      changes: o.list('change'),
      comment: o.string('message') || undefined,
      container: x.Id,
      pause: o.bool('pause') ? undefined : '0',
      repo: repo || undefined,
      tag,
    };
    const id = nameOf(x);
    const got = await c.run('Running', async () => {
      c.progress.event({ id, status: 'working', statusText: 'Committing' });
      const made = await c.ctx.client.post<{ Id: string }>('/commit', { query, body: null });
      if (!failed(made)) c.progress.event({ id, text: `Committed as ${made.Id}`, status: 'done' });
      return made;
    });
    return failed(got) ? got : 0;
  },
});

/** `repo:tag`; a colon before a slash is that of a port. */
function splitTag(reference: string): readonly [string, string | undefined] {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? [reference.slice(0, colon), reference.slice(colon + 1)]
    : [reference, undefined];
}

/** Says that it is under way, and that it is done. */
async function during(
  c: Compose,
  id: string,
  doing: string,
  done: string,
  work: () => Promise<number | Failure>,
): Promise<number | Failure> {
  c.progress.event({ id, status: 'working', statusText: doing });
  const got = await work();
  if (!failed(got)) c.progress.event({ id, status: 'done', statusText: done });
  return got;
}

/** `docker compose stats` */
export const stats = composeCommand({
  name: 'stats',
  use: '[OPTIONS] [SERVICE]',
  short: 'Show what containers use, again and again',
  args: { min: 0, max: 1 },
  flags: [
    flag('all', 'bool', 'Stopped ones too', { short: 'a' }),
    flag('format', 'string', 'Print with this template'),
    flag('no-stream', 'bool', 'Once only'),
    flag('no-trunc', 'bool', 'Show everything in full length'),
  ],
  run: async (c, o, services) => {
    const name = await c.projectName();
    if (failed(name)) return name;
    const list = await containersOf(c, name, { all: o.bool('all'), services });
    if (failed(list)) return list;
    if (list.length === 0)
      return new Failure(
        services.length > 0 ? `service ${goQuote(services[0] as string)} is not running` : 'no containers found',
      );
    const words = ['no-stream', 'no-trunc', 'all'].filter((f) => o.bool(f)).map((f) => `--${f}`);
    if (o.changed('format')) words.push(`--format=${o.string('format')}`);
    return docker(c, dockerStats, [...words, ...byName(list).map((x) => x.Id)]);
  },
});
