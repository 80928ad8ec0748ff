import { z } from 'zod';
import { byHand } from './by-hand.ts';
import type { Stage } from './cases/case.ts';
import { llamaServer, llamaServers, type Program, piper, vllmChat, vllmWhisper, whisper } from './servers.ts';
import { installSmall, installVllm, type Small } from './setup.ts';

const runningSchema = z.object({
  server: z.string(),
  variant: z.string().optional(),
  model: z.string(),
  voice: z.string().optional(),
  baseUrl: z.string(),
  pid: z.number(),
});
/** What the calls are made with, as the tests get it. */
export const realSchema = z.object({
  chats: z.array(runningSchema).min(1),
  /** Of the chats, the one that a test kills. */
  killed: runningSchema,
  stt: runningSchema,
  sttMode: z.enum(['batch', 'sse', 'realtime']),
  tts: runningSchema,
});
export type Real = z.output<typeof realSchema>;

/** What is to run for calls, by stage. */
export interface Plan {
  chats: Program[];
  killed: Program;
  stt: Program;
  sttMode: Real['sttMode'];
  tts: Program;
}

/** Chat templates that differ in what they refuse, each worth a call. */
const CALLED = [undefined, 'llama-3.1', 'qwen3', 'mistral-small-3.2', 'gemma-2'];

/** What `npm run test:real -- --server NAME --dir PATH` makes its calls with; installs what is missing. */
export async function planFor(
  name: string,
  dir: string | undefined,
  say: (line: string) => void,
): Promise<Plan> {
  const small = await installSmall(say);
  const plan = smallPlan(small);
  if (name === 'small') return plan;
  if (name === 'vllm') {
    const installed = await installVllm(small, say);
    return { ...plan, chats: [vllmChat(small, installed.chat)], stt: vllmWhisper(installed.whisper) };
  }
  const programs = byHand(name, dir);
  const found = (stage: Stage) => programs.find(({ stages }) => stages.includes(stage));
  const stt = found('realtime');
  const chats = plan.chats.slice(0, 1);
  return { ...plan, chats, tts: found('speech') ?? plan.tts, ...(stt && { stt, sttMode: 'realtime' }) };
}

function smallPlan(installed: Small): Plan {
  return {
    chats: CALLED.map((variant) => llamaServer(installed, variant)),
    killed: llamaServer(installed),
    stt: whisper(installed),
    sttMode: 'batch',
    tts: piper(installed),
  };
}

/** What `--record` records. */
export async function recorded(
  name: string,
  dir: string | undefined,
  say: (line: string) => void,
): Promise<Program[]> {
  const small = await installSmall(say);
  if (name === 'small') return [...llamaServers(small), whisper(small), piper(small)];
  if (name !== 'vllm') return byHand(name, dir);
  const installed = await installVllm(small, say);
  const chats = [undefined, 'gemma-2', 'mistral-nemo', 'qwen3.5'].map((variant) =>
    vllmChat(small, installed.chat, variant),
  );
  return [...chats, vllmWhisper(installed.whisper)];
}
