/**
 * Named contexts: directories and images that stand in for what a Dockerfile names.
 * @see moby/buildkit frontend/dockerui/namedcontext.go
 */
import { Failure } from '../../../errdefs.ts';
import { familiarString, parseReference } from '../../../images/reference.ts';
import type { Tree } from '../context.ts';
import type { BuildKitOptions } from './state.ts';

/** A context under its name. */
export interface NamedContext {
  readonly name: string;
  /** Its files, or the image that it is. */
  readonly value: Tree | string;
}

/** The context that stands in for a name of the Dockerfile. */
export function namedContext(options: BuildKitOptions, name: string): NamedContext | undefined {
  const ref = parseReference(name);
  if (ref instanceof Failure) return undefined;
  const short = familiarString(ref).replace(/:latest$/, '');
  const value = options.contexts.get(short);
  if (value === undefined) return undefined;
  return { name: short, value: typeof value === 'string' ? value.replace(/^docker-image:\/\//, '') : value };
}
