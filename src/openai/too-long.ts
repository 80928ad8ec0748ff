/**
 * A request that is longer than the model's context, in the words of the servers: vLLM and OpenAI "maximum context length is
 * N tokens", OpenAI `context_length_exceeded` and "exceed the configured limit of N tokens", llama-server "exceeds the
 * available context size (N tokens)", SGLang "longer than the model's context length (N tokens)", TGI "`inputs` tokens +
 * `max_new_tokens` must be <= N", Mistral "too large for model with N maximum context length", Anthropic "prompt is too
 * long: M tokens > N maximum", Gemini "exceeds the maximum number of tokens allowed (N)".
 */
export const TOO_LONG =
  /context (?:length|size|window)|context_length|too many tokens|(?:input|prompt) is too long|max_new_tokens` must be|exceed the configured limit|maximum number of tokens allowed/i;

const LIMITS = [
  /maximum context length (?:is|of) (\d+)/i,
  /context size \((\d+)/i,
  /context length \((\d+)/i,
  /max_new_tokens` must be <= (\d+)/i,
  /model with (\d+) maximum context length/i,
  /> (\d+) maximum/i,
  /tokens allowed \((\d+)/i,
  /configured limit of (\d+)/i,
  /context (?:length|size|window) (?:is|of)(?: only)? (\d+)/i,
];
/** The reason stands at the beginning; some servers repeat the request after it. */
const READ_CHARS = 2000;
/** Models with less are no chat models: the number is another. */
const LEAST_TOKENS = 256;

/**
 * Whether a server refuses a request for its length, and the model's context in tokens, where it says so.
 *
 * @param said - the server's own words.
 */
export function tooLong(status: number | undefined, said: string): { contextTokens?: number } | undefined {
  const reason = said.slice(0, READ_CHARS);
  if (![400, 413, 422, 500].includes(status ?? 0) || !TOO_LONG.test(reason)) return undefined;
  for (const limit of LIMITS) {
    const contextTokens = Number(limit.exec(reason)?.[1]);
    if (contextTokens >= LEAST_TOKENS) return { contextTokens };
  }
  return {};
}
