/** `docker compose scale`. @see docker/compose pkg/compose/scale.go */
import { type Failure, failed } from '../cli/failure.ts';
import { withScale } from './cmd/create.ts';
import type { Compose } from './compose.ts';
import { create, PLAIN_CREATE } from './create.ts';
import { only } from './recalled.ts';
import { start } from './start.ts';

/** Creates what is missing, removes what is too much, and starts the rest. */
export async function scaleServices(
  c: Compose,
  services: readonly string[],
  wanted: ReadonlyMap<string, number>,
  alone: boolean,
): Promise<number | Failure> {
  const loaded = await c.project(services);
  if (failed(loaded)) return loaded;
  let project = alone ? only(loaded, new Set(services)) : loaded;
  for (const [name, count] of wanted) {
    const scaled = withScale(project, name, count);
    if (failed(scaled)) return scaled;
    project = { ...project, services: { ...project.services, [name]: scaled } };
  }
  const bad = await c.run('Scaling', async () => {
    const made = await create(c, project, { ...PLAIN_CREATE, services });
    return failed(made) ? made : start(c, project.name, { project });
  });
  return bad ?? 0;
}
