/** One line for each event. @see docker/compose pkg/progress/plain.go, json.go */
import type { Ctx } from '../../cli/context.ts';
import { goMarshal } from '../../cli/gojson.ts';
import type { ProgressEvent, ProgressWriter } from './event.ts';

/** Stands before what was not done. */
export const DRY_RUN = ' DRY-RUN MODE - ';

/** Writes lines to stderr, one after the other. */
class Lines {
  #written: Promise<void> = Promise.resolve();

  constructor(readonly ctx: Ctx) {}

  push(line: string): void {
    this.#written = this.#written.then(() => this.ctx.err(`${line}\n`));
  }

  stop(): Promise<void> {
    return this.#written;
  }
}

/** `--progress plain` */
export function plainWriter(ctx: Ctx, dryRun: boolean): ProgressWriter {
  const lines = new Lines(ctx);
  const prefix = dryRun ? DRY_RUN : '';
  return {
    event: (e) => lines.push(`${prefix} ${e.id} ${e.text ?? ''} ${e.statusText ?? ''}`),
    tail: (line) => lines.push(line),
    stop: () => lines.stop(),
  };
}

const some = (x: string | number | undefined): string | number | undefined => x || undefined;

/** `--progress json` */
export function jsonWriter(ctx: Ctx, dryRun: boolean): ProgressWriter {
  const lines = new Lines(ctx);
  const dry = dryRun ? { 'dry-run': true } : {};
  const message = (e: ProgressEvent): unknown => ({
    ...dry,
    id: e.id,
    parent_id: some(e.parent),
    text: some(e.text),
    status: some(e.statusText),
    current: some(e.current),
    total: some(e.total),
    percent: some(e.percent),
  });
  return {
    event: (e) => lines.push(goMarshal(message(e))),
    tail: (text) => lines.push(goMarshal({ ...dry, tail: true, text })),
    stop: () => lines.stop(),
  };
}
