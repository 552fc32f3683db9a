/** What the linter says of a whole Dockerfile and its FROM lines. @see moby/buildkit frontend/dockerfile/dockerfile2llb/{convert,validations}.go */
import { Failure } from '../../../errdefs.ts';
import { parseReference } from '../../../images/reference.ts';
import { platformFault } from '../../../platform.ts';
import { BuildFault, type Range } from '../syntax/fault.ts';
import type { Args, Command, From, Stage } from '../syntax/instructions.ts';
import type { Linter } from '../syntax/lint.ts';
import type { Node } from '../syntax/parser.ts';
import { type Lexed, lex, type Variables } from '../syntax/shell.ts';
import { nearest } from '../syntax/suggest.ts';

/** What single lines say. */
export function checkNodes(lint: Linter, nodes: readonly Node[]): void {
  for (const { word, args, at, comments } of nodes) {
    const name = word.toUpperCase();
    if (name === 'MAINTAINER')
      lint.warn('MaintainerDeprecated', at, 'Maintainer instruction is deprecated in favor of using label');
    if (name === 'ARG')
      describe(
        lint,
        'ARG',
        args.map((a) => a.split('=')[0] as string),
        comments,
        at,
      );
    if (name !== 'FROM' || args.length !== 3) continue;
    const [, as = '', stage = ''] = args;
    if (stage !== stage.toLowerCase()) lint.warn('StageNameCasing', at, `Stage name '${stage}' should be lowercase`);
    const wanted = word === word.toLowerCase() ? as.toLowerCase() : word === word.toUpperCase() ? as.toUpperCase() : as;
    if (as !== wanted) lint.warn('FromAsCasing', at, `'${as}' and '${word}' keywords' casing do not match`);
    describe(lint, 'FROM', [stage], comments, at);
  }
}

function describe(lint: Linter, name: string, keys: readonly string[], comments: readonly string[], at: Range): void {
  const last = comments.at(-1);
  if (last === undefined || last === '' || keys.length === 0 || keys.includes(last.split(' ')[0] as string)) return;
  const example = keys.length > 1 ? '<arg_key>' : keys[0];
  lint.warn(
    'InvalidDefinitionDescription',
    at,
    `Comment for ${name === 'FROM' ? 'build stage' : 'build argument'} should follow the format: \`# ${example} <description>\``,
  );
}

/** Names of stages, and the casing of all instructions. */
export function checkStages(lint: Linter, stages: readonly Stage[]): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    const { stage, at } = from;
    if (stage === '') continue;
    if (stage === 'context' || stage === 'scratch')
      lint.warn(
        'ReservedStageName',
        at,
        `Stage name should not use the same name as reserved stage ${JSON.stringify(stage)}`,
      );
    if (seen.has(stage))
      lint.warn(
        'DuplicateStageName',
        at,
        `Duplicate stage name ${JSON.stringify(stage)}, stage names should be unique`,
      );
    seen.add(stage);
  }
  checkCasing(
    lint,
    stages.flatMap((s) => [s.from, ...s.commands]),
  );
}

function checkCasing(lint: Linter, all: readonly (Command | From)[]): void {
  let [lower, upper] = [0, 0];
  for (const { word } of all) {
    if (word === word.toLowerCase()) lower++;
    else if (word === word.toUpperCase()) upper++;
  }
  const isLower = lower > upper;
  for (const { word, at } of all)
    if (word !== (isLower ? word.toLowerCase() : word.toUpperCase()))
      lint.warn(
        'ConsistentInstructionCasing',
        at,
        `Command '${word}' should match the case of the command majority (${isLower ? 'lowercase' : 'uppercase'})`,
      );
}

/** Names of bases must also mean something without the build's arguments. */
export function checkDefaults(lint: Linter, stages: readonly Stage[], defaults: Variables, escapeChar: string): void {
  for (const { from } of stages) {
    let name: string;
    try {
      name = lex(from.base, defaults, { escapeChar }).text;
    } catch {
      return;
    }
    if (parseReference(name) instanceof Failure)
      lint.warn(
        'InvalidDefaultArgInFrom',
        from.at,
        `Default value for ARG ${from.base} results in empty or invalid base image name`,
      );
  }
}

/** Variables of a FROM line that no ARG before it declares. */
export function checkUnusedArgs(lint: Linter, known: Iterable<string>, lexed: Lexed, at: Range): void {
  const names = [...known];
  for (const name of lexed.unmatched) {
    if (names.includes(name)) continue;
    const near = nearest(name, names, true);
    lint.warn(
      'UndefinedArgInFrom',
      at,
      `FROM argument '${name}' is not declared${near === '' ? '' : ` (did you mean ${near}?)`}`,
    );
  }
}

/** A `--platform` that says what goes without saying, or what is better left to the build. */
export function checkPlatform(lint: Linter, from: From, lexed: Lexed, globals: Variables): void {
  const { matched, unmatched, text } = lexed;
  if (
    matched.size === 1 &&
    unmatched.size === 0 &&
    matched.has('TARGETPLATFORM') &&
    text === globals.get('TARGETPLATFORM')
  )
    lint.warn(
      'RedundantTargetPlatform',
      from.at,
      `Setting platform to predefined ${from.platform} in FROM is redundant as this is the default behavior`,
    );
  if (matched.size + unmatched.size > 0 || platformFault(text) !== undefined) return;
  const [os = '', arch = ''] = text.includes('/') ? text.split('/') : ['linux', text];
  if (from.stage.includes(os) || (arch !== '' && from.stage.includes(arch))) return;
  lint.warn(
    'FromPlatformFlagConstDisallowed',
    from.at,
    `FROM --platform flag should not use constant value ${JSON.stringify(text)}`,
  );
}

const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const PUBLIC = /(?:_|^)public(?:_|$)/i;

/** A variable whose name is that of a secret. @param name ARG or ENV */
export function checkSecret(lint: Linter, name: string, key: string, at: Range): void {
  if (SECRET.test(key) && !PUBLIC.test(key))
    lint.warn(
      'SecretsUsedInArgOrEnv',
      at,
      `Do not use ARG or ENV instructions for sensitive data (${name} ${JSON.stringify(key)})`,
    );
}

/** Global ARGs with the build's arguments, or (without any) their defaults. */
export function globalArgs(
  start: Variables,
  meta: readonly Args[],
  given: Readonly<Record<string, string | null>>,
  escapeChar: string,
): Map<string, string> {
  const out = new Map(start);
  for (const { list, at } of meta)
    for (const { key, value } of list) {
      const asked = Object.hasOwn(given, key) ? given[key] : undefined;
      try {
        const text = asked ?? (value === undefined ? undefined : lex(value, out, { escapeChar }).text);
        if (text !== undefined) out.set(key, text);
      } catch (e) {
        if (e instanceof BuildFault) e.at ??= [at];
        throw e;
      }
    }
  return out;
}
