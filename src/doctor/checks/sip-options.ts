import { AppError, messageOf } from '../../errors.ts';
import { openCaller } from '../../sip/client/caller.ts';
import { headerOf } from '../../sip/client/message.ts';
import type { InsideCheck } from '../inside-context.ts';

const ANSWER_WITHIN_MS = 4000;

/** The SIP service of CHECK_SIP_URL answers OPTIONS, as a SIP proxy's keep-alive asks. */
export const sipOptions: InsideCheck = {
  id: 'sip-options',
  proves: 'the SIP service answers',
  async run({ config, signal }) {
    const { sipUrl, sipFrom } = config.check;
    if (sipUrl === undefined) return undefined;
    const { host, port } = sipUrl;
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const failed = (problem: string, cause: unknown) =>
      new AppError(`${host}:${port}: ${problem}`, {
        cause,
        hint: `see that the SIP service runs (kubectl get pods; on a VM: systemctl status livekit-sip), that CHECK_SIP_URL names it, and open UDP ${port} to it in firewalls, security groups and networkPolicy.sipPeerCidrs`,
      });
    const caller = await openCaller({
      host,
      port,
      from: sipFrom,
      signal: AbortSignal.any([signal, late]),
    }).catch((error) => {
      throw failed(messageOf(error), error);
    });
    const startedMs = performance.now();
    try {
      const answer = await caller.options();
      const ms = Math.round(performance.now() - startedMs);
      const who = headerOf(answer, 'user-agent') || headerOf(answer, 'server');
      return `${host}:${port} UDP answers ${answer.status} ${answer.reason}${who ? `, ${who}` : ''}, after ${ms} ms`;
    } catch (error) {
      throw failed(late.aborted ? `no answer within ${ANSWER_WITHIN_MS / 1000} s` : messageOf(error), error);
    } finally {
      caller.close();
    }
  },
};
