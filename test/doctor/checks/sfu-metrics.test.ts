import { expect, test } from 'vitest';
import { sfuMetrics } from '../../../src/doctor/checks/sfu-metrics.ts';
import { inside } from '../../helpers/inside.ts';

const URL = 'http://livekit:6789/metrics';
const run = (status: number, text = '', url = URL) =>
  sfuMetrics.run(inside({ CHECK_METRICS_URLS: url }, { fetch: async () => new Response(text, { status }) }));

test('rooms and participants are told', async () => {
  const text =
    '# TYPE livekit_room_total gauge\nlivekit_room_total{node_id="ND"} 2\nlivekit_participant_total 5\n';
  expect(await run(200, text)).toEqual({ evidence: `${URL}: 2 room(s), 5 participant(s)` });
});

test.each([
  [404, '', /6789/],
  [200, 'go_goroutines 3', /not at 7880/],
  [401, '', /user and password/],
])('an answer of %i «%s» is not its metrics', async (status, text, hint) => {
  await expect(run(status, text)).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
});

test('without URLs there is nothing to check', async () => {
  expect(await run(200, '', '')).toBeUndefined();
});
