/** A virtual service by hand: node1 shares requests from node2 among two containers, in turn. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { bugs, makeLab } from '../rig.ts';

describe('ipvsadm on a machine with containers', () => {
  let lab: Lab;

  const out = async (host: string, command: string): Promise<string> => {
    const { stdout, stderr } = await lab.run(host, command);
    expect(bugs(lab)).toEqual([]);
    return stdout + stderr;
  };

  beforeAll(async () => {
    lab = await makeLab();
    for (const name of ['one', 'two'])
      await out(
        'node1',
        `docker run -d --name ${name} busybox sh -c 'mkdir /www; echo ${name} > /www/index.html; httpd -f -p 80 -h /www'`,
      );
    await out('node1', 'ip addr add 10.99.0.1/32 dev lo');
    await out('node2', 'ip route add 10.99.0.1 via 192.168.56.11');
  });

  it('makes a service with two servers', async () => {
    expect(await out('node1', 'ipvsadm -A -t 10.99.0.1:80 -s rr')).toBe('');
    expect(await out('node1', 'ipvsadm -a -t 10.99.0.1:80 -r 172.17.0.2:80 -m')).toBe('');
    expect(await out('node1', 'ipvsadm -a -t 10.99.0.1:80 -r 172.17.0.3:80 -m')).toBe('');
    expect(await out('node1', 'ipvsadm -Ln')).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.99.0.1:80 rr
  -> 172.17.0.2:80                Masq    1      0          0         
  -> 172.17.0.3:80                Masq    1      0          0         
`);
  });

  it('serves in turn, and the servers see the client', async () => {
    const answers = await out('node2', 'for i in 1 2 3 4; do curl -s http://10.99.0.1/; done');
    const order = answers.trim().split('\n');
    expect(order.length).toBe(4);
    expect([...order].sort()).toEqual(['one', 'one', 'two', 'two']);
    expect(order[0]).not.toBe(order[1]);
    expect(order.slice(0, 2)).toEqual(order.slice(2));
    expect(await out('node1', 'ipvsadm -Lnc')).toMatch(
      /^TCP \d\d:\d\d {2}(TIME_WAIT|FIN_WAIT|CLOSE) +192\.168\.56\.12:\d+ +10\.99\.0\.1:80 +172\.17\.0\.[23]:80$/m,
    );
  });

  it('counts what crossed', async () => {
    const stats = await out('node1', 'ipvsadm -Ln --stats');
    const numbers = (line: RegExp): number[] => (line.exec(stats)?.slice(1) ?? []).map(Number);
    const service = numbers(/^TCP {2}10\.99\.0\.1:80 +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)/m);
    const servers = ['172.17.0.2', '172.17.0.3'].map((ip) =>
      numbers(new RegExp(`^ {2}-> ${ip.replaceAll('.', '\\.')}:80 +(\\d+) +(\\d+) +(\\d+) +(\\d+) +(\\d+)`, 'm')),
    );
    expect(service[0]).toBe(4);
    for (const s of servers) expect(s[0]).toBe(2);
    for (const k of [0, 1, 2, 3, 4]) expect((servers[0]?.[k] ?? 0) + (servers[1]?.[k] ?? 0)).toBe(service[k]);
    expect(Math.min(...service)).toBeGreaterThan(0);
  });

  it('is gone when the table is cleared', async () => {
    expect(await out('node1', 'ipvsadm -C')).toBe('');
    expect((await out('node1', 'ipvsadm -Ln')).split('\n').length).toBe(4);
    expect(await out('node2', 'curl -sS -m 2 http://10.99.0.1/')).toContain('Could not connect to server');
  });
});
