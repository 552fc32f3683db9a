/** Vite plugin: the service worker with the list of the build's files, and the manifest that makes the page installable. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** @param dir folder of sw.js, manifest.json and icon.svg */
export function offline(dir: string): Plugin {
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');
  return {
    name: 'drydock-offline',
    apply: 'build',
    // After the plugins that add the page itself.
    enforce: 'post',
    transformIndexHtml: (_, { path }) =>
      path === '/index.html'
        ? [{ tag: 'link', attrs: { rel: 'manifest', href: 'manifest.webmanifest' }, injectTo: 'head' }]
        : [],
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const extra = [
          ['manifest.webmanifest', text('manifest.json')],
          ['icon.svg', text('icon.svg')],
        ] as const;
        for (const [fileName, source] of extra) this.emitFile({ type: 'asset', fileName, source });
        const hash = createHash('sha256').update(text('sw.js'));
        for (const [name, source] of extra) hash.update(name).update(source);
        for (const [name, output] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1)))
          hash.update(name).update(output.type === 'chunk' ? output.code : output.source);
        const files = [
          './',
          ...[...new Set([...Object.keys(bundle), ...extra.map(([name]) => name)])]
            .filter((n) => n !== 'index.html' && n !== 'sw.js')
            .sort(),
        ];
        const lists = [
          `const BUILD = '${hash.digest('hex').slice(0, 16)}';`,
          `const FILES = ${JSON.stringify(files)};`,
        ];
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: `${lists.join('\n')}\n${text('sw.js')}` });
      },
    },
  };
}
