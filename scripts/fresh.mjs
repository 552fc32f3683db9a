// Content-addressed build steps: a step runs again only when one of its inputs has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, with a trailing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url));

function files(path) {
  return readdirSync(path, { withFileTypes: true }).flatMap((e) => {
    const full = join(path, e.name);
    if (e.isDirectory()) return files(full);
    return e.name === 'README.md' ? [] : [full];
  });
}

/** SHA-256 over the names and bytes of all files but READMEs below `paths` (relative to the root), and over `salt`. */
export function digest(paths, salt = []) {
  const hash = createHash('sha256').update(JSON.stringify(salt));
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const list = full.endsWith('/') || !/\.\w+$/.test(full) ? files(full).sort() : [full];
    for (const file of list) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Runs `make` unless `output` exists and was made from the same inputs. @returns whether it ran */
export async function fresh(output, inputs, salt, make) {
  const target = join(root, output);
  const stamp = join(root, '.cache/stamps', `${output.replaceAll('/', '-')}.sha256`);
  const want = digest(inputs, salt);
  if (
    !process.argv.includes('--force') &&
    existsSync(target) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === want
  )
    return false;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, want);
  return true;
}
