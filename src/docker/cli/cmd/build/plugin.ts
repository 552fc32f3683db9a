/** `docker-buildx` by itself: its commands are those of docker. @see docker/buildx cmd/buildx/main.go */
import type { Program } from '../../../../linux/kernel/machine.ts';
import { answerMetadata, METADATA } from '../../plugins.ts';
import { BUILDX } from '../buildx/builders.ts';

/** `/usr/libexec/docker/cli-plugins/docker-buildx` */
export const buildxProgram: Program = {
  name: 'docker-buildx',
  async main(sys) {
    const words = sys.argv.slice(1);
    if (words[0] === METADATA) return answerMetadata(sys, BUILDX.version, 'Docker Buildx');
    await sys.exec('/usr/bin/docker', ['docker', ...(words[0] === 'buildx' ? [] : ['buildx']), ...words]);
    return 127;
  },
};
