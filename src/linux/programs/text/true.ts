/** true: success. */
import { defineProgram } from '../spec.ts';

export const spec = defineProgram({
  name: 'true',
  path: '/usr/bin/true',
  summary: 'Do nothing, successfully',
  order: 'own',
  options: [],
  run: async () => 0,
});
