#!/usr/bin/env node
// The drydock command: builds itself when its sources have changed, then runs.
import { installPackages } from './install.mjs';

installPackages();
const { buildNode } = await import('./node.mjs');
await buildNode();
const { main } = await import('../dist/node/main.js');
process.exitCode = await main(process.argv.slice(2));
