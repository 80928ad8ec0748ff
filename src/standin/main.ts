import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../errors.ts';
import { createLog } from '../observe/log.ts';
import { type Profile, profileSchema } from './control.ts';
import { startStandIn } from './server.ts';

const USAGE = `Stand-in models with OpenAI's routes, for development and tests: they understand nothing.

  --port <n>        port on loopback; 0 picks a free one (default 9100)
  --profile <json>  speeds, such as '{"llm":{"ttftMs":200,"tokensPerS":50},"tts":{"realtimeFactor":5}}'
  --whisper <dir>   a Whisper model of CTranslate2 to transcribe by, now or once the folder is there
  --built-in        no espeak-ng, Flite or PocketSphinx, even where installed: the TTS speaks in tones
`;

/** Runs the stand-ins as a process of their own until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9100' },
      profile: { type: 'string', default: '{}' },
      whisper: { type: 'string' },
      'built-in': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const standIn = await startStandIn({
    port: readPort(values.port),
    profile: readProfile(values.profile),
    log: createLog({ level: 'warn', pii: false, destination: process.stderr }),
    programs: {
      ...(values['built-in'] && { espeak: [], pocketsphinx: [], flite: false as const }),
      ...(values.whisper !== undefined && { whisper: { folder: values.whisper, onArrival } }),
    },
  });
  const { stt, llm, tts } = standIn.engines;
  process.stdout.write(
    `stand-in models (no understanding): ${standIn.baseUrl} stt=${stt} llm=${llm} tts=${tts}\n`,
  );
  const stop = () => void standIn.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

const onArrival = (name: string) =>
  void process.stdout.write(`${name} is there: from now on it transcribes what you say\n`);

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AppError(`--port ${text} is not a port`, { hint: 'a whole number from 0 to 65535' });
}

function readProfile(text: string): Profile {
  try {
    return profileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(`--profile ${text} is not a profile: ${messageOf(cause)}`, {
      cause,
      hint: 'see --help',
    });
  }
}

try {
  await main();
} catch (error) {
  const hint = error instanceof AppError && error.hint ? ` (${error.hint})` : '';
  process.stderr.write(`stand-in models: ${messageOf(error)}${hint}\n`);
  process.exitCode = 1;
}
