/** Client libraries against a served engine: those that this computer has (dockerode in Node's path, docker-py). */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ServedLab } from '../golden/cli.ts';

const here = fileURLToPath(new URL('clients/', import.meta.url));

/** A module path from which dockerode resolves: here, or in a folder named by DRYDOCK_CLIENTS. */
function dockerode(): string | undefined {
  const folders = [here, ...(process.env.DRYDOCK_CLIENTS ? [`${process.env.DRYDOCK_CLIENTS}/`] : [])];
  return folders.find((f) => {
    try {
      return existsSync(createRequire(`${f}x.js`).resolve('dockerode'));
    } catch {
      return false;
    }
  });
}

const python = ['python3', '/usr/bin/python3'].find((p) => spawnSync(p, ['-c', 'import docker']).status === 0);
const modules = dockerode();
if (!modules)
  console.log('clients.test.ts: dockerode is not installed: skipped (DRYDOCK_CLIENTS names a folder with it)');
if (!python) console.log('clients.test.ts: docker-py is not installed: skipped');

async function run(command: string, args: (socket: string) => string[]): Promise<{ code: number; text: string }> {
  const served = await ServedLab.open(1, { mirrors: true });
  const child = spawn(command, args(served.socket('node1')), { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (d: string) => {
      text += d;
    });
  const code = await new Promise<number>((resolve) => child.on('close', (c) => resolve(c ?? 255)));
  served.close();
  console.log(text);
  return { code, text };
}

describe('client libraries', () => {
  it.skipIf(!modules)('dockerode', async () => {
    const { code, text } = await run('node', (socket) => [`${here}dockerode.mjs`, `${modules}x.js`, socket]);
    expect(text).toContain('ok ping');
    expect(code).toBe(0);
  });

  it.skipIf(!python)('docker-py', async () => {
    const { code, text } = await run(python as string, (socket) => [`${here}dockerpy.py`, `unix://${socket}`]);
    expect(text).toContain('ok version negotiation');
    expect(code).toBe(0);
  });
});
