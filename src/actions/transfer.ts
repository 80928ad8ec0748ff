import type { TransferTarget } from '../persona/action-matter.ts';
import { type Ask, actionTool } from './tool.ts';

/** The model may put the caller through to one of these. */
export function transferTool(targets: Readonly<Record<string, TransferTarget>>, ask: Ask) {
  const names = Object.keys(targets);
  const each = Object.entries(targets).map(([name, { when }]) => (when ? `${name}: ${when}` : name));
  return actionTool({
    name: 'transfer',
    description: `Puts the caller through to a person, and ends your part of the call. The caller is told so for you. Targets: ${each.join('; ')}.`,
    properties: { target: { type: 'string', enum: names } },
    requestOf({ target }) {
      const known = names.find((name) => name === target);
      return known === undefined
        ? `There is no such target. Targets: ${names.join(', ')}.`
        : { action: 'transfer', target: known };
    },
    ask,
  });
}
