import type { Route } from '../standin/faults.ts';
import type { Entry } from '../standin/journal.ts';
import type { Utterance } from './corpus.ts';
import type { Endpoints } from './endpoints.ts';

/** The simulated endpoints as the caller of one call uses them; with real endpoints nothing is known of requests. */
export interface Ear {
  /** This is what the caller says next. */
  expect(utterance: Utterance): Promise<void>;
  /** The last request so far. */
  mark(): Promise<number>;
  /** Requests since a mark; `undefined` with real endpoints. */
  since(mark: number): Promise<Entry<Route>[] | undefined>;
  /** All requests of the call so far, and some before it. */
  whole(): Promise<Entry<Route>[]>;
  /** Whether any request to model or voice is still open. */
  isBusy(): Promise<boolean>;
  /** The caller has left. */
  close(): Promise<void>;
}

const DEAF: Ear = {
  expect: async () => {},
  mark: async () => 0,
  since: async () => undefined,
  whole: async () => [],
  isBusy: async () => false,
  close: async () => {},
};

/** For one call, which has the endpoints to itself. */
export function createEar(endpoints: Endpoints | undefined): Ear {
  if (!endpoints) return DEAF;
  let said: Utterance[] = [];
  let lastId = 0;
  return {
    // The one before too: audio that is still on its way belongs to it.
    expect(utterance) {
      said = [...said.slice(-1), utterance];
      return endpoints.expect(said);
    },
    async mark() {
      lastId = (await endpoints.journal(lastId)).at(-1)?.id ?? lastId;
      return lastId;
    },
    since: (mark) => endpoints.journal(mark),
    whole: () => endpoints.journal(0),
    async isBusy() {
      const open = (await endpoints.journal(lastId)).filter(({ outcome }) => outcome === 'pending');
      return open.some(({ route }) => route === 'llm' || route === 'tts');
    },
    close: () => endpoints.expect([]),
  };
}

/**
 * For the measured caller among light ones, who say the same few sentences all the time. Whose a request is cannot be
 * told there, so nothing is known of requests.
 */
export function createLoadEar(endpoints: Endpoints, others: readonly Utterance[]): Ear {
  let said: Utterance[] = [];
  return {
    ...DEAF,
    expect(utterance) {
      said = [...said.slice(-1), utterance];
      return endpoints.expect([...said, ...others]);
    },
    close: () => endpoints.expect(others),
  };
}
