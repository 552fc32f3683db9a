/** Benchmarks of a whole lab: host time of what a learner does. */
import type { Lab } from '../../lab/lab.ts';

/** One line of the table. */
export interface DockerRow {
  readonly what: string;
  readonly times: number;
  /** Milliseconds of host time for each: median and least. */
  readonly ms: number;
  readonly min: number;
}

async function measure(what: string, times: number, work: (i: number) => Promise<unknown>): Promise<DockerRow> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work(i);
    all.push(performance.now() - began);
  }
  all.sort((a, b) => a - b);
  const round = (x: number): number => Math.round(x * 100) / 100;
  return { what, times, ms: round(all[times >> 1] as number), min: round(all[0] as number) };
}

/** Measures a lab. @param open makes a fresh lab of a seed */
export async function benchDocker(open: (seed: number) => Promise<Lab>): Promise<DockerRow[]> {
  const rows = [await measure('open a lab of three machines', 10, open)];
  const lab = await open(1);
  await lab.run('node1', 'docker ps; curl -s localhost:1; iptables -S; true');
  const run = (what: string, times: number, command: (i: number) => string): Promise<DockerRow> =>
    measure(what, times, (i) => lab.run('node1', command(i)));
  rows.push(await run('docker run -d -P training/webapp', 50, () => 'docker run -d -P training/webapp'));
  rows.push(await run('docker ps, 50 containers', 20, () => 'docker ps'));
  rows.push(await run('curl by docker-proxy', 50, (i) => `curl -s localhost:${32768 + i}`));
  rows.push(await run('curl by DNAT', 50, (i) => `curl -s 192.168.56.11:${32768 + i}`));
  rows.push(await run('iptables -t nat -S', 20, () => 'iptables -t nat -S'));
  rows.push(await run('docker rm -f, 50 containers', 1, () => 'docker rm -f $(docker ps -aq)'));
  rows.push(await run('shell loop of 1000 steps', 10, () => 'for ((i = 0; i < 1000; i++)); do :; done'));
  return rows;
}
