/** What the frontend makes of a Dockerfile: stages with their settings and the steps that make their files. */
import { type ImageConfig, NO_CONFIG } from '../../../images/spec.ts';
import type { Image, NewImage } from '../../../images/store.ts';
import type { BuildOptions } from '../build.ts';
import type { Tree } from '../context.ts';
import type { Range } from '../syntax/fault.ts';
import type { Command, Instruction, Stage } from '../syntax/instructions.ts';
import type { Linter } from '../syntax/lint.ts';
import type { RunMount } from '../syntax/mount.ts';
import type { NamedContext } from './named.ts';

/** An image that a stage stands on. */
export interface Base {
  readonly image: Image | NewImage;
  /** `docker.io/library/alpine:latest@sha256:…` */
  readonly shown: string;
  /** It is not here yet. */
  readonly isRemote: boolean;
  readonly digest: string;
}

/** A command, and what it takes from elsewhere. */
export interface Planned {
  readonly command: Command;
  /** Stages it takes files from: of COPY --from, or of each mount that has one. */
  readonly sources: readonly (StageState | undefined)[];
  readonly mounts: readonly RunMount[];
  readonly isTrigger: boolean;
}

/** An entry of history, before its step is done. */
export interface HistoryDraft {
  readonly createdBy: string;
  /** The step whose layer it has; undefined: none. */
  readonly step: StepPlan | undefined;
}

interface StepCommon {
  readonly name: string;
  readonly at: Range;
  readonly stage: StageState;
  readonly noCache: boolean;
}

/** A source of COPY. */
export interface CopyItem {
  readonly source: string;
  /** Include only these below the source (`--parents`). */
  readonly pattern?: string;
}

/** COPY or ADD. */
export interface CopyPlan extends StepCommon {
  readonly kind: 'copy';
  /** Where files are from: a stage, or the build's context. */
  readonly from: StageState | undefined;
  readonly paths: readonly CopyItem[];
  readonly urls: readonly string[];
  readonly inline: readonly { readonly name: string; readonly content: string }[];
  readonly dest: string;
  readonly chown: string;
  readonly mode: number | undefined;
  readonly excludes: readonly string[];
  readonly unpacks: boolean;
  /** Archives from URLs too. */
  readonly unpacksRemote: boolean;
  readonly checksum: string;
  readonly isLink: boolean;
}

/** RUN. */
export interface RunPlan extends StepCommon {
  readonly kind: 'run';
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: string;
  readonly network: string;
  readonly mounts: readonly { readonly mount: RunMount; readonly from: StageState | undefined }[];
  /** A script of the Dockerfile, at /dev/pipes. */
  readonly script: { readonly name: string; readonly content: string } | undefined;
}

/** WORKDIR. */
export interface MkdirPlan extends StepCommon {
  readonly kind: 'mkdir';
  readonly path: string;
  readonly user: string;
}

/** What is done to files. */
export type StepPlan = CopyPlan | MkdirPlan | RunPlan;

/** An image's settings while they are made. */
export type Config = { -readonly [K in keyof ImageConfig]: ImageConfig[K] };

/** One stage, or an image that a COPY takes files from. */
export class StageState {
  base: StageState | undefined;
  /** What FROM means after expansion. */
  baseName: string;
  /** `builder`, `stage-1`; '' when it is the only one. */
  name: string;
  platform = '';
  found: Base | undefined;
  config: Config = { ...NO_CONFIG };
  author = '';
  readonly env = new Map<string, string>();
  /** ARGs so far, in order. */
  args: { key: string; value: string | undefined }[] = [];
  history: HistoryDraft[] = [];
  plans: StepPlan[] = [];
  commands: Planned[] = [];
  readonly deps = new Map<StageState, Instruction>();
  index = 0;
  total = 0;
  isTrigger = false;
  isWorkdirSet = false;
  isResolved = false;
  isDispatched = false;
  isBegun = false;
  /** The named context that is in place of its image. */
  via: NamedContext | undefined;
  /** Files of a named context. */
  files: Tree | undefined;
  /** A named context is in place of the whole stage. */
  isReplaced = false;
  /** Where the last of each was that counts once. */
  readonly once = new Map<string, Range>();

  constructor(
    readonly stage: Stage,
    /** It stands for an image only. */
    readonly isImage: boolean,
  ) {
    this.baseName = stage.from.base;
    this.name = stage.from.stage;
  }

  get isScratch(): boolean {
    return this.baseName === 'scratch';
  }

  /** Takes over what the stage it stands on has come to. */
  begin(): void {
    if (this.isBegun) return;
    this.isBegun = true;
    const { base, found } = this;
    if (base) {
      this.config = structuredCloneOf(base.config);
      this.author = base.author;
      this.isWorkdirSet = base.isWorkdirSet;
      this.args = [...base.args];
      this.history = [...base.history];
      this.platform = base.platform;
      this.env.clear();
      for (const [k, v] of base.env) this.env.set(k, v);
    } else if (found) {
      this.config = structuredCloneOf(found.image.config);
      this.author = found.image.author ?? '';
    }
  }
}

const structuredCloneOf = (config: ImageConfig): Config => JSON.parse(JSON.stringify(config)) as Config;

/** What a build is asked for, beyond what the older API has words for. */
export interface BuildKitOptions extends BuildOptions {
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly noCacheFilter: readonly string[];
  /** Named contexts: a tree of files, or another name. */
  readonly contexts: ReadonlyMap<string, Tree | string>;
  /** What is asked instead of a build: `check`, `outline`, `targets`. */
  readonly call: string;
  readonly outputs: readonly Readonly<Record<string, string>>[];
  readonly ssh: readonly string[];
  /** Rights that steps may have: `network.host`. */
  readonly allow: readonly string[];
  /** What the Dockerfile is called in messages. */
  readonly filename: string;
}

/** One Dockerfile on its way. */
export interface Frontend {
  readonly options: BuildKitOptions;
  readonly lint: Linter;
  readonly escapeChar: string;
  /** Global ARGs and those of the platform. */
  readonly globals: ReadonlyMap<string, string>;
  readonly states: StageState[];
  readonly target: StageState;
  readonly ignored: (path: string) => boolean;
  readonly proxies: Readonly<Record<string, string>>;
}
