import { fromBase64 } from '../../../../base/base64.ts';
import type { Payload } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import { timeString } from '../../formatter/time.ts';
import { inspectAll } from '../../inspector.ts';
import { atLeast, type CommandSpec, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { pretty } from '../node/format.ts';
import { fetchKind } from '../system/inspect.ts';
import type { Kind } from './create.ts';

/** `docker secret inspect`, `docker config inspect` */
export const payloadInspect = (kind: Kind): CommandSpec =>
  command({
    path: [kind, 'inspect'],
    use: `[OPTIONS] ${kind.toUpperCase()} [${kind.toUpperCase()}...]`,
    short: `Show everything about ${kind}s`,
    args: atLeast(1),
    flags: [
      flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }),
      flag('pretty', 'bool', 'Print it for people'),
    ],
    run: async (ctx, o, args) => {
      const format = o.bool('pretty') ? 'pretty' : o.string('format');
      if (format.startsWith('pretty') && format !== 'pretty')
        return new Failure('cannot supply extra formatting options to the pretty template');
      if (format !== 'pretty') return inspectAll(ctx, args, format, (name) => fetchKind(ctx, kind, name));
      let text = '';
      for (const name of args) {
        const found = await ctx.client.get<Payload>(`/${kind}s/${name}`);
        if (failed(found)) return found;
        text += kind === 'secret' ? secretPage(found) : configPage(found);
      }
      await ctx.out(text);
      return 0;
    },
  });

const labelsOf = ({ Spec }: Payload): string[] => {
  const labels = Object.entries(Spec.Labels ?? {}).map(([k, v]) => ` - ${k}${v === '' ? '' : `=${v}`}`);
  return labels.length > 0 ? ['Labels:', ...labels.sort()] : [];
};

const at = (time: string): string => pretty(timeString(time));

/** @see docker/cli cli/command/secret/formatter.go: secretInspectPrettyTemplate */
const secretPage = (p: Payload): string =>
  [
    `ID:              ${p.ID}`,
    `Name:              ${p.Spec.Name ?? ''}`,
    ...labelsOf(p),
    `Driver:            ${p.Spec.Driver?.Name ?? ''}`,
    `Created at:        ${at(p.CreatedAt)}`,
    `Updated at:        ${at(p.UpdatedAt)}`,
    '',
  ].join('\n');

/** @see docker/cli cli/command/config/formatter.go: configInspectPrettyTemplate */
const configPage = (p: Payload): string =>
  [
    `ID:\t\t\t${p.ID}`,
    `Name:\t\t\t${p.Spec.Name ?? ''}`,
    ...labelsOf(p),
    `Created at:            \t${at(p.CreatedAt)}`,
    `Updated at:            \t${at(p.UpdatedAt)}`,
    'Data:',
    fromBase64(p.Spec.Data ?? '') ?? '',
    '',
  ].join('\n');
