/** What it takes to take a command back: the log of the sitting up to it, played in a fresh lab, as the page does. */
import type { Lab } from '../../lab/lab.ts';
import { before, lastOf } from '../../lab/log/cut.ts';
import type { Command } from '../../lab/log/entry.ts';
import { Sitting } from '../../lab/log/sitting.ts';

/** What is typed, and virtual seconds until the next command. */
interface Stretch {
  readonly what: string;
  readonly commands: readonly string[];
  readonly pause: number;
}

const LESSON = [
  'docker network create back',
  'docker run -d -P --name web training/webapp',
  'docker run -d --name db --network back redis',
  'docker ps',
  'curl -s localhost:32768',
  'docker network connect back web',
  'docker exec web ping -c 3 db',
  'docker network inspect back',
  'iptables -t nat -S',
  'docker logs web',
];
const PING = 'docker run -d --name ping busybox ping 172.17.0.1';
const SITTINGS: readonly Stretch[] = [
  { what: 'undo the last of ten commands, a minute each', commands: LESSON, pause: 60 },
  { what: 'the same while a container pings another', commands: [PING, ...LESSON], pause: 60 },
];

const sit = (lab: Lab): Sitting => new Sitting(lab, { output: () => {}, ended: () => {} });

async function goes(sitting: Sitting, until: number): Promise<void> {
  while (!(await sitting.step(until, () => true)));
}

/** @returns a row for each sitting: milliseconds of CPU time until the lab is what it was */
export async function benchUndo(open: () => Promise<Lab>): Promise<object[]> {
  const rows: object[] = [];
  for (const { what, commands, pause } of SITTINGS) {
    const sitting = sit(await open());
    sitting.do({ kind: 'open', terminal: 0, machine: 'node1', title: '', cols: 80, rows: 24 });
    for (const command of commands) {
      const bytes = new TextEncoder().encode(`${command}\r`);
      sitting.do({ kind: 'input', terminal: 0, bytes });
      await goes(sitting, sitting.now + pause * 1e9);
    }
    const log = before(sitting.log, lastOf(sitting.commands) as Command);
    const began = process.cpuUsage();
    const again = sit(await open());
    again.play(log);
    await goes(again, log.end);
    const { user, system } = process.cpuUsage(began);
    rows.push({ what, labS: Math.round(log.end / 1e9), cpuMs: Math.round((user + system) / 1000) });
  }
  return rows;
}
