// npm start: installs what is missing, builds, serves the page and prints its address.
// Usage: npm start [-- --port N] [-- --host ADDRESS]
import { installPackages } from './install.mjs';

installPackages();
await import('./build.mjs');
const { root } = await import('./fresh.mjs');
const { preview } = await import('vite');

const option = (name) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
};
const server = await preview({
  root,
  preview: {
    port: Number(option('--port') ?? 4173),
    host: option('--host') ?? '127.0.0.1',
    strictPort: option('--port') !== undefined,
  },
});
console.log(`Drydock is at ${server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0]}`);
