import { proxyFor } from '../config/proxy.ts';
import { goThroughProxies } from '../openai/proxied-fetch.ts';
import type { Context } from './context.ts';
import { createFetcher, type Fetcher, noModel } from './fetch/fetcher.ts';
import { modelFolder } from './fetch/model.ts';
import { WHISPER_TINY } from './fetch/packages.ts';
import { type KeyPair, randomKeyPair } from './livekit-keys.ts';
import { openStages, type Plan, planDev } from './plan.ts';
import { choosePort, type PortChoice } from './ports.ts';
import { type RealSetUp, setUpReal, whisperModel } from './real/run-real.ts';
import { realStages } from './real/stages.ts';

const STAND_IN_PORT = 9100;

/** The options of `npm run dev`. */
export interface DevOptions {
  /** For a LiveKit of ours; default a random pair. */
  keys?: KeyPair;
  /** Stages that get a real model on this machine: all, or a list by comma. */
  real?: string | true;
  /** A SIP service too, for a softphone on this machine. */
  sip?: boolean;
  /** Whether the stand-in may fetch a model to understand speech by; default true. */
  fetch?: boolean;
}

export interface SetUpContext extends Pick<Context, 'sources' | 'screen'> {
  /** Ends what is being fetched. */
  signal: AbortSignal;
}

/** What is known before anything runs. */
export interface SetUp {
  plan: Plan;
  real: RealSetUp;
  standInPort: PortChoice;
  /** Where the stand-ins' process finds its Whisper model, now or later; `undefined` when it transcribes nothing. */
  whisper: string | undefined;
  /** Fetches what the stand-in hears by, if it may and there is none; while the page is up already. */
  fetchEars(): Promise<void>;
}

/**
 * Plans what is started, and has the models of `--real` ready.
 *
 * @throws ConfigError listing every fault of the settings, AppError for an option or a model.
 */
export async function setUp(options: DevOptions, context: SetUpContext): Promise<SetUp> {
  const { sources } = context;
  const { keys = randomKeyPair() } = options;
  const standInPort = await choosePort(STAND_IN_PORT);
  const standInUrl = `http://127.0.0.1:${standInPort.port}/v1`;
  const { proxy } = planDev(sources, standInUrl, keys).config;
  goThroughProxies((url) => proxyFor(url, proxy));
  const fetcher = createFetcher(context);
  const stages = realStages(options.real, openStages(sources));
  const real = await setUpReal(stages, standInUrl, { ...context, fetcher });
  const tiny = modelFolder(fetcher.dir, WHISPER_TINY);
  // Fetched by an earlier start: no stand-in any more.
  if (openStages(sources).includes('stt') && !real.models.stt && fetcher.isFetched(WHISPER_TINY)) {
    real.models.stt = whisperModel(WHISPER_TINY, standInUrl);
    real.whisper = tiny;
  }
  const plan = planDev(sources, standInUrl, keys, real.models);
  const needsEars = plan.standIns.includes('stt');
  return {
    plan,
    real,
    standInPort,
    whisper: needsEars ? tiny : real.whisper,
    fetchEars: async () => {
      if (needsEars && options.fetch !== false) await fetchTiny(fetcher, context);
    },
  };
}

async function fetchTiny(fetcher: Fetcher, { screen, signal }: SetUpContext): Promise<void> {
  try {
    await fetcher.fetch(WHISPER_TINY);
  } catch (error) {
    const instead = 'the stand-in goes on as it is (--no-fetch asks for none)';
    if (!signal.aborted) screen.say(noModel(WHISPER_TINY, error, instead));
  }
}
