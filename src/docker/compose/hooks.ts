/** Commands that run in a container after it has started or before it stops. @see docker/compose pkg/compose/hook.go */
import type { ContainerSummary } from '../api/types.ts';
import { Failure, failed } from '../cli/failure.ts';
import { Demux } from '../cli/stream.ts';
import type { Compose } from './compose.ts';
import { shortName } from './containers.ts';
import { LineCutter } from './log/lines.ts';
import type { ServiceConfig, ServiceHook } from './model/project.ts';

/** A line that a hook has written. */
export type HookLine = (source: string, line: string) => void;

/** Runs them one after the other. @returns what went wrong */
export async function runHooks(
  c: Compose,
  x: ContainerSummary,
  service: ServiceConfig | undefined,
  when: 'post_start' | 'pre_stop',
  print: HookLine = () => {},
): Promise<Failure | undefined> {
  for (const hook of service?.[when] ?? []) {
    const bad = await runHook(c, x, service as ServiceConfig, hook, print);
    if (bad) return bad;
  }
  return undefined;
}

async function runHook(
  c: Compose,
  x: ContainerSummary,
  service: ServiceConfig,
  hook: ServiceHook,
  print: HookLine,
): Promise<Failure | undefined> {
  const { client } = c.ctx;
  const made = await client.post<{ Id: string }>(`/containers/${x.Id}/exec`, {
    body: {
      User: hook.user ?? '',
      Privileged: hook.privileged === true,
      Tty: false,
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
      Env: Object.entries(hook.environment ?? {}).map(([k, v]) => (v === null ? k : `${k}=${v}`)),
      WorkingDir: hook.working_dir ?? '',
      Cmd: hook.command ?? [],
      Detach: false,
    },
  });
  if (failed(made)) return made;
  const link = await client.hijack(`/exec/${made.Id}/start`, { body: { Detach: false, Tty: false } });
  if (failed(link)) return link;
  link.stream.closeWrite();
  const cut = new LineCutter((line) => print(`${shortName(x, c.separator)} ->`, line));
  const demux = new Demux();
  for (let part = await client.until(link.stream.read()); part !== null; part = await client.until(link.stream.read()))
    for (const [, data] of demux.push(part)) cut.push(data);
  cut.end();
  const done = await client.get<{ ExitCode: number | null }>(`/exec/${made.Id}/json`);
  if (failed(done)) return done;
  return done.ExitCode ? new Failure(`${service.name} hook exited with status ${done.ExitCode}`) : undefined;
}
