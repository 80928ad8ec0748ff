/** What people report, which checks tell what it is, and what it usually comes to. */
export interface Symptom {
  symptom: string;
  /** Ids of the checks that answer it, the most telling first. */
  checks: readonly string[];
  /** Causes and cures, the most frequent first. */
  answer: string;
}

/** The first nine are those of the two documents, in their words. */
export const SYMPTOMS: readonly Symptom[] = [
  {
    symptom: 'Can’t connect at all',
    checks: ['page', 'signal-ws', 'dns', 'turn-udp', 'turn-tcp'],
    answer:
      'The first broken hop says which port is closed. The firewall or VPN must let through TCP 443 (page, signalling), UDP 3478 and TCP 3480 (TURN); nothing else is needed from a caller. `rtc.use_external_ip` stays `false` in a private network: it makes LiveKit ask a public STUN server.',
  },
  {
    symptom: 'Connects, but no audio',
    checks: ['join-relay-udp', 'join-direct', 'media-echo', 'kube-udproute', 'kube-livekit'],
    answer:
      'Signalling works and no media path is found. `turn-*` ok and `join-relay-*` broken: the relay may not reach LiveKit (UDPRoute, `rtc.node_ip`). Both broken: the TURN port is closed. LiveKit’s own UDP ports need to be open only where there is no relay.',
  },
  {
    symptom: 'Slow connection',
    checks: ['join-relay-udp', 'media-quality'],
    answer:
      'A relay alone adds a few milliseconds. A relay over TCP waits for what was lost: `turn-udp` says why UDP is not used. The set-up time of each way stands beside `join-*`.',
  },
  {
    symptom: 'Fails behind a corporate network or proxy',
    checks: ['turn-tcp', 'turn-tls', 'signal-ws'],
    answer:
      'Such networks let out TCP 443 at most: offer TURN over TLS at 443 (an entry with `protocol: tls` in `rtc.turn_servers`, a certificate of a name that browsers trust). A proxy that breaks WebSockets is named by `signal-ws`.',
  },
  {
    symptom: 'Works on the LAN, fails remotely',
    checks: ['candidates', 'join-direct', 'join-relay-udp'],
    answer:
      'LiveKit names an address that only the LAN reaches. With a relay that does not matter: `join-relay-*` must work. Without one, `rtc.node_ip` must be an address that callers reach.',
  },
  {
    symptom: '“Secret is too short”',
    checks: ['config', 'signal-token'],
    answer:
      'An error in the log of livekit-server, which starts all the same: `openssl rand -base64 32` makes one of more than 32 characters. Both sides need the same: `signal-token` says when they do not have it.',
  },
  {
    symptom: 'Cannot connect to WebSocket',
    checks: ['signal-ws', 'dns', 'signal-tcp', 'signal-tls', 'kube-httproute'],
    answer:
      'The check says whether the host answers plain requests. It does: the HTTPRoute or proxy does not pass on the upgrade. It does not: name, port or certificate; opened in a tab, `https://<LiveKit’s host>/` shows «OK» or what is wrong.',
  },
  {
    symptom: 'No audio, or high latency, in some calls',
    checks: ['media-quality', 'turn-udp', 'conversation'],
    answer:
      'Loss, jitter and round trip of each way stand beside `media-quality`, and live under Connection during a call. When they are low and answers come late all the same, the models are slow: Answer times on the page says which.',
  },
  {
    symptom: 'Redis refused',
    checks: ['signal-ws', 'signal-tcp', 'kube-pods'],
    answer:
      'livekit-server does not start without the Redis that it is given: nothing answers at its port, and its log says `unable to connect to redis`. `kubectl logs` of LiveKit’s pod; then `redis.address` in `livekit.yaml`.',
  },
  {
    symptom: 'ICE fails sometimes, more often with many calls',
    checks: ['turn-udp', 'join-relay-udp', 'join-relay-tcp', 'kube-udproute'],
    answer:
      'Check again a few times: code 486 or 508 at `turn-*` means that the relay ran out of ports or quota. Refusals of `join-relay-*` now and then: one of several LiveKit pods is not covered by the UDPRoute.',
  },
  {
    symptom: '“permission denied for client … to peer” in STUNner’s log',
    checks: ['join-relay-udp', 'join-relay-tcp', 'kube-udproute', 'kube-network'],
    answer:
      'The UDPRoute’s `backendRefs` must name a Service whose endpoints are LiveKit’s pods: `kubectl get udproute,endpointslices -A`. The address that LiveKit names (`rtc.node_ip`) must be one of them.',
  },
  {
    symptom: '`turn_servers` are ignored; only private host candidates',
    checks: ['ice-servers', 'candidates', 'kube-livekit'],
    answer:
      '`ice-servers` shows what LiveKit hands out. They belong under `rtc.turn_servers`, each with `host`, `port`, `protocol` and credentials; `turn:` is LiveKit’s own server, `rtc.turn` is no key at all.',
  },
  {
    symptom: 'STUN lookups fail with 701 in a closed network',
    checks: ['ice-servers'],
    answer:
      'livekit-server hands out public STUN servers when it has neither STUN nor TURN of its own: name `rtc.turn_servers`, or your own under `rtc.stun_servers`.',
  },
  {
    symptom: 'Works over UDP only; no TURN over TCP',
    checks: ['turn-tcp', 'join-relay-tcp'],
    answer:
      'LiveKit’s own TURN server has no plain TCP. A STUNner or coturn listener on TCP 3480 and an entry with `protocol: tcp` in `rtc.turn_servers` do; the load balancer needs a listener for TCP beside that for UDP.',
  },
  {
    symptom: 'The load balancer’s UDP listener may be missing',
    checks: ['turn-udp', 'kube-service', 'kube-gateway'],
    answer:
      '`helm test` cannot know: inside the cluster, the address of the load balancer is answered by the cluster itself. The page, opened from outside, goes the way of a caller.',
  },
  {
    symptom: 'TURN refuses the credentials (401)',
    checks: ['turn-udp', 'turn-tcp', 'ice-servers'],
    answer:
      'LiveKit and the TURN server have different secrets, or different ways of authentication (static, ephemeral). Credentials that have ended come from wrong clocks or a `ttl` in the wrong unit: it counts in seconds.',
  },
  {
    symptom: 'LiveKit refuses the token',
    checks: ['signal-token'],
    answer:
      '`signal-token` tells another key or secret from clocks that disagree. The page’s server, the workers and LiveKit need the same `LIVEKIT_API_KEY` and `LIVEKIT_API_SECRET`.',
  },
  {
    symptom: 'The certificate is refused (private CA, expired, another name)',
    checks: ['signal-tls', 'signal-ws'],
    answer:
      'A browser needs the authority in its own store; a worker in `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE` (chart: `caBundle`). `signal-tls` shows what is wrong with the certificate.',
  },
  {
    symptom: 'LiveKit names a public or wrong address in spite of `node_ip`',
    checks: ['join-direct', 'join-relay-udp', 'kube-livekit'],
    answer:
      'The pair beside `join-*` shows the address that LiveKit names. `rtc.node_ip` must be the pod’s own, with `use_external_ip: false`.',
  },
  {
    symptom: 'The Service of a Gateway with UDP and TCP is made anew again and again',
    checks: ['kube-service', 'kube-gateway'],
    answer:
      'Its load balancer takes one protocol each: `stunner.layout: split` of the chart makes two Gateways.',
  },
  {
    symptom: 'The page gives no token',
    checks: ['page-token', 'page'],
    answer:
      'The access token is that of `WEB_TOKEN` or `web.credentials`. 429: too many calls from this address; behind a proxy, `WEB_TRUSTED_PROXIES` tells callers apart. An answer that is not JSON comes from a login page in between.',
  },
  {
    symptom: 'No agent joins',
    checks: ['dispatch', 'ready', 'signal-token', 'kube-pods'],
    answer:
      'A worker with the page’s `AGENT_NAME` must be registered with the same LiveKit: `/readyz` of the worker says why it is not ready. «All lines are busy»: `MAX_CALLS` of each worker, or more replicas.',
  },
  {
    symptom: 'The agent joins and stays silent',
    checks: ['conversation', 'chat', 'speech', 'models'],
    answer:
      'Its models do not answer: run the check inside, which tries each. 404: the path of the endpoint (`…/v1`) or the name of the model is wrong; `models` lists those that there are.',
  },
  {
    symptom: 'The agent does not understand, or hears nothing',
    checks: ['media-echo', 'transcription'],
    answer:
      'The meter under Microphone shows whether the browser hears you; `media-echo` whether sound reaches LiveKit; `transcription`, inside, whether speech is recognised.',
  },
  {
    symptom: 'A path stands, and nothing comes over it',
    checks: ['media-echo', 'candidates'],
    answer:
      'Small packets pass and large ones do not: a VPN with a small MTU, or a firewall that looks into UDP. Choose “Relay only, over TCP or TLS” under Connection: when that works, it is so.',
  },
  {
    symptom: 'Calls lose their media after an hour or so',
    checks: ['ice-servers'],
    answer:
      'The TURN credentials end before the call: `ttl` of `rtc.turn_servers` must be longer than `MAX_CALL_MS`, in seconds.',
  },
  {
    symptom: 'A call by phone is not taken, or rings and ends',
    checks: ['sip-options', 'sip-rules', 'sip-call'],
    answer:
      'Set `CHECK_SIP_URL=sip:<number>@<SIP service>:5060`. `sip-options` says whether the service is reached, `sip-rules` what LiveKit would do with a call to each number, `sip-call` calls. What an exchange has to be set to, and more symptoms: [Phones](../sip/README.md).',
  },
  {
    symptom: 'By phone one of the two hears nothing',
    checks: ['sip-call'],
    answer:
      'It tells where RTP goes and whether sound came from there, and whether the agent answered what was said. The address is `nat_1_to_1_ip` of livekit-sip (`sip.address`), and UDP 10000-10399 has to be open both ways.',
  },
];
