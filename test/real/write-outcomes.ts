import { caseOf } from './cases/all.ts';
import { readFixtures, writeFixture } from './fixture.ts';
import { replayServer } from './replay.ts';

/**
 * For when the product is to make something else of the same answers: replays every recording and keeps what comes of it
 * now, with a line for each that changed. Needs no server: npx tsx test/real/write-outcomes.ts
 */
const fixtures = await readFixtures();
for (const [path, fixture] of fixtures) {
  const { server, variant, model, voice = '' } = fixture;
  const others = [...fixtures.values()].filter((one) => one.server === server && one.variant === variant);
  const replay = await replayServer(fixture, others);
  const outcome = await caseOf(fixture.case).run({ baseUrl: replay.baseUrl, model, voice });
  await replay.close();
  if (replay.unexpected.length > 0)
    throw new Error(`${path}: record it anew: ${replay.unexpected.join('; ')}`);
  const [before, after] = [fixture.outcome, outcome].map((one) => JSON.stringify(one));
  if (before === after) continue;
  process.stdout.write(`${path}\n- ${before}\n+ ${after}\n`);
  await writeFixture({ ...fixture, outcome });
}
