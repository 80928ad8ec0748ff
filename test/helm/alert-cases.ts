/** Series in Prometheus' own words, a sample a minute (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series). */
export type AlertSeries = readonly (readonly [name: string, values: string])[];

const AT = 'namespace="livekit",pod="a"';

/** A histogram of which all that comes lies below a bound. */
const below = (name: string, labels: string, bounds: readonly [le: string, values: string][]): AlertSeries =>
  bounds.map(([le, values]) => [`${name}_bucket{${AT},${labels}le="${le}"}`, values]);

const answers = (...bounds: [le: string, values: string][]) =>
  below('voice_agent_turn_stage_seconds', 'stage="total",prompt="a",', bounds);
const resumes = (...bounds: [le: string, values: string][]) =>
  below('voice_agent_call_resume_seconds', '', bounds);
const packetLoss = (...bounds: [le: string, values: string][]) =>
  below('livekit_packet_loss_percent', 'direction="incoming",', bounds);
const delivered = (to: string, outcome: string) =>
  `voice_agent_records_delivered_total{${AT},to="${to}",outcome="${outcome}"}`;
const joins = (state: string) => `livekit_participant_join_total{${AT},state="${state}"}`;
const phones = (dir: string, reason: string) =>
  `livekit_sip_calls_terminated{${AT},dir="${dir}",reason="${reason}",result="a",to="a"}`;
const relayed = (direction: string) => `stunner_cluster_packets_total{${AT},direction="${direction}"}`;

/** What each alert is for: when it is still quiet, and when it fires. */
export const ALERT_CASES: readonly (readonly [
  alert: string,
  series: AlertSeries,
  quietAt: string,
  firesAt: string,
])[] = [
  ['VoiceAgentNotRegistered', [[`voice_agent_registered{${AT}}`, '1 1 0x20']], '3m', '5m'],
  ['VoiceAgentNotRegistered', [], '1m', '3m'],
  [
    'VoiceAgentNearlyFull',
    [
      [`voice_agent_calls_active{${AT}}`, '4 10x20'],
      [`voice_agent_call_slots{${AT}}`, '10x20'],
    ],
    '5m',
    '7m',
  ],
  // Quick for five minutes, then slower than 3 s.
  [
    'VoiceAgentSlowAnswers',
    answers(['1', '0+10x5 50x30'], ['5', '0+10x35'], ['+Inf', '0+10x35']),
    '15m',
    '17m',
  ],
  ['VoiceAgentPromptBroken', [[`voice_agent_prompt_files_broken{${AT}}`, '0 1x20']], '5m', '7m'],
  ['VoiceAgentDeadAir', [[`voice_agent_dead_air_turns_total{${AT},prompt="a"}`, '0x5 1x20']], '5m', '7m'],
  [
    'VoiceAgentEndpointFailing',
    [[`voice_agent_endpoint_errors_total{${AT},endpoint="llm",failure="stall"}`, '0x5 10+10x30']],
    '5m',
    '20m',
  ],
  [
    'VoiceAgentEndpointLeftOut',
    [[`voice_agent_breaker_state{${AT},stage="llm",host="gpu:8000"}`, '1 2x20']],
    '2m',
    '4m',
  ],
  [
    'VoiceAgentCallsBroken',
    [[`voice_agent_calls_broken_total{${AT},why="host",outcome="goes-on"}`, '0x5 1x20']],
    '5m',
    '7m',
  ],
  [
    'VoiceAgentCallsResumeSlowly',
    resumes(['5', '0x25'], ['10', '0x5 1x20'], ['+Inf', '0x5 1x20']),
    '5m',
    '7m',
  ],
  [
    'VoiceAgentCallsLost',
    [[`voice_agent_call_ends_total{${AT},host="1",how="lost"}`, '0x5 1x20']],
    '5m',
    '7m',
  ],
  [
    'VoiceAgentRecordsNotDelivered',
    [
      [delivered('webhook', 'failed'), '0x5 1+1x30'],
      [delivered('webhook', 'sent'), '0x35'],
    ],
    '15m',
    '17m',
  ],
  [
    'VoiceAgentRecordsLost',
    [[`voice_agent_records_failed_total{${AT},what="recording"}`, '0x5 1x20']],
    '5m',
    '7m',
  ],
  ['VoiceAgentRecordsLost', [[delivered('s3', 'given-up'), '0x5 1x20']], '5m', '7m'],
  ['LiveKitDown', [[`livekit_room_total{${AT}}`, '3x5 stale']], '6m', '9m'],
  ['LiveKitPacketLoss', packetLoss(['5', '0x30'], ['10', '0+10x30'], ['+Inf', '0+10x30']), '9m', '12m'],
  [
    'LiveKitMediaNotReached',
    [
      [joins('signal_connected'), '0+10x30'],
      [joins('rtc_active'), '0+7x30'],
    ],
    '15m',
    '17m',
  ],
  ['SipServiceDown', [[`livekit_sip_available{${AT}}`, '1 1 0x20']], '3m', '5m'],
  ['SipServiceDown', [], '1m', '3m'],
  ['SipServiceWithoutLiveKit', [[phones('inbound', 'auth-error'), '_x5 1x20']], '4m', '7m'],
  ['SipCallsRefused', [[phones('inbound', 'no-rule'), '0+2x30']], '12m', '20m'],
  // A count that stood there already.
  ['SipCallsNotPickedUp', [[phones('inbound', 'cannot-subscribe'), '3x25 4x20']], '24m', '27m'],
  ['SipCallsNotPickedUp', [[phones('inbound', 'cannot-subscribe'), '_x5 1x20']], '4m', '7m'],
  ['SipTrunkRefuses', [[phones('outbound', 'upstream-server-error-503'), '_x5 1x20']], '4m', '7m'],
  ['RelayDown', [[`stunner_allocations_active{${AT}}`, '3x5 stale']], '6m', '9m'],
  [
    'RelayOneWay',
    [
      [relayed('tx'), '0+6000x20'],
      [relayed('rx'), '0x20'],
    ],
    '5m',
    '7m',
  ],
];

/** An hour of a system that is busy, and stays just below what the alerts are for. */
export const WELL: AlertSeries = [
  [`voice_agent_registered{${AT}}`, '1x60'],
  [`voice_agent_calls_active{${AT}}`, '9x60'],
  [`voice_agent_call_slots{${AT}}`, '10x60'],
  ...answers(['1', '0+98x60'], ['5', '0+100x60'], ['+Inf', '0+100x60']),
  [`voice_agent_prompt_files_broken{${AT}}`, '0x60'],
  [`voice_agent_dead_air_turns_total{${AT},prompt="a"}`, '7x60'],
  // One in three minutes.
  [`voice_agent_endpoint_errors_total{${AT},endpoint="llm",failure="stall"}`, '0 0 1 1 1 2 2 2 3x52'],
  // Left out for a minute, as one that is tried again.
  [`voice_agent_breaker_state{${AT},stage="llm",host="gpu:8000"}`, '0x5 2 1 0x53'],
  [`voice_agent_calls_broken_total{${AT},why="host",outcome="goes-on"}`, '2x60'],
  ...resumes(['5', '0+1x60'], ['10', '0+1x60'], ['+Inf', '0+1x60']),
  [`voice_agent_call_ends_total{${AT},host="1",how="lost"}`, '0x60'],
  [`voice_agent_call_ends_total{${AT},host="1",how="ok"}`, '0+5x60'],
  // A try that failed, among those that arrive.
  [delivered('webhook', 'failed'), '0+1x60'],
  [delivered('webhook', 'sent'), '0+5x60'],
  [delivered('webhook', 'given-up'), '0x60'],
  [`voice_agent_records_failed_total{${AT},what="recording"}`, '0x60'],
  [`livekit_room_total{${AT}}`, '3x60'],
  ...packetLoss(['5', '0+96x60'], ['10', '0+100x60'], ['+Inf', '0+100x60']),
  [joins('signal_connected'), '0+10x60'],
  [joins('rtc_active'), '0+9x60'],
  [`livekit_sip_available{${AT}}`, '1x60'],
  // Every call is challenged first; a scanner tries now and then; numbers are busy.
  [phones('inbound', 'unauthorized'), '0+10x60'],
  [phones('inbound', 'hangup'), '0+10x60'],
  [phones('inbound', 'no-rule'), '0+1x60'],
  [phones('outbound', 'busy'), '0+3x60'],
  [phones('outbound', 'no-answer'), '0+3x60'],
  [`stunner_allocations_active{${AT}}`, '3x60'],
  [relayed('tx'), '0+6000x60'],
  [relayed('rx'), '0+5000x60'],
];
