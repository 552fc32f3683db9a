/** Builds a topology out of real network namespaces (probe.c makes them and works in them) and plays its probes. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { byChance, packetText } from './packets.ts';
import { counterLines, parseSnmp, type Snmp } from './snmp.ts';
import { type HostSpec, isSix, type Outcome, SETTINGS, type Topology, TUNNEL_PORTS } from './topology.ts';
import { BY_CHANCE, chanceOption } from './words.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const probe = `${root}.cache/differential-probe`;

/** Real time after which a topology's silence is believed, ms. */
const QUIET = 60;
/** A run that took longer than this has seen retransmissions: it is played again. */
const TOO_LONG = 900;

/** Compiles the probe and tries what is needed. @returns why real namespaces cannot be had, or undefined */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  for (const tool of ['cc', 'ip', 'iptables-restore', 'iptables-save', 'ip6tables-restore', 'ip6tables-save'])
    if (spawnSync(tool, [tool === 'ip' ? '-V' : '--version']).status !== 0) return `there is no ${tool}`;
  mkdirSync(`${root}.cache`, { recursive: true });
  const cc = spawnSync('cc', ['-O1', '-o', probe, `${root}test/differential/probe.c`], { encoding: 'utf8' });
  if (cc.status !== 0) return `the probe does not compile: ${cc.stderr}`;
  const rules =
    '*nat\n-A POSTROUTING -p tcp -m addrtype --dst-type LOCAL -m conntrack --ctstate NEW -j MASQUERADE\nCOMMIT\n';
  const links =
    'link add name bridge7 type bridge\nlink add name veth7 type veth peer name veth8\n' +
    'link add link veth7 name mv7 type macvlan mode bridge\nlink add name vx7 type vxlan id 7 dstport 4789\n';
  const trial = spawnSync(probe, {
    input: `NS 1\n${run(0, rules, 'iptables-restore')}${run(0, links, 'ip', '-batch', '-')}GO\n`,
    encoding: 'utf8',
  });
  if (trial.status !== 0) return `no network namespaces: ${trial.stderr.trim()}`;
  return /OUT 0 0 [\s\S]*OUT 0 0 /.test(trial.stdout) ? undefined : `namespaces cannot be set up: ${trial.stdout}`;
}

function run(ns: number, input: string, ...argv: string[]): string {
  return `RUN ${ns} ${Buffer.byteLength(input)} ${argv.join(' ')}\n${input}`;
}

const sets = (i: number, list: readonly (readonly [string, string])[]): string =>
  list.map(([path, value]) => `SET ${i} net/${path} ${value}\n`).join('');

/** All devices, by one `ip -batch` and in the lab's order: the kernel prefers older ones. */
function links(t: Topology): string {
  const netns = (host: number): string => `netns /proc/self/fd/${100 + host}`;
  return [
    ...t.hosts.flatMap((h, i) => h.bridges.map((b) => `link add name ${b} ${netns(i)} type bridge mcast_snooping 0\n`)),
    ...t.links.map(
      ({ a, b }) => `link add name ${a.dev} ${netns(a.host)} type veth peer name ${b.dev} ${netns(b.host)}\n`,
    ),
  ].join('');
}

/** Devices that stand on others, or send by the host they are made in. */
function uppers(t: Topology): string {
  const macvlans = t.macvlans.map(({ lower, upper }) =>
    run(
      lower.host,
      `link add link ${lower.dev} name ${upper.dev} netns /proc/self/fd/${100 + upper.host} type macvlan mode bridge\n`,
      'ip',
      '-batch',
      '-',
    ),
  );
  const vxlans = t.overlays.flatMap(({ vni, learning, ends }) =>
    ends.map((e) =>
      run(
        e.host,
        `link add name ${e.dev} type vxlan id ${vni} srcport ${TUNNEL_PORTS.join(' ')} dstport 4789 local ${e.local} remote ${e.remote} ${learning ? '' : 'no'}learning noudpcsum\n`,
        'ip',
        '-batch',
        '-',
      ),
    ),
  );
  return [...macvlans, ...vxlans].join('');
}

/** Devices of a host that are not ends of veth pairs. */
function standing(t: Topology, host: number): string[] {
  return [
    ...t.macvlans.filter((m) => m.upper.host === host).map((m) => m.upper.dev),
    ...t.overlays.flatMap((o) => o.ends.filter((e) => e.host === host).map((e) => e.dev)),
  ];
}

function configuration(t: Topology, i: number): string {
  const h = t.hosts[i] as HostSpec;
  const out = ['link set lo up', ...h.bridges.map((b) => `link set ${b} up`)];
  for (const l of t.links)
    for (const end of [l.a, l.b])
      if (end.host === i)
        out.push(
          `link set ${end.dev} mtu ${l.mtu} ${end.master === undefined ? '' : `master ${end.master} `}up`,
          ...(end.hairpin ? [`link set ${end.dev} type bridge_slave hairpin on`] : []),
          ...(end.isolated ? [`link set ${end.dev} type bridge_slave isolated on`] : []),
        );
  out.push(...standing(t, i).map((dev) => `link set ${dev} up`));
  out.push(...h.addrs.map((a) => `addr add ${a.ip}/${a.bits} ${isSix(a.ip) ? 'nodad' : 'brd +'} dev ${a.dev}`));
  const word = (name: string, value: string | number | undefined): string =>
    value === undefined ? '' : ` ${name} ${value}`;
  for (const r of h.routes) {
    const rest =
      word('table', r.table) +
      word('metric', r.metric) +
      word('src', r.src) +
      word(`mtu${r.lock ? ' lock' : ''}`, r.mtu) +
      word('advmss', r.advmss);
    out.push(`route add ${r.type} ${r.dst}${word('via', r.via)}${word('dev', r.dev)}${rest}`);
  }
  for (const r of h.policy) {
    const who = `${r.not ? ' not' : ''}${word('from', r.from)}${word('to', r.to)}${word('iif', r.iif)}${word('oif', r.oif)}`;
    const what = r.action === 'lookup' || r.action === 'goto' ? `${r.action} ${r.number}` : r.action;
    out.push(
      `rule add pref ${r.priority}${who}${word('fwmark', r.mark && `${r.mark.value}/0x${r.mark.mask.toString(16)}`)}${word('tos', r.tos === undefined ? undefined : `0x${r.tos.toString(16)}`)}${word('ipproto', r.proto)}${word('sport', r.sport)}${word('dport', r.dport)} ${what}`,
    );
  }
  out.push(...h.proxies.map((p) => `neigh add proxy ${p.ip} dev ${p.dev}`));
  return `${out.join('\n')}\n`;
}

/** Asks what each host has counted so far. */
const counted = (t: Topology): string =>
  t.hosts.map((_, i) => run(i, '', 'cat', '/proc/net/snmp', '/proc/net/netstat', '/proc/net/snmp6')).join('');

function script(t: Topology): string {
  const each = (f: (i: number, h: HostSpec) => string): string => t.hosts.map((h, i) => f(i, h)).join('');
  return [
    `NS ${t.hosts.length}\n`,
    each((i, h) => sets(i, [...SETTINGS, ...h.sysctls])),
    run(0, links(t), 'ip', '-batch', '-'),
    'GO\n',
    uppers(t),
    'GO\n',
    each((i, h) => sets(i, h.perDevice)),
    each((i) => run(i, configuration(t, i), 'ip', '-force', '-batch', '-')),
    each((i, h) => (h.rules === '' ? '' : run(i, h.rules, 'iptables-restore'))),
    each((i, h) => (h.rules6 === '' ? '' : run(i, h.rules6, 'ip6tables-restore'))),
    'GO\n',
    counted(t),
    'GO\n',
    each((i, h) => h.listeners.map((l) => `LISTEN ${i} ${l.proto[0]} ${l.ip} ${l.port}\n`).join('')),
    ...t.probes.map(
      (p) => `PROBE ${p.id} ${p.from} ${p.kind[0]} ${p.to} ${p.port} ${p.ttl} ${p.size} ${p.tos} ${p.discover}\n`,
    ),
    `READY 2000\nPLAY ${QUIET}\n`,
    counted(t),
    each((i, h) => (h.rules === '' ? '' : run(i, '', 'iptables-save', '-c'))),
    each((i, h) => (h.rules6 === '' ? '' : run(i, '', 'ip6tables-save', '-c'))),
    'GO\n',
  ].join('');
}

function counters(host: string, text: string): string[] {
  const out: string[] = [];
  const seen = new Map<string, number>();
  const family = text.startsWith('# Generated by ip6tables-save') ? ' six' : '';
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const m = /^\[(\d+):(\d+)\] -A (\S+)/.exec(line);
    if (!m) continue;
    const chain = `${host}${family} ${table} ${m[3]}`;
    const k = (seen.get(chain) ?? 0) + 1;
    seen.set(chain, k);
    if (BY_CHANCE.some((type) => line.includes(chanceOption(type)))) continue;
    out.push(`${chain} ${k}: ${m[1]} packets ${m[2]} bytes`);
  }
  return out;
}

interface Parsed extends Outcome {
  readonly ms: number;
}

function parse(t: Topology, output: string): Parsed {
  const calls: string[] = [];
  const delivered: string[] = [];
  const count: string[] = [];
  const snmp = new Map<string, Snmp>();
  const kinds = new Map(t.probes.map((p) => [String(p.id), p.kind]));
  let ms = 0;
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const [word, a, b, c] = output.slice(at, end).split(' ') as [string, string, string, string];
    at = end + 1;
    if (word === 'P') {
      const packet = Buffer.from(b ?? '', 'hex');
      if (!byChance(packet)) delivered.push(`${a} ${packetText(packet)}`);
    } else if (word === 'S') calls.push(`${a} ${kinds.get(a)} call ${b}`);
    else if (word === 'T') calls.push(`${a} tcp end ${b}`);
    else if (word === 'TIME') ms = Number(a);
    else if (word === 'OUT') {
      const text = output.slice(at, at + Number(c));
      at += Number(c);
      if (b !== '0' && !/^RTNETLINK answers: (File exists|Network is unreachable|No route to host)|Nexthop/m.test(text))
        throw new Error(`namespace ${a}: ${text}`);
      const before = snmp.get(a);
      if (!text.startsWith('Ip: ')) count.push(...counters(a, text));
      else if (!before) snmp.set(a, parseSnmp(text));
      else count.push(...counterLines(t, a, before, parseSnmp(text)));
    }
  }
  return { calls: calls.sort(), delivered: delivered.sort(), counters: count.sort(), ms };
}

function once(t: Topology): Promise<Parsed> {
  return new Promise((resolve, reject) => {
    const child = spawn(probe, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (d) => {
      out += d;
    });
    child.stderr.on('data', (d) => {
      err += d;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      try {
        if (code !== 0) throw new Error(`probe: ${code} ${err}`);
        resolve(parse(t, out));
      } catch (e) {
        reject(e);
      }
    });
    child.stdin.end(script(t));
  });
}

/** Plays a topology in real namespaces; undefined when the machine was too busy to do it in time. */
export async function playForReal(t: Topology): Promise<Outcome | undefined> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const result = await once(t);
    if (result.ms < TOO_LONG) return result;
  }
  return undefined;
}
