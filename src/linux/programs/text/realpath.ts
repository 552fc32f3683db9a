/** realpath: a path without links and dots. */
import { defineProgram } from '../spec.ts';
import { spec as readlink } from './readlink.ts';

/** The `realpath` command. */
export const spec = defineProgram({
  ...readlink,
  name: 'realpath',
  path: '/usr/bin/realpath',
  summary: 'Write absolute paths without symbolic links',
  version: 'realpath (GNU coreutils) 9.7',
});
