// Compiles wasm/assembly to dist/core.wasm with AssemblyScript, unless nothing has changed since the last time.
// Usage: node scripts/wasm.mjs [--force]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fresh, root } from './fresh.mjs';

/** stub: the runtime never frees anything; the core keeps all of its state in linear memory by itself. */
const OPTIONS = ['--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort='];

/** Brings dist/core.wasm up to date. @throws Error with the compiler's message */
export async function buildWasm() {
  await fresh('dist/core.wasm', ['wasm'], OPTIONS, async () => {
    mkdirSync(join(root, 'dist'), { recursive: true });
    const { default: asc } = await import('assemblyscript/asc');
    const args = ['wasm/assembly/index.ts', '--outFile', 'dist/core.wasm', '--baseDir', root, ...OPTIONS];
    const { error, stderr } = await asc.main(args);
    process.stderr.write(stderr.toString());
    if (error) throw error;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWasm();
