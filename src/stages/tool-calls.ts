import { randomUUID } from 'node:crypto';
import { llm } from '@livekit/agents';
import type { ToolCallPart } from '../openai/chat-part.ts';

/** The calls of tools in one answer, put together from their pieces. */
export class ToolCalls {
  readonly #calls: { index: number; id: string; name: string; args: string[]; extra: object }[] = [];

  add({ index, id, name, arguments: args, extra }: ToolCallPart): void {
    const open = this.#calls.findLast((call) => call.index === index);
    // Some servers number every call 0: another id with a name is another call.
    const isOther = open && id !== undefined && name !== undefined && id !== open.id;
    if (open && !isOther) {
      open.args.push(args);
      Object.assign(open.extra, extra);
    } else if (name !== undefined) {
      this.#calls.push({ index, id: id ?? `call_${randomUUID()}`, name, args: [args], extra: { ...extra } });
    }
  }

  get names(): string[] {
    return this.#calls.map(({ name }) => name);
  }

  /** Those of `offered` tools, as the framework takes them. */
  of(offered: ReadonlySet<string>): llm.FunctionCall[] {
    return this.#calls
      .filter(({ name }) => offered.has(name))
      .map(({ id, name, args, extra }) =>
        llm.FunctionCall.create({ callId: id, name, args: args.join('') || '{}', extra: { ...extra } }),
      );
  }
}

/** The framework's tools as the chat API takes them. */
export function toolBodies(tools: llm.ToolContext | undefined): object[] {
  if (!tools) return [];
  return llm.sortedToolEntries(tools).map(([name, { description, parameters }]) => {
    const { $schema: _, ...schema } = llm.toJsonSchema(parameters, true, false) as Record<string, unknown>;
    return { type: 'function', function: { name, description, parameters: schema } };
  });
}
