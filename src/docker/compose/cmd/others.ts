/** Commands that are known and say that they are not here. @see docker/compose cmd/compose/{watch,publish,bridge}.go */
import { Failure } from '../../cli/failure.ts';
import { ANY, type Arity, exactly, type FlagSpec, flag } from '../../cli/spec.ts';
import { type ComposeCommand, composeCommand } from '../spec.ts';

const known = (name: string, use: string, short: string, args: Arity, flags: readonly FlagSpec[]): ComposeCommand =>
  composeCommand({
    name,
    use,
    short,
    args,
    flags,
    run: async () => new Failure(`docker compose: 'docker compose ${name}' is not part of this laboratory`),
  });

/** All of them. */
export const OTHERS: readonly ComposeCommand[] = Object.freeze([
  known('bridge', 'CMD [OPTIONS]', 'Turn compose files into another model', ANY, []),
  known('publish', '[OPTIONS] REPOSITORY[:TAG]', 'Send the project to a registry', exactly(1), [
    flag('app', 'bool', 'With the images it refers to'),
    flag('oci-version', 'string', 'Version of the image specification'),
    flag('resolve-image-digests', 'bool', 'Images by digest'),
    flag('with-env', 'bool', 'With variables'),
    flag('yes', 'bool', 'Answer every question with yes', { short: 'y' }),
  ]),
  known('watch', '[SERVICE...]', 'Refresh containers when the source changes', ANY, [
    flag('no-up', 'bool', 'Do not start services first'),
    flag('prune', 'bool', 'Remove dangling images after a build', { default: 'true' }),
    flag('quiet', 'bool', 'Hide the output of builds'),
  ]),
]);
