import { llm } from '@livekit/agents';
import { toolsOf } from '../../actions/tools.ts';
import { servedBy } from '../../config/models.ts';
import type { Config } from '../../config/schema.ts';
import { streamChat } from '../../openai/chat.ts';
import { type ChatAsk, type ChatEndpoint, THINKING_OFF } from '../../openai/chat-body.ts';
import { ChatMemory, type Learned } from '../../openai/chat-learned.ts';
import { createPersonaStore } from '../../persona/store.ts';
import { chatChoices, chatEndpoint } from '../../stages/llm.ts';
import { toolBodies } from '../../stages/tool-calls.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { findMark, withoutMark } from './chat-mark.ts';
import { atEachServer, bufferHint, MODELS } from './each-server.ts';
import { withOffer } from './offer.ts';

/** A call in small: instructions, a greeting that was spoken, a caller's turn. */
const CONVERSATION: ChatAsk['messages'] = [
  { role: 'system', content: 'You answer calls. Answer with one sentence.' },
  { role: 'assistant', content: 'Hello, how can I help?' },
  { role: 'user', content: 'Please count from one to twelve.' },
];
/** Room for a model that thinks, though not for ever. */
const MOST_TOKENS = 256;
const TOOLS_FIX =
  'start the server with tool calling (vLLM: --enable-auto-tool-choice --tool-call-parser …; llama-server: --jinja), or take `actions` out of the prompt files: until then the agent only talks';

interface Heard {
  text: string;
  thoughts: string;
  finish: string | undefined;
  firstMs: number | undefined;
  lastMs: number;
  /** How many pieces of text there were. */
  parts: number;
}

/** The model answers one turn, in the shape that calls use. */
export const chat: InsideCheck = {
  id: 'chat',
  proves: 'the model answers',
  isModel: true,
  after: [MODELS.id],
  async run({ config, seen, signal }) {
    if (servedBy(config, 'llm').plugin || !config.llm.baseUrl) return undefined;
    const all = chatEndpoint(config, {}, new ChatMemory());
    const tools = await wantedTools(config.agent.promptsDir);
    const each = [all, ...(all.others ?? [])].map((endpoint) => ({ ...endpoint, others: [] }));
    return atEachServer('llm', each, seen, (endpoint) => tryEndpoint({ config, tools, signal }, endpoint));
  },
};

interface Trial {
  config: Config;
  /** As calls offer them. */
  tools: readonly object[];
  signal: AbortSignal;
}

/** Those of all prompts together; none where no prompt lists actions, or none can be read (`config` says that). */
async function wantedTools(dir: string): Promise<object[]> {
  const store = createPersonaStore({ dir, log: SILENT });
  await store.load().catch(() => {});
  const all = store.list().flatMap(({ actions }) => actions ?? []);
  const offered = {
    hangUp: all.some(({ hangUp }) => hangUp),
    sendDigits: all.some(({ sendDigits }) => sendDigits),
    targets: Object.assign({}, ...all.map(({ targets }) => targets)),
  };
  return toolBodies(llm.toToolContext(toolsOf(offered, () => {})));
}

const SILENT = { debug() {}, info() {}, warn() {} };

async function tryEndpoint(trial: Trial, endpoint: ChatEndpoint): Promise<Finding> {
  const { model, memory } = endpoint;
  const heard = await ask(trial, endpoint);
  const written = heard.text;
  if (trial.config.llm.judgesTurns) heard.text = withoutMark(written).text;
  if (trial.tools.length > 0 && memory.learned.without?.includes('tools'))
    return {
      evidence: `${model}: it refuses tools, and prompts list actions`,
      verdict: 'warn',
      fix: TOOLS_FIX,
    };
  const isSilent = heard.text.trim() === '';
  const first = heard.firstMs === undefined ? '' : ` after ${heard.firstMs} ms`;
  const said = isSilent ? `nothing to say (${heard.finish ?? 'no finish'})` : 'an answer';
  const last = heard.parts > 1 ? `, all of it after ${heard.lastMs} ms` : '';
  const fix =
    heard.thoughts !== '' || isSilent
      ? thinkingHint(isSilent)
      : bufferHint('llm', { ...heard, firstMs: heard.firstMs ?? 0 });
  const evidence = `${model}: ${said}${first}${last}${learnedIn(memory.learned)}`;
  if (fix || !trial.config.llm.judgesTurns) return { evidence, ...(fix && { verdict: 'warn', fix }) };
  const upTo = async (tokens: number) => (await ask(trial, endpoint, tokens)).text;
  const mark = await findMark(written, upTo);
  return { ...mark, evidence: `${evidence}; ${mark.evidence}` };
}

async function ask(
  { config, tools, signal }: Trial,
  endpoint: ChatEndpoint,
  maxTokens = MOST_TOKENS,
): Promise<Heard> {
  const { llm } = config;
  const deadlines = { ...llm, attempts: 1 };
  const startedMs = performance.now();
  const heard: Heard = { text: '', thoughts: '', finish: undefined, firstMs: undefined, lastMs: 0, parts: 0 };
  try {
    const endMarks = llm.judgesTurns ? { unfinished: new Set<string>() } : undefined;
    const asked = { ...chatChoices(llm, {}), maxTokens, tools, messages: CONVERSATION, endMarks };
    for await (const { text, thoughts, finish } of streamChat(endpoint, asked, { deadlines, signal })) {
      if (text !== '') {
        heard.lastMs = Math.round(performance.now() - startedMs);
        heard.firstMs ??= heard.lastMs;
        heard.parts++;
      }
      heard.text += text;
      heard.thoughts += thoughts;
      heard.finish = finish ?? heard.finish;
    }
    return heard;
  } catch (error) {
    const server = { ...endpoint, endpoint: 'llm' as const, deadlines, signal };
    throw await withOffer(error, { endpoint: 'llm', model: endpoint.model }, server);
  }
}

/** Callers wait while a model thinks. */
function thinkingHint(isSilent: boolean): string {
  const what = isSilent
    ? `it wrote nothing to speak within ${MOST_TOKENS} tokens: if it is a thinking model, turn that off`
    : 'it thinks before it answers, and callers wait so long: turn that off';
  return `${what}, for templates such as Qwen3’s by\nLLM_EXTRA_BODY=${JSON.stringify(THINKING_OFF)}`;
}

/** What calls learn from its refusals too. */
function learnedIn({ tokenLimit, without = [], systemInUser }: Learned): string {
  const lessons = [
    tokenLimit && tokenLimit !== 'none' && `wants ${tokenLimit}`,
    without.length > 0 && `refuses ${without.join(', ')}`,
    systemInUser && 'has no system role',
  ].filter(Boolean);
  return lessons.length === 0 ? '' : `; it ${lessons.join(', ')}`;
}
