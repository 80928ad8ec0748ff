{{- define "voice-agent.sipName" -}}
{{- include "voice-agent.fullname" . }}-sip
{{- end }}

{{- /*
livekit-sip's configuration, as YAML, for the variable SIP_CONFIG_BODY. The API key comes by variables of its own; what of
Redis is secret Kubernetes puts in place of `$(…)`. An unknown key has no effect: what of `sip.config` there is, the schema says.
*/}}
{{- define "voice-agent.sipConfig" -}}
{{- $sip := .Values.sip -}}
{{- $config := dict
  "ws_url" (include "voice-agent.livekitUrl" .)
  "sip_port" $sip.port
  "rtp_port" (printf "%d-%d" (int $sip.rtpPortStart) (int $sip.rtpPortEnd))
  "use_external_ip" false
  "nat_1_to_1_ip" ($sip.address | default "$(OWN_IP)")
  "health_port" 8083
  "prometheus_port" 6790
  "redis" (include "voice-agent.redisConfig" . | fromJson)
-}}
{{- include "voice-agent.secretBlocks" (toYaml (mergeOverwrite (deepCopy ($sip.config | default dict)) $config)) }}
{{- end }}

{{- /* UDP ports of RTP, as `port` and `endPort`. */}}
{{- define "voice-agent.rtpPorts" -}}
port: {{ .Values.sip.rtpPortStart }}
endPort: {{ .Values.sip.rtpPortEnd }}
{{- end }}

{{- /* Peers: SIP services, which take part in LiveKit's rooms; those that no pod selector selects too. */}}
{{- define "voice-agent.sipServicePeers" -}}
{{- if .Values.sip.enabled }}
{{- include "voice-agent.peer" (list . "sip") }}
{{- end }}
{{- range .Values.networkPolicy.sipServiceCidrs }}
{{ printf "- ipBlock: {cidr: %s}" . }}
{{- end }}
{{- end }}

{{- /* Most calls of all workers at once, as the values have it. */}}
{{- define "voice-agent.callSlots" -}}
{{- $agent := .Values.agent -}}
{{- $scaled := or $agent.autoscaling.enabled $agent.keda.enabled -}}
{{- mul (ternary $agent.autoscaling.maxReplicas $agent.replicas $scaled) ($agent.config.agent.maxCalls | default 10) -}}
{{- end }}
