/** Placement constraints, `node.labels.zone==a`. @see swarmkit manager/constraint/constraint.go */
import type { Node } from '../api/swarm.ts';

interface Constraint {
  readonly key: string;
  readonly equal: boolean;
  readonly value: string;
}

/** @returns undefined when it is none */
export function parseConstraint(text: string): Constraint | undefined {
  const found = /^\s*([^=!\s]+)\s*(==|!=)\s*(.+?)\s*$/.exec(text);
  if (!found) return undefined;
  const [, key = '', operator, value = ''] = found;
  return /^[\w./-]+$/.test(key) ? { key, equal: operator === '==', value } : undefined;
}

/** A node meets all of them. */
export function meets(node: Node, constraints: readonly string[]): boolean {
  return constraints.every((text) => {
    const c = parseConstraint(text);
    return c !== undefined && (textOf(node, c.key).toLowerCase() === c.value.toLowerCase()) === c.equal;
  });
}

function textOf(node: Node, key: string): string {
  const { Spec, Description, ID } = node;
  if (key.startsWith('node.labels.')) return Spec.Labels?.[key.slice('node.labels.'.length)] ?? '';
  if (key.startsWith('engine.labels.')) return Description.Engine.Labels?.[key.slice('engine.labels.'.length)] ?? '';
  const plain: Readonly<Record<string, string>> = {
    'node.id': ID,
    'node.hostname': Description.Hostname,
    'node.role': Spec.Role,
    'node.ip': node.Status.Addr,
    'node.platform.os': Description.Platform.OS,
    'node.platform.arch': Description.Platform.Architecture,
  };
  return plain[key.toLowerCase()] ?? '';
}
