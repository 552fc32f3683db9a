/** The real docker command on a terminal, where this computer has it (and Python to make one). */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedLab } from '../golden/cli.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('clients/terminal.py', import.meta.url));
const missing = [
  ['docker', '--version'],
  ['python3', '--version'],
].some(([c, a]) => spawnSync(c as string, [a as string]).status !== 0);
if (missing) console.log('terminal.test.ts: skipped: no docker command or no Python here');

let served: ServedLab;
beforeAll(async () => {
  served = await ServedLab.open(1);
});
afterAll(() => served.close());

const env = (): NodeJS.ProcessEnv => ({ ...process.env, DOCKER_HOST: `unix://${served.socket('node1')}` });
const docker = async (...args: string[]): Promise<string> => (await run('docker', args, { env: env() })).stdout;
/** @param steps what to wait for and what to type then, in turn */
const onTerminal = async (command: string, ...steps: string[]): Promise<string> =>
  (await run('python3', [script, command, ...steps], { env: env() })).stdout;

describe.skipIf(missing)('on a terminal', () => {
  it('run -it: its size, ^C for the program, the exit code', async () => {
    const seen = await onTerminal(
      'docker run -it --rm ubuntu bash',
      ...['# ', 'stty size\\n', '# ', 'sleep 1000\\n', 'sleep 1000\\r\\n', '\\x03', '# ', 'exit 5\\n'],
    );
    expect(seen).toContain('40 120\r\n');
    expect(seen).toContain('^C');
    expect(seen).toMatch(/exit 5\n$/);
  });

  it('detach keys leave it running; attach comes back to it', async () => {
    expect(await onTerminal('docker run -it --name kept busybox sh', '# ', '\\x10\\x11')).toMatch(/exit 0\n$/);
    expect(await docker('ps', '--format', '{{.Names}}')).toBe('kept\n');
    const seen = await onTerminal('docker attach kept', '', 'echo ag$(echo ain)\\n', 'again\\r\\n', 'exit\\n');
    expect(seen).toContain('again\r\n');
    await docker('rm', '-f', 'kept');
  });

  it('exec -it, logs -f, stats and events, ended by ^C or ^D', async () => {
    await docker('run', '-d', '--name', 'ticker', 'busybox', 'sh', '-c', 'while :; do echo tick; sleep 1; done');
    const inside = await onTerminal('docker exec -it ticker sh', '# ', 'echo $TERM\\n', 'xterm\\r\\n', '\\x04');
    expect(inside).toMatch(/exit 0\n$/);
    expect(await onTerminal('docker logs -f ticker', 'tick\\r\\ntick', '\\x03')).toMatch(/exit (?:130|-2|2)\n$/);
    expect(await onTerminal('docker stats', 'ticker', '\\x03')).toContain('MEM USAGE');
    await docker('rm', '-f', 'ticker');
    expect(await onTerminal('docker events --since 1', 'kill', '\\x03')).toContain('container kill');
  });

  it('without a terminal inside, ^C is a signal that is passed on', async () => {
    const trap = 'docker run --rm busybox sh -c "trap \'exit 7\' INT; echo up; while :; do sleep 0.1; done"';
    expect(await onTerminal(trap, 'up', '\\x03')).toMatch(/exit 7\n$/);
  });
});
