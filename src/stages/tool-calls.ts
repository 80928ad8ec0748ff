import { randomUUID } from 'node:crypto';
import { llm } from '@livekit/agents';
import { BOUNDS } from '../bounds.ts';
import type { ToolCallPart } from '../openai/chat-part.ts';

interface OpenCall {
  index: number;
  id: string;
  name: string;
  args: string[];
  /** Characters of `args`. */
  length: number;
  extra: object;
}

/**
 * The calls of tools in one answer, put together from their pieces: several at once by index, whole or piece by piece. What is
 * more than `BOUNDS` allows is passed over.
 */
export class ToolCalls {
  readonly #calls: OpenCall[] = [];

  add({ index, id, name, arguments: args, extra }: ToolCallPart): void {
    const open = this.#calls.findLast((call) => call.index === index);
    // Some servers number every call 0: another id with a name is another call.
    const isOther = open && id !== undefined && name !== undefined && id !== open.id;
    if (open && !isOther) {
      open.length += args.length;
      if (open.length <= BOUNDS.toolArgumentsCharacters) open.args.push(args);
      Object.assign(open.extra, extra);
    } else if (name !== undefined) this.#begin({ index, id, name, args, extra });
  }

  #begin({ index, id, name, args, extra }: Omit<ToolCallPart, 'arguments'> & { name: string; args: string }) {
    const isTooLong = Math.max(name.length, id?.length ?? 0) > BOUNDS.toolNameCharacters;
    if (isTooLong || this.#calls.length >= BOUNDS.toolCalls) return;
    const known = id ?? `call_${randomUUID()}`;
    this.#calls.push({ index, id: known, name, args: [args], length: args.length, extra: { ...extra } });
  }

  get names(): string[] {
    return this.#whole.map(({ name }) => name);
  }

  get #whole(): OpenCall[] {
    return this.#calls.filter(({ length }) => length <= BOUNDS.toolArgumentsCharacters);
  }

  /** Those of `offered` tools, as the framework takes them. */
  of(offered: ReadonlySet<string>): llm.FunctionCall[] {
    return this.#whole
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
