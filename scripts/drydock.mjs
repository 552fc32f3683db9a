#!/usr/bin/env -S node --max-semi-space-size=4
// The drydock command: builds itself when its sources have changed, then runs. What a lab allocates is mostly gone at once:
// in four MiB the youngest objects stay in the processor's cache (src/node/bench/README.md).
import { installPackages } from './install.mjs';

installPackages();
const { buildNode } = await import('./node.mjs');
await buildNode();
const { main } = await import('../dist/node/main.js');
process.exitCode = await main(process.argv.slice(2));
