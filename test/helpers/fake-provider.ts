import { llm, stt, tts } from '@livekit/agents';
import type { Provider } from '../../src/config/providers/provider.ts';
import { setting } from '../../src/config/setting.ts';
import { httpUrl, text } from '../../src/config/types.ts';

const settings = {
  key: setting('FAKE_KEY', text.optional(), 'Key for the fake provider', { secret: true }),
  baseUrl: setting('FAKE_URL', httpUrl.optional(), 'Its server'),
};

/** What each stage was made from. */
export const made: { stt?: object; llm?: object; tts?: object } = {};

/** A provider as somebody adds one: this file, and one line in the table that a test gives. */
export const fake: Provider<typeof settings> = {
  settings,
  needs: { key: 'the key of the fake provider' },
  stt: {
    defaultModel: 'fake-ears',
    plugin: {
      retriesItself: true,
      async create(parts) {
        made.stt = parts;
        return new FakeStt();
      },
    },
  },
  llm: {
    defaultModel: 'fake-mind',
    plugin: {
      async create(parts) {
        made.llm = parts;
        return new FakeLlm();
      },
    },
  },
  tts: {
    defaultModel: 'fake-voice',
    modelIsVoice: true,
    plugin: {
      async create(parts) {
        made.tts = parts;
        return new FakeTts();
      },
    },
  },
};

const unused = (): never => {
  throw new Error('only made, never asked');
};

export class FakeStt extends stt.STT {
  readonly label = 'fake.Stt';
  override stream = unused;
  protected override _recognize = unused;
  constructor() {
    super({ streaming: true, interimResults: true });
  }
}

export class FakeLlm extends llm.LLM {
  override label = () => 'fake.Llm';
  override chat = unused;
}

export class FakeTts extends tts.TTS {
  readonly label = 'fake.Tts';
  override synthesize = unused;
  override stream = unused;
  constructor() {
    super(24_000, 1, { streaming: true });
  }
}
