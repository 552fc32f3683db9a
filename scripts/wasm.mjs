// Compiles wasm/assembly to dist/core.wasm with AssemblyScript, unless nothing has changed since the last time.
// Usage: node scripts/wasm.mjs [--force]
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist/core.wasm');
const stamp = join(root, 'dist/core.wasm.sha256');

/** The compiler's options. stub: nothing is ever freed by the runtime, all state lies in linear memory. */
const OPTIONS = ['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--use', 'abort='];

function sources(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? sources(join(dir, e.name)) : e.name.endsWith('.ts') ? [join(dir, e.name)] : []))
    .sort();
}

const hash = createHash('sha256').update(OPTIONS.join(' '));
for (const file of sources(join(root, 'wasm'))) hash.update(file.slice(root.length)).update(readFileSync(file));
const want = hash.digest('hex');

if (!process.argv.includes('--force') && existsSync(out) && existsSync(stamp) && readFileSync(stamp, 'utf8') === want)
  process.exit(0);

mkdirSync(join(root, 'dist'), { recursive: true });
const { default: asc } = await import('assemblyscript/asc');
const { error, stderr } = await asc.main([
  'wasm/assembly/index.ts',
  '--outFile',
  'dist/core.wasm',
  '--baseDir',
  root,
  ...OPTIONS,
]);
process.stderr.write(stderr.toString());
if (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
writeFileSync(stamp, want);
