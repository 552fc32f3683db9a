/** Secrets and configs that are no files: they are copied into the container. @see docker/compose pkg/compose/secrets.go */
import { join } from '../../../base/bytes.ts';
import { utf8 } from '../../../base/http.ts';
import { rootEntry, writeTar } from '../../../base/tar.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Compose } from '../compose.ts';
import type { FileObjectConfig, Project, ServiceConfig } from '../model/project.ts';
import { targetOf } from './mounts.ts';

function textOf(project: Project, kind: string, source: string, o: FileObjectConfig): string | undefined | Failure {
  if (o.environment) {
    const value = project.environment[o.environment];
    if (value !== undefined) return value;
    return new Failure(
      `environment variable ${goQuote(o.environment)} required by ${kind} ${goQuote(source)} is not set`,
    );
  }
  return o.content;
}

/** Puts them where the service wants them. */
export async function injectFiles(
  c: Compose,
  project: Project,
  s: ServiceConfig,
  id: string,
): Promise<Failure | undefined> {
  const all = [
    ...(s.secrets ?? []).map((ref) => ['secret', '/run/secrets/', ref, project.secrets[ref.source]] as const),
    ...(s.configs ?? []).map((ref) => ['config', '/', ref, project.configs[ref.source]] as const),
  ];
  for (const [kind, base, ref, defined] of all) {
    const content = defined ? textOf(project, kind, ref.source, defined) : undefined;
    if (failed(content)) return content;
    if (content === undefined) continue;
    const path = targetOf(ref, base);
    const mode = ref.mode === undefined ? 0o444 : Number.parseInt(ref.mode, 8);
    const raw = join(
      writeTar([
        rootEntry(path.replace(/^\//, ''), utf8(content), {
          mode,
          uid: Number(ref.uid ?? 0),
          gid: Number(ref.gid ?? 0),
          mtime: c.ctx.sys.realtime(),
        }),
      ]),
    );
    const put = await c.ctx.client.call('PUT', `/containers/${id}/archive`, {
      query: { copyUIDGID: ref.uid || ref.gid ? 'true' : undefined, noOverwriteDirNonDir: 'true', path: '/' },
      raw,
    });
    if (failed(put)) return put;
  }
  return undefined;
}
