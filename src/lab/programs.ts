/** What is installed on a machine: every program by name, and where its executable lies. */
import { dockerProgram } from '../docker/cli/main.ts';
import { imagePrograms } from '../docker/images/apps/index.ts';
import type { Installed } from '../linux/kernel/base-files.ts';
import type { World } from '../linux/kernel/machine.ts';
import { PROGRAMS } from '../linux/programs/index.ts';
import { programOf } from '../linux/programs/spec.ts';
import { TEXT_TOOLS } from '../linux/programs/text/index.ts';
import { ashProgram, bashProgram, dashProgram } from '../linux/shell/bash.ts';

/** Registers every program of the lab: those of the machines and those that only images have. */
export function registerPrograms(world: World): void {
  for (const program of [bashProgram(), dashProgram(), ashProgram(), dockerProgram, ...imagePrograms])
    world.programs.set(program.name, program);
  for (const { name, load } of PROGRAMS) world.programs.set(name, async () => (await load()).program);
  for (const { name, load } of TEXT_TOOLS) world.programs.set(name, async () => programOf((await load()).spec));
}

/** The executables of a machine. */
export function installedPrograms(): Installed[] {
  return [
    { program: 'bash', paths: ['/usr/bin/bash'], size: 1298416 },
    { program: 'dash', paths: ['/usr/bin/dash', '/usr/bin/sh'], size: 125640 },
    { program: 'docker', paths: ['/usr/bin/docker'], size: 41812904 },
    { program: 'docker-proxy', paths: ['/usr/sbin/docker-proxy'], size: 2219952 },
    ...PROGRAMS.filter((p) => p.paths.length > 0).map(({ name, paths }) => ({ program: name, paths })),
    ...TEXT_TOOLS.map(({ name }) => ({ program: name, paths: [`/usr/bin/${name}`] })),
  ];
}
