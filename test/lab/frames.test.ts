/** The tap: what is kept, for how long, and what it says. */
import { expect, it } from 'vitest';
import { KEPT } from '../../src/lab/frames.ts';
import { MORE } from '../../src/linux/core/summary-more.ts';
import { makeLab } from '../rig.ts';

it('keeps headers until somebody watches, then whole frames', async () => {
  const lab = await makeLab();
  await lab.run('node1', 'ping -c 1 -s 1000 192.168.56.12');
  const longest = (from: number): number => Math.max(...lab.tap.kept(from).frames.map((f) => f.core.bytes.length));
  expect(longest(0)).toBe(256);
  lab.tap.watch(MORE);
  const from = lab.tap.next;
  await lab.run('node1', 'ping -c 1 -s 1000 192.168.56.12');
  expect(longest(from)).toBe(1042);
});

it('keeps the newest, in order, and counts what is lost', async () => {
  const lab = await makeLab();
  lab.tap.watch(MORE);
  await lab.run('node1', 'ping -q -f -c 1400 192.168.56.12');
  const { frames, lost } = lab.tap.kept(0);
  expect(lab.tap.next).toBeGreaterThan(KEPT);
  expect(frames).toHaveLength(KEPT);
  expect(lost).toBe(lab.tap.next - frames.length);
  expect(frames.every((f, i) => f.seq === (frames[0]?.seq ?? 0) + i)).toBe(true);
  const eth0 = frames.filter((f) => f.ifname === 'eth0');
  const some = lab.tap.newest(0, 10, (_, ifname) => ifname === 'eth0');
  expect(some.frames.map((f) => f.seq)).toEqual(eth0.slice(-10).map((f) => f.seq));
  expect(some.lost).toBe(lost + eth0.length - 10);
  expect(lab.tap.newest(some.next, 10, () => true)).toEqual({ frames: [], lost: 0, next: lab.tap.next });
});

it('tells drops with the rule that did it, once', async () => {
  const lab = await makeLab();
  await lab.trace(true);
  await lab.run('node1', 'iptables -A OUTPUT -d 192.168.56.12 -j DROP; ping -c 2 -i 0.2 -W 1 192.168.56.12');
  const drops = lab.drops(0).filter((d) => !d.group);
  expect(drops.map((d) => d.step.rule?.text)).toEqual(['-d 192.168.56.12/32 -j DROP', '-d 192.168.56.12/32 -j DROP']);
  expect(drops[0]?.title).toMatch(/^ICMP 192\.168\.56\.11 > 192\.168\.56\.12 echo request/);
  expect(lab.drops((drops[1]?.seq ?? 0) + 1)).toEqual([]);
  expect(lab.journey(drops[0]?.step.packet ?? 0)?.steps.at(-1)?.kind).toBe('dropped');
});

it('says whose network a container has, and which rules keep networks apart', async () => {
  const lab = await makeLab();
  await lab.run(
    'node1',
    'docker network create app; docker run -d --name own --net app redis; docker run -d --name hosted --net host redis; ' +
      'docker run -d --name alone --net none redis; docker run -d --name guest --net container:own redis; docker stop own',
  );
  const [node1] = lab.view().machines;
  const of = (name: string) => node1?.containers.find((c) => c.name === name);
  expect(['own', 'hosted', 'alone', 'guest'].map((n) => of(n)?.shares)).toEqual([undefined, 'host', 'none', 'own']);
  expect(of('own')?.attachments).toEqual(['app']);
  const app = node1?.networks.find((n) => n.name === 'app');
  expect(app).toMatchObject({ driver: 'bridge', subnets: ['172.18.0.0/16'], isolatedBy: 'DOCKER-ISOLATION-STAGE-2' });
  expect(node1?.links.map((l) => l.name)).toContain(app?.device);
  await lab.run('node1', 'iptables -F DOCKER-ISOLATION-STAGE-2');
  expect(lab.view().machines[0]?.networks.find((n) => n.name === 'app')?.isolatedBy).toBeUndefined();
});

it('loses nothing of a burst of large frames through several machines', async () => {
  const lab = await makeLab();
  lab.tap.watch(MORE);
  const serve = 'cd /srv && head -c 60000 /dev/zero > big && python3 -m http.server 80 >/dev/null 2>&1 &';
  await lab.run('node3', serve);
  const get =
    'docker run -d --name app training/webapp; docker exec app curl -s -o /dev/null -w "%{size_download}" http://192.168.56.13/big';
  expect(await lab.run('node1', get)).toMatchObject({ stdout: expect.stringMatching(/60000$/) });
  expect(lab.tap.dropped).toBe(0);
});

it('reads the newest from the oldest on, so that numbers of a connection begin with its first segment', async () => {
  const lab = await makeLab();
  await lab.run('node1', 'nc -l -p 7 >/tmp/got & sleep 0.1; echo hello | nc -N 127.0.0.1 7; wait');
  const { frames } = lab.tap.newest(0, 60, (place, ifname) => place.machine === 'node1' && ifname === 'lo');
  expect(frames.map((f) => f.summary).filter((s) => s.includes('length 6'))).toEqual([
    expect.stringMatching(/seq 1:7, ack 1,/),
  ]);
});

it('says of frames what tcpdump says, when somebody watches', async () => {
  const lab = await makeLab();
  lab.tap.watch(MORE);
  const ask = 'curl -s 203.0.113.10 >/dev/null';
  const dump = await lab.run('node1', `tcpdump -nlti eth0 port 80 2>/dev/null & sleep 0.1; ${ask}; kill %1; wait`);
  const asked = dump.stdout.split('\n').find((l) => l.includes('HTTP: GET'));
  const said = lab.tap.since(0).frames.map((f) => f.summary);
  expect(asked).toBeDefined();
  expect(asked).toContain(said.find((l) => l.includes('HTTP: GET')));
});
