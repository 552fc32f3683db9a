import { beforeAll, describe, expect, test } from 'vitest';
import { haveBash, real, run } from './harness.ts';
import { SCRIPTS } from './scripts.ts';

describe.skipIf(!haveBash)('scripts print and exit as in bash', () => {
  let answers: ReturnType<typeof real> = [];
  beforeAll(() => {
    answers = real(SCRIPTS);
  });

  for (const [i, script] of SCRIPTS.entries())
    test(script.slice(0, 90), async () => {
      const got = await run(script);
      const want = answers[i];
      expect({ stdout: got.stdout, exit: got.exit }, got.stderr).toEqual({ stdout: want?.stdout, exit: want?.exit });
    });
});
