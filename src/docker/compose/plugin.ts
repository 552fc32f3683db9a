/** The compose plugin as a program: what it is, without loading the rest of it. @see docker/cli cli-plugins/plugin/plugin.go */
import type { Program } from '../../linux/kernel/machine.ts';
import { answerMetadata, METADATA } from '../cli/plugins.ts';
import { PLUGIN_VERSION } from './labels.ts';

/** `/usr/libexec/docker/cli-plugins/docker-compose` */
export const composeProgram: Program = {
  name: 'docker-compose',
  async main(sys) {
    if (sys.argv[1] === METADATA) return answerMetadata(sys, PLUGIN_VERSION, 'Docker Compose');
    const { runCompose } = await sys.load(() => import('./main.ts'));
    return runCompose(sys);
  },
};
