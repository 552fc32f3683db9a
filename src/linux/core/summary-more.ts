/**
 * The protocols that tcpdump knows and a lab seldom sees, in one bundle: who prints lines for everything (the program)
 * hands it over with the options, who lists frames in passing does without.
 */

import { dhcpText } from './summary-dhcp.ts';
import { igmpText } from './summary-igmp.ts';
import { linesProtocol } from './summary-lines.ts';
import { listenerText, routerText } from './summary-listener.ts';
import { ndOptions } from './summary-nd.ts';
import { optionsText } from './summary-options.ts';
import { tunnelText } from './summary-tunnel.ts';

export const MORE = {
  ndOptions,
  listenerText,
  routerText,
  dhcpText,
  igmpText,
  linesProtocol,
  optionsText,
  tunnelText,
} as const;
export type MoreProtocols = typeof MORE;
