/** A log played again is the same sitting: bytes, frames, objects. */
import { expect, it } from 'vitest';
import { Rng } from '../../../src/base/rng.ts';
import { before, lastOf } from '../../../src/lab/log/cut.ts';
import { Told } from './rig.ts';

it('plays a sitting again to the byte', async () => {
  const told = await Told.at();
  told.open();
  await told.passes(1e8);
  await told.types('docker run -d -P --name web training/webapp\r', 3e9);
  await told.types('curl -s localhost:32768\r', 1e9);
  expect(told.output[0]).toContain('Hello world!');
  const again = await Told.again(told.sitting.log);
  expect(again.state()).toEqual(told.state());
});

it('does at once what is asked for while the lab is at work', async () => {
  const told = await Told.at();
  told.open();
  told.open(1);
  await told.passes(1e8);
  await told.types('while :; do :; done\r', 1e7, 1);
  const began = told.sitting.now;
  const had = told.output[0]?.length ?? 0;
  let turns = 0;
  await told.sitting.step(began + 5e9, () => {
    if (++turns === 20) told.press('x');
    return (told.output[0]?.length ?? 0) === had;
  });
  expect(told.output[0]?.slice(had)).toBe('x');
  expect(told.sitting.now - began).toBeLessThan(1e9);
});

it('does not wait for a lab that is never at rest, and plays it again', async () => {
  const told = await Told.at();
  told.open();
  told.open(1);
  await told.passes(1e8);
  await told.types('nc -l -p 9000 >/dev/null &\r', 1e7, 1);
  await told.types('dd if=/dev/zero bs=64k | nc 127.0.0.1 9000\r', 1e7, 1);
  const steps: number[] = [];
  for (const key of 'never') {
    let since = 0;
    let n = 0;
    const did = told.acts.length;
    await told.sitting.step(told.sitting.now + 5e9, () => {
      n++;
      if (n === 20) told.press(key);
      if (n >= 20 && told.acts.length === did) since++;
      return told.acts.length === did;
    });
    steps.push(since);
  }
  expect(Math.max(...steps)).toBeLessThan(4);
  const { log } = told.sitting;
  await told.goes(log.end);
  const again = await Told.again(log);
  expect(again.state()).toEqual(told.state());
});

it('knows where a command begins and ends, also in a container', async () => {
  const told = await Told.at();
  told.open();
  await told.passes(1e8);
  await told.types('docker run -it --name box busybox sh\r', 2e9);
  await told.types('false\r', 1e8);
  await told.types('exit\r', 1e9);
  const commands = told.sitting.commands.map(({ text, status, terminal }) => ({ text, status, terminal }));
  expect(commands).toEqual([
    { text: 'docker run -it --name box busybox sh', status: 1, terminal: 0 },
    { text: 'false', status: 1, terminal: 0 },
    { text: 'exit', status: undefined, terminal: 0 },
  ]);
});

it('goes back before the last command, whatever was done elsewhere meanwhile', async () => {
  const told = await Told.at();
  told.open();
  told.open(1, 'node2');
  await told.passes(1e8);
  await told.types('docker run -d --name one training/webapp\r', 2e9);
  const then = told.state();
  await told.types('docker run -d --na');
  await told.types('touch /tmp/kept\r', 1e8, 1);
  await told.types('me two training/webapp\r', 2e9);
  const undone = await Told.again(before(told.sitting.log, lastOf(told.sitting.commands) as never));
  expect(undone.state().view[0]?.containers).toEqual(then.view[0]?.containers);
  expect(undone.output[0]).toBe(then.output[0]);
  await undone.types('ls /tmp/kept\r', 1e8, 1);
  expect(undone.output[1]).toContain('l\r/tmp/kept\r\n');
  const none = await Told.again(before(undone.sitting.log, undone.sitting.commands[0] as never));
  expect(none.state().view[0]?.containers).toEqual([]);
});

const COMMANDS = [
  'docker run -d -P training/webapp',
  'docker ps -a',
  'docker rm -f $(docker ps -aq)',
  'ping -c 2 192.168.56.12',
  'yes | head -c 200k',
  'seq 30000',
  'while :; do :; done',
  'while true; do echo flood; done',
  'yes',
  'echo hi | tee /tmp/x; cat /tmp/x',
  'curl -s http://192.168.56.11:32768/',
  'ls -l /etc; ip addr',
  'sleep 0.3 &',
  'top',
  'docker logs -f $(docker ps -ql)',
  'docker run -it --rm busybox sh',
  'exit',
];

/** A person who types, and a host that is slow in its own way: neither may be seen in what is played again. */
async function ramble(seed: number): Promise<Told> {
  const rng = new Rng(seed);
  const told = await Told.at(seed);
  const { sitting } = told;
  for (const [i, machine] of ['node1', 'node2', 'node1'].entries()) told.open(i, machine);
  let keys: [number, string][] = [];
  for (let n = 0; n < 60; n++) {
    if (keys.length === 0) {
      const terminal = rng.below(3);
      keys = [...`${rng.pick(COMMANDS)}\r`].map((k) => [terminal, k]);
      if (rng.below(3) === 0) keys = [[terminal, keys.map(([, k]) => k).join('')]];
      keys.push([terminal, '\x03'], [terminal, 'q']);
    }
    const burst = rng.below(12);
    for (const [terminal, key] of keys.splice(0, burst)) told.press(key, terminal);
    if (rng.below(10) === 0)
      sitting.do({ kind: 'resize', terminal: rng.below(3), cols: 40 + rng.below(80), rows: 10 + rng.below(30) });
    let left = rng.below(400);
    const goal = sitting.now + rng.below(3e8) + rng.below(1000) / 1000;
    const goesOn = (): boolean => {
      // Keys also come while the lab is at work.
      const [terminal, key] = (left % 50 === 0 && keys.shift()) || [];
      if (terminal !== undefined && key !== undefined) told.press(key, terminal);
      return --left > 0;
    };
    for (let look = 0; look < 5 && !(await sitting.step(goal, goesOn)); look++) {
      left = rng.below(400);
      if (rng.below(2) === 0) told.lab.frames(0);
      told.lab.view();
    }
  }
  told.press('\x03', 0);
  await sitting.step(sitting.now, () => true);
  return told;
}

for (const seed of [1, 2, 3, 4, 5, 6])
  it(`plays again what a random person did (${seed})`, async () => {
    const told = await ramble(seed);
    const log = told.sitting.log;
    expect(log.entries.length).toBeGreaterThan(20);
    const again = await Told.again(log, seed);
    await told.goes(log.end);
    expect(again.output.map((o) => o.length)).toEqual(told.output.map((o) => o.length));
    expect(again.state()).toEqual(told.state());
  });
