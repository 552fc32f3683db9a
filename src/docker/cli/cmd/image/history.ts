import { failed } from '../../failure.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { dateTime, humanDuration } from '../../formatter/time.ts';
import { ellipsis, humanSize, truncateId } from '../../formatter/units.ts';
import { command, exactly, flag } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { platformQuery } from './platform.ts';

interface Item {
  Id: string;
  Created: number;
  CreatedBy: string;
  Tags: string[] | null;
  Size: number;
  Comment: string;
}

/** @see docker/cli cli/command/image/formatter_history.go */
function listing(now: number, trunc: boolean, human: boolean): Listing<Item> {
  return {
    type: 'image.historyContext',
    headers: {
      ID: 'IMAGE',
      CreatedSince: 'CREATED',
      CreatedAt: 'CREATED AT',
      CreatedBy: 'CREATED BY',
      Size: 'SIZE',
      Comment: 'COMMENT',
    },
    columns: (h): Record<string, Column> => {
      const by = h.CreatedBy.replaceAll('\t', ' ');
      return {
        Comment: h.Comment,
        CreatedAt: `${dateTime(h.Created).replace(' ', 'T')}Z`,
        CreatedBy: trunc ? ellipsis(by, 45) : by,
        CreatedSince: human
          ? h.Created <= 0
            ? 'N/A'
            : `${humanDuration(now - h.Created)} ago`
          : `${dateTime(h.Created).replace(' ', 'T')}Z`,
        ID: trunc ? truncateId(h.Id) : h.Id,
        Size: human ? humanSize(h.Size, 3) : String(h.Size),
      };
    },
  };
}

/** `docker history` */
export const history = command({
  path: ['history'],
  aliases: ['image history', 'history'],
  use: '[OPTIONS] IMAGE',
  short: 'Show how an image came to be',
  args: exactly(1),
  flags: [
    flag('human', 'bool', 'Sizes and dates for people', { short: 'H', default: 'true' }),
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('format', 'string', FORMAT_HELP),
    flag('platform', 'string', 'Platform to show ("os[/arch[/variant]]")'),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const platform = platformQuery(o.string('platform'));
    if (failed(platform)) return platform;
    const items = await ctx.client.get<Item[]>(`/images/${args[0]}/history`, { platform });
    if (failed(items)) return items;
    const format = o.bool('quiet') ? '{{.ID}}' : o.string('format');
    const { text, failure } = renderList(
      listing(ctx.now(), !o.bool('no-trunc'), o.bool('human')),
      items,
      format,
      `{{.ID}}\\t{{.Created${o.bool('human') ? 'Since' : 'At'}}}\\t{{.CreatedBy}}\\t{{.Size}}\\t{{.Comment}}`,
    );
    await ctx.out(text);
    return failure ?? 0;
  },
});
