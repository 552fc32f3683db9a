/** Says so when the recordings that these copies were taken from have changed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const recorded = fileURLToPath(new URL('./recorded/', import.meta.url));
const origin = fileURLToPath(new URL('../../../shared/golden/', import.meta.url));

describe('copies of the recordings', () => {
  const files = readdirSync(recorded, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => `${e.parentPath}/${e.name}`.slice(recorded.length).replace(/^\//, ''));

  it('are there', () => {
    expect(files).toContain('compare.mjs');
    expect(files).toContain('01-ports.jsonl');
  });

  it.skipIf(!existsSync(origin))('are the newest', () => {
    const older = files.filter(
      (f) => existsSync(origin + f) && !readFileSync(origin + f).equals(readFileSync(recorded + f)),
    );
    expect(older, 'copy these again from the origin of the recordings').toEqual([]);
  });
});
