import { text as decoded } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import { readStdin } from '../../cli/archive/write.ts';
import type { Ctx } from '../../cli/context.ts';
import { Failure } from '../../cli/failure.ts';
import { logged } from './log.ts';
import type { YamlModule } from './yaml.ts';

/** One reading of a project: where it reads from, what it has said, what it needs everywhere. */
export class Session {
  private readonly warnings: string[] = [];
  private readonly obsolete = new Set<string>();
  private stdin: string | undefined;

  private constructor(
    readonly ctx: Ctx,
    readonly yaml: YamlModule,
  ) {}

  static async open(ctx: Ctx): Promise<Session> {
    return new Session(ctx, await ctx.sys.load(() => import('yaml')));
  }

  get home(): string {
    return this.ctx.sys.env.HOME ?? '/root';
  }

  readonly warn = (message: string): void => {
    this.warnings.push(message);
  };

  /** Told once for each file. */
  warnVersion(file: string): void {
    if (this.obsolete.has(file)) return;
    this.obsolete.add(file);
    this.warn(
      `${file}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`,
    );
  }

  /** Writes the warnings so far. */
  async flush(): Promise<void> {
    for (const w of this.warnings.splice(0)) await this.ctx.err(logged(this.ctx, 'warning', w));
  }

  /** Reads standard input, for when a file is `-`. */
  async takeStdin(): Promise<void> {
    this.stdin ??= decoded(await readStdin(this.ctx));
  }

  /** A file's text; `-` is standard input. */
  read(path: string): string | Failure {
    if (path === '-') return this.stdin ?? '';
    const file = this.ctx.file(path);
    return 'error' in file ? new Failure(file.error) : file.text;
  }

  isDir(path: string): boolean {
    const stat = this.ctx.sys.stat(path);
    return !isErr(stat) && stat.kind === 'dir';
  }
}
