/** The import walls hold, and the test would see it if they did not. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkTree, importsOf, violations, WALLS } from './layers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('layers', () => {
  const { files, faults } = checkTree(root);

  it('sees files in every room', () => {
    const empty = Object.keys(WALLS).filter((room) => !files.some((f) => f === room || f.startsWith(`${room}/`)));
    expect(empty).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  it('finds no import through a wall', () => {
    expect(faults).toEqual([]);
  });

  it('finds planted ones', () => {
    const planted =
      "import { boot } from '../../docker/engine/dockerd.ts';\nimport type { X } from '../kernel/process.ts';\n";
    expect(violations('src/linux/programs/evil.ts', planted)).toHaveLength(2);
    expect(violations('src/docker/cli/evil.ts', "export * from '../engine/router.ts';")).toHaveLength(1);
    expect(
      violations('src/web/ui/Evil.svelte', "<script>import x from '../../docker/api/types.ts';</script>"),
    ).toHaveLength(1);
    expect(violations('src/base/evil.ts', "const x = await import('../linux/core/core.ts');")).toHaveLength(1);
    expect(violations('src/elsewhere/x.ts', '')).toHaveLength(1);
  });

  it('reads every form of import', () => {
    const text =
      "import a from './a.ts';\nimport './b.ts';\nexport { c } from './c.ts';\nimport {\n d,\n} from './d.ts';\nawait import('./e.ts');";
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts']);
  });
});
