/** From files to a project. @see compose-spec/compose-go cli/options.go, loader/loader.go */
import type { Ctx } from '../../cli/context.ts';
import { Failure } from '../../cli/failure.ts';
import type { LoadOptions, Project } from './project.ts';

/**
 * Reads the project that the options, the environment and the working directory mean. Warnings go to stderr as it reads.
 * @returns the project, or the failure whose message is what `docker compose` prints
 */
export async function loadProject(_ctx: Ctx, _options: LoadOptions): Promise<Project | Failure> {
  return new Failure('no configuration file provided: not found');
}
