/**
 * The lab against the kernel it runs on: random topologies, the same probes in both, everything compared.
 * DRYDOCK_TOPOLOGIES=n plays n of them (200), DRYDOCK_SEED=s begins at another seed (1).
 */
import { describe, expect, it } from 'vitest';
import { differences } from './compare.ts';
import { generate } from './generate.ts';
import { playInLab } from './lab.ts';
import { play } from './play.ts';
import { obstacle, playForReal } from './real.ts';
import type { Topology } from './topology.ts';

const why = obstacle();
if (why !== undefined) console.log(`The lab is not compared with a real kernel: ${why}`);
const count = Number(process.env.DRYDOCK_TOPOLOGIES ?? 200);
const first = Number(process.env.DRYDOCK_SEED ?? 1);
/** The share of topologies that must have been compared, however busy the machine was. */
const COMPARED = 0.75;

/** The same topology with one more rule on the first host that has a filter. */
function planted(t: Topology): Topology {
  const at = t.hosts.findIndex((h) => h.rules.includes('*filter'));
  const rules = (text: string): string => text.replace(/^-A /m, '-A INPUT -p udp -j DROP\n-A ');
  return { ...t, hosts: t.hosts.map((h, i) => (i === at ? { ...h, rules: rules(h.rules) } : h)) };
}

describe.skipIf(why !== undefined)('the lab and the kernel', () => {
  it('agree on verdicts, addresses, TTLs and counters', async () => {
    const { probes, found, busy } = await play(first, count, (lines) => console.log(lines.join('\n')));
    if (busy.length > 0) console.log(`Not compared, the machine was too busy: seeds ${busy.join(', ')}`);
    console.log(`${count - busy.length} topologies, ${probes} probes, ${found.length} differences`);
    expect(found).toEqual([]);
    // The machine may have been busy now and then, not always.
    expect(count - busy.length).toBeGreaterThanOrEqual(Math.ceil(count * COMPARED));
  }, 0);

  it('a rule that only one of them has is noticed', async () => {
    const t = generate(1);
    const real = await playForReal(t);
    if (!real) return;
    const found = differences(real, await playInLab(planted(t)));
    expect(found.filter((line) => line.includes('udp')).length).toBeGreaterThan(0);
    expect(found.filter((line) => line.includes('filter')).length).toBeGreaterThan(0);
  });
});

describe('topologies', () => {
  it('are the same for the same seed', () => {
    expect(generate(7)).toEqual(generate(7));
    expect(generate(7)).not.toEqual(generate(8));
  });
});
