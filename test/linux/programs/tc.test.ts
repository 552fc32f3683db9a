import { beforeAll, describe, expect, test } from 'vitest';
import { distributionTable } from '../../../src/linux/kernel/net/distributions.ts';
import { makeMachine, type TestMachine } from './machine.ts';

/** What `tc` prints and how it ends. */
const tc = async (m: TestMachine, line: string): Promise<string> => {
  const r = await m.sh(`tc ${line}`);
  return `${r.stdout}${r.stderr}${r.code === 0 ? '' : `=${r.code}\n`}`;
};

const TBF_USAGE = `Usage: ... tbf limit BYTES burst BYTES[/BYTES] rate KBPS [ mtu BYTES[/BYTES] ]
	[ peakrate KBPS ] [ latency TIME ] [ overhead BYTES ] [ linklayer TYPE ]
`;

describe('tc qdisc', () => {
  let m: TestMachine;
  beforeAll(async () => {
    m = await makeMachine();
    await m.sh('ip link add p0 type veth peer name p1');
    await m.sh('ip link set p0 up');
    await m.sh('ip link set p1 up');
  });

  // taken from iproute2 on a real kernel, command by command
  const SESSION: readonly (readonly [string, string])[] = [
    ['qdisc show dev p0', 'qdisc noqueue 0: root refcnt 2 \n'],
    ['qdisc add dev p0 root tbf rate 1mbit burst 32kbit latency 400ms', ''],
    [
      'qdisc add dev p0 root tbf rate 1mbit burst 32kbit latency 400ms',
      'Error: Exclusivity flag on, cannot modify.\n=2\n',
    ],
    ['qdisc show dev p0', 'qdisc tbf 8001: root refcnt 3 rate 1Mbit burst 4Kb lat 400ms \n'],
    ['qdisc change dev p0 root tbf rate 2mbit burst 32kbit limit 10000', ''],
    ['qdisc show dev p0', 'qdisc tbf 8001: root refcnt 3 rate 2Mbit burst 4Kb lat 23.6ms \n'],
    [
      'qdisc change dev p1 root tbf rate 2mbit burst 32kbit limit 10000',
      'Error: Qdisc not found. To create specify NLM_F_CREATE flag.\n=2\n',
    ],
    ['qdisc replace dev p0 root pfifo limit 5', ''],
    ['qdisc show dev p0', 'qdisc pfifo 8002: root refcnt 3 limit 5p\n'],
    ['qdisc replace dev p0 root pfifo limit 7', ''],
    ['qdisc show dev p0', 'qdisc pfifo 8002: root refcnt 3 limit 7p\n'],
    ['qdisc del dev p0 root', ''],
    ['qdisc del dev p0 root', 'Error: Cannot delete qdisc with handle of zero.\n=2\n'],
    ['qdisc add dev p0 root handle 1: tbf rate 1mbit burst 5000 limit 3000', ''],
    ['qdisc add dev p0 parent 1:1 handle 10: pfifo limit 10', ''],
    ['qdisc add dev p0 parent 2:1 handle 10: pfifo limit 10', 'Error: Failed to find specified qdisc.\n=2\n'],
    [
      'qdisc show dev p0',
      'qdisc tbf 1: root refcnt 3 rate 1Mbit burst 5000b limit 3000b \nqdisc pfifo 10: parent 1:1 limit 10p\n',
    ],
    ['qdisc del dev p0 parent 1:1', ''],
    [
      'qdisc add dev p0 root handle 2: tbf rate 1mbit burst 5000 limit 3000',
      'Error: NLM_F_REPLACE needed to override.\n=2\n',
    ],
    ['qdisc replace dev p0 root handle 2: tbf rate 1mbit burst 5000 limit 3000', ''],
    ['qdisc del dev p0 root handle 9:', 'Error: Invalid handle.\n=2\n'],
    ['qdisc del dev p0 handle 2: root', ''],
    ['qdisc add dev p0 root', 'Error: Specified qdisc kind is unknown.\n=2\n'],
    ['qdisc add dev p0', 'Error: Handle cannot be zero.\n=2\n'],
    ['qdisc add root pfifo', 'RTNETLINK answers: No such device\n=2\n'],
    ['qdisc add dev nosuch root netem', 'Cannot find device "nosuch"\n=1\n'],
    ['qdisc add dev p0 root handle zz pfifo', 'Error: argument "zz" is wrong: invalid qdisc ID\n=255\n'],
    [
      'qdisc add dev p0 root tbf rate 1mbit burst 5000',
      `tbf: either "limit" or "latency" is required.\n${TBF_USAGE}=1\n`,
    ],
    ['qdisc add dev p0 root tbf rate foo burst 5000 limit 3000', 'tbf: illegal value for "rate": "foo"\n=1\n'],
    [
      'qdisc add dev p0 root tbf rate 1mbit burst 5000 limit 3000 foo',
      `tbf: unknown parameter "foo"\n${TBF_USAGE}=1\n`,
    ],
    ['qdisc add dev p0 root netem loss 101%', 'Illegal "loss percent"\n=1\n'],
    ['qdisc add dev p0 root netem delay 10xs', 'Illegal "latency"\n=1\n'],
    ['qdisc show dev p0 foo', 'What is "foo"? Try "tc qdisc help".\n=255\n'],
    ['foo', 'Object "foo" is unknown, try "tc help".\n=1\n'],
    ['qdisc foo', 'Command "foo" is unknown, try "tc qdisc help".\n=255\n'],
    ['qdisc add dev p0 root tbf rate 10kbit burst 1540 latency 70ms peakrate 20kbit mtu 2000', ''],
    [
      '-d qdisc show dev p0',
      'qdisc tbf 8003: root refcnt 3 rate 10Kbit burst 1540b/1 mpu 0b peakrate 20Kbit mtu 2000b/1 mpu 0b lat 69.6ms linklayer ethernet \n',
    ],
    [
      '-s qdisc show dev p0',
      'qdisc tbf 8003: root refcnt 3 rate 10Kbit burst 1540b peakrate 20Kbit minburst 2000b lat 69.6ms \n Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n',
    ],
    [
      '-j qdisc show dev p0',
      '[{"kind":"tbf","handle":"8003:","root":true,"refcnt":3,"options":{"rate":1250,"burst":1540,"minburst":2000,"lat":69600}}]\n',
    ],
    ['class show dev p0', 'class tbf 8003:1 parent 8003: \n'],
    ['qdisc del dev p0 root', ''],
  ];

  test('says what iproute2 says, step by step', async () => {
    const seen: [string, string][] = [];
    for (const [line] of SESSION) seen.push([line, await tc(m, line)]);
    expect(seen).toEqual(SESSION);
  });

  test.each([
    ['8kbps', '64Kbit burst 10Kb lat 130s'],
    ['1gibit', '1073Mbit burst 10200b lat 7.74ms'],
    ['1.5mbit', '1500Kbit burst 10Kb lat 5.54s'],
    ['100000', '100Kbit burst 10Kb lat 83.1s'],
    ['12345kbit', '12345Kbit burst 10Kb lat 673ms'],
    ['10gbit', '10Gbit burst 10000b lat 830us'],
  ])('a rate of %s is shown as Linux shows it', async (rate, text) => {
    await tc(m, `qdisc replace dev p0 root tbf rate ${rate} burst 10k limit 1mb`);
    expect(await tc(m, 'qdisc show dev p0')).toContain(` rate ${text} \n`);
    await tc(m, 'qdisc del dev p0 root');
  });

  test('netem: every option is kept and shown', async () => {
    expect(
      await tc(
        m,
        'qdisc add dev p0 root netem delay 100ms 10ms 25% distribution normal loss 5% duplicate 1% reorder 25% 50% gap 5 corrupt 0.1% rate 1mbit limit 500 seed 42',
      ),
    ).toBe('');
    expect(await tc(m, 'qdisc show dev p0')).toMatch(
      /^qdisc netem 80..: root refcnt 3 limit 500 delay 100ms {2}10ms 25% loss 5% duplicate 1% reorder 25% 50% corrupt 0.1% rate 1Mbit gap 5 seed 42\n$/,
    );
    await tc(m, 'qdisc change dev p0 root netem loss gemodel 1% 10% 70% 0.1%');
    expect(await tc(m, 'qdisc show dev p0')).toContain('limit 1000 loss gemodel p 1% r 10% 1-h 70% 1-k 0.1% seed 42\n');
    await tc(m, 'qdisc change dev p0 root netem loss state 5%');
    expect(await tc(m, 'qdisc show dev p0')).toContain('loss state p13 5% p31 95% p32 0% p23 100% p14 0%');
    expect(await tc(m, 'qdisc add dev p1 root netem reorder 25%')).toContain(
      'reordering not possible without specifying some delay\nUsage: ... netem',
    );
    expect(await tc(m, 'qdisc add dev p1 root netem foo')).toContain('What is "foo"?\nUsage: ... netem');
    await tc(m, 'qdisc del dev p0 root');
  });

  test('ip link names the discipline, and the device shows what it holds back', async () => {
    await tc(m, 'qdisc add dev docker0 root netem loss 100%');
    expect((await m.sh('ip link show docker0')).stdout).toContain('mtu 1500 qdisc netem state');
    expect((await m.sh('ping -c1 -W1 172.17.0.2')).stdout).toContain('100% packet loss');
    expect(await tc(m, '-s qdisc show dev docker0')).toMatch(
      /Sent 0 bytes 0 pkt \(dropped [123], overlimits 0 requeues 0\)/,
    );
    await tc(m, 'qdisc replace dev docker0 root netem delay 80ms');
    // the answer comes back undelayed
    await m.sh('ping -c1 172.17.0.2');
    expect((await m.sh('ping -c1 172.17.0.2')).stdout).toMatch(/time=80\.\d ms/);
    await tc(m, 'qdisc del dev docker0 root');
    expect((await m.sh('ip link show docker0')).stdout).toContain('qdisc noqueue');
  });
});

test('the tables of distributions have the moments they stand for', () => {
  for (const [name, sigma] of [
    ['normal', 1],
    ['pareto', 0.6],
    ['paretonormal', 0.5],
  ] as const) {
    const t = Array.from(distributionTable(name), (x) => x / 8192);
    const mean = t.reduce((a, b) => a + b, 0) / t.length;
    const variance = t.reduce((a, b) => a + (b - mean) ** 2, 0) / t.length;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.sqrt(variance)).toBeGreaterThan(sigma * 0.9);
    expect(Math.sqrt(variance)).toBeLessThan(1.1);
    expect(t).toEqual([...t].sort((a, b) => a - b));
  }
  // quartiles of the normal distribution
  expect(Math.abs((distributionTable('normal')[3072] as number) / 8192 - 0.6745)).toBeLessThan(0.001);
});
