/**
 * Benchmarks of a whole lab: what the things that a learner does cost this computer, beside what they took the real
 * engine (whole command, least of several, on a loaded machine of two cores).
 */
import type { Lab } from '../../lab/lab.ts';

/** One line of the table. */
export interface DockerRow {
  readonly what: string;
  readonly times: number;
  /** Milliseconds of CPU time for each: median and least. */
  readonly cpuMs: number;
  readonly minMs: number;
  /** Milliseconds that it took the real engine. */
  readonly realMs?: number;
}

/** Many containers on one bridge. */
export interface ManyRow {
  readonly containers: number;
  /** Seconds of CPU time for all of them so far. */
  readonly cpuS: number;
  /** Milliseconds for each of the last hundred. */
  readonly lastMs: number;
  /** MiB of memory of the whole process, above what a lab without containers has. */
  readonly MiB: number;
}

/** CPU time of this process in ms. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const round = (x: number): number => Math.round(x * 100) / 100;

async function measure(
  what: string,
  times: number,
  work: (i: number) => Promise<unknown>,
  realMs?: number,
): Promise<DockerRow> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = cpu();
    await work(i);
    all.push(cpu() - began);
  }
  all.sort((a, b) => a - b);
  const row = { what, times, cpuMs: round(all[times >> 1] as number), minMs: round(all[0] as number) };
  return realMs === undefined ? row : { ...row, realMs };
}

/** Measures a lab. @param open makes a fresh lab of a seed */
export async function benchDocker(open: (seed: number) => Promise<Lab>): Promise<DockerRow[]> {
  const rows = [await measure('open a lab of three machines', 10, open)];
  const lab = await open(1);
  await lab.run('node1', 'docker run --rm busybox true; docker ps; curl -s localhost:1; iptables -S; true');
  const run = (what: string, times: number, command: (i: number) => string, realMs?: number): Promise<DockerRow> =>
    measure(what, times, (i) => lab.run('node1', command(i)), realMs);
  rows.push(await run('docker run -d', 50, () => 'docker run -d busybox top', 489));
  rows.push(await run('docker rm -f, 50 containers', 1, () => 'docker rm -f $(docker ps -aq)'));
  rows.push(
    await run('50 times docker run -d', 3, () => 'for i in $(seq 50); do docker run -d busybox top; done', 27000),
  );
  await lab.run('node1', 'docker rm -f $(docker ps -aq)');
  rows.push(await run('docker network create', 20, (i) => `docker network create n${i}`, 427));
  rows.push(await run('docker run -d -P training/webapp', 50, () => 'docker run -d -P training/webapp'));
  rows.push(await run('docker ps, 50 containers', 20, () => 'docker ps'));
  rows.push(await run('curl by docker-proxy', 50, (i) => `curl -s localhost:${32768 + i}`));
  rows.push(await run('curl by DNAT', 50, (i) => `curl -s 192.168.56.11:${32768 + i}`));
  rows.push(await run('iptables -t nat -S', 20, () => 'iptables -t nat -S'));
  rows.push(await run('shell loop of 1000 steps', 10, () => 'for ((i = 0; i < 1000; i++)); do :; done'));
  return rows;
}

/** A thousand containers, and what a list of them costs. */
export async function benchMany(
  open: (seed: number) => Promise<Lab>,
): Promise<{ readonly growth: ManyRow[]; readonly lists: DockerRow[] }> {
  const lab = await open(1);
  await lab.run('node1', 'docker run --rm busybox true');
  const memory = (): number => {
    (globalThis as { gc?: () => void }).gc?.();
    return process.memoryUsage().rss / 1048576;
  };
  const before = memory();
  const growth: ManyRow[] = [];
  let cpuMs = 0;
  for (let n = 100; n <= 1000; n += 100) {
    const began = cpu();
    // a program that does nothing: what is measured is the engine
    await lab.run('node1', 'for i in $(seq 100); do docker run -d busybox sleep 100000; done');
    const ms = cpu() - began;
    cpuMs += ms;
    growth.push({
      containers: n,
      cpuS: round(cpuMs / 1000),
      lastMs: round(ms / 100),
      MiB: Math.round(memory() - before),
    });
  }
  return { growth, lists: [await measure('docker ps, 1000 containers', 10, () => lab.run('node1', 'docker ps'))] };
}
