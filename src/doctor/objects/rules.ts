import { judgeElb } from './elb-rules.ts';
import { judgeGateways } from './gateway-rules.ts';
import { judgeHttpRoutes } from './httproute-rules.ts';
import { judgeNetworkPolicies } from './network-policy-rules.ts';
import { judgeTurnServers } from './turn-server-rules.ts';
import { judgeUdpRoutes } from './udproute-rules.ts';
import { judgeLiveKitPods, judgePrompts } from './workload-rules.ts';
import type { Rule } from './world.ts';

/** In the order in which a call meets what they judge. */
export const OBJECT_RULES: readonly Rule[] = [
  judgeHttpRoutes,
  judgeGateways,
  judgeElb,
  judgeTurnServers,
  judgeUdpRoutes,
  judgeLiveKitPods,
  judgePrompts,
  judgeNetworkPolicies,
];
