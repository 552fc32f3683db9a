/** The layers of a registry's image on their way. @see moby builder/builder-next/adapters/containerimage/pull.go: showProgress */
import { MS } from '../../../../base/clock.ts';
import { digest } from '../../../images/digest.ts';
import type { Daemon } from '../../daemon.ts';
import type { Step } from './progress.ts';
import type { Base } from './state.ts';

const DOWNLOAD = 40e6;
const PACKED = 0.4;

/** Fetches and unpacks, and tells of it. */
export async function announceLayers(daemon: Daemon, step: Step, { image, shown }: Base): Promise<void> {
  const begun = daemon.now();
  await daemon.sleep(20 * MS);
  step.done(`resolve ${shown}`, begun);
  for (const l of image.layers) {
    const total = Math.max(32, Math.ceil(l.size * PACKED));
    const since = daemon.now();
    await daemon.sleep(Math.ceil((total / DOWNLOAD) * 1e9) + 10 * MS);
    const blob = digest(`gzip ${l.diffId}`);
    step.done(blob, since, { current: total, total });
    const unpacking = daemon.now();
    await daemon.sleep(Math.ceil((l.size / (3 * DOWNLOAD)) * 1e9) + 5 * MS);
    step.done(`extracting ${blob}`, unpacking);
  }
}
