import type { JsonObject } from '../../src/openai/extra-body.ts';
import { caseOf } from './cases/all.ts';
import type { Fixture, HttpExchange } from './fixture.ts';

/** What of a body breaks each rule that servers were seen to refuse. */
const BREAKS: Record<string, (body: JsonObject, recorded: JsonObject) => boolean> = {
  'empty tools': ({ tools }) => Array.isArray(tools) && tools.length === 0,
  'both token limits': (body) => 'max_tokens' in body && 'max_completion_tokens' in body,
  'a role out of turn': (body, recorded) => rolesOf(body) === rolesOf(recorded),
};

/** The recorded refusal of a body like this one, where the server was seen to refuse such bodies. */
export function refusalFor(body: JsonObject, fixtures: readonly Fixture[]): HttpExchange | undefined {
  for (const fixture of fixtures) {
    const { refuses } = caseOf(fixture.case);
    const refused = fixture.exchanges.find(isRefusal);
    if (refuses && refused && BREAKS[refuses]?.(body, refused.json ?? {})) return refused;
  }
  return undefined;
}

export function isRefusal(exchange: Fixture['exchanges'][number]): exchange is HttpExchange {
  return exchange.kind === 'http' && exchange.status >= 400;
}

function rolesOf({ messages }: JsonObject): string {
  return Array.isArray(messages) ? messages.map((one) => String(Object(one).role)).join(' ') : '';
}
