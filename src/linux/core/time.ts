/** Clock and events of the core. */
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

export function timeFace(w: Wasm, m: Memory): Pick<Core, 'now' | 'next' | 'run' | 'events'> {
  return {
    now: () => w.simNow(),
    next: () => w.simNext(),
    run: (until) => w.simRun(until),
    events(each) {
      for (let at = w.eventNext(); at !== 0; at = w.eventNext()) {
        const v = m.view;
        const kind = v.getUint32(at, true);
        each(kind, v.getUint32(at + 4, true), v.getUint32(at + 8, true), v.getUint32(at + 12, true));
      }
    },
  };
}
