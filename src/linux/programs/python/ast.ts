/** The tree of a Python program. @see CPython Parser/Python.asdl */

/** Something that has a value. */
export type Expr =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'str' | 'bytes'; readonly value: string }
  | { readonly kind: 'joined'; readonly parts: readonly (string | { readonly value: Expr; readonly repr: boolean })[] }
  | { readonly kind: 'const'; readonly value: boolean | null }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expr[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | { readonly kind: 'attr'; readonly of: Expr; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expr; readonly index: Expr }
  | { readonly kind: 'slice'; readonly from: Expr | undefined; readonly to: Expr | undefined }
  | {
      readonly kind: 'call';
      readonly callee: Expr;
      readonly args: readonly Expr[];
      readonly named: readonly (readonly [string, Expr])[];
    }
  | { readonly kind: 'unary'; readonly op: string; readonly value: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'compare'; readonly first: Expr; readonly rest: readonly (readonly [string, Expr])[] }
  | { readonly kind: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'if'; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr };

/** One except clause. */
export interface Handler {
  readonly type: Expr | undefined;
  readonly as: string | undefined;
  readonly body: readonly Stmt[];
}

/** Something that is done. */
export type Stmt = { readonly line: number } & (
  | { readonly kind: 'expr' | 'return' | 'raise'; readonly value: Expr | undefined }
  | { readonly kind: 'assign'; readonly targets: readonly Expr[]; readonly value: Expr }
  | { readonly kind: 'augment'; readonly op: string; readonly target: Expr; readonly value: Expr }
  | { readonly kind: 'import'; readonly module: string; readonly as: string }
  | { readonly kind: 'from'; readonly module: string; readonly names: readonly (readonly [string, string])[] }
  | { readonly kind: 'pass' | 'break' | 'continue' }
  | { readonly kind: 'if'; readonly test: Expr; readonly body: readonly Stmt[]; readonly otherwise: readonly Stmt[] }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: readonly Stmt[] }
  | { readonly kind: 'for'; readonly target: Expr; readonly over: Expr; readonly body: readonly Stmt[] }
  | {
      readonly kind: 'try';
      readonly body: readonly Stmt[];
      readonly handlers: readonly Handler[];
      readonly otherwise: readonly Stmt[];
      readonly last: readonly Stmt[];
    }
  | { readonly kind: 'with'; readonly value: Expr; readonly as: Expr | undefined; readonly body: readonly Stmt[] }
  | {
      readonly kind: 'def';
      readonly name: string;
      readonly params: readonly { readonly name: string; readonly fallback: Expr | undefined }[];
      readonly body: readonly Stmt[];
    }
);
