/**
 * Services in the order of what they depend on: each begins when those before it are done, all others at the same time.
 * @see docker/compose pkg/compose/dependencies.go
 */
import { type Failure, failed } from '../cli/failure.ts';
import type { Project } from './model/project.ts';

/** Waits for all. @returns what failed first */
export async function all(tasks: Iterable<Promise<unknown>>): Promise<Failure | undefined> {
  let first: Failure | undefined;
  const watch = async (task: Promise<unknown>): Promise<void> => {
    const got = await task;
    if (failed(got)) first ??= got;
  };
  await Promise.all([...tasks].map(watch));
  return first;
}

type Edges = ReadonlyMap<string, readonly string[]>;

/** Names of services that each of them depends on, of those that are there. */
export function dependencies(project: Project): Edges {
  const known = Object.keys(project.services);
  return new Map(
    known.map((n) => [n, Object.keys(project.services[n]?.depends_on ?? {}).filter((d) => known.includes(d))]),
  );
}

/** Who depends on each. */
export function dependents(project: Project): Edges {
  const edges = dependencies(project);
  return new Map([...edges.keys()].map((n) => [n, [...edges.keys()].filter((d) => edges.get(d)?.includes(n))]));
}

/** A service and everything that the edges lead to from there. */
export function reach(edges: Edges, from: readonly string[]): Set<string> {
  const out = new Set<string>();
  const visit = (n: string): void => {
    if (out.has(n)) return;
    out.add(n);
    for (const d of edges.get(n) ?? []) visit(d);
  };
  for (const n of from) visit(n);
  return out;
}

async function visit(edges: Edges, fn: (name: string) => Promise<unknown>): Promise<Failure | undefined> {
  let first: Failure | undefined;
  const begun = new Map<string, Promise<void>>();
  const one = (name: string): Promise<void> => {
    const old = begun.get(name);
    if (old) return old;
    const work = (async () => {
      await Promise.all((edges.get(name) ?? []).map(one));
      if (first) return;
      const got = await fn(name);
      if (failed(got)) first ??= got;
    })();
    begun.set(name, work);
    return work;
  };
  await Promise.all([...edges.keys()].map(one));
  return first;
}

/** What is depended on comes first. */
export const inDependencyOrder = (
  project: Project,
  fn: (name: string) => Promise<unknown>,
): Promise<Failure | undefined> => visit(dependencies(project), fn);

/** What depends on others comes first. */
export const inReverseOrder = (
  project: Project,
  fn: (name: string) => Promise<unknown>,
): Promise<Failure | undefined> => visit(dependents(project), fn);
