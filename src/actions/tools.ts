import type { llm } from '@livekit/agents';
import type { PersonaActions } from '../persona/action-matter.ts';
import type { DigitQuestion } from '../persona/keypad-matter.ts';
import { askDigitsTool } from './ask-digits.ts';
import { hangUpTool } from './hang-up.ts';
import { sendDigitsTool } from './send-digits.ts';
import type { Ask } from './tool.ts';
import { transferTool } from './transfer.ts';

/** The tools of a call: those that its prompt file lists and its line can do, in an order that stays the same. */
export function toolsOf(
  { hangUp, sendDigits, targets }: PersonaActions,
  ask: Ask,
  questions: Readonly<Record<string, DigitQuestion>> = {},
): llm.ToolContextEntry[] {
  return [
    ...(hangUp ? [hangUpTool(ask)] : []),
    ...(sendDigits ? [sendDigitsTool(ask)] : []),
    ...(Object.keys(targets).length > 0 ? [transferTool(targets, ask)] : []),
    ...(Object.keys(questions).length > 0 ? [askDigitsTool(questions, ask)] : []),
  ];
}
