/**
 * Plays the scenarios of the recorded captures in one lab and holds frame against frame.
 *
 * What no two runs share (times, ids, ports, MAC addresses, sequence numbers, interface numbers) is replaced: a MAC
 * address by who has it, an interface by its role. Compared are interface, direction, order, flags, relative numbers,
 * lengths, TTLs, TCP options and windows.
 * Limits: IPv6 (router solicitations of new veths) and neighbour probes of the LAN that other traffic set off are left
 * out on both sides.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Lab } from '../../src/lab/lab.ts';
import { type PcapFile, readPcap, readSll2 } from '../../src/linux/core/pcap.ts';
import { summary } from '../../src/linux/core/summary.ts';
import { Conversations } from '../../src/linux/core/summary-tcp.ts';
import { makeLab } from '../rig.ts';

const recorded = new URL('./recorded/packets/', import.meta.url);

interface Step {
  readonly host: string;
  readonly cmd: string;
  readonly note: string;
}

/** What stands for numbers and addresses of one side. */
interface Names {
  readonly ifname: ReadonlyMap<number, string>;
  readonly mac: ReadonlyMap<string, string>;
}

/** A scenario, a place of capture, and what the two sides saw there. */
export interface Outcome {
  readonly scenario: string;
  readonly place: string;
  readonly real: readonly string[];
  readonly ours: readonly string[];
}

const steps: readonly Step[] = readFileSync(new URL('10-packets.jsonl', recorded), 'utf8')
  .split('\n')
  .filter((l) => l !== '')
  .map((l) => JSON.parse(l) as Step);

/** The recorded scenarios that are copied here, in their order: name → places of capture. */
export const SCENARIOS: ReadonlyMap<string, readonly string[]> = new Map(
  steps
    .filter((s) => /^[a-z]{1,2}-[a-z0-9-]+: /.test(s.note) && !s.cmd.startsWith('tcpdump'))
    .map((s) => s.note.split(':')[0] as string)
    .map((name): [string, string[]] => [
      name,
      readdirSync(recorded)
        .filter((f) => f.startsWith(`${name}.`))
        .map((f) => f.split('.')[1] as string)
        .sort((a, b) => Number(b === 'host') - Number(a === 'host') || (a < b ? -1 : 1)),
    ])
    .filter(([, places]) => places.length > 0),
);

const CONTAINERS = ['web', 'cli', 'aa', 'bb'];

/** Interfaces and MAC addresses of the machine where it was recorded. */
const REAL: Names = {
  ifname: new Map([
    [1, 'lo'],
    [2, 'eth0'],
    [3, 'docker0'],
    [152, 'veth:web'],
    [153, 'veth:cli'],
    [154, 'appnet'],
    [155, 'veth:aa'],
    [156, 'veth:bb'],
    [157, 'veth:late'],
    [158, 'veth:late2'],
  ]),
  mac: new Map([
    ['9a:e3:d0:a7:04:64', 'web'],
    ['ea:8f:60:a7:bc:85', 'cli'],
    ['26:ba:36:26:55:92', 'aa'],
    ['16:bc:45:85:84:d1', 'bb'],
    ['22:a4:9f:7e:0a:1e', 'docker0'],
    ['56:1c:dc:41:85:14', 'appnet'],
    ['52:54:00:38:00:11', 'eth0'],
    ['52:54:00:38:00:13', 'node3'],
    ['22:fa:13:97:59:2f', 'router'],
    ['00:00:00:00:00:00', 'lo'],
  ]),
};

/** How long after the last IPv4 packet ARP counts, s: captures went on for different times. */
const TAIL = 0.5;

const time = (p: { seconds: number; nanos: number }): number => p.seconds + p.nanos / 1e9;

/** ARP of the LAN that earlier traffic set off: the router's, and others that ask for this machine. */
const LAN_NOISE = /^eth0 .*ARP.* (?:192\.168\.56\.1(?!\d)|who-has 192\.168\.56\.11 |192\.168\.56\.11 is-at)/;

/** One line for each frame of a capture that is held against the other side. */
export function lines(file: PcapFile, names: Names): string[] {
  const seen = new Conversations();
  const out: string[] = [];
  const spoke = file.packets.filter((p) => readSll2(p.bytes)?.protocol === 0x0800).map(time);
  const end = spoke.length > 0 ? Math.max(...spoke) + TAIL : Number.POSITIVE_INFINITY;
  for (const p of file.packets) {
    if (time(p) > end) continue;
    const head = readSll2(p.bytes);
    if (!head || head.protocol === 0x86dd) continue;
    const text = summary(file.linkType, p.bytes, p.length, {
      link: true,
      verbose: 1,
      seen,
      ifname: (i) => names.ifname.get(i) ?? '?',
    });
    const line = normalise(text, names);
    if (!LAN_NOISE.test(line)) out.push(line);
  }
  return out;
}

function normalise(text: string, names: Names): string {
  // The ports of traceroute's probes are told; those that a kernel chose are not.
  const udp = text.includes('proto UDP');
  return text
    .replace(/\n\s+/g, ' ')
    .replace(/ ifindex \d+/, '')
    .replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, (m) => names.mac.get(m) ?? 'new')
    .replace(/, id \d+, seq/g, ', seq')
    .replace(/, id \d+, offset/g, ', offset')
    .replace(/cksum 0x[0-9a-f]{4} \([^)]*\)/g, '')
    .replace(/(Flags \[S\.?\],.* seq )\d+/g, '$1N')
    .replace(/(Flags \[S\.\],.* ack )\d+/g, '$1N')
    .replace(/(Flags \[R\.\],.* ack )\d{4,}/g, '$1N')
    .replace(/TS val \d+ ecr (\d+)/g, (_, ecr) => `TS ${ecr === '0' ? 'first' : ''}`)
    .replace(/\.(?:3[3-9]|4\d|5\d|6[0-5])\d{3}(?=[ :])/g, (m) => (udp && /\.334\d\d/.test(m) ? m : '.P'))
    .replace(/(\d\d:\d\d:\d\d GMT)/g, 'TIME')
    .replace(/ HTTP, length:.*$/, ' HTTP')
    .replace(/: HTTP.*$/, ': HTTP')
    .replace(/ +/g, ' ')
    .trim();
}

/** Plays every scenario; a command is started when, by the recording, so much time had passed since the one before. */
export async function play(seed = 1): Promise<Outcome[]> {
  const lab = await makeLab(seed);
  const out: Outcome[] = [];
  for (const s of steps) {
    if (s.cmd.startsWith('tcpdump')) continue;
    const name = s.note.split(':')[0] as string;
    const places = SCENARIOS.get(name);
    if (places) out.push(...(await scenario(lab, s, name, places)));
    else if (s.cmd.startsWith('docker run') || s.cmd.startsWith('docker network')) await lab.run(s.host, s.cmd);
  }
  return out;
}

async function scenario(lab: Lab, step: Step, name: string, places: readonly string[]): Promise<Outcome[]> {
  await lab.pass(6e9);
  // the host's neighbours were forgotten before a recording where it asks for one
  const host = lines(pcap(readFileSync(new URL(`${name}.host.pcap`, recorded))), REAL);
  const fresh = host.some((l) => /^(docker0|appnet|eth0) Out .*who-has/.test(l));
  const inside = (p: string): string =>
    p === 'host' ? '' : `nsenter -t $(docker inspect -f '{{.State.Pid}}' ${p}) -n `;
  // the other machine had talked to this one before
  if (step.host !== 'node1') await lab.run(step.host, 'ping -c 1 192.168.56.11');
  const start = places.map((p) => `${inside(p)}tcpdump -U -i any -w /root/${p}.pcap 2>/dev/null & echo $!;`);
  const { stdout } = await lab.run(
    'node1',
    `rm -f /root/*.pcap; ${fresh ? 'ip neigh flush all;' : ''} ${start.join(' ')} sleep 0.1`,
  );
  await lab.run(step.host, step.cmd);
  await lab.pass(name.startsWith('x-') ? 3.5e9 : 1e9);
  await lab.run('node1', `kill -INT ${stdout.trim().split('\n').join(' ')}; sleep 0.1`);
  const ours = await ourNames(lab);
  return places.map((place) => ({
    scenario: name,
    place,
    real: lines(pcap(readFileSync(new URL(`${name}.${place}.pcap`, recorded))), REAL),
    ours: lines(
      pcap(lab.machine('node1')?.kernel.root.fs.readFile(`/root/${place}.pcap`)),
      place === 'host' ? ours : insideNames(ours),
    ),
  }));
}

function pcap(bytes: unknown): PcapFile {
  const file = bytes instanceof Uint8Array ? readPcap(bytes) : undefined;
  if (!file) throw new Error('no capture');
  return file;
}

/** In a container there are lo and eth0. */
const insideNames = (n: Names): Names => ({ ...n, ifname: REAL.ifname });

async function ourNames(lab: Lab): Promise<Names> {
  const ifname = new Map<number, string>();
  const mac = new Map<string, string>([['00:00:00:00:00:00', 'lo']]);
  const { stdout } = await lab.run('node1', 'ip -o link');
  for (const line of stdout.split('\n')) {
    const m = /^(\d+): ([^:@]+).*link\/\S+ (\S+)/.exec(line);
    if (!m) continue;
    const name = (m[2] as string).startsWith('br-') ? 'appnet' : (m[2] as string);
    ifname.set(Number(m[1]), name);
    if (!name.startsWith('veth') && m[3] !== '00:00:00:00:00:00') mac.set(m[3] as string, name);
  }
  for (const c of [...CONTAINERS, 'late', 'late2']) {
    const got = await lab.run('node1', `docker exec ${c} cat /sys/class/net/eth0/iflink /sys/class/net/eth0/address`);
    const [link, address] = got.stdout.trim().split(/\s+/);
    if (!address) continue;
    ifname.set(Number(link), `veth:${c}`);
    if (!c.startsWith('late')) mac.set(address, c);
  }
  mac.set('52:54:00:38:00:13', 'node3');
  mac.set('52:54:00:38:00:01', 'router');
  return { ifname, mac };
}

/** How an outcome compares. */
export interface Verdict {
  /** Every frame, in the order in which all interfaces together saw them. */
  readonly agree: boolean;
  /** Every frame, in the order of each interface by itself: what processors race for does not count. */
  readonly agreeByInterface: boolean;
  readonly difference: string;
}

export function judge(o: Outcome): Verdict {
  const at = o.real.findIndex((l, i) => l !== o.ours[i]);
  const first = at < 0 && o.ours.length > o.real.length ? o.real.length : at;
  return {
    agree: first < 0,
    agreeByInterface: byInterface(o.real) === byInterface(o.ours),
    difference:
      first < 0 ? '' : `frame ${first + 1}\n  real ${o.real[first] ?? '(none)'}\n  ours ${o.ours[first] ?? '(none)'}`,
  };
}

const byInterface = (all: readonly string[]): string => {
  const ifname = (l: string): string => l.split(' ')[0] as string;
  return [...new Set(all.map(ifname))]
    .sort()
    .map((name) => all.filter((l) => ifname(l) === name).join('\n'))
    .join('\n\n');
};
