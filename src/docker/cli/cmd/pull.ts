/**
 * POST /images/create and its progress.
 * @see docker/cli cli/command/image/pull.go, moby pkg/jsonmessage
 */
import type { Ctx } from '../context.ts';
import { Failure, failed } from '../failure.ts';
import { fullName, type Reference, tagged } from '../reference.ts';

/** One message of the engine about a transfer. */
export interface Progress {
  id?: string;
  status?: string;
  stream?: string;
  progress?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message: string };
}

/** Shows the JSON progress stream of pull, push, load on a descriptor; lines with an id are rewritten on a terminal. */
export async function showProgress(ctx: Ctx, values: AsyncIterable<Progress>, fd: 1 | 2): Promise<Failure | undefined> {
  const write = (s: string): Promise<void> => (fd === 1 ? ctx.out(s) : ctx.err(s));
  const terminal = ctx.sys.isatty(fd);
  const lines = new Map<string, number>();
  for await (const m of values) {
    if (m.error || m.errorDetail) return new Failure(m.errorDetail?.message ?? m.error ?? '');
    if (m.stream !== undefined) {
      await write(m.stream);
      continue;
    }
    const text = `${m.id ? `${m.id}: ` : ''}${m.status ?? ''}${m.progress ? ` ${m.progress}` : ''}`;
    if (!terminal) {
      if (!m.progress) await write(`${text}\n`);
    } else if (m.id === undefined) {
      lines.clear();
      await write(`${text}\r\n`.replace('\r\n', '\n'));
    } else {
      const at = lines.get(m.id);
      if (at === undefined) {
        lines.set(m.id, lines.size);
        await write(`${text}\n`);
      } else {
        const up = lines.size - at;
        await write(`\x1b[${up}A\x1b[2K\r${text}\x1b[${up}B\r`);
      }
    }
  }
  return undefined;
}

/** Pulls one image. @param quiet prints nothing on the way */
export async function pullImage(
  ctx: Ctx,
  ref: Reference,
  options: { platform?: string; quiet?: boolean; all?: boolean; fd: 1 | 2 },
): Promise<Failure | undefined> {
  const wanted = options.all ? ref : tagged(ref);
  const reply = await ctx.client.call('POST', '/images/create', {
    query: {
      fromImage: fullName(wanted),
      tag: options.all ? undefined : wanted.digest || wanted.tag,
      platform: options.platform || undefined,
    },
  });
  if (failed(reply)) return reply;
  if (!options.quiet) return showProgress(ctx, reply.values<Progress>(), options.fd);
  for await (const m of reply.values<Progress>())
    if (m.error || m.errorDetail) return new Failure(m.errorDetail?.message ?? m.error ?? '');
  return undefined;
}
