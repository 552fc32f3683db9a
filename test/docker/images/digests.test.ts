/** The digests that stand in the source are those of the archives; they are written anew with DRYDOCK_UPDATE=1. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { layerTar } from '../../../src/docker/engine/archive/layer.ts';
import { catalog } from '../../../src/docker/images/catalog.ts';
import { DIGESTS } from '../../../src/docker/images/digests.ts';
import { DIGESTS as HUB } from '../../../src/docker/images/hub/digests.ts';
import { allSpecs } from '../../../src/docker/images/hub/hub.ts';
import type { ImageSpec } from '../../../src/docker/images/spec.ts';
import { layerKey } from '../../../src/docker/images/store.ts';
import { makeRig } from '../rig.ts';

const place = (file: string): string => fileURLToPath(new URL(`../../../src/docker/images/${file}`, import.meta.url));

function write(file: string, digests: Readonly<Record<string, string>>): void {
  const rows = Object.entries(digests).map(
    ([key, hex]) => `  ${/^[a-f]/.test(key) || /^[1-9]\d*$/.test(key) ? key : `'${key}'`}: '${hex}',\n`,
  );
  const source = readFileSync(place(file), 'utf8');
  writeFileSync(
    place(file),
    source.replace(/(= \{\n).*(\};\n)$/s, (_, a: string, b: string) => a + rows.join('') + b),
  );
}

it('are up to date (else: DRYDOCK_UPDATE=1 npx vitest run test/docker/images/digests.test.ts)', async () => {
  const { kernel } = await makeRig();
  const of = (specs: Iterable<ImageSpec>, known: Readonly<Record<string, string>> = {}): Record<string, string> => {
    const out: Record<string, string> = {};
    for (const spec of specs)
      for (const step of spec.steps) {
        const key = step.files ? layerKey(step) : '';
        if (!step.files || key in out || key in known) continue;
        const tar = layerTar({ layer: kernel.layer(step.files) }, () => 1n);
        out[key] = createHash('sha256').update(tar).digest('hex');
      }
    return out;
  };
  const own = of(catalog);
  const hub = of(allSpecs(), own);
  if (process.env.DRYDOCK_UPDATE) {
    write('digests.ts', own);
    write('hub/digests.ts', hub);
  } else expect([DIGESTS, HUB]).toEqual([own, hub]);
});
