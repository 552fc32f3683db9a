/** The map's geometry and pace. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabView, ViewContainer, ViewFrame, ViewLink, ViewMachine, ViewNetwork } from '../../src/lab/view.ts';
import type { Layout } from '../../src/web/ui/map/drawing.ts';
import { type Box, shares } from '../../src/web/ui/map/geometry.ts';
import { layout as layoutIn } from '../../src/web/ui/map/layout.ts';
import { Memory } from '../../src/web/ui/map/memory.ts';
import { labelOf, Motion } from '../../src/web/ui/map/motion.ts';
import { type Frame, MARGIN } from '../../src/web/ui/map/plan.ts';
import { portsOf } from '../../src/web/ui/map/ports.ts';

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

/** A container by number, on networks by number; stopped when `off`. */
interface Wish {
  readonly n: number;
  readonly nets: readonly number[];
  readonly off?: boolean;
  readonly shares?: string;
  readonly port?: number;
}

const bridgeOf = (net: number): string => (net === 0 ? 'docker0' : `br-${net}`);
const networkOf = (net: number): ViewNetwork => ({
  id: `net${net}`,
  name: net === 0 ? 'bridge' : `app${net}`,
  driver: 'bridge',
  subnets: [`172.${17 + net}.0.0/16`],
  internal: false,
  device: bridgeOf(net),
  isolatedBy: 'DOCKER-ISOLATION-STAGE-2',
});
/** Ids of the two ends of a container's veth on a network. */
const endOf = (n: number, net: number): number => 10_000 + n * 40 + net * 2;

function containerOf({ n, nets, off, shares, port }: Wish): ViewContainer {
  const own = off || shares ? [] : nets;
  return {
    id: `c${n}`,
    name: `c${n}`,
    image: 'busybox',
    state: off ? 'exited' : 'running',
    links: own.map((net, i) => link(endOf(n, net), `eth${i}`, 'veth', { peer: endOf(n, net) + 1 })),
    ports: port ? [{ proto: 'tcp', hostIp: '0.0.0.0', hostPort: port, containerPort: 80 }] : [],
    networks: own.map((net) => ({ name: networkOf(net).name, ip: `172.${17 + net}.0.${n + 2}` })),
    attachments: shares ? [] : nets.map((net) => networkOf(net).name),
    listening: [],
    ...(shares !== undefined && { shares }),
  };
}

function machineOf(index: number, wishes: readonly Wish[], nets: readonly number[]): ViewMachine {
  const base = index * 100;
  return {
    name: `node${index + 1}`,
    links: [
      link(base + 1, 'lo', 'loopback'),
      link(base + 2, 'eth0', 'veth', { addrs: [`192.168.56.1${index + 1}/24`] }),
      ...nets.map((net) => link(base + 10 + net, bridgeOf(net), 'bridge', { addrs: [`172.${17 + net}.0.1/16`] })),
      ...wishes.flatMap(({ n, nets: on, off, shares }) =>
        off || shares
          ? []
          : on.map((net) =>
              link(endOf(n, net) + 1, `veth${n}_${net}`, 'veth', { master: bridgeOf(net), peer: endOf(n, net) }),
            ),
      ),
    ],
    containers: wishes.map(containerOf),
    networks: nets.map(networkOf),
    listening: [],
  };
}

/** Panes, px: of a laptop, a wide screen, a tablet, a telephone. */
const PANES = {
  laptop: { width: 842, height: 358, type: 1 },
  wide: { width: 1180, height: 540, type: 1 },
  tablet: { width: 503, height: 580, type: 1 },
  telephone: { width: 360, height: 555, type: 1 },
} as const satisfies Record<string, Frame>;
const layout = (view: LabView, memory = new Memory(), opened?: ReadonlySet<string>, frame: Frame = PANES.wide) =>
  layoutIn(view, memory, frame, opened);
const layoutOnce = (view: LabView, frame?: Frame) => layout(view, undefined, undefined, frame);

const viewOf = (wishes: readonly Wish[], nets: readonly number[] = [0], far: readonly Wish[] = []): LabView => ({
  time: 0,
  machines: [machineOf(0, wishes, nets), machineOf(1, far, [0]), machineOf(2, [], [0])],
});
const some = (n: number): Wish[] => Array.from({ length: n }, (_, i) => ({ n: i, nets: [0] }));

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const within = (a: Box, b: Box) => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;

/** Nothing stands on anything else, and what belongs to a machine is in it. */
function isTidy(map: Layout): void {
  const all = map.machines.flatMap((m) => [
    ...m.cards,
    ...m.lanes.flatMap((l) => (l.more ? [l.more] : [])),
    ...m.devices,
  ]);
  for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) expect(overlap(a, b)).toBe(false);
  for (const [i, a] of map.machines.entries()) {
    for (const b of map.machines.slice(i + 1)) expect(overlap(a.box, b.box)).toBe(false);
    expect(overlap(a.box, map.router)).toBe(false);
    for (const [k, lane] of a.lanes.entries()) {
      expect(within(lane, a.box)).toBe(true);
      for (const other of a.lanes.slice(k + 1)) expect(overlap(lane, other)).toBe(false);
    }
    for (const card of [...a.cards, ...a.devices]) expect(within(card, a.box)).toBe(true);
    for (const [k, pill] of a.pills.entries())
      for (const other of a.pills.slice(k + 1)) expect(overlap(pill, other)).toBe(false);
  }
}

const placesOf = (map: Layout): Map<string, string> =>
  new Map(
    map.machines.flatMap((m) => [
      ...m.cards.map((c): [string, string] => [`${m.machine.name} ${c.container.id}`, `${c.x} ${c.y}`]),
      ...m.lanes.map((l): [string, string] => [`${m.machine.name} ${l.key}`, `${l.x} ${l.bar.y}`]),
      ...m.pills.map((p): [string, string] => [`${m.machine.name} ${p.key}`, `${p.x} ${p.y}`]),
    ]),
  );

const wish = (n: number): fc.Arbitrary<Wish> =>
  fc.record({
    n: fc.constant(n),
    nets: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }),
    off: fc.boolean(),
    port: fc.option(fc.integer({ min: 1000, max: 1100 }), { nil: undefined }),
  });

describe('layout', () => {
  it('keeps 1 … 60 containers on up to 8 networks apart and inside', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }).chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => wish(i)))),
        fc.boolean(),
        (wishes, both) => {
          isTidy(layoutOnce(viewOf(wishes, [0, 1, 2, 3, 4, 5, 6, 7], both ? wishes.slice(0, 9) : [])));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('moves nobody when others come and go, so long as the plan has room', () => {
    const steps = fc.array(
      fc.record({
        wishes: fc.uniqueArray(
          fc.nat(59).chain((n) => wish(n)),
          { selector: (w) => w.n, maxLength: 60 },
        ),
        nets: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 7 }),
        far: fc.nat(6),
      }),
      { minLength: 2, maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, fc.constantFrom(...Object.values(PANES)), (all, pane) => {
        const memory = new Memory();
        const homes = new Map<number, readonly number[]>();
        let before: Map<string, string> | undefined;
        for (const { wishes, nets, far } of all) {
          // A container stays on the networks on which it was made, as long as they are there.
          const there = wishes
            .map((w) => ({ ...w, nets: homes.get(w.n) ?? w.nets }))
            .filter((w) => w.nets.every((net) => net === 0 || nets.includes(net)));
          for (const w of there) homes.set(w.n, w.nets);
          const { plan } = memory;
          const map = layout(viewOf(there, [0, ...nets], some(far)), memory, undefined, pane);
          isTidy(map);
          const now = placesOf(map);
          if (memory.plan === plan)
            for (const [key, place] of now)
              if (before?.has(key)) expect(`${key} ${place}`).toBe(`${key} ${before.get(key)}`);
          before = now;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has room for more before it lays out anew: ten come one by one, and move each other three times at most', () => {
    for (const pane of Object.values(PANES)) {
      const memory = new Memory();
      const plans = new Set(
        Array.from({ length: 10 }, (_, i) => {
          layout(viewOf(some(i + 1)), memory, undefined, pane);
          return memory.plan;
        }),
      );
      expect(plans.size).toBeLessThanOrEqual(3);
    }
  });

  it('has all in sight, at a size that can be read', () => {
    const spread = (containers: number, networks: number): Wish[] =>
      Array.from({ length: containers }, (_, n) => ({ n, nets: [n % networks] }));
    const nets = (n: number) => Array.from({ length: n }, (_, i) => i);
    const shown = (n: number, networks: number, pane: Frame) => {
      // And one network with nobody on it.
      const { bounds, scale } = layoutOnce(viewOf(spread(n, networks), nets(networks + 1)), pane);
      return {
        scale,
        inSight: bounds.w * scale <= pane.width - 2 * MARGIN + 1 && bounds.h * scale <= pane.height - 2 * MARGIN + 1,
      };
    };
    for (const [n, networks] of [
      [1, 1],
      [5, 2],
      [12, 4],
      [12, 10],
      [30, 6],
      [60, 1],
      [60, 2],
      [60, 5],
    ] as const)
      for (const pane of [PANES.laptop, PANES.wide]) {
        const { scale, inSight } = shown(n, networks, pane);
        expect([n, networks, pane.width, inSight]).toEqual([n, networks, pane.width, true]);
        expect(scale).toBeGreaterThanOrEqual(0.85);
      }
    for (const [n, networks] of [
      [1, 1],
      [5, 2],
      [12, 4],
    ] as const)
      for (const pane of [PANES.tablet, PANES.telephone])
        expect([n, networks, pane.width, shown(n, networks, pane).inSight]).toEqual([n, networks, pane.width, true]);
  });

  it('says less of each as they become more, and all of it again when there is room', () => {
    const memory = new Memory();
    const lines = (map: Layout) => map.machines[0]?.density?.lines;
    expect(lines(layout(viewOf(some(4)), memory, undefined, PANES.laptop))).toBe(2);
    expect(lines(layout(viewOf(some(60)), memory, undefined, PANES.laptop))).toBe(1);
    expect(lines(layout(viewOf(some(2)), memory, undefined, PANES.laptop))).toBe(1);
    memory.tidy();
    expect(lines(layout(viewOf(some(2)), memory, undefined, PANES.laptop))).toBe(2);
  });

  it('folds more than sixty containers, and opens a lane when asked', () => {
    const view = viewOf(some(70));
    const folded = layout(view, new Memory());
    expect(folded.machines[0]?.cards).toHaveLength(11);
    expect(folded.machines[0]?.lanes[0]?.more?.count).toBe(59);
    isTidy(folded);
    // Frames of those that are not drawn go to the tile.
    const tile = folded.machines[0]?.lanes[0]?.more;
    expect(folded.wires.get(endOf(40, 0) + 1)?.path.at(-1)?.[0]).toBe(tile?.x);
    const open = layout(view, new Memory(), new Set(['net0']));
    expect(open.machines[0]?.cards).toHaveLength(70);
    expect(open.machines[0]?.lanes[0]?.more?.count).toBe(0);
    isTidy(open);
  });

  it('has nothing to fold once those who were folded have gone', () => {
    const memory = new Memory();
    const opened = new Set(['net0']);
    expect(layout(viewOf(some(70)), memory, opened).machines[0]?.lanes[0]?.more).toBeDefined();
    expect(layout(viewOf(some(4)), memory, opened).machines[0]?.lanes[0]?.more).toBeUndefined();
  });

  it('draws a machine in full when it has containers, and from then on', () => {
    const memory = new Memory();
    expect(layout(viewOf([]), memory).machines.map((m) => m.density !== undefined)).toEqual([true, false, false]);
    expect(layout(viewOf([], [0], some(1)), memory).machines.map((m) => m.density !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect(layout(viewOf([]), memory).machines.map((m) => m.density !== undefined)).toEqual([true, true, false]);
  });

  it('has a wire for both ends of a veth, in opposite directions, and one for each further network', () => {
    const { wires, machines } = layoutOnce(viewOf([{ n: 0, nets: [0, 1] }], [0, 1]));
    for (const net of [0, 1]) {
      const out = wires.get(endOf(0, net) + 1)?.path ?? [];
      expect(out.length).toBeGreaterThan(2);
      expect([...out].reverse()).toEqual(wires.get(endOf(0, net))?.path);
      const bar = machines[0]?.lanes[net]?.bar;
      const [x, y] = out[0] ?? [0, 0];
      expect(bar && x >= bar.x && x <= bar.x + bar.w && y >= bar.y && y <= bar.y + bar.h).toBe(true);
    }
    expect(machines[0]?.cards[0]?.lanes).toEqual([0, 1]);
  });

  it('puts a wall between networks that rules keep apart', () => {
    const [node1] = layoutOnce(viewOf(some(1), [0, 1, 2])).machines;
    expect(node1?.walls.map((w) => w.between)).toEqual([
      ['bridge', 'app1'],
      ['app1', 'app2'],
    ]);
  });

  it('draws one socket for both address families and tells local ones apart', () => {
    const ports = [
      { proto: 'tcp', hostIp: '0.0.0.0', hostPort: 80, containerPort: 80 },
      { proto: 'tcp', hostIp: '::', hostPort: 80, containerPort: 80 },
      { proto: 'udp', hostIp: '127.0.0.1', hostPort: 53, containerPort: 53 },
    ];
    const machine = machineOf(0, [], [0]);
    const with_ = { ...machine, containers: [{ ...containerOf({ n: 0, nets: [0] }), ports }] };
    expect(portsOf(with_).map((s) => [s.label, s.local])).toEqual([
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
    expect(shares(bent)).toEqual([0, 0.5, 1]);
  });
});

const frames = (n: number): ViewFrame[] =>
  Array.from(
    { length: n },
    (_, seq) => ({ seq, link: seq, ifname: 'eth0', direction: 'Out', proto: 'TCP' }) as ViewFrame,
  );

describe('Motion', () => {
  it('keeps the order, one after the other', () => {
    const motion = new Motion();
    motion.add(frames(5), 0);
    expect(motion.depart(0).map((f) => f.frame.seq)).toEqual([0]);
    expect(motion.depart(200).map((f) => f.frame.seq)).toEqual([1]);
    motion.add(frames(1), 200);
    expect(motion.depart(1000).map((f) => f.start)).toEqual([280, 420, 560, 700]);
  });

  it('is never more than a few seconds behind', () => {
    const motion = new Motion();
    for (let i = 0; i < 20; i++) motion.add(frames(60), i * 33);
    expect(motion.next).toBeDefined();
    motion.depart(8000);
    expect(motion.next).toBeUndefined();
  });

  it('joins those of one kind on one line when there are too many, and loses none', () => {
    const motion = new Motion();
    for (let i = 0; i < 10; i++)
      motion.add(
        frames(100).map((f) => ({ ...f, link: f.seq % 3 })),
        0,
      );
    let seen = 0;
    for (let now = 0; motion.next !== undefined; now += 10) for (const f of motion.depart(now)) seen += f.count;
    expect(seen).toBe(1000);
    const crowd = new Motion();
    crowd.add(
      frames(100).map((f) => ({ ...f, link: 1, flags: 'S' })),
      0,
    );
    expect(crowd.depart(0).map(labelOf)).toEqual(['SYN ×100']);
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
    expect(motion.depart(1000)).toHaveLength(1);
  });

  it('leaves out what interfaces send by themselves', () => {
    const motion = new Motion();
    const [own, ...others] = frames(3);
    motion.add([{ ...own!, housekeeping: true }, ...others], 0);
    expect(motion.depart(1000).map((f) => f.frame.seq)).toEqual([1, 2]);
  });
});
