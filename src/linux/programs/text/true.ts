/** true: success. */
import { defineProgram } from '../spec.ts';

/** The `true` command. */
export const spec = defineProgram({
  name: 'true',
  path: '/usr/bin/true',
  summary: 'Do nothing, successfully',
  order: 'own',
  options: [],
  run: async () => 0,
});
