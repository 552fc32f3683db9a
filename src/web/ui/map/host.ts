/** What stands on a machine beside its lanes: its own column, and the published ports on its edge. */
import type { Device, Pill } from './drawing.ts';
import type { Box } from './geometry.ts';
import { GAP, HOST, LOOP, NIC } from './plan.ts';
import { portsOf } from './ports.ts';
import type { Site } from './site.ts';

const PILL = { w: 58, h: 18, gap: 5 };

/** What stands in the machine's own column: containers without a network of their own, and its further devices. */
export function drawHost({ spec, corner, plan, memory, wires }: Site) {
  const keys = [...spec.hosted.map((c) => c.id), ...spec.devices.map((l) => `dev ${l.id}`)];
  const slots = memory.of(`${spec.machine.name} host`).place(keys);
  const { card, host } = plan.density;
  const u = plan.beside ? HOST.u : HOST.narrow;
  const top = LOOP.v + LOOP.h + 14;
  const boxAt = (slot: number): Box => corner.box(u, top + slot * card.pitch, host, card.h);
  const cards = spec.hosted.map((container, i) => ({
    ...boxAt(slots[i] as number),
    machine: spec.machine.name,
    container,
    ip: '',
    lanes: [],
  }));
  const devices: Device[] = spec.devices.map((link, i) => {
    const slot = slots[spec.hosted.length + i] as number;
    const v = top + slot * card.pitch + card.h / 2;
    const path = corner.path([u, v], [5, v], [5, GAP + 6], [NIC.u + 8, GAP + NIC.h / 2]);
    wires.set(link.id, { name: link.name, up: link.up, path });
    return { ...boxAt(slot), link };
  });
  const bottom = top + Math.max(0, ...slots.map((s) => s + 1)) * card.pitch;
  return { cards, devices, bottom };
}

/** Published ports: those that everyone may reach on the edge, right of the interface; those of 127.0.0.1 on lo. */
export function drawPills({ spec, corner, plan, memory }: Site) {
  const ports = portsOf(spec.machine);
  const pills: Pill[] = [];
  const hidden: string[] = [];
  const from = NIC.u + NIC.w + 14;
  const room = Math.floor((plan.w - 30 - from + PILL.gap) / (PILL.w + PILL.gap));
  const place = (local: boolean, most: number, at: (slot: number) => readonly [number, number]): void => {
    const some = ports.filter((p) => p.local === local);
    const slots = memory.of(`${spec.machine.name} ports ${local}`).place(some.map((p) => p.key));
    some.forEach((port, i) => {
      const slot = slots[i] as number;
      const [u, v] = at(slot);
      if (slot < most) pills.push({ ...corner.box(u, v, PILL.w, PILL.h), ...port });
      else hidden.push(port.title);
    });
  };
  place(false, room, (slot) => [from + slot * (PILL.w + PILL.gap), GAP - PILL.h / 2]);
  const u = plan.beside ? HOST.u : HOST.narrow;
  place(true, 4, (slot) => [
    u + 9 + (slot % 2) * (PILL.w + PILL.gap),
    LOOP.v + 26 + Math.floor(slot / 2) * (PILL.h + 4),
  ]);
  return { pills, hidden };
}
