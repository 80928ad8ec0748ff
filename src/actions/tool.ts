import { llm } from '@livekit/agents';
import type { ActionRequest, Answer } from './request.ts';

/** Takes what the model asks for. @throws ToolError, which the model is told. */
export type Ask = (request: ActionRequest, answer: Answer) => void;

interface ActionTool {
  name: ActionRequest['action'];
  description: string;
  /** JSON Schema of each argument; all are required. */
  properties: Record<string, object>;
  /** @returns a text on what is wrong where the arguments are not those of the schema: servers do not hold models to it. */
  requestOf(args: Record<string, unknown>): ActionRequest | string;
  ask: Ask;
}

/**
 * An action as a function tool. It does nothing by itself: what is asked waits until the answer has been said (`actions.ts`),
 * and the model is asked for no more words, unless it asked for what there is not.
 */
export function actionTool({ name, description, properties, requestOf, ask }: ActionTool) {
  const required = Object.keys(properties);
  return llm.tool({
    name,
    description,
    parameters: { type: 'object', properties, required, additionalProperties: false },
    execute: async (args: unknown, { ctx }): Promise<undefined> => {
      const given = typeof args === 'object' && args !== null ? args : {};
      const request = requestOf(given as Record<string, unknown>);
      if (typeof request === 'string') throw new llm.ToolError(request);
      ask(request, ctx.speechHandle);
    },
  });
}
