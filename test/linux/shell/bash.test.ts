import { describe, expect, test } from 'vitest';
import { haveBash, real, run } from './harness.ts';
import { SCRIPTS } from './scripts.ts';

describe.skipIf(!haveBash)('scripts print and exit as in bash', () => {
  for (const script of SCRIPTS) {
    test(script.slice(0, 90), async () => {
      const want = real(script);
      const got = await run(script);
      expect({ stdout: got.stdout, exit: got.exit }, got.stderr).toEqual({
        stdout: want.stdout,
        exit: want.exit,
      });
    });
  }
});
