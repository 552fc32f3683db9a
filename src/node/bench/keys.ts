/**
 * How long a key waits for its echo in the page's worker while the lab is busy: from the time it is struck to the batch
 * that carries the first byte the terminal answers. The same loop as in the page (`src/web/worker/play.ts`), in Node.
 */
import type { LessonPlan } from '../../course/schema.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Batch } from '../../web/worker/api.ts';
import { Play } from '../../web/worker/play.ts';

/** A frame of a 60 Hz screen. */
const FRAME_MS = 1000 / 60;
/** The terminal in which is typed, and one that is full of output. */
const OWN = 0;
const LOUD = 1;

/** What runs meanwhile: commands of node1, and what is typed into the other terminal. */
interface Noise {
  readonly what: string;
  readonly commands: readonly string[];
  readonly typed?: string;
}

const TALK = [
  'docker network create talk',
  'for i in 1 2 3 4 5 6 7 8 9 10; do docker run -d --name c$i --network talk training/webapp; done',
  'for i in 1 2 3 4; do docker exec -d c$i sh -c "while :; do curl -s http://c$((i+4)):5000/ >/dev/null; done"; done',
  'docker exec -d c9 sh -c "nc -l -p 9000 >/dev/null"',
  'docker exec -d c10 sh -c "dd if=/dev/zero bs=64k | nc c9 9000"',
];
const NOISES: readonly Noise[] = [
  { what: 'idle lab', commands: [] },
  { what: 'ten containers that talk', commands: TALK },
  {
    what: 'ten that talk, a busy loop, ping -f',
    commands: [...TALK, 'docker exec -d c1 sh -c "while :; do :; done"', 'docker exec -d c2 ping -f c3'],
  },
  { what: 'ten that talk, yes in a terminal', commands: TALK, typed: 'docker exec c1 yes\r' },
];

const round = (n: number): number => Math.round(n * 10) / 10;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One key: ms of the wall clock, ms that this process computed meanwhile, and ms that passed in the lab. */
interface Echo {
  readonly wall: number;
  readonly cpu: number;
  readonly virtual: number;
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Echo times of keys struck one after the other. */
async function echoes(lab: Lab, noise: Noise, keys: number): Promise<Echo[]> {
  for (const command of noise.commands) await lab.run('node1', command);
  const plan = { id: 'bench', seed: 1, machines: 1, setup: [], steps: [], live: {} } as unknown as LessonPlan;
  let heard: (() => void) | undefined;
  const play = new Play(lab, plan, (batch: Batch) => {
    for (const { terminal, bytes } of batch.output) {
      play.drawn(terminal, bytes.length);
      if (terminal === OWN) heard?.();
    }
  });
  const type = (terminal: number, text: string): void =>
    play.do({ kind: 'input', terminal, bytes: new TextEncoder().encode(text) });
  for (const terminal of [OWN, LOUD])
    play.do({ kind: 'open', terminal, machine: 'node1', title: '', cols: 80, rows: 24 });
  const over = play.run();
  await sleep(1000);
  if (noise.typed) type(LOUD, noise.typed);
  await sleep(1000);
  const out: Echo[] = [];
  for (let i = 0; i < keys; i++) {
    // not in step with the loop
    const due = performance.now() + 10 + ((i * 7) % 31);
    await sleep(due - performance.now());
    const answered = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const [used, time] = [cpu(), lab.world.clock.now];
    type(OWN, i % 2 === 0 ? 'x' : '\x7f');
    await answered;
    heard = undefined;
    out.push({ wall: performance.now() - due, cpu: cpu() - used, virtual: (lab.world.clock.now - time) / 1e6 });
  }
  await play.stop();
  await over;
  return out;
}

/** One row for each kind of noise. On a machine that has other work, look at the CPU time. */
export async function benchKeys(open: () => Promise<Lab>, keys: number): Promise<object[]> {
  const rows: object[] = [];
  for (const noise of NOISES) {
    const all = await echoes(await open(), noise, keys);
    const at = (of: keyof Echo, p: number): number => {
      const sorted = all.map((e) => e[of]).sort((a, b) => a - b);
      return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] as number);
    };
    rows.push({
      what: noise.what,
      keys,
      p50Ms: at('wall', 0.5),
      p99Ms: at('wall', 0.99),
      cpuP50Ms: at('cpu', 0.5),
      cpuP99Ms: at('cpu', 0.99),
      labP50Ms: at('virtual', 0.5),
      labP99Ms: at('virtual', 0.99),
      frameMs: round(FRAME_MS),
    });
  }
  return rows;
}
