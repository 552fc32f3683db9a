/**
 * Plays the scenarios of the recorded captures in one lab, each command at the moment at which it was given when it was
 * recorded (neighbour entries age in between), and holds frame against frame.
 *
 * Limits: scenario `za` is of no use; what came before the first recorded frame of a scenario is not looked at (when its
 * capture began was not recorded).
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Lab } from '../../src/lab/lab.ts';
import { makeLab } from '../rig.ts';
import { type Frame, frames, type Moments, moments, type Names, pcap, REAL, recordedPcap } from './frames.ts';
import { type Pair, pairs, part } from './solicitations.ts';

const recorded = new URL('./recorded/packets/', import.meta.url);

interface Step {
  readonly host: string;
  readonly cmd: string;
  readonly note: string;
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
  .map((l) => JSON.parse(l) as Step)
  .filter((s) => !s.cmd.startsWith('tcpdump'));

const nameOf = (s: Step): string => s.note.split(':')[0] as string;

/** The recorded scenarios that are copied here, in their order: name → places of capture. */
export const SCENARIOS: ReadonlyMap<string, readonly string[]> = new Map(
  steps
    .filter((s) => /^[a-z]{1,2}-[a-z0-9-]+: /.test(s.note))
    .map(nameOf)
    .map((name): [string, string[]] => [
      name,
      readdirSync(recorded)
        .filter((f) => f.startsWith(`${name}.`))
        .map((f) => f.split('.')[1] as string)
        .sort((a, b) => Number(b === 'host') - Number(a === 'host') || (a < b ? -1 : 1)),
    ])
    .filter(([, places]) => places.length > 0),
);

const recordedAt = (name: string, place: string): ReturnType<typeof recordedPcap> =>
  recordedPcap(new URL(`${name}.${place}.pcap`, recorded));

const WHEN: ReadonlyMap<string, Moments> = new Map(
  [...SCENARIOS].flatMap(([name, places]) => {
    const m = moments(places.map((p) => recordedAt(name, p)));
    return m ? [[name, m] as const] : [];
  }),
);

const CONTAINERS = ['web', 'cli', 'aa', 'bb', 'late', 'late2'];

/** The machines have been up for so long, s: they look for routers no more. */
const UP = 6 * 3600;
/** After the other machine has talked to this one, s: what they know of each other is stale. */
const REST = 60;
/** From the last container's start until the first scenario, s. */
const SETTLE = 20;
/** All that IPv6 sends in a play. */
const SIX = '/var/tmp/six.pcap';
/** From a command to its first frame, s. */
const LEAD = 0.07;
/** The host's neighbours are forgotten and a capture begins so long before the first frame, s. */
const BEFORE = 0.05;
/** It ends so long after the command has ended, s. */
const AFTER = 0.4;
/** And after a container was started, which announces itself three times. */
const AFTER_START = 2.4;

/** What one play gave. */
export interface Played {
  readonly outcomes: readonly Outcome[];
  /** The solicitations for routers that were recorded, and those here. */
  readonly solicitations: readonly Pair[];
}

/** Plays every scenario. */
export async function play(seed = 1): Promise<Played> {
  const player = new Player(await makeLab(seed));
  await player.prepare();
  const outcomes: Outcome[] = [];
  for (const s of steps) {
    const places = SCENARIOS.get(nameOf(s));
    if (places) outcomes.push(...(await player.scenario(s, places)));
  }
  return { outcomes, solicitations: await player.solicitations() };
}

const texts = (list: readonly Frame[]): string[] => list.map((f) => f.text);

class Player {
  /** Virtual time less recorded time, s. */
  #shift = 0;
  readonly #pids = new Map<string, string>();
  readonly #ifname = new Map<number, string>();
  readonly #mac = new Map<string, string>([
    ['00:00:00:00:00:00', 'lo'],
    ['52:54:00:38:00:13', 'node3'],
    ['52:54:00:38:00:01', 'router'],
  ]);

  constructor(readonly lab: Lab) {}

  /** The other machine has talked to this one; and containers and networks. */
  async prepare(): Promise<void> {
    await this.lab.pass(UP * 1e9);
    await this.lab.run('node3', 'ping -c 1 192.168.56.11');
    await this.lab.pass(REST * 1e9);
    await this.lab.run('node1', `tcpdump -U -i any -w ${SIX} icmp6 2>/dev/null &`);
    for (const s of steps.filter((x) => x.note === '' && /^docker (run|network)/.test(x.cmd))) {
      const { exit } = await this.lab.run(s.host, s.cmd);
      if (exit !== 0) throw new Error(s.cmd);
    }
    for (const c of CONTAINERS) {
      const { stdout, exit } = await this.lab.run('node1', `docker inspect -f '{{.State.Pid}}' ${c}`);
      if (exit === 0) this.#pids.set(c, stdout.trim());
    }
    await this.lab.pass(SETTLE * 1e9);
    this.#shift = this.#now - (WHEN.values().next().value as Moments).first + 1;
  }

  get #now(): number {
    return this.lab.world.clock.now / 1e9;
  }

  /** Lets time pass until a recorded moment, if it is not over. */
  async #until(recordedTime: number): Promise<void> {
    const left = recordedTime + this.#shift - this.#now;
    if (left > 0) await this.lab.pass(left * 1e9);
  }

  async scenario(step: Step, places: readonly string[]): Promise<Outcome[]> {
    const name = nameOf(step);
    const { first, command } = WHEN.get(name) as Moments;
    await this.#until(Math.min(first, command - LEAD) - BEFORE);
    // the host's neighbours were forgotten before a recording where it asks for one
    const fresh = frames(recordedAt(name, 'host'), REAL).some((f) =>
      /^(docker0|appnet|eth0) Out .*who-has/.test(f.text),
    );
    await this.lab.run('node1', `rm -f /root/*.pcap${fresh ? '; ip neigh flush all' : ''}`);
    const pids: string[] = [];
    for (const p of places) {
      // captures inside containers were begun after the host's
      const own = p === 'host' ? first : (moments([recordedAt(name, p)])?.first ?? first);
      await this.#until(Math.min(own, command - LEAD) - BEFORE);
      const inside = p === 'host' ? '' : `nsenter -t ${this.#pids.get(p)} -n `;
      const { stdout } = await this.lab.run(
        'node1',
        `${inside}tcpdump -U -i any -w /root/${p}.pcap 2>/dev/null & echo $!`,
      );
      pids.push(stdout.trim());
    }
    await this.#learnNames();
    await this.#until(command - LEAD);
    await this.lab.run(step.host, step.cmd);
    await this.lab.pass((step.cmd.startsWith('docker run') ? AFTER_START : AFTER) * 1e9);
    await this.lab.run('node1', `kill ${pids.join(' ')}; sleep 0.1`);
    await this.#learnNames();
    return places.map((place) => ({
      scenario: name,
      place,
      real: texts(part(frames(recordedAt(name, place), REAL)).rest),
      ours: texts(part(this.#captured(`/root/${place}.pcap`, place === 'host')).rest),
    }));
  }

  /** Frames of a capture of this run. @param host of the machine, or of a container */
  #captured(path: string, host: boolean): Frame[] {
    const names = host ? this.#names : { ...this.#names, ifname: REAL.ifname };
    return frames(pcap(this.lab.machine('node1')?.kernel.root.fs.readFile(path)), names);
  }

  /** Holds the recorded solicitations that repeat against those of this run. */
  async solicitations(): Promise<Pair[]> {
    await this.lab.run('node1', 'pkill tcpdump; sleep 0.1');
    const real = [...SCENARIOS.keys()].flatMap((name) => frames(recordedAt(name, 'host'), REAL));
    const begun = new Map<string, number>();
    for (const f of part(real).rest) if (f.text.includes('router solicitation')) begun.set(f.ifname, f.at);
    const shift = this.#shift + Number(this.lab.world.clock.epochAt(0)) / 1e9;
    const ours = this.#captured(SIX, true).map((f) => ({ ...f, at: f.at - shift }));
    return pairs(part(real).repeated, ours, begun);
  }

  get #names(): Names {
    return { ifname: this.#ifname, mac: this.#mac };
  }

  async #learnNames(): Promise<void> {
    const { stdout } = await this.lab.run('node1', 'ip -o link');
    for (const line of stdout.split('\n')) {
      const m = /^(\d+): ([^:@]+).*link\/\S+ (\S+)/.exec(line);
      if (!m || (m[2] as string).startsWith('veth')) continue;
      const name = (m[2] as string).startsWith('br-') ? 'appnet' : (m[2] as string);
      this.#ifname.set(Number(m[1]), name);
      if (name !== 'lo') this.#mac.set(m[3] as string, name);
    }
    for (const c of CONTAINERS) {
      const got = await this.lab.run(
        'node1',
        `docker exec ${c} cat /sys/class/net/eth0/iflink /sys/class/net/eth0/address`,
      );
      const [link, address] = got.stdout.trim().split(/\s+/);
      if (!address) continue;
      this.#ifname.set(Number(link), `veth:${c}`);
      if (!c.startsWith('late')) this.#mac.set(address, c);
    }
  }
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
