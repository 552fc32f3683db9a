/** The tree of an awk program. @see POSIX.1-2017 awk, grammar */

/** An expression. `call` is a user's function unless `builtin`; `getline` reads the main input, a file or a command. */
export type Expr =
  | { readonly k: 'num'; readonly v: number }
  | { readonly k: 'str'; readonly v: string }
  | { readonly k: 'regex'; readonly v: string }
  | { readonly k: 'var'; readonly name: string }
  | { readonly k: 'field'; readonly e: Expr }
  | { readonly k: 'index'; readonly name: string; readonly subs: readonly Expr[] }
  | { readonly k: 'in'; readonly subs: readonly Expr[]; readonly name: string }
  | { readonly k: 'group'; readonly e: Expr }
  | { readonly k: 'bin'; readonly op: string; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'un'; readonly op: string; readonly e: Expr }
  | { readonly k: 'cond'; readonly c: Expr; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'assign'; readonly op: string; readonly to: Expr; readonly e: Expr }
  | { readonly k: 'incr'; readonly by: 1 | -1; readonly post: boolean; readonly to: Expr }
  | { readonly k: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly builtin: boolean }
  | {
      readonly k: 'getline';
      readonly to: Expr | undefined;
      readonly from: 'main' | 'file' | 'pipe';
      readonly source: Expr | undefined;
    };

/** A statement. `while` with `first` is `do … while`. */
export type Stmt =
  | { readonly k: 'expr'; readonly e: Expr }
  | {
      readonly k: 'print';
      readonly args: readonly Expr[];
      readonly format: boolean;
      readonly redirect: '' | '>' | '>>' | '|';
      readonly to: Expr | undefined;
    }
  | { readonly k: 'if'; readonly c: Expr; readonly a: Stmt; readonly b: Stmt | undefined }
  | { readonly k: 'while'; readonly c: Expr; readonly body: Stmt; readonly first: boolean }
  | {
      readonly k: 'for';
      readonly init: Stmt | undefined;
      readonly c: Expr | undefined;
      readonly step: Stmt | undefined;
      readonly body: Stmt;
    }
  | { readonly k: 'forin'; readonly name: string; readonly array: string; readonly body: Stmt }
  | { readonly k: 'block'; readonly list: readonly Stmt[] }
  | { readonly k: 'delete'; readonly name: string; readonly subs: readonly Expr[] | undefined }
  | { readonly k: 'jump'; readonly what: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly k: 'exit' | 'return'; readonly e: Expr | undefined };

/** A pattern and what is done where it holds; `until` ends a range that `pattern` begins. */
export interface Rule {
  readonly kind: 'BEGIN' | 'END' | 'main';
  readonly pattern: Expr | undefined;
  readonly until: Expr | undefined;
  /** Absent: print. */
  readonly body: Stmt | undefined;
  readonly id: number;
}

/** A whole program: rules in their order, functions by name. */
export interface Program {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, { readonly params: readonly string[]; readonly body: Stmt }>;
}

/** Can a value be assigned to it? */
export function isTarget(e: Expr): boolean {
  return e.k === 'var' || e.k === 'field' || e.k === 'index';
}
