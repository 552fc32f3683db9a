/** The route table: what the engine answers to. @see moby api/server/router */

import type { Route } from './router.ts';
import { archiveRoutes } from './routes/archive.ts';
import { buildRoutes } from './routes/build.ts';
import { containerRoutes } from './routes/containers.ts';
import { imageRoutes } from './routes/images.ts';
import { networkRoutes } from './routes/networks.ts';
import { payloadRoutes } from './routes/payloads.ts';
import { pluginRoutes } from './routes/plugins.ts';
import { serviceRoutes } from './routes/services.ts';
import { swarmRoutes } from './routes/swarm.ts';
import { systemRoutes } from './routes/system.ts';

export const routes: readonly Route[] = [
  ...systemRoutes,
  ...containerRoutes,
  ...archiveRoutes,
  ...buildRoutes,
  ...imageRoutes,
  ...networkRoutes,
  ...pluginRoutes,
  ...swarmRoutes,
  ...payloadRoutes,
  ...serviceRoutes,
];
