import { AccessToken, TokenVerifier } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';

type Keys = Pick<Config['livekit'], 'apiKey' | 'apiSecret'>;

/** The page's server asks at once. */
const TTL_S = 30;
const subjectFor = (callId: string) => `listen-to-${callId}`;

/** What the page's server shows a worker, to be told the room of this call: both hold LiveKit's key and secret, and nobody else. */
export const makePass = ({ apiKey, apiSecret }: Keys, callId: string): Promise<string> => {
  const pass = new AccessToken(apiKey, apiSecret, { identity: subjectFor(callId), ttl: TTL_S });
  pass.addGrant({ roomAdmin: true });
  return pass.toJwt();
};

/** Whether it is one for this call, and still good. Tokens of callers and agents are none: they administer no room. */
export async function isPass(
  { apiKey, apiSecret }: Keys,
  callId: string,
  pass: string | undefined,
): Promise<boolean> {
  if (!pass) return false;
  const claims = await new TokenVerifier(apiKey, apiSecret).verify(pass).catch(() => undefined);
  return claims?.sub === subjectFor(callId) && claims.video?.roomAdmin === true;
}
