/** Does something again whenever a file below a folder has changed. */
import { watch } from 'node:fs';

/** Milliseconds in which changes count as one: an editor writes a file in several goes. */
const BREATH = 200;

/** Never ends by itself. @param work is not begun again before it has ended */
export async function whenever(dir: string, work: () => Promise<unknown>): Promise<never> {
  let changed: () => void = () => undefined;
  let dirty = false;
  watch(dir, { recursive: true }, () => {
    dirty = true;
    changed();
  });
  for (;;) {
    if (!dirty) await new Promise<void>((resolve) => (changed = resolve));
    await new Promise((resolve) => setTimeout(resolve, BREATH));
    dirty = false;
    await work();
  }
}
