/** iperf3 with itself; with a real one it is measured in test/node/uplink.test.ts. */
import { describe, expect, it } from 'vitest';
import { makeMachine, type TestMachine } from './machine.ts';

async function serving(): Promise<TestMachine> {
  const m = await makeMachine();
  m.start(['iperf3', '-s'], { netns: m.spaces.web as number });
  await m.pass(1e9);
  return m;
}

/** Bytes of the lines that end in `who`, as printed. */
const moved = (text: string, who: string): string[] =>
  text
    .split('\n')
    .filter((l) => l.endsWith(who))
    .map((l) => l.split(' sec ')[1]?.trim().split('  ')[0] ?? '');

describe('iperf3', () => {
  it('moves what it is told to over parallel streams, and both ends count the same', async () => {
    const m = await serving();
    const r = await m.sh('iperf3 -c web -n 4M -P 2', 'cli');
    expect(r.code).toBe(0);
    expect(moved(r.stdout, 'sender')).toHaveLength(3);
    expect(moved(r.stdout, 'sender').at(-1)).toMatch(/^4\.\d\d MBytes$/);
    expect(r.stdout.split('\n').filter((l) => l.includes('connected to 172.17.0.2 port 5201'))).toHaveLength(2);
    expect(r.stdout).toMatch(/\n\niperf Done\.\n$/);
  });

  it('receives in reverse, for as long as it is told', async () => {
    const m = await serving();
    const before = m.world.clock.now;
    const r = await m.sh('iperf3 -c web -t 2 -R', 'cli');
    expect(r.code).toBe(0);
    expect(m.world.clock.now - before).toBeGreaterThanOrEqual(2e9);
    expect(r.stdout).toMatch(/\n\[ {2}\d\] {3}1\.00-2\.00 {3}sec +\d/);
    expect(moved(r.stdout, 'receiver')).toHaveLength(1);
  });

  it('sends datagrams at the rate it is given and counts what is lost', async () => {
    const m = await serving();
    await m.sh('iptables -w -I FORWARD -j ACCEPT');
    const r = await m.sh('iperf3 -c web -u -b 1M -t 2', 'cli');
    expect(r.stdout).toMatch(
      /0\.00-2\.\d\d {3}sec +24\d KBytes +\S+ [KM]bits\/sec +\d\.\d{3} ms +0\/17\d \(0%\) +receiver/,
    );
  });

  it('says what is wrong', async () => {
    const m = await makeMachine();
    expect(await m.sh('iperf3 -c web', 'cli')).toMatchObject({
      code: 1,
      stderr: 'iperf3: error - unable to connect to server: Connection refused\n',
    });
    expect((await m.sh('iperf3')).stderr).toContain('must either be a client (-c) or server (-s)');
    expect((await m.sh('iperf3 -s -p 70000')).stderr).toContain('bad port number');
  });
});
