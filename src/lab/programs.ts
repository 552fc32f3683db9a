/** What is installed on a machine: every program by name, and where its executable lies. */
import { imagePrograms } from '../docker/images/apps/index.ts';
import type { Installed } from '../linux/kernel/base-files.ts';
import type { Program, World } from '../linux/kernel/machine.ts';
import { addApplets, HOST_PROGRAMS } from '../linux/programs/index.ts';
import { type ProgramSpec, programOf } from '../linux/programs/spec.ts';
import { TEXT_TOOLS } from '../linux/programs/text/index.ts';
import { ashProgram, bashProgram, dashProgram } from '../linux/shell/bash.ts';
import type { Completer } from '../linux/shell/complete.ts';

/** The docker command is a third of the code: it is loaded when it is first run, or completed. */
const dockerCompleter: Completer = {
  async complete(words, index, sys) {
    if (index > 1 && words[1] === 'compose') {
      const { composeCompleter } = await sys.load(() => import('../docker/compose/complete.ts'));
      return composeCompleter.complete(words, index, sys);
    }
    const { dockerCompleter } = await sys.load(() => import('../docker/cli/complete.ts'));
    return dockerCompleter.complete(words, index, sys);
  },
};

/** All others: what the tables of their options and the machine's network say. */
const otherCompleter: Completer = {
  async complete(words, index, sys) {
    const { complete } = await sys.load(() => import('../linux/programs/completers.ts'));
    return complete(words, index, sys);
  },
};

/** Registers every program of the lab: those of the machines and those that only images have. */
export function registerPrograms(world: World): void {
  const ash = ashProgram();
  const shells = [bashProgram({ completers: { docker: dockerCompleter, '*': otherCompleter } }), dashProgram(), ash];
  for (const program of shells) world.programs.set(program.name, program);
  for (const [name, load] of imagePrograms) world.programs.set(name, load);
  world.programs.set('docker', async () => (await import('../docker/cli/main.ts')).dockerProgram);
  world.programs.set('docker-compose', async () => (await import('../docker/compose/plugin.ts')).composeProgram);
  world.programs.set('docker-buildx', async () => (await import('../docker/cli/cmd/build/plugin.ts')).buildxProgram);
  for (const { name, load } of HOST_PROGRAMS) world.programs.set(name, load);
  for (const { name, load } of TEXT_TOOLS) world.programs.set(name, async () => programOf((await load()).spec));
  addApplets(TEXT_TOOLS.map(({ name, load }) => [name, async () => (await load()).spec] as const));
  addApplets(['sh', 'ash'].map((name) => [name, async () => shellApplet(name, ash.main)] as const));
}

/** A shell as an applet of busybox: it reads its arguments itself. */
function shellApplet(name: string, main: Program['main']): ProgramSpec {
  return { name, path: `/bin/${name}`, summary: 'The shell', options: [], order: 'own', run: (ctx) => main(ctx.sys) };
}

const PLUGINS = '/usr/libexec/docker/cli-plugins/docker-';

/** The executables of a machine. */
export function installedPrograms(): Installed[] {
  return [
    { program: 'bash', paths: ['/usr/bin/bash'], size: 1298416 },
    { program: 'dash', paths: ['/usr/bin/dash', '/usr/bin/sh'], size: 125640 },
    { program: 'docker', paths: ['/usr/bin/docker'], size: 41812904 },
    { program: 'docker-compose', paths: [`${PLUGINS}compose`, '/usr/bin/docker-compose'] },
    { program: 'docker-buildx', paths: [`${PLUGINS}buildx`] },
    ...HOST_PROGRAMS.map(({ name, paths }) => ({ program: name, paths })),
    ...TEXT_TOOLS.map(({ name }) => ({ program: name, paths: [`/usr/bin/${name}`] })),
  ];
}
