/** Nodes of a parsed template. @see Go src/text/template/parse/node.go */
import { goQuote } from '../flags/gostrconv.ts';

interface At {
  readonly pos: number;
  readonly line: number;
}
export type Arg = At &
  (
    | { readonly n: 'dot' }
    | { readonly n: 'nil' }
    | { readonly n: 'bool'; readonly value: boolean }
    | { readonly n: 'number'; readonly text: string; readonly value: number; readonly isInt: boolean }
    | { readonly n: 'string'; readonly quoted: string; readonly value: string }
    | { readonly n: 'field'; readonly idents: readonly string[] }
    | { readonly n: 'variable'; readonly idents: readonly string[] }
    | { readonly n: 'identifier'; readonly name: string }
    | { readonly n: 'chain'; readonly node: Arg; readonly fields: readonly string[] }
    | { readonly n: 'pipe'; readonly pipe: Pipe }
  );
export interface Command extends At {
  readonly args: readonly Arg[];
}
export interface Pipe extends At {
  readonly decl: readonly string[];
  readonly assign: boolean;
  readonly cmds: readonly Command[];
}
export type Node = At &
  (
    | { readonly n: 'text'; readonly text: string }
    | { readonly n: 'action'; readonly pipe: Pipe }
    | {
        readonly n: 'if' | 'with' | 'range';
        readonly pipe: Pipe;
        readonly list: readonly Node[];
        readonly otherwise?: readonly Node[];
      }
    | { readonly n: 'template'; readonly name: string; readonly pipe?: Pipe }
    | { readonly n: 'break' | 'continue' }
  );

/** The text of a node as Go's String prints it: error messages quote it. */
export function argText(a: Arg): string {
  switch (a.n) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(a.value);
    case 'number':
      return a.text;
    case 'string':
      return a.quoted;
    case 'field':
      return a.idents.map((i) => `.${i}`).join('');
    case 'variable':
      return a.idents.join('.');
    case 'identifier':
      return a.name;
    case 'chain':
      return `${a.node.n === 'pipe' ? `(${argText(a.node)})` : argText(a.node)}${a.fields.map((f) => `.${f}`).join('')}`;
    default:
      return pipeText(a.pipe);
  }
}

export function commandText(c: Command): string {
  return c.args.map((a) => (a.n === 'pipe' ? `(${argText(a)})` : argText(a))).join(' ');
}

export function pipeText(p: Pipe): string {
  const decl = p.decl.length > 0 ? `${p.decl.join(', ')} ${p.assign ? '=' : ':='} ` : '';
  return decl + p.cmds.map(commandText).join(' | ');
}

/** `{{template "x"}}` as errors quote it. */
export function templateText(name: string, pipe: Pipe | undefined): string {
  return `{{template ${goQuote(name)}${pipe ? ` ${pipeText(pipe)}` : ''}}}`;
}
