// npm run build: the page in dist/web and the drydock command in dist/node.
import { installPackages } from './install.mjs';

installPackages();
const { fresh, root } = await import('./fresh.mjs');
const { buildNode } = await import('./node.mjs');

/** Everything that the built page is made from. */
export const PAGE_INPUTS = [
  'src',
  'lessons',
  'wasm',
  'index.html',
  'bring.html',
  'vite.boot.ts',
  'vite.config.ts',
  'vite.lessons.ts',
  'vite.offline.ts',
  'package-lock.json',
];

await buildNode();
await fresh('dist/web/index.html', PAGE_INPUTS, [], async () => {
  const vite = await import('vite');
  await vite.build({ root, logLevel: 'warn' });
});
