/**
 * The rules Docker 28 has in a machine with one bridge network and one published port, as data: the core gets them as
 * records, the kernel by iptables-restore.
 */
import { type Core, type CoreRule, Hook, Table, Target } from '../../linux/core/core.ts';
import { address } from './frame.ts';

/** First and last UDP port that is published, of 172.17.0.2. */
export const PUBLISHED: readonly [number, number] = [8080, 8103];
export const CONTAINER = '172.17.0.2';

/** One rule. `in` and `out` with a leading ! are negated. */
interface Line {
  readonly table: 'nat' | 'filter';
  readonly chain: string;
  readonly in?: string;
  readonly out?: string;
  readonly src?: string;
  readonly bits?: number;
  readonly dst?: string;
  readonly published?: boolean;
  readonly local?: boolean;
  readonly established?: boolean;
  readonly target: string;
}

const BR = 'docker0';
const NOT = '!docker0';
const filter = (chain: string, rest: Omit<Line, 'table' | 'chain'>): Line => ({ table: 'filter', chain, ...rest });
const nat = (chain: string, rest: Omit<Line, 'table' | 'chain'>): Line => ({ table: 'nat', chain, ...rest });

const LINES: readonly Line[] = [
  nat('PREROUTING', { local: true, target: 'DOCKER' }),
  nat('POSTROUTING', { src: '172.17.0.0', bits: 16, out: NOT, target: 'MASQUERADE' }),
  nat('DOCKER', { in: BR, target: 'RETURN' }),
  nat('DOCKER', { in: NOT, published: true, target: 'DNAT' }),
  filter('FORWARD', { target: 'DOCKER-USER' }),
  filter('FORWARD', { target: 'DOCKER-FORWARD' }),
  filter('DOCKER-FORWARD', { target: 'DOCKER-CT' }),
  filter('DOCKER-FORWARD', { target: 'DOCKER-ISOLATION-STAGE-1' }),
  filter('DOCKER-FORWARD', { target: 'DOCKER-BRIDGE' }),
  filter('DOCKER-FORWARD', { in: BR, target: 'ACCEPT' }),
  filter('DOCKER-CT', { out: BR, established: true, target: 'ACCEPT' }),
  filter('DOCKER-ISOLATION-STAGE-1', { in: BR, out: NOT, target: 'DOCKER-ISOLATION-STAGE-2' }),
  filter('DOCKER-ISOLATION-STAGE-2', { out: BR, target: 'DROP' }),
  filter('DOCKER-BRIDGE', { out: BR, target: 'DOCKER' }),
  filter('DOCKER', { in: NOT, out: BR, dst: CONTAINER, published: true, target: 'ACCEPT' }),
  filter('DOCKER', { in: NOT, out: BR, target: 'DROP' }),
];

const HOOKS: Record<string, number> = {
  PREROUTING: Hook.PREROUTING,
  FORWARD: Hook.FORWARD,
  POSTROUTING: Hook.POSTROUTING,
};
const TARGETS: Record<string, number> = {
  ACCEPT: Target.ACCEPT,
  DROP: Target.DROP,
  RETURN: Target.RETURN,
  MASQUERADE: Target.MASQUERADE,
  DNAT: Target.DNAT,
};

const bare = (name: string): string => (name.startsWith('!') ? name.slice(1) : name);

function record(line: Line, chains: ReadonlyMap<string, number>): CoreRule {
  const target = TARGETS[line.target];
  return {
    ...(line.in && { in: bare(line.in), inNot: line.in.startsWith('!') }),
    ...(line.out && { out: bare(line.out), outNot: line.out.startsWith('!') }),
    ...(line.src && { src: address(line.src), srcBits: line.bits }),
    ...(line.dst && { dst: address(line.dst) }),
    ...(line.published && { proto: 17, dport: PUBLISHED }),
    ...(line.local && { dstType: 1 as const }),
    ...(line.established && { ctstate: 4 | 8 }),
    ...(line.target === 'DNAT' && { toIp: address(CONTAINER) }),
    target: target ?? Target.JUMP,
    ...(target === undefined && { chain: chains.get(`${line.table} ${line.target}`) }),
  };
}

/** Puts the rules into a namespace of the core. */
export function installRules(core: Core, ns: number): void {
  const chains = new Map<string, number>();
  const chain = (table: Line['table'], name: string): number => {
    const key = `${table} ${name}`;
    const id = table === 'nat' ? Table.NAT : Table.FILTER;
    const known = chains.get(key);
    if (known !== undefined) return known;
    const hook = HOOKS[name];
    const made = hook === undefined ? core.nfChainAdd(ns, 4, id) : core.nfBuiltin(ns, 4, id, hook);
    chains.set(key, made);
    return made;
  };
  for (const line of LINES) {
    if (TARGETS[line.target] === undefined) chain(line.table, line.target);
    const err = core.nfRuleAdd(chain(line.table, line.chain), -1, record(line, chains));
    if (err < 0) throw new Error(`rule ${JSON.stringify(line)}: ${err}`);
  }
  core.nfPolicy(chain('filter', 'FORWARD'), true);
}

function words(line: Line): string {
  const device = (flag: string, name: string | undefined): string[] =>
    name === undefined ? [] : [...(name.startsWith('!') ? ['!'] : []), flag, bare(name)];
  const ports = PUBLISHED.join(':');
  return [
    '-A',
    line.chain,
    ...(line.src ? ['-s', `${line.src}/${line.bits}`] : []),
    ...(line.dst ? ['-d', line.dst] : []),
    ...device('-i', line.in),
    ...device('-o', line.out),
    ...(line.published ? ['-p', 'udp', '-m', 'udp', '--dport', ports] : []),
    ...(line.local ? ['-m', 'addrtype', '--dst-type', 'LOCAL'] : []),
    ...(line.established ? ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED'] : []),
    '-j',
    line.target,
    ...(line.target === 'DNAT' ? ['--to-destination', CONTAINER] : []),
  ].join(' ');
}

/** The rules as iptables-restore reads them. */
export function restoreText(): string {
  const table = (name: Line['table']): string => {
    const mine = LINES.filter((l) => l.table === name);
    const user = new Set(mine.flatMap((l) => [l.chain, l.target]).filter((c) => !(c in HOOKS) && !(c in TARGETS)));
    const chains = [...user].map((c) => `:${c} -\n`).join('');
    const policy = name === 'filter' ? ':FORWARD DROP\n' : '';
    return `*${name}\n${policy}${chains}${mine.map((l) => `${words(l)}\n`).join('')}COMMIT\n`;
  };
  return table('nat') + table('filter');
}
