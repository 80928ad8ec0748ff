import { CASES } from './cases/all.ts';
import { type Case, STAGES, type Stage, type Target } from './cases/case.ts';
import { differenceOf } from './difference.ts';
import { type Fixture, fixturePath, readFixtures, writeFixture } from './fixture.ts';
import { recordingProxy } from './recording-proxy.ts';

export interface RecordOptions extends Target {
  /** Name and version, such as `vllm-0.32.0`. */
  server: string;
  variant?: string;
  /** What the server does. */
  stages: readonly Stage[];
  /** Part of a case's name; default all of the stages. */
  only?: string;
}

/**
 * Sends every request of the cases to a server and keeps what came as fixtures; says of each what differs from the
 * recording before. A recording that says the same is left as it was.
 */
export async function record(options: RecordOptions, say: (line: string) => void): Promise<void> {
  const { stages, variant, only = '' } = options;
  const before = await readFixtures();
  const cases = CASES.filter(({ name, stage }) => stages.includes(stage) && name.includes(only)).filter(
    ({ ofTemplate }) => variant === undefined || ofTemplate,
  );
  for (const one of cases) {
    const fixture = await recordOne(one, options);
    const path = fixturePath(fixture);
    const old = before.get(path);
    const difference = old && differenceOf(old, fixture);
    say(`${path}: ${difference === undefined ? 'new' : difference.length === 0 ? 'the same' : 'differs'}`);
    for (const line of difference ?? []) say(`  ${line}`);
    say(`  ${JSON.stringify(fixture.outcome).slice(0, 200)}`);
    if (difference?.length !== 0) await writeFixture(fixture);
  }
}

/** A case at a server, recorded. */
export async function recordOne(
  one: Case,
  { server, variant, baseUrl, model, voice }: RecordOptions,
): Promise<Fixture> {
  const { origin, pathname } = new URL(baseUrl);
  const proxy = await recordingProxy(origin);
  try {
    const outcome = await one.run({ baseUrl: `${proxy.origin}${pathname}`, model, voice });
    const exchanges = await proxy.taken();
    return {
      case: one.name,
      server,
      ...(variant !== undefined && { variant }),
      ...{ model, voice },
      recorded: new Date().toISOString().slice(0, 10),
      ...{ exchanges, outcome },
    };
  } finally {
    await proxy.close();
  }
}

/** @throws Error for a word that names no stage */
export function stagesIn(list: string): Stage[] {
  return list.split(',').map((word) => {
    const stage = STAGES.find((one) => one === word);
    if (!stage) throw new Error(`--stages: got ${word}; want some of ${STAGES.join(',')}`);
    return stage;
  });
}
