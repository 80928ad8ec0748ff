import { AppError } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { openRedis, type RedisAnswer } from '../redis.ts';

/** The Redis of CHECK_REDIS_URL, by which LiveKit's nodes find each other's rooms, takes our password and answers. */
export const redis: InsideCheck = {
  id: 'redis',
  proves: 'LiveKit’s Redis answers',
  after: ['dns'],
  async run({ config, signal }): Promise<Finding | undefined> {
    const { redisUrl } = config.check;
    if (redisUrl === undefined) return undefined;
    const url = new URL(redisUrl);
    const shown = hideUrlSecrets(`${url.protocol}//${url.host}`);
    try {
      const connection = await openRedis(url, signal);
      try {
        if (url.password !== '') {
          const words = [url.username, url.password].filter(Boolean).map(decodeURIComponent);
          const taken = await connection.command('AUTH', ...words);
          if (taken.isError) return refused(shown, taken);
        }
        const pong = await connection.command('PING');
        return pong.isError ? refused(shown, pong) : { evidence: `${shown} answers ${pong.text}` };
      } finally {
        connection.close();
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return {
        verdict: 'fail',
        evidence: error.message.includes(url.host) ? error.message : `${shown}: ${error.message}`,
        cause: 'without it livekit-server does not start, and several nodes do not find each other’s rooms',
        fix: `see that Redis runs and listens (kubectl get pods,service), and that CHECK_REDIS_URL and redis.address in livekit.yaml name it${url.protocol === 'redis:' ? '; if it speaks TLS: rediss: here, redis.use_tls: true there' : ''}`,
      };
    }
  },
};

/** Redis's own words begin with a code: NOAUTH, WRONGPASS, LOADING, MOVED … */
function refused(shown: string, { text }: RedisAnswer): Finding {
  const [code = ''] = text.split(' ');
  const fail = (cause: string, fix: string): Finding => {
    return { verdict: 'fail', evidence: `${shown}: ${code}`, cause, fix };
  };
  if (code === 'NOAUTH')
    return fail(
      'Redis wants a password',
      'CHECK_REDIS_URL=redis://:<password>@…, and redis.password in livekit.yaml',
    );
  if (code === 'WRONGPASS' || /without any password configured|invalid password/.test(text))
    return fail(
      'Redis does not take this user and password',
      'CHECK_REDIS_URL, and redis.username and redis.password in livekit.yaml, must be the server’s (requirepass, or a user of ACL LIST)',
    );
  if (code === 'LOADING') return fail('Redis still reads its data', 'wait, or see why it started anew');
  return fail('Redis refuses', 'read the log of Redis');
}
