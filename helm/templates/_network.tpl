{{- /* Head of a NetworkPolicy for a component's pods, both directions: (list . name component). */}}
{{- define "voice-agent.policyFor" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "voice-agent.meta" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "voice-agent.selector" (list (index . 0) (index . 2)) | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end }}

{{- /* A peer: the pods of a component. (list . component) */}}
{{- define "voice-agent.peer" -}}
- podSelector:
    matchLabels:
      {{- include "voice-agent.selector" . | nindent 6 }}
{{- end }}

{{- /* Peers: the pods of some namespaces, whatever they are. */}}
{{- define "voice-agent.namespacePeers" -}}
- namespaceSelector:
    matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: In, values: {{ toJson . }}}
{{- end }}

{{- /* Egress rule for name look-ups, wherever the cluster's DNS runs. */}}
{{- define "voice-agent.dnsRule" -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{- /* Ingress rule for metrics: (list . port). The connectivity check reads them too. */}}
{{- define "voice-agent.metricsRule" -}}
- ports:
    - {protocol: TCP, port: {{ last . }}}
  {{- with (first .).Values.networkPolicy.monitoringNamespaces }}
  from:
    {{- include "voice-agent.namespacePeers" . | nindent 4 }}
    {{- include "voice-agent.peer" (list (first $) "check") | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* Pods that relay media: a JSON list of label sets. */}}
{{- define "voice-agent.relayLabels" -}}
{{- $relays := list -}}
{{- if eq .Values.turn.provider "stunner" }}
{{- range include "voice-agent.gateways" . | fromJsonArray }}
{{- $relays = append $relays (dict "app" "stunner" "stunner.l7mp.io/related-gateway-name" .name "stunner.l7mp.io/related-gateway-namespace" $.Release.Namespace) }}
{{- end }}
{{- else if eq .Values.turn.provider "coturn" }}
{{- $relays = list (include "voice-agent.selector" (list . "coturn") | fromYaml) }}
{{- end }}
{{- toJson $relays -}}
{{- end }}

{{- /* Port of a URL, by its scheme where it names none. */}}
{{- define "voice-agent.urlPort" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary 443 80 (has $url.scheme (list "https" "wss"))) -}}
{{- end }}

{{- /* TCP ports of the model endpoints as a JSON list, from their URLs. */}}
{{- define "voice-agent.modelPorts" -}}
{{- $ports := list -}}
{{- range $group := list "openai" "stt" "llm" "tts" "deepgram" }}
{{- with get (get $.Values.agent.config $group | default dict) "baseUrl" }}
{{- $ports = append $ports (include "voice-agent.urlPort" .) }}
{{- end }}
{{- end }}
{{- toJson ($ports | uniq | sortAlpha) -}}
{{- end }}

{{- /* Who exchanges media with LiveKit: agents, relays, and networks without a relay. */}}
{{- define "voice-agent.mediaPeers" -}}
{{- include "voice-agent.peer" (list . "agent") }}
{{ include "voice-agent.peer" (list . "check") }}
{{- range include "voice-agent.relayLabels" . | fromJsonArray }}
- podSelector:
    matchLabels:
      {{- toYaml . | nindent 6 }}
{{- end }}
{{- range .Values.networkPolicy.mediaCidrs }}
- ipBlock: {cidr: {{ . }}}
{{- end }}
{{- end }}

{{- /* Ports at which a relay's pods take clients, as JSON. coturn listens on ports of its own behind its Service. */}}
{{- define "voice-agent.relayDoors" -}}
{{- $turn := .Values.turn -}}
{{- $coturn := eq $turn.provider "coturn" -}}
{{- $doors := list -}}
{{- with $turn.udpPort }}{{ $doors = append $doors (dict "protocol" "UDP" "port" (ternary 3478 . $coturn)) }}{{ end -}}
{{- with $turn.tcpPort }}{{ $doors = append $doors (dict "protocol" "TCP" "port" (ternary 3478 . $coturn)) }}{{ end -}}
{{- with $turn.tlsPort }}{{ $doors = append $doors (dict "protocol" "TCP" "port" 5349) }}{{ end -}}
{{- toJson $doors -}}
{{- end }}
