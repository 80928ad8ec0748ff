import type { ServiceOptions } from './service-options.ts';
import type { PortRange } from './service-yaml.ts';

/** One thing that firewalls and security groups have to let through; answers come back by the same way. */
export interface OpenPort {
  from: string;
  to: string;
  ports: string;
  what: string;
}

/** All that a SIP service on a machine beside the cluster needs, and nothing else. */
export function openPorts({ service, mediaPorts }: ServiceOptions): OpenPort[] {
  const { address, port, rtpPorts, redisUrl, livekitUrl } = service;
  const vm = `this machine (${address})`;
  const redis = new URL(redisUrl);
  const livekit = new URL(livekitUrl);
  const signalling = livekit.port || (livekit.protocol === 'wss:' ? '443' : '80');
  const media = rangeText(mediaPorts);
  return [
    { from: 'SIP proxy', to: vm, ports: `UDP and TCP ${port}`, what: 'signalling' },
    {
      from: vm,
      to: 'SIP proxy',
      ports: 'UDP and TCP 5060, or its own',
      what: 'calls out, hang-up, transfer',
    },
    {
      from: 'SIP proxy, or what anchors its media',
      to: vm,
      ports: `UDP ${rangeText(rtpPorts)}`,
      what: 'RTP',
    },
    { from: vm, to: 'SIP proxy, or what anchors its media', ports: 'UDP, its RTP ports', what: 'RTP' },
    { from: vm, to: livekit.hostname, ports: `TCP ${signalling}`, what: 'LiveKit’s signalling' },
    {
      from: vm,
      to: 'LiveKit’s pods, by their own addresses',
      ports: `UDP ${media}`,
      what: 'LiveKit’s media',
    },
    {
      from: vm,
      to: `${redis.hostname} (an internal load balancer)`,
      ports: `TCP ${redis.port || 6379}`,
      what: 'Redis, by which LiveKit’s API finds this service',
    },
  ];
}

const rangeText = ({ start, end }: PortRange) => (start === end ? `${start}` : `${start}-${end}`);
