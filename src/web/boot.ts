/** What the page does before anything else: it sends for the lab's worker and core, which are on their way while the page's own code still is. */
import { fetchCore } from './worker/core.ts';

export const spawn = (): Worker =>
  new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'lab' });

/** A worker without a lab, and the core that it will need. */
export interface Spare {
  readonly worker: Worker;
  /** The bytes of dist/core.wasm, to be given away. */
  readonly core: Promise<ArrayBuffer>;
}

const make = (): Spare => {
  const core = fetchCore();
  // Who waits for it learns that it did not come.
  core.catch(() => {});
  return { worker: spawn(), core };
};

/** The first lab's: on its way before it is known what for. */
let spare: Spare | undefined = make();

export function takeSpare(): Spare {
  const taken = spare ?? make();
  spare = undefined;
  return taken;
}
