import type { CommandSpec } from '../../spec.ts';
import { contextExport, contextImport } from './archives.ts';
import { contextCreate, contextUpdate } from './create.ts';
import { contextInspect } from './inspect.ts';
import { contextLs } from './ls.ts';
import { contextRm } from './rm.ts';
import { contextShow, contextUse } from './use.ts';

export const CONTEXT_COMMANDS: readonly CommandSpec[] = Object.freeze([
  contextCreate,
  contextExport,
  contextImport,
  contextInspect,
  contextLs,
  contextRm,
  contextShow,
  contextUpdate,
  contextUse,
]);
