/**
 * The evaluator: is a check true of this evidence? Pure but for engine queries.
 *
 * Traffic (`request`, `frame`, `connect`, `call`, a rule that `moved`) stays true for the rest of the step once seen;
 * state (`container`, `inspect`, `listening`, `rule`) must hold at the moment the step is judged.
 */
import type { LabView, ViewContainer, ViewFrame, ViewMachine } from '../lab/view.ts';
import type { Evidence } from './evidence.ts';
import type {
  CallCheck,
  Check,
  ConnectCheck,
  ContainerCheck,
  FrameCheck,
  InspectCheck,
  ListeningCheck,
  Range,
  RequestCheck,
  RuleCheck,
} from './schema.ts';

/** Places of traffic checks that have been seen true in this step. */
export type Latch = Set<string>;

/** Judges a check. @param place its path in the step's tree, the key of latch and baseline */
export async function judge(check: Check, evidence: Evidence, latch: Latch, place = ''): Promise<boolean> {
  if ('all' in check) return (await each(check.all, evidence, latch, place)).every(Boolean);
  if ('any' in check) return (await each(check.any, evidence, latch, place)).some(Boolean);
  if ('not' in check) return !(await judge(check.not, evidence, latch, `${place}!`));
  if ('container' in check) return inRange(matching(evidence.view, check.container).length, check.container.count);
  if ('inspect' in check) return inspected(check.inspect, evidence);
  if ('listening' in check) return listens(check.listening, evidence.view);
  if ('rule' in check && !check.rule.moved) return inRange(rulesOf(check.rule, evidence).length, check.rule.count);
  if (latch.has(place)) return true;
  const seen = traffic(check, evidence, place);
  if (seen) latch.add(place);
  return seen;
}

/** The members of a list, each judged: all of them, so that every latch has its chance. */
export async function each(
  list: readonly Check[],
  evidence: Evidence,
  latch: Latch,
  place: string,
): Promise<boolean[]> {
  const verdicts: boolean[] = [];
  for (const [i, c] of list.entries()) verdicts.push(await judge(c, evidence, latch, `${place}.${i}`));
  return verdicts;
}

function traffic(check: Check, evidence: Evidence, place: string): boolean {
  if ('request' in check) return answered(check.request, evidence);
  if ('frame' in check) return evidence.frames.some((f) => frameMatches(f, check.frame));
  if ('connect' in check) return connected(check.connect, evidence);
  if ('call' in check) return evidence.calls.some((c) => callMatches(c, check.call));
  if ('rule' in check) return packetsOf(check.rule, evidence) > (evidence.baseline[place] ?? 0);
  throw new Error('check of no known kind');
}

/** Packet counters of every rule check that looks at movement, for the start of a step. */
export function baselineOf(check: Check, evidence: Evidence, place = ''): Record<string, number> {
  if ('all' in check || 'any' in check) {
    const list = 'all' in check ? check.all : check.any;
    return Object.assign({}, ...list.map((c, i) => baselineOf(c, evidence, `${place}.${i}`)));
  }
  if ('not' in check) return baselineOf(check.not, evidence, `${place}!`);
  return 'rule' in check && check.rule.moved ? { [place]: packetsOf(check.rule, evidence) } : {};
}

/** @param range absent: one or more */
export function inRange(n: number, range: Range | undefined): boolean {
  if (range === undefined) return n >= 1;
  if (typeof range === 'number') return n === range;
  return n >= (range.min ?? Number.NEGATIVE_INFINITY) && n <= (range.max ?? Number.POSITIVE_INFINITY);
}

const within = (n: number | undefined, range: Range | undefined): boolean =>
  range === undefined || (n !== undefined && inRange(n, range));

const machineOf = (view: LabView, name: string): ViewMachine | undefined => view.machines.find((m) => m.name === name);

const bare = (image: string): string => image.replace(/:latest$/, '');

/** `!ref` matches every other image. */
export function imageMatches(image: string, want: string | undefined): boolean {
  if (want === undefined) return true;
  return want.startsWith('!') ? bare(image) !== bare(want.slice(1)) : bare(image) === bare(want);
}

/** Containers of the check's machine that have all it asks for, in the view's order. */
export function matching(view: LabView, want: ContainerCheck): ViewContainer[] {
  const containers = machineOf(view, want.machine)?.containers ?? [];
  return containers.filter(
    (c) =>
      imageMatches(c.image, want.image) &&
      (want.name === undefined || c.name === want.name) &&
      (want.state === undefined || c.state === want.state) &&
      (want.listening ?? []).every((p) => c.listening.some((l) => l.endsWith(`:${p}`))) &&
      (want.published ?? []).every((p) =>
        c.ports.some(
          (have) =>
            have.containerPort === p.port &&
            have.proto === p.proto &&
            (p.hostIp === undefined || have.hostIp === p.hostIp) &&
            within(have.hostPort, p.hostPort),
        ),
      ),
  );
}

function listens(want: ListeningCheck, view: LabView): boolean {
  const all = machineOf(view, want.machine)?.listening ?? [];
  return all.some(
    (l) =>
      l.startsWith(`${want.proto}/`) &&
      l.endsWith(`:${want.port}`) &&
      (want.ip === undefined || l === `${want.proto}/${want.ip}:${want.port}`),
  );
}

async function inspected(want: InspectCheck, evidence: Evidence): Promise<boolean> {
  const paths = want.get.includes('*')
    ? (machineOf(evidence.view, want.machine)?.containers ?? []).map((c) => want.get.replace('*', c.id))
    : [want.get];
  for (const path of paths) {
    const values = walk(await evidence.engine(want.machine, path), want.path);
    if (values.some((value) => compares(value, want))) return true;
  }
  return false;
}

/** Values at a path: names joined by dots, `[]` for each element, `*` for each value of an object. */
export function walk(value: unknown, path: string): unknown[] {
  let at: unknown[] = [value];
  for (const step of path.replaceAll('[]', '.[]').split('.').filter(Boolean))
    at = at.flatMap((v) => {
      if (v === null || typeof v !== 'object') return [];
      if (step === '[]') return Array.isArray(v) ? v : [];
      if (step === '*') return Object.values(v);
      const inner = (v as Record<string, unknown>)[step];
      return inner === undefined ? [] : [inner];
    });
  return at;
}

function compares(value: unknown, want: InspectCheck): boolean {
  if (want.equals !== undefined && value !== want.equals) return false;
  if (want.contains !== undefined && !String(value).includes(want.contains)) return false;
  if (want.min !== undefined && !(Number(value) >= want.min)) return false;
  return want.max === undefined || Number(value) <= want.max;
}

const isTransport = (f: ViewFrame): boolean => f.sport !== undefined && f.dport !== undefined;
const carriesData = (f: ViewFrame): boolean => isTransport(f) && (f.flags === undefined || f.flags.includes('P'));

function answered(want: RequestCheck, { frames, view }: Evidence): boolean {
  const inside = new Set(
    (machineOf(view, want.machine)?.containers ?? [])
      .filter((c) => want.image !== undefined && imageMatches(c.image, want.image))
      .map((c) => c.name),
  );
  const here = (f: ViewFrame): boolean => {
    if (f.machine !== want.machine || !carriesData(f) || (f.flags === undefined) !== (want.proto === 'udp'))
      return false;
    if (want.container !== undefined) return f.container === want.container;
    if (want.image !== undefined) return f.container !== undefined && inside.has(f.container);
    return f.container === undefined;
  };
  return frames.some(
    (ask) =>
      ask.dport === want.port &&
      here(ask) &&
      (want.from === undefined || ask.src === want.from) &&
      frames.some(
        (f) =>
          here(f) &&
          f.sport === want.port &&
          f.dport === ask.sport &&
          f.dst === ask.src &&
          f.container === ask.container,
      ),
  );
}

function frameMatches(f: ViewFrame, want: FrameCheck): boolean {
  return (
    f.machine === want.machine &&
    (want.container === undefined || f.container === want.container) &&
    (want.ifname === undefined || f.ifname === want.ifname) &&
    (want.proto === undefined || f.proto === want.proto) &&
    (want.src === undefined || f.src === want.src) &&
    (want.dst === undefined || f.dst === want.dst) &&
    within(f.sport, want.sport) &&
    within(f.dport, want.dport) &&
    (want.flags === undefined || f.flags === want.flags || f.flags === `${want.flags}.`)
  );
}

/** Virtual time without an answer after which an attempt counts as silent: longer than two SYN repeats. */
const SILENCE_NS = 3e9;

function connected(want: ConnectCheck, { frames, view }: Evidence): boolean {
  const own = frames.filter((f) => f.machine === want.from && f.container === undefined);
  return own.some((syn) => {
    if (syn.flags !== 'S' || syn.dst !== want.to || !within(syn.dport, want.port)) return false;
    const back = own.filter((f) => f.src === syn.dst && f.sport === syn.dport && f.dport === syn.sport);
    if (want.expect === 'open') return back.some((f) => f.flags === 'S.');
    if (want.expect === 'refused')
      return back.some((f) => f.flags?.startsWith('R')) && !back.some((f) => f.flags === 'S.');
    return back.length === 0 && view.time - syn.time >= SILENCE_NS;
  });
}

function callMatches(call: Evidence['calls'][number], want: CallCheck): boolean {
  const path = want.path.split('/');
  const have = call.path.split('/');
  return (
    call.machine === want.machine &&
    call.method === want.method &&
    path.length === have.length &&
    path.every((p, i) => p === '*' || p === have[i]) &&
    (want.query === undefined || `&${call.query}&`.includes(`&${want.query}&`)) &&
    within(call.status, want.status) &&
    (want.ended === undefined || want.ended === !call.open)
  );
}

const PROTO = { tcp: 6, udp: 17 } as const;

function rulesOf(want: RuleCheck, evidence: Evidence) {
  return evidence
    .rules(want.machine, want.family, want.table, want.chain)
    .filter(
      ({ rule }) =>
        (want.target === undefined ||
          rule.target?.kind === want.target ||
          (rule.target?.kind === 'jump' && rule.target.chain === want.target)) &&
        (want.proto === undefined || rule.proto?.value === PROTO[want.proto]) &&
        (want.dport === undefined || (rule.dport?.value.from === want.dport && rule.dport.value.to === want.dport)),
    );
}

const packetsOf = (want: RuleCheck, evidence: Evidence): number =>
  rulesOf(want, evidence).reduce((n, r) => n + r.packets, 0);
