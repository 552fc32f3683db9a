/**
 * Plays a transcript with the real docker command against served engines: records whose words are docker and text tools
 * by bash on this computer, all others in the lab by the same session.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'unbash';
import type { Lab, LabOptions } from '../../src/lab/lab.ts';
import { type AnsweredLine, playLine, RECORDED, type TranscriptLine } from '../../src/lab/replay.ts';
import { openLab } from '../../src/node/host.ts';
import { httpServer } from '../../src/node/http-server.ts';
import { Pacer } from '../../src/node/pacer.ts';

/** What a record may run beside docker: nothing that sees the lab's network or files. */
const ELSEWHERE = new Set(
  'docker : [ awk basename cat cut echo false grep head jq kill printf sed seq sleep sort tail test timeout tr true uniq wait wc xargs'.split(
    ' ',
  ),
);

/** Names of all commands in a line, also those in substitutions. */
export function commandNames(cmd: string): string[] {
  const out: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const n = node as { type?: string; name?: { value?: string; text?: string } };
    if (n.type === 'Command' && n.name) out.push(n.name.value ?? n.name.text ?? '');
    for (const value of Object.values(node)) visit(value);
    // what is derived when asked for is no own field
    for (const key of ['parts', 'script'])
      if (key in node && !Object.hasOwn(node, key)) visit((node as Record<string, unknown>)[key]);
  };
  visit(parse(cmd));
  return out;
}

/** Whether a record is one for the docker command of this computer. */
export function isForDocker(line: TranscriptLine): boolean {
  if (line.do !== undefined || line.cmd === undefined || line.tty) return false;
  const names = commandNames(line.cmd);
  return names.includes('docker') && names.every((n) => ELSEWHERE.has(n));
}

/** A lab whose machines' engines listen on unix sockets. */
export class ServedLab {
  readonly #dir = mkdtempSync(join(tmpdir(), 'drydock-cli-'));
  readonly #servers = new Map<string, ReturnType<typeof httpServer>>();
  private constructor(
    readonly lab: Lab,
    readonly pacer: Pacer,
  ) {}

  /** @param options beyond those of the recorded world */
  static async open(seed: number, options: Partial<LabOptions> = {}): Promise<ServedLab> {
    const lab = await openLab({ ...RECORDED, ...options, seed, epochNs: BigInt(Date.now()) * 1_000_000n });
    const served = new ServedLab(lab, new Pacer(lab, 'fast'));
    for (const machine of lab.machines) {
      const server = httpServer(machine.docker, served.pacer);
      await new Promise<void>((resolve) => server.listen(served.socket(machine.name), resolve));
      served.#servers.set(machine.name, server);
    }
    served.pacer.start();
    return served;
  }

  socket(host: string): string {
    return join(this.#dir, `${host}.sock`);
  }

  /** Connections to a machine's engine that are open. */
  connections(host: string): number {
    return this.#servers.get(host)?.connections.size ?? 0;
  }

  /** Plays one line. @returns the line with what was answered */
  async play(line: TranscriptLine): Promise<AnsweredLine> {
    if (!isForDocker(line)) return playLine(this.lab, line);
    const env = {
      ...process.env,
      DOCKER_HOST: `unix://${this.socket(line.host ?? 'node1')}`,
      DOCKER_CONFIG: this.#dir,
      HOME: this.#dir,
      TZ: 'UTC',
    };
    const answer = await new Promise<{ stdout: string; stderr: string; exit: number }>((resolve) => {
      const child = execFile(
        'bash',
        ['-c', line.cmd ?? ':'],
        { env, cwd: this.#dir, maxBuffer: 1 << 26 },
        (e, out, err) =>
          resolve({ stdout: out, stderr: err, exit: typeof e?.code === 'number' ? e.code : e ? 255 : 0 }),
      );
      child.stdin?.end();
    });
    await this.lab.pass(0.5e9);
    return { ...line, ...answer };
  }

  close(): void {
    this.pacer.stop();
    for (const s of this.#servers.values()) s.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
