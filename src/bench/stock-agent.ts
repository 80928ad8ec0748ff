/** The pipeline to compare with: LiveKit's own plugins, put together as their documentation does, default options. */
import { stdout } from 'node:process';
import { defineAgent, voice } from '@livekit/agents';
import * as openai from '@livekit/agents-plugin-openai';
import * as silero from '@livekit/agents-plugin-silero';
import { loadConfig } from '../config/load.ts';
import { modelNames } from '../config/models.ts';
import { WARM } from './worker-lines.ts';

const INSTRUCTIONS = 'You are a friendly voice assistant. Answer in one to three short sentences.';
const GREETING = "Hi there, I'm your voice assistant. What can I do for you?";

export default defineAgent({
  prewarm: async (process) => {
    process.userData.vad = await silero.VAD.load();
    // The worker's own output: the framework says nothing of this above debug.
    stdout.write(`${JSON.stringify({ level: 'info', msg: WARM })}\n`);
  },
  entry: async (job) => {
    const config = loadConfig();
    const models = modelNames(config);
    const endpoint = ({
      baseUrl = '',
      apiKey = '',
    }: {
      baseUrl?: string | undefined;
      apiKey?: string | undefined;
    }) => ({
      baseURL: baseUrl,
      apiKey,
    });
    const session = new voice.AgentSession({
      vad: job.proc.userData.vad as silero.VAD,
      stt: new openai.STT({ ...endpoint(config.stt), model: models.stt, useRealtime: false }),
      llm: new openai.LLM({ ...endpoint(config.llm), model: models.llm }),
      tts: new openai.TTS({ ...endpoint(config.tts), model: models.tts }),
      turnHandling: { turnDetection: 'vad' },
    });
    await job.connect();
    await session.start({
      agent: new voice.Agent({ instructions: INSTRUCTIONS }),
      room: job.room,
      record: false,
    });
    session.say(GREETING);
  },
});
