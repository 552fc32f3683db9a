/**
 * What a compose command works with: docker's own context, the flags before the command, the project, and how its
 * progress is shown.
 * @see docker/compose cmd/compose/compose.go: ProjectOptions; pkg/progress/writer.go
 */
import type { Ctx } from '../cli/context.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Options } from '../cli/flags/options.ts';
import { loadProject } from './model/load.ts';
import { logged } from './model/log.ts';
import type { LoadOptions, Project } from './model/project.ts';
import { type ProgressEvent, type ProgressWriter, QUIET } from './progress/event.ts';
import { DRY_RUN, jsonWriter, plainWriter } from './progress/plain.ts';
import { ttyWriter } from './progress/tty.ts';

type Mode = 'auto' | 'tty' | 'plain' | 'json' | 'quiet';

/** Truths as Go's strconv reads them, and a few more. @see docker/compose pkg/utils/stringutils.go: StringToBool */
export const truth = (s: string | undefined): boolean => /^(?:1|t|true|y|yes)$/i.test(s ?? '');

/** What the flags before the command say of how a project is read. */
export const loadOptions = (root: Options, services: readonly string[] = []): LoadOptions => ({
  files: root.list('file'),
  projectName: root.string('project-name'),
  projectDirectory: root.string('project-directory') || root.string('workdir'),
  envFiles: root.list('env-file'),
  profiles: root.list('profile'),
  services,
  allResources: root.bool('all-resources'),
});

/** One run of a compose command. */
export class Compose {
  /** Where events go; nobody looks unless something is under way. */
  progress: ProgressWriter = QUIET;
  readonly #mode: Mode;

  private constructor(
    readonly ctx: Ctx,
    /** Flags before the command. */
    readonly root: Options,
    mode: Mode,
    /** `auto`, `always` or `never` */
    readonly ansi: string,
    /** Nothing is changed. */
    readonly dryRun: boolean,
  ) {
    this.#mode = mode;
  }

  /** Reads the flags before the command. */
  static async of(ctx: Ctx, root: Options, dryRun: boolean): Promise<Compose | Failure> {
    const { env } = ctx.sys;
    let ansi = root.string('ansi');
    if (root.bool('no-ansi')) {
      if (ansi !== 'auto')
        return new Failure('cannot specify DEPRECATED "--no-ansi" and "--ansi". Please use only "--ansi"');
      ansi = 'never';
      await ctx.err("option '--no-ansi' is DEPRECATED ! Please use '--ansi' instead.\n");
    }
    if (env.COMPOSE_ANSI !== undefined && !root.changed('ansi')) ansi = env.COMPOSE_ANSI;
    const mode = modeOf(root.string('progress') || env.COMPOSE_PROGRESS || '', ansi);
    if (failed(mode)) return mode;
    if (root.string('workdir') !== '') {
      if (root.string('project-directory') !== '')
        return new Failure(
          'cannot specify DEPRECATED "--workdir" and "--project-directory". Please use only "--project-directory" instead',
        );
      await ctx.err("option '--workdir' is DEPRECATED at root level! Please use '--project-directory' instead.\n");
    }
    const limit = env.COMPOSE_PARALLEL_LIMIT;
    if (limit !== undefined && !root.changed('parallel') && !/^[-+]?\d+$/.test(limit))
      return new Failure(`COMPOSE_PARALLEL_LIMIT must be an integer (found: ${goQuote(limit)})`);
    return new Compose(ctx, root, mode, ansi, dryRun);
  }

  /** Stands between the parts of a name. */
  get separator(): string {
    return this.root.bool('compatibility') || truth(this.ctx.sys.env.COMPOSE_COMPATIBILITY) ? '_' : '-';
  }

  /** Whether what goes to standard output may have colours. */
  get coloured(): boolean {
    if (this.ctx.sys.env.NO_COLOR) return false;
    return this.ansi === 'always' || (this.ansi === 'auto' && this.ctx.sys.isatty(1));
  }

  /** Does work and shows its progress. @param title what stands above it on a terminal */
  async run<T>(title: string, work: () => Promise<T>): Promise<T> {
    const before = this.progress;
    const writer = this.#writer(title);
    this.progress = writer;
    try {
      return await work();
    } finally {
      this.progress = before;
      await writer.stop();
    }
  }

  #writer(title: string): ProgressWriter {
    const { ctx, dryRun } = this;
    if (this.#mode === 'quiet') return QUIET;
    if (this.#mode === 'json') return jsonWriter(ctx, dryRun);
    if (this.#mode === 'tty' || (this.#mode === 'auto' && ctx.sys.isatty(2))) {
      return ttyWriter(ctx, title, dryRun ? DRY_RUN : '', !ctx.sys.env.NO_COLOR);
    }
    return plainWriter(ctx, dryRun);
  }

  /** Does work amid the output of containers. @param say how events are shown on a terminal */
  async mixed<T>(say: (e: ProgressEvent) => void, work: () => Promise<T>): Promise<T> {
    if (!this.automatic || !this.ctx.sys.isatty(2)) return this.run('Stopping', work);
    const before = this.progress;
    this.progress = { ...QUIET, event: say };
    try {
      return await work();
    } finally {
      this.progress = before;
    }
  }

  /** Failures too are to be JSON. */
  get json(): boolean {
    return this.#mode === 'json';
  }

  /** Nobody chose how progress is shown. */
  get automatic(): boolean {
    return this.#mode === 'auto';
  }

  /** `--progress` for a build. */
  get buildProgress(): string {
    return this.#mode;
  }

  /** How the project is read. @param services those asked for */
  loadOptions(services: readonly string[] = []): LoadOptions {
    return loadOptions(this.root, services);
  }

  /** The project of the files. @param services those asked for; they and what they depend on are kept */
  project(services: readonly string[] = []): Promise<Project | Failure> {
    return loadProject(this.ctx, this.loadOptions(services));
  }

  /** The project and its name; a name alone when `-p` gave it and no file was named. */
  async projectOrName(services: readonly string[] = []): Promise<{ project?: Project; name: string } | Failure> {
    const given = this.root.string('project-name');
    if (given !== '' && this.root.list('file').length === 0) return { name: given };
    const project = await this.project(services);
    if (!failed(project)) return { project, name: project.name };
    const env = this.ctx.sys.env.COMPOSE_PROJECT_NAME;
    return env ? { name: env } : project;
  }

  /** Only the name. */
  async projectName(): Promise<string | Failure> {
    const given = this.root.string('project-name') || this.ctx.sys.env.COMPOSE_PROJECT_NAME;
    if (given) return given;
    const project = await this.project();
    return failed(project) ? project : project.name;
  }

  /** A line of the log, level warning. */
  warn(message: string): Promise<void> {
    return this.ctx.err(logged(this.ctx, 'warning', message));
  }
}

function modeOf(progress: string, ansi: string): Mode | Failure {
  switch (progress) {
    case '':
    case 'auto':
      return ansi === 'never' ? 'plain' : ansi === 'always' ? 'tty' : 'auto';
    case 'tty':
      if (ansi === 'never') return new Failure("can't use --progress tty while ANSI support is disabled");
      return 'tty';
    case 'plain':
      if (ansi === 'always') return new Failure("can't use --progress plain while ANSI support is forced");
      return 'plain';
    case 'quiet':
    case 'none':
      return 'quiet';
    case 'json':
      return 'json';
    default:
      return new Failure(`unsupported --progress value ${goQuote(progress)}`);
  }
}
