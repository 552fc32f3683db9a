/** YAML held against a schema, with the line of everything in it. */
import type * as v from 'valibot';
import { getDotPath, safeParse } from 'valibot';
import { LineCounter, parseDocument } from 'yaml';
import type { Fault } from './fault.ts';

/** Keys and indices from the top of a document. */
export type Path = readonly (string | number)[];

/** A document that fits its schema. */
export interface Data<T> {
  readonly value: T;
  /** Line of what stands at a path, or of what is nearest above it. */
  line(path: Path): number;
}

/** Reads a document. @param file its name in faults */
export function readData<S extends v.GenericSchema>(
  text: string,
  schema: S,
  file: string,
): Data<v.InferOutput<S>> | Fault[] {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (doc.errors.length > 0)
    return doc.errors.map((e) => ({ file, line: lines.linePos(e.pos[0]).line, message: e.message }));
  const line = (path: Path): number => {
    for (let n = path.length; n > 0; n--) {
      const node = doc.getIn(path.slice(0, n), true) as { range?: readonly number[] } | undefined;
      const at = node?.range?.[0];
      if (at !== undefined) return lines.linePos(at).line;
    }
    return 1;
  };
  const result = safeParse(schema, doc.toJS());
  if (result.success) return { value: result.output, line };
  return result.issues.map((issue) => ({
    file,
    line: line((issue.path ?? []).map((p) => p.key as string | number)),
    message: `${getDotPath(issue) ?? 'the document'}: ${tell(issue)}`,
  }));
}

/** The schema's complaint in plain words. */
function tell(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'there is no such field';
  if (issue.received === 'undefined') return 'is missing';
  return issue.message.replace(/^Invalid [a-z ]+: /, '');
}
