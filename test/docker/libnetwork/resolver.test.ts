/** The resolver at 127.0.0.11, asked by programs in containers. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { bugs, makeLab } from '../../rig.ts';

describe('127.0.0.11', () => {
  let lab: Lab;
  const run = async (cmd: string): Promise<string> => (await lab.run('node1', cmd)).stdout;
  const short = (c: string, q: string): Promise<string> => run(`docker exec ${c} dig +short ${q}`);

  beforeAll(async () => {
    lab = await makeLab(1);
    for (const cmd of [
      'docker network create appnet',
      'docker network create --internal inner',
      'docker run -d --name web --net appnet --network-alias pool training/base sleep 100000',
      'docker run -d --name db --net appnet --network-alias pool training/base sleep 100000',
      'docker run -d --name inside --net inner training/base sleep 100000',
      'docker run -d --name linked --net appnet --link db:database training/base sleep 100000',
      'docker run -d --name plain training/base sleep 100000',
    ]) {
      const { exit, stderr } = await lab.run('node1', cmd);
      expect(stderr).toBe('');
      expect(exit).toBe(0);
    }
  });

  it('knows names, aliases, ids, with and without the network, in any case; and nothing of other networks', async () => {
    const id = (await run('docker inspect -f {{.Id}} db')).slice(0, 12);
    for (const name of ['db', 'DB', 'db.appnet', id]) expect(await short('web', name)).toBe('172.18.0.3\n');
    for (const name of ['inside', 'plain', 'db.bridge', 'database']) expect(await short('web', name)).toBe('');
    expect(await short('linked', 'database')).toBe('172.18.0.3\n');
    expect(await short('web', '-x 172.18.0.3')).toBe('db.appnet.\n');
    expect((await short('web', 'pool')).trim().split('\n').sort()).toEqual(['172.18.0.2', '172.18.0.3']);
  });

  it('shuffles the addresses of one name', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) seen.add(await short('web', 'pool'));
    expect(seen.size).toBe(2);
  });

  it('answers with NOERROR and nothing where a name has no such record', async () => {
    for (const type of ['AAAA', 'MX']) {
      const text = await run(`docker exec web dig ${type} db`);
      expect(text).toContain('status: NOERROR');
      expect(text).toContain('ANSWER: 0');
    }
  });

  it('asks the host’s servers for other names, from the host’s namespace', async () => {
    expect(await short('web', 'ext.lab')).toBe('203.0.113.10\n');
    expect(await run('docker exec web dig nosuch.lab')).toContain('status: NXDOMAIN');
    expect(await run('docker exec web cat /etc/resolv.conf')).toContain('nameserver 127.0.0.11\noptions ndots:0\n');
  });

  it('has no way out of an internal network', async () => {
    expect(await run('docker exec inside dig ext.lab')).toContain('status: SERVFAIL');
    expect(await short('inside', 'inside')).toBe('172.19.0.2\n');
  });

  it('comes and stays with the first network of its own, and forgets who has left', async () => {
    expect(await run('docker exec plain cat /etc/resolv.conf')).toContain('nameserver 192.168.56.1\n');
    await run('docker network connect appnet plain');
    expect(await run('docker exec plain cat /etc/resolv.conf')).toContain('nameserver 127.0.0.11\n');
    expect(await short('plain', 'db')).toBe('172.18.0.3\n');
    expect(await short('db', 'plain')).toBe('172.18.0.5\n');
    await run('docker network disconnect appnet plain');
    expect(await short('db', 'plain')).toBe('');
    expect(await run('docker exec plain cat /etc/resolv.conf')).toContain('nameserver 127.0.0.11\n');
  });

  it('cuts what does not fit a datagram; over TCP all of it comes', async () => {
    for (let i = 0; i < 40; i++)
      await run(`docker run -d --name many${i} --net appnet --network-alias many busybox sleep 100000`);
    const got = await run('docker exec web dig +noedns many');
    expect(got).toContain(';; Truncated, retrying in TCP mode.');
    expect(got).toContain('ANSWER: 40,');
    expect(got).toContain('(TCP)');
    expect((await run('docker exec web getent ahostsv4 many')).match(/STREAM/g)?.length).toBe(40);
  });

  it('lets go of its sockets when the container stops, and has new ones when it starts again', async () => {
    const sockets = (): Promise<string> => run('ls /proc/$(pgrep -x dockerd)/fd | wc -l');
    const before = await sockets();
    await run('docker stop -t 0 db');
    expect(await short('web', 'db')).toBe('');
    expect(Number(await sockets())).toBe(Number(before) - 2);
    await run('docker start db');
    expect(await sockets()).toBe(before);
    expect(await short('db', 'web')).toBe('172.18.0.2\n');
    expect(bugs(lab)).toEqual([]);
  });
});
