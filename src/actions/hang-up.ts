import { type Ask, actionTool } from './tool.ts';

/** The model may end the call. */
export const hangUpTool = (ask: Ask) =>
  actionTool({
    name: 'hang_up',
    description: 'Ends the call once you have said good-bye and the caller wants nothing more.',
    properties: {},
    requestOf: () => ({ action: 'hang_up' }),
    ask,
  });
