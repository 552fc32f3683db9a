/** The text and file tools of a machine, loaded when first run. */
import type { ProgramSpec } from '../spec.ts';

/** A tool: its name, and how to get its spec. */
export interface TextTool {
  readonly name: string;
  readonly load: () => Promise<{ readonly spec: ProgramSpec }>;
}

const tool = (name: string, load: TextTool['load']): TextTool => ({ name, load });

export const TEXT_TOOLS: readonly TextTool[] = [
  tool('awk', () => import('./awk/awk.ts')),
  tool('basename', () => import('./basename.ts')),
  tool('cat', () => import('./cat.ts')),
  tool('chmod', () => import('./chmod.ts')),
  tool('chown', () => import('./chown.ts')),
  tool('clear', () => import('./clear.ts')),
  tool('cp', () => import('./cp.ts')),
  tool('cut', () => import('./cut.ts')),
  tool('date', () => import('./date.ts')),
  tool('dirname', () => import('./dirname.ts')),
  tool('echo', () => import('./echo.ts')),
  tool('egrep', async () => ({ spec: (await import('./egrep.ts')).egrep })),
  tool('false', () => import('./false.ts')),
  tool('fgrep', async () => ({ spec: (await import('./egrep.ts')).fgrep })),
  tool('find', () => import('./find.ts')),
  tool('grep', () => import('./grep.ts')),
  tool('head', () => import('./head.ts')),
  tool('ln', () => import('./ln.ts')),
  tool('ls', () => import('./ls.ts')),
  tool('mkdir', () => import('./mkdir.ts')),
  tool('mv', () => import('./mv.ts')),
  tool('nl', () => import('./nl.ts')),
  tool('nproc', () => import('./nproc.ts')),
  tool('paste', () => import('./paste.ts')),
  tool('printenv', () => import('./printenv.ts')),
  tool('printf', () => import('./printf.ts')),
  tool('pwd', () => import('./pwd.ts')),
  tool('readlink', () => import('./readlink.ts')),
  tool('realpath', () => import('./realpath.ts')),
  tool('rev', () => import('./rev.ts')),
  tool('rm', () => import('./rm.ts')),
  tool('rmdir', () => import('./rmdir.ts')),
  tool('sed', () => import('./sed/sed.ts')),
  tool('seq', () => import('./seq.ts')),
  tool('sort', () => import('./sort.ts')),
  tool('stat', () => import('./stat.ts')),
  tool('tac', () => import('./tac.ts')),
  tool('tail', () => import('./tail.ts')),
  tool('tee', () => import('./tee.ts')),
  tool('test', () => import('./test.ts')),
  tool('touch', () => import('./touch.ts')),
  tool('tr', () => import('./tr.ts')),
  tool('true', () => import('./true.ts')),
  tool('tty', () => import('./tty.ts')),
  tool('uniq', () => import('./uniq.ts')),
  tool('watch', () => import('./watch.ts')),
  tool('wc', () => import('./wc.ts')),
  tool('which', () => import('./which.ts')),
  tool('xargs', () => import('./xargs.ts')),
  tool('yes', () => import('./yes.ts')),
];
