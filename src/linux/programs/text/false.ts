/** false: failure. */
import { defineProgram } from '../spec.ts';

/** The `false` command. */
export const spec = defineProgram({
  name: 'false',
  path: '/usr/bin/false',
  summary: 'Do nothing, unsuccessfully',
  order: 'own',
  options: [],
  run: async () => 1,
});
