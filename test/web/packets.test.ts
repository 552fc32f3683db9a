/** What the worker tells of packets and tables, from a real lab. */
import { expect, it } from 'vitest';
import { KEPT } from '../../src/lab/frames.ts';
import { readPcapng } from '../../src/linux/core/pcapng-read.ts';
import { MORE } from '../../src/linux/core/summary-more.ts';
import { Changes } from '../../src/web/ui/tables/changes.ts';
import type { KernelTable, PacketQuery } from '../../src/web/worker/api.ts';
import { Packets } from '../../src/web/worker/packets.ts';
import { Tables } from '../../src/web/worker/tables.ts';
import { Governor } from '../../src/web/worker/watch.ts';
import { makeLab } from '../rig.ts';

const ALL: PacketQuery = { text: '', protos: [], place: '', stopped: false };

async function web() {
  const lab = await makeLab();
  lab.tap.watch(MORE);
  await lab.trace(true);
  await lab.run('node1', 'docker run -d --name web -p 8080:80 nginx');
  await lab.pass(1e9);
  return { lab, packets: new Packets(lab, () => true) };
}

it('lists frames by filter, protocol and place', async () => {
  const { lab, packets } = await web();
  await lab.run('node3', 'curl -s http://192.168.56.11:8080/');
  const all = await packets.window(ALL, -1, 10_000);
  expect(all.rows.length).toBe(all.end);
  const syn = await packets.window({ ...ALL, text: 'tcp[13] = 2' }, -1, 100);
  expect(new Set(syn.rows.map((f) => f.flags))).toEqual(new Set(['S']));
  const inside = await packets.window({ ...ALL, place: 'node1/web', protos: ['TCP'] }, -1, 100);
  expect(new Set(inside.rows.map((f) => `${f.container} ${f.proto}`))).toEqual(new Set(['web TCP', 'web HTTP']));
  const wrong = await packets.window({ ...ALL, text: 'tcp prt' }, -1, 100);
  expect(wrong.error).toBeDefined();
  expect(wrong.rows.map((f) => f.seq)).toEqual(inside.rows.map((f) => f.seq));
});

it('gives windows, keeps numbers, stops and goes on', async () => {
  const { lab, packets } = await web();
  await lab.run('node1', 'ping -c 5 -i 0.1 192.168.56.12');
  const icmp = { ...ALL, text: 'icmp' };
  const first = await packets.window(icmp, -1, 3);
  expect(first.rows).toHaveLength(3);
  expect(first.first).toBe(first.end - 3);
  const from = await packets.window(icmp, first.gone + 1, 2);
  expect(from.first).toBe(first.gone + 1);
  await lab.run('node1', 'ping -c 5 -i 0.1 192.168.56.12');
  expect((await packets.window({ ...icmp, stopped: true }, -1, 3)).end).toBe(first.end);
  expect((await packets.window(icmp, -1, 3)).end).toBe(2 * first.end - 2 * first.gone + first.gone);
});

it('keeps no more than the lab would', async () => {
  const { lab, packets } = await web();
  for (let i = 0; i < 2; i++) {
    await lab.run('node1', 'ping -q -f -c 600 192.168.56.12');
    await packets.window(ALL, -1, 10);
  }
  const { gone, end } = await packets.window(ALL, -1, 10);
  expect(end - gone).toBe(KEPT);
  expect(gone).toBeGreaterThan(0);
});

it('tells all about a frame: layers, crossings, and what led to it', async () => {
  const { lab, packets } = await web();
  await lab.run('node3', 'curl -s http://192.168.56.11:8080/');
  const [syn] = (await packets.window({ ...ALL, text: 'tcp[13] = 2 and dst port 8080' }, -1, 1)).rows;
  const found = packets.detail(packets.find(syn?.packet ?? 0) ?? -1, 'en');
  expect(found?.layers.map((l) => l.name)).toEqual(['Ethernet', 'IPv4', 'TCP']);
  // The same packet before and after its destination was rewritten.
  expect(new Set(found?.crossings.map((f) => f.dst))).toEqual(new Set(['192.168.56.11', '172.17.0.2']));
  const way = found?.journeys[0]?.steps.map((s) => s.text).join('\n');
  expect(way).toContain('destination rewritten from 192.168.56.11:8080 to 172.17.0.2:80');
  expect(packets.detail(found?.frame.seq ?? 0, 'zh')?.journeys[0]?.steps[0]?.text).toContain('发出');
  const [answer] = (await packets.window({ ...ALL, text: 'tcp[13] = 18' }, 0, 1)).rows;
  expect(packets.detail(answer?.seq ?? 0, 'en')?.journeys.map((j) => j.packet)).toContain(answer?.packet);
});

it('saves what is listed, with the names of interfaces', async () => {
  const { lab, packets } = await web();
  await lab.run('node3', 'curl -s http://192.168.56.11:8080/');
  const { rows } = await packets.window({ ...ALL, text: 'arp' }, -1, 1000);
  const file = readPcapng(packets.file());
  expect(file?.packets.length).toBe(rows.length);
  expect(file?.packets.map((p) => p.id)).toEqual(rows.map((f) => f.packet));
  expect(new Set(file?.interfaces.map((i) => `${i.description} ${i.name}`))).toEqual(
    new Set(rows.map((f) => `${f.machine}${f.container ? `/${f.container}` : ''} ${f.ifname}`)),
  );
});

const cells = (table: KernelTable | undefined): string[] =>
  table?.groups.flatMap((g) => g.rows.map((r) => r.cells.join(' | '))) ?? [];

it('reads the kernels’ tables of machines and containers', async () => {
  const { lab } = await web();
  await lab.run('node3', 'curl -s http://192.168.56.11:8080/');
  await lab.pass(1e9);
  const tables = new Tables(lab);
  expect(cells(tables.read('node1', undefined, 'conntrack'))[0]).toMatch(
    /^tcp \| TIME_WAIT \| 192\.168\.56\.13:\d+ → 192\.168\.56\.11:8080 \| 172\.17\.0\.2:80 → 192\.168\.56\.13:\d+ \| DNAT \| \d+ \/ \d+ \| 1\d\d s$/,
  );
  const rules = tables.read('node1', undefined, 'rules');
  const dnat = rules?.groups
    .find((g) => g.title === 'iptables nat DOCKER')
    ?.rows.find((r) => r.cells[1]?.includes('DNAT'));
  expect(dnat?.cells.slice(2)).toEqual(['1', '60']);
  expect(cells(tables.read('node1', 'web', 'routes'))).toContain('default | 172.17.0.1 | eth0 |  | global | ');
  expect(cells(tables.read('node1', 'web', 'neighbours'))[0]).toMatch(/^172\.17\.0\.1 \| eth0 \| [0-9a-f:]{17} \| /);
  expect(cells(tables.read('node1', undefined, 'fdb')).some((c) => /veth\w+ \| docker0 \| learned/.test(c))).toBe(true);
  expect(cells(tables.read('node1', 'web', 'sockets')).join('\n')).toMatch(/tcp \| LISTEN \| 0\.0\.0\.0:80 \| .*nginx/);
  expect(tables.read('node1', 'nobody', 'routes')).toBeUndefined();
  const id = lab.view().machines[0]?.containers[0]?.id ?? '';
  // The engine answers while the lab goes on.
  const [processes] = await Promise.all([tables.processes('node1', id), lab.pass(1e9)]);
  expect(processes[0]?.command).toContain('nginx: master process');
});

it('gives up tracing in a flood until it is calm', () => {
  const governor = new Governor();
  expect(governor.look(100)).toBe(false);
  expect([governor.look(5000), governor.on]).toEqual([true, false]);
  for (let i = 0; i < 4; i++) expect(governor.look(10)).toBe(false);
  expect([governor.look(10), governor.on]).toEqual([true, true]);
  governor.look(5000);
  for (let i = 0; i < 10; i++) expect(governor.look(i % 3 === 0 ? 800 : 10)).toBe(false);
});

it('shows what has changed in a table for a while, and no clocks', () => {
  const changes = new Changes();
  const table = (packets: string, timeout: string, ...more: string[]): KernelTable => ({
    columns: ['packets', 'timeout'],
    groups: [
      {
        title: '',
        rows: [{ key: 'a', cells: [packets, timeout] }, ...more.map((key) => ({ key, cells: ['0', '1 s'] }))],
      },
    ],
    more: 0,
  });
  expect([...changes.look(table('0', '9 s'), 0)]).toEqual([]);
  expect([...changes.look(table('1', '8 s'), 100)]).toEqual(['a 0']);
  expect([...changes.look(table('1', '7 s', 'b'), 1000)]).toEqual(['a 0', 'b']);
  expect([...changes.look(table('1', '6 s', 'b'), 2500)]).toEqual(['b']);
  changes.forget();
  expect([...changes.look(table('5', '6 s', 'c'), 2600)]).toEqual([]);
});
