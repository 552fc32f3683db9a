/** What net.ipv4.conf.*.log_martians makes the kernel say, as Linux 6.18 does. */
import { describe, expect, it } from 'vitest';
import { makeMachine, type TestMachine } from './machine.ts';

const log = async (m: TestMachine): Promise<string[]> =>
  (await m.sh('dmesg')).stdout
    .split('\n')
    .map((l) => l.slice(l.indexOf(']') + 2))
    .filter((l) => /martian|ll header|callbacks/.test(l));

describe('log_martians', () => {
  it('tells of sources that cannot come from there, with their link header', async () => {
    const m = await makeMachine();
    await m.sh('sysctl -w net.ipv4.conf.docker0.log_martians=1 net.ipv4.conf.docker0.rp_filter=1');
    await m.sh('ip addr add 10.0.0.9/32 dev eth0', 'web');
    await m.sh('ping -c 1 172.17.0.1', 'web');
    await m.sh('ping -c 1 -W 1 -I 10.0.0.9 172.17.0.1', 'web');
    expect(await log(m)).toEqual([
      'IPv4: martian source 172.17.0.1 from 10.0.0.9, on dev docker0',
      expect.stringMatching(/^ll header: 00000000: 22 a4 9f 7e 0a 1e( [0-9a-f]{2}){6} 08 00$/),
    ]);
  });

  it('is silent unless it is asked to tell', async () => {
    const m = await makeMachine();
    await m.sh('sysctl -w net.ipv4.conf.docker0.rp_filter=1');
    await m.sh('ip addr add 10.0.0.9/32 dev eth0', 'web');
    await m.sh('ping -c 1 -W 1 -I 10.0.0.9 172.17.0.1', 'web');
    expect(await log(m)).toEqual([]);
  });

  it('tells of destinations that must not be on a wire', async () => {
    const m = await makeMachine();
    await m.sh('sysctl -w net.ipv4.conf.docker0.log_martians=1');
    await m.sh('ip route get 127.0.0.1 from 172.17.0.2 iif docker0');
    expect(await log(m)).toEqual(['IPv4: martian destination 127.0.0.1 from 172.17.0.2, dev docker0']);
  });

  it('says no more than ten in five seconds, and then how many were left out', async () => {
    const m = await makeMachine();
    await m.sh('sysctl -w net.ipv4.conf.docker0.log_martians=1');
    for (let k = 0; k < 12; k++) await m.sh('ip route get 127.0.0.1 from 172.17.0.2 iif docker0');
    expect((await log(m)).length).toBe(10);
    await m.sh('sleep 6');
    await m.sh('ip route get 127.0.0.1 from 172.17.0.2 iif docker0');
    expect((await log(m)).slice(10)).toEqual([
      'net_ratelimit: 2 callbacks suppressed',
      'IPv4: martian destination 127.0.0.1 from 172.17.0.2, dev docker0',
    ]);
  });
});
