/** images, volumes, events. @see docker/compose cmd/compose/{images,volumes,events}.go, pkg/compose/{images,volumes,events}.go */
import { filterQuery } from '../../cli/client.ts';
import { timeParameter } from '../../cli/cmd/timestamp.ts';
import { volumeLs as dockerVolumes } from '../../cli/cmd/volume/ls.ts';
import { type Failure, failed } from '../../cli/failure.ts';
import { dateTime, humanDuration, parseTime } from '../../cli/formatter/time.ts';
import { humanSize, truncateId } from '../../cli/formatter/units.ts';
import { goMarshal, sortedMap } from '../../cli/gojson.ts';
import { familiarString, parseReference } from '../../cli/reference.ts';
import { ANY, flag } from '../../cli/spec.ts';
import { ZERO_TIME } from '../../time.ts';
import type { Compose } from '../compose.ts';
import { byName, containersOf, label, nameOf } from '../containers.ts';
import { docker } from '../docker.ts';
import { ONE_OFF, PROJECT, SERVICE } from '../labels.ts';
import type { EngineEvent } from '../monitor.ts';
import { noService } from '../recalled.ts';
import { composeCommand, formatFault } from '../spec.ts';
import { table } from './ls.ts';

interface Inspected {
  readonly Id: string;
  readonly RepoTags: string[] | null;
  readonly Size: number;
  readonly Created: string;
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Metadata?: { readonly LastTagTime?: string };
}

interface Image {
  readonly ID: string;
  readonly ContainerName: string;
  readonly Repository: string;
  readonly Tag: string;
  readonly Platform: string;
  readonly Size: number;
  readonly Created: string;
  readonly LastTagTime: string;
}

const platformOf = (i: Inspected): string => [i.Os, i.Architecture, i.Variant].filter(Boolean).join('/');

async function imagesOf(c: Compose, services: readonly string[]): Promise<Image[] | Failure> {
  const name = await c.projectName();
  if (failed(name)) return name;
  const list = await containersOf(c, name, { services });
  if (failed(list)) return list;
  const out: Image[] = [];
  for (const x of byName(list)) {
    const i = await c.ctx.client.get<Inspected>(`/images/${x.ImageID || x.Image}/json`);
    if (failed(i)) return i;
    const ref = parseReference(i.RepoTags?.[0] ?? '');
    const tag = 'value' in ref ? ref.value.tag : '';
    out.push({
      ID: i.Id,
      ContainerName: nameOf(x),
      Repository: 'value' in ref ? familiarString({ ...ref.value, tag: '', digest: '' }) : '',
      Tag: tag,
      Platform: platformOf(i),
      Size: i.Size,
      Created: i.Created,
      LastTagTime: i.Metadata?.LastTagTime ?? ZERO_TIME,
    });
  }
  return out;
}

/** `docker compose images` */
export const images = composeCommand({
  name: 'images',
  use: '[OPTIONS] [SERVICE...]',
  short: 'List the images of containers',
  args: ANY,
  flags: [
    flag('format', 'string', 'How to print it (table | json)', { default: 'table' }),
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
  ],
  run: async (c, o, services) => {
    const list = await imagesOf(c, services);
    if (failed(list)) return list;
    const age = (created: string): string => {
      const at = parseTime(created);
      return at ? `${humanDuration(c.ctx.now() - at.seconds)} ago` : 'N/A';
    };
    if (o.bool('quiet')) {
      const ids = new Set(list.map((i) => i.ID.replace(/^.*:/, '')));
      await c.ctx.out([...ids].map((i) => `${i}\n`).join(''));
    } else if (o.string('format') === 'json') await c.ctx.out(`${goMarshal(list)}\n\n`);
    else if (!['table', ''].includes(o.string('format'))) return formatFault(o.string('format'));
    else {
      const rows = list.map((i) => [
        i.ContainerName,
        i.Repository || '<none>',
        i.Tag || '<none>',
        i.Platform,
        truncateId(i.ID),
        humanSize(i.Size, 3),
        age(i.Created),
      ]);
      await c.ctx.out(table([['CONTAINER', 'REPOSITORY', 'TAG', 'PLATFORM', 'IMAGE ID', 'SIZE', 'CREATED'], ...rows]));
    }
    return 0;
  },
});

/** Names of volumes that containers of services have. */
async function volumesUsed(c: Compose, project: string, services: readonly string[]): Promise<Set<string> | Failure> {
  const list = await containersOf(c, project, { oneOff: 'include', services });
  if (failed(list)) return list;
  return new Set(list.flatMap((x) => (x.Mounts as { Name?: string }[]).flatMap((m) => (m.Name ? [m.Name] : []))));
}

/** `docker compose volumes` */
export const volumes = composeCommand({
  name: 'volumes',
  use: '[OPTIONS] [SERVICE...]',
  short: 'List volumes',
  args: ANY,
  flags: [
    flag('format', 'string', 'Print with this template: table, table TEMPLATE, json, TEMPLATE', { default: 'table' }),
    flag('quiet', 'bool', 'Print names only', { short: 'q' }),
  ],
  run: async (c, o, services) => {
    const found = await c.projectOrName(services);
    if (failed(found)) return found;
    const strange = found.project && services.find((s) => !found.project?.services[s]);
    if (strange !== undefined) return noService(strange);
    const words = [`--filter=${label(PROJECT, found.name)}`];
    if (services.length > 0) {
      const used = await volumesUsed(c, found.name, services);
      if (failed(used)) return used;
      for (const name of used) words.push(`--filter=name=^${name}$`);
      if (used.size === 0) words.push('--filter=name=^$');
    }
    if (o.bool('quiet')) words.push('--quiet');
    else words.push(`--format=${o.string('format')}`);
    return docker(c, dockerVolumes, words);
  },
});

/** An event in the words of `docker compose events`. */
function shown(e: EngineEvent, nano: string, json: boolean): string {
  const own = Object.entries(e.Actor.Attributes).filter(([k]) => !k.startsWith('com.docker.compose.'));
  const attributes = sortedMap(Object.fromEntries(own));
  const digits = nano.padStart(10, '0');
  const day = dateTime(Number(digits.slice(0, -9)));
  const fraction = digits.slice(-9);
  if (!json) {
    const list = Object.entries(attributes).map(([k, v]) => `${k}=${v}`);
    return `${day}.${fraction.slice(0, 6)} container ${e.Action} ${e.Actor.ID} (${list.join(', ')})\n\n`;
  }
  const trimmed = fraction.replace(/0+$/, '');
  return `${goMarshal({
    action: e.Action,
    attributes,
    id: e.Actor.ID,
    service: e.Actor.Attributes[SERVICE] ?? '',
    time: `${day.replace(' ', 'T')}${trimmed === '' ? '' : `.${trimmed}`}Z`,
    type: 'container',
  })}\n`;
}

/** `docker compose events` */
export const events = composeCommand({
  name: 'events',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Show what happens to containers, as it happens',
  args: ANY,
  flags: [
    flag('json', 'bool', 'One JSON object a line'),
    flag('since', 'string', 'From this time on'),
    flag('until', 'string', 'Up to this time'),
  ],
  run: async (c, o, services) => {
    const found = await c.projectOrName(services);
    if (failed(found)) return found;
    const since = timeParameter(c.ctx, o.string('since'));
    if (failed(since)) return since;
    const until = timeParameter(c.ctx, o.string('until'));
    if (failed(until)) return until;
    const reply = await c.ctx.client.call('GET', '/events', {
      query: { since, until, filters: filterQuery([label(PROJECT, found.name)]) },
    });
    if (failed(reply)) return reply;
    for await (const text of reply.lines()) {
      const e = JSON.parse(text) as EngineEvent & { readonly Type: string };
      const { Attributes: a } = e.Actor;
      if (e.Type !== 'container' || a[ONE_OFF] === 'True') continue;
      if (services.length > 0 && !services.includes(a[SERVICE] ?? '')) continue;
      await c.ctx.out(shown(e, /"timeNano":(\d+)/.exec(text)?.[1] ?? `${e.time}000000000`, o.bool('json')));
    }
    return 0;
  },
});
