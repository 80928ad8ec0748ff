import { AppError, messageOf } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';

const MOST_BYTES = 4_000_000;
/** Names of livekit-server 1.13.3, which it tells without a call too. */
const OWN_METRIC = /^livekit_/m;

/** LiveKit tells its metrics at CHECK_METRICS_URLS: without them nobody sees an SFU that is full. */
export const sfuMetrics: InsideCheck = {
  id: 'sfu-metrics',
  proves: 'LiveKit tells its metrics',
  async run({ config, fetch, signal }): Promise<Finding | undefined> {
    const urls = config.check.metricsUrls
      .split(',')
      .map((url) => url.trim())
      .filter(Boolean);
    if (urls.length === 0) return undefined;
    const found = await Promise.all(urls.map((url) => readMetrics(url, { fetch, signal })));
    return { evidence: found.join('\n') };
  },
};

/** Of one server. @throws AppError that says what answered in its place. */
async function readMetrics(
  url: string,
  { fetch, signal }: Pick<InsideMeans, 'fetch' | 'signal'>,
): Promise<string> {
  const shown = hideUrlSecrets(url);
  const failed = (problem: string, hint: string, cause?: unknown) =>
    new AppError(`${shown}: ${problem}`, { hint, cause });
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throw failed(messageOf(cause), CONFIGURE, cause);
  }
  const text = (await response.text()).slice(0, MOST_BYTES);
  if (response.status === 401)
    throw failed(
      '401',
      'put the user and password of prometheus in livekit.yaml into the URL of CHECK_METRICS_URLS',
    );
  if (!response.ok) throw failed(`${response.status}`, response.status === 404 ? WRONG_PORT : CONFIGURE);
  if (!OWN_METRIC.test(text)) throw failed('no metric of LiveKit is there', WRONG_PORT);
  const rooms = /^livekit_room_total(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  const people = /^livekit_participant_total(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  return `${shown}: ${rooms ?? '0'} room(s), ${people ?? '0'} participant(s)`;
}

const CONFIGURE =
  'prometheus: { port: 6789 } in livekit.yaml, and open TCP 6789 from here (network policies; chart: monitoring)';
const WRONG_PORT =
  'livekit-server tells metrics at prometheus.port alone, not at 7880: CHECK_METRICS_URLS=http://<livekit>:6789/metrics';
