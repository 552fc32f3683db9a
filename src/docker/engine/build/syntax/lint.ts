/** The linter: what is allowed, and better done otherwise. @see moby/buildkit frontend/dockerfile/linter/{linter,ruleset}.go */
import { BuildFault, type Range } from './fault.ts';

interface Rule {
  readonly description: string;
  /** It is off unless asked for. */
  readonly isExperimental?: boolean;
  /** It has no page of its own. */
  readonly isUndocumented?: boolean;
}

/** Rules by name; pages are named after them. */
const RULES = {
  StageNameCasing: { description: 'Stage names should be lowercase' },
  FromAsCasing: { description: "The 'as' keyword should match the case of the 'from' keyword" },
  NoEmptyContinuation: { description: 'Empty continuation lines will become errors in a future release' },
  ConsistentInstructionCasing: {
    description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
  },
  DuplicateStageName: { description: 'Stage names should be unique' },
  ReservedStageName: { description: 'Reserved words should not be used as stage names' },
  JSONArgsRecommended: {
    description: 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  },
  MaintainerDeprecated: {
    description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
  },
  UndefinedArgInFrom: { description: 'FROM command must use declared ARGs' },
  WorkdirRelativePath: {
    description:
      'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
  },
  UndefinedVar: { description: 'Variables should be defined before their use' },
  MultipleInstructionsDisallowed: {
    description: 'Multiple instructions of the same type should not be used in the same stage',
  },
  LegacyKeyValueFormat: { description: 'Legacy key/value format with whitespace separator should not be used' },
  InvalidBaseImagePlatform: {
    description: 'Base image platform does not match expected target platform',
    isUndocumented: true,
  },
  RedundantTargetPlatform: {
    description: 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  },
  SecretsUsedInArgOrEnv: { description: 'Sensitive data should not be used in the ARG or ENV commands' },
  InvalidDefaultArgInFrom: {
    description: 'Default value for global ARG results in an empty or invalid base image name',
  },
  FromPlatformFlagConstDisallowed: { description: 'FROM --platform flag should not use a constant value' },
  CopyIgnoredFile: {
    description: 'Attempting to Copy file that is excluded by .dockerignore',
    isExperimental: true,
  },
  InvalidDefinitionDescription: {
    description:
      'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
    isExperimental: true,
  },
  ExposeProtoCasing: { description: 'Protocol in EXPOSE instruction should be lowercase' },
  ExposeInvalidFormat: {
    description:
      'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
  },
} satisfies Record<string, Rule>;

/** What a rule is called. */
export type RuleName = keyof typeof RULES;

/** A rule that was not kept, and where. */
export interface Warning {
  readonly rule: RuleName;
  readonly description: string;
  readonly url: string;
  readonly detail: string;
  readonly at: readonly Range[];
}

/** `JSONArgsRecommended` → its page. */
function page(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1-$2').replace(/([A-Z])([A-Z][a-z])/g, '$1-$2');
  return `https://docs.docker.com/go/dockerfile/rule/${words.toLowerCase()}/`;
}

interface Options {
  readonly skipAll: boolean;
  readonly skipped: ReadonlySet<string>;
  readonly experimentalAll: boolean;
  readonly experimental: ReadonlySet<string>;
  readonly fails: boolean;
}

/** `skip=all;error=true;experimental=…` @throws BuildFault */
function options(text: string): Options {
  const out = {
    skipAll: false,
    skipped: new Set<string>(),
    experimentalAll: false,
    experimental: new Set<string>(),
    fails: false,
  };
  if (text === '') return out;
  for (const part of text.split(';')) {
    const eq = part.indexOf('=');
    if (eq < 0) throw new BuildFault(`failed to parse check options: invalid check option ${JSON.stringify(part)}`);
    const key = part.slice(0, eq).trim();
    const value = part.slice(eq + 1).trim();
    const names = value.split(',').map((n) => n.trim());
    if (key === 'skip') {
      if (value === 'all') out.skipAll = true;
      else for (const n of names) out.skipped.add(n);
    } else if (key === 'experimental') {
      if (value === 'all') out.experimentalAll = true;
      else for (const n of names) out.experimental.add(n);
    } else if (key === 'error') {
      if (!/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value))
        throw new BuildFault(
          `failed to parse check options: failed to parse check option ${JSON.stringify(key)}: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
        );
      out.fails = /^(?:1|t)/i.test(value);
    } else throw new BuildFault(`failed to parse check options: invalid check option ${JSON.stringify(key)}`);
  }
  return out;
}

/** Rules that count for one Dockerfile, and what they found. */
export class Linter {
  readonly warnings: Warning[] = [];
  readonly #options: Options;

  /** @param check value of the `check` directive, or of BUILDKIT_DOCKERFILE_CHECK */
  constructor(check: string) {
    this.#options = options(check);
  }

  warn(rule: RuleName, at: Range | readonly Range[], detail: string): void {
    const { description, isExperimental, isUndocumented }: Rule = RULES[rule];
    const { skipAll, skipped, experimentalAll, experimental } = this.#options;
    const isAsked = experimentalAll || experimental.has(rule);
    if (isExperimental ? !isAsked || skipped.has(rule) : skipAll || skipped.has(rule)) return;
    this.warnings.push({
      rule,
      description,
      url: isUndocumented ? '' : page(rule),
      detail,
      at: Array.isArray(at) ? at : [at as Range],
    });
  }

  /** What ends a build whose warnings are errors. */
  fault(): BuildFault | undefined {
    if (!this.#options.fails || this.warnings.length === 0) return undefined;
    const rules = [...new Set(this.warnings.map((w) => w.rule))].sort();
    return new BuildFault(`lint violation found for rules: ${rules.join(', ')}`);
  }
}
