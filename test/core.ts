/** The compiled core for tests: read once, so that all who open one in a worker share what the engine made of it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Core } from '../src/linux/core/core.ts';
import { loadCore } from '../src/linux/core/load.ts';

/** Bytes of dist/core.wasm, which setup.ts brings up to date. */
export const coreBytes = new Uint8Array(readFileSync(fileURLToPath(new URL('../dist/core.wasm', import.meta.url))));

/** A fresh core. */
export const freshCore = (seed = 1): Promise<Core> => loadCore(coreBytes, { seed });
