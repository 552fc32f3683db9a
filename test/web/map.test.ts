/** The map's geometry and pace. */
import { describe, expect, it } from 'vitest';
import type { LabView, ViewContainer, ViewFrame, ViewLink } from '../../src/lab/view.ts';
import { along, type Box, layout, socketsOf } from '../../src/web/ui/map/layout.ts';
import { Motion } from '../../src/web/ui/map/motion.ts';

const link = (id: number, name: string, kind: string, more: Partial<ViewLink> = {}): ViewLink => ({
  id,
  name,
  kind,
  mac: '',
  up: true,
  carrier: true,
  addrs: [],
  ...more,
});

const container = (n: number, more: Partial<ViewContainer> = {}): ViewContainer => ({
  id: `c${n}`,
  name: `c${n}`,
  image: 'busybox',
  state: 'running',
  links: [link(200 + n, 'eth0', 'veth', { peer: 300 + n })],
  ports: [],
  networks: [{ name: 'bridge', ip: `172.17.0.${n + 2}` }],
  listening: [],
  ...more,
});

const made = (n: number): LabView => ({
  time: 0,
  machines: ['node1', 'node2', 'node3'].map((name, i) => ({
    name,
    links: [
      link(i * 10 + 1, 'lo', 'loopback'),
      link(i * 10 + 2, 'eth0', 'nic', { addrs: [`192.168.56.1${i + 1}/24`] }),
      link(i * 10 + 3, 'docker0', 'bridge', { addrs: ['172.17.0.1/16'] }),
      ...(i === 0 ? Array.from({ length: n }, (_, k) => link(300 + k, `veth${k}`, 'veth', { master: 'docker0' })) : []),
    ],
    containers: i === 0 ? Array.from({ length: n }, (_, k) => container(k)) : [],
    listening: [],
  })),
});

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('layout', () => {
  for (const width of [330, 700, 1400])
    it(`keeps twelve containers apart and inside at ${width} px`, () => {
      const map = layout(made(12), 'node1', width);
      expect(map.cards).toHaveLength(12);
      map.cards.forEach((a, i) => {
        for (const b of map.cards.slice(i + 1)) expect(overlap(a, b)).toBe(false);
        expect(a.x + a.w).toBeLessThanOrEqual(map.machine.x + map.machine.w);
        expect(a.y + a.h).toBeLessThanOrEqual(map.machine.y + map.machine.h);
      });
    });

  it('leaves a container where it was when another one comes', () => {
    const before = layout(made(3), 'node1', 700).cards.map(({ x, y }) => [x, y]);
    expect(
      layout(made(4), 'node1', 700)
        .cards.slice(0, 3)
        .map(({ x, y }) => [x, y]),
    ).toEqual(before);
  });

  it('has a wire for both ends of a veth, in opposite directions', () => {
    const { wires } = layout(made(1), 'node1', 700);
    expect([...(wires.get(300)?.path ?? [])].reverse()).toEqual(wires.get(200)?.path);
  });

  it('draws one socket for both address families and tells local ones apart', () => {
    const view = made(0);
    const ports = [
      { proto: 'tcp', hostIp: '0.0.0.0', hostPort: 80, containerPort: 80 },
      { proto: 'tcp', hostIp: '::', hostPort: 80, containerPort: 80 },
      { proto: 'udp', hostIp: '127.0.0.1', hostPort: 53, containerPort: 53 },
    ];
    const machine = { ...view.machines[0]!, containers: [container(0, { ports })] };
    expect(socketsOf(machine).map((s) => [s.label, s.local])).toEqual([
      [':80', false],
      [':53/udp', true],
    ]);
  });

  it('goes along bent lines by length', () => {
    const bent = [
      [0, 0],
      [0, 10],
      [10, 10],
    ] as const;
    expect(along(bent, 0)).toEqual([0, 0]);
    expect(along(bent, 0.5)).toEqual([0, 10]);
    expect(along(bent, 0.75)).toEqual([5, 10]);
  });
});

const frames = (n: number): ViewFrame[] =>
  Array.from({ length: n }, (_, seq) => ({ seq, ifname: 'eth0', direction: 'Out', proto: 'TCP' }) as ViewFrame);

describe('Motion', () => {
  it('keeps the order, one after the other', () => {
    const motion = new Motion();
    motion.add(frames(5), 0);
    expect(motion.at(0).map((f) => f.frame.seq)).toEqual([0]);
    expect(motion.at(200).map((f) => f.frame.seq)).toEqual([0, 1]);
  });

  it('is never more than a few seconds behind', () => {
    const motion = new Motion();
    for (let i = 0; i < 20; i++) motion.add(frames(60), i * 33);
    expect(motion.busy).toBe(true);
    motion.at(8000);
    expect(motion.busy).toBe(false);
  });

  it('draws a veth crossing once', () => {
    const motion = new Motion();
    const [out] = frames(1);
    motion.add(
      [
        { ...out!, ifname: 'veth1' },
        { ...out!, seq: 1, container: 'web', direction: 'In' },
      ],
      0,
    );
    motion.at(0);
    expect(motion.at(150)).toHaveLength(1);
  });

  it('leaves out what interfaces send by themselves', () => {
    const motion = new Motion();
    const [own, ...others] = frames(3);
    motion.add([{ ...own!, housekeeping: true }, ...others], 0);
    expect(motion.at(0).map((f) => f.frame.seq)).toEqual([1]);
    expect(motion.at(200).map((f) => f.frame.seq)).toEqual([1, 2]);
  });
});
