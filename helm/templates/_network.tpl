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

{{- /* Egress rule for name look-ups. */}}
{{- define "voice-agent.dnsRule" -}}
{{- $dns := .Values.networkPolicy.dns -}}
- ports:
    {{- range $port := $dns.ports }}
    - {protocol: UDP, port: {{ $port }}}
    - {protocol: TCP, port: {{ $port }}}
    {{- end }}
  {{- if or $dns.namespaces $dns.cidrs }}
  to:
    {{- with $dns.namespaces }}
    {{- include "voice-agent.namespacePeers" . | nindent 4 }}
    {{- end }}
    {{- range $dns.cidrs }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
  {{- end }}
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

{{- /* URLs of the model endpoints, further ones of `endpoints` included, as JSON. */}}
{{- define "voice-agent.modelUrls" -}}
{{- $urls := list -}}
{{- range $group := keys .Values.agent.config | sortAlpha }}
{{- $of := get $.Values.agent.config $group | default dict }}
{{- with get $of "baseUrl" }}{{ $urls = append $urls . }}{{ end }}
{{- range get $of "endpoints" | default list }}{{ $urls = append $urls .baseUrl }}{{ end }}
{{- end }}
{{- toJson $urls -}}
{{- end }}

{{- /* Hosts of the model endpoints that are addresses, and those that are names; each as JSON. */}}
{{- define "voice-agent.modelAddresses" -}}
{{- $hosts := list -}}
{{- range include "voice-agent.modelUrls" . | fromJsonArray }}
{{- $host := (urlParse .).hostname }}
{{- if regexMatch "^[0-9.]+$" $host }}{{ $hosts = append $hosts $host }}{{ end }}
{{- end }}
{{- toJson ($hosts | uniq | sortAlpha) -}}
{{- end }}

{{- define "voice-agent.modelNames" -}}
{{- $hosts := list -}}
{{- range include "voice-agent.modelUrls" . | fromJsonArray }}
{{- $host := (urlParse .).hostname }}
{{- if not (regexMatch "^[0-9.]+$" $host) }}{{ $hosts = append $hosts $host }}{{ end }}
{{- end }}
{{- toJson ($hosts | uniq | sortAlpha) -}}
{{- end }}

{{- /* Egress rule for the model endpoints, or nothing: their networks, at the ports of their URLs. */}}
{{- define "voice-agent.modelRule" -}}
{{- $policy := .Values.networkPolicy -}}
{{- with include "voice-agent.modelUrls" . | fromJsonArray -}}
{{- $ports := list -}}
{{- range . }}{{ $ports = append $ports (include "voice-agent.urlPort" .) }}{{ end -}}
- to:
    {{- range include "voice-agent.modelAddresses" $ | fromJsonArray }}
    - ipBlock: {cidr: {{ . }}/32}
    {{- end }}
    {{- range $policy.modelCidrs }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
    {{- with $policy.modelNamespaces }}
    {{- include "voice-agent.namespacePeers" . | nindent 4 }}
    {{- end }}
  ports:
    {{- range $ports | uniq | sortAlpha }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}
{{- end }}

{{- /* Egress rule for webhook and storage, or nothing: their networks, at the ports of their addresses; Amazon's is HTTPS. */}}
{{- define "voice-agent.recordRule" -}}
{{- $records := .Values.agent.config.records | default dict -}}
{{- $ports := list -}}
{{- with $records.webhookUrl }}{{ $ports = append $ports (include "voice-agent.urlPort" .) }}{{ end -}}
{{- if $records.s3Bucket }}{{ $ports = append $ports (include "voice-agent.urlPort" ($records.s3Endpoint | default "https://s3")) }}{{ end -}}
{{- if and $ports .Values.networkPolicy.recordCidrs -}}
- to:
    {{- range .Values.networkPolicy.recordCidrs }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
  ports:
    {{- range $ports | uniq | sortAlpha }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}
{{- end }}

{{- /* Where traces of calls go, if anywhere. */}}
{{- define "voice-agent.traceUrl" -}}
{{- $trace := .Values.agent.config.trace | default dict -}}
{{- if and (not $trace.disabled) (ne ($trace.exporter | default "otlp") "none") -}}
{{- $trace.tracesEndpoint | default $trace.endpoint | default "" -}}
{{- end -}}
{{- end }}

{{- /* The same as LiveKit takes it (protocol, tracer/jaeger): a URL without a port is 4318 to it, of https too. */}}
{{- define "voice-agent.livekitTraceUrl" -}}
{{- with include "voice-agent.traceUrl" . -}}
{{- $url := urlParse . -}}
{{- $path := ternary $url.path (printf "%s/v1/traces" (trimSuffix "/" $url.path)) (not (empty $.Values.agent.config.trace.tracesEndpoint)) -}}
{{- $host := ternary $url.host (printf "%s:%s" $url.host (include "voice-agent.urlPort" .)) (regexMatch ":[0-9]+$" $url.host) -}}
{{- printf "%s://%s%s" $url.scheme $host $path -}}
{{- end -}}
{{- end }}

{{- /* Egress rule for the collector of traces, or nothing: at the port of its URL, in its networks and namespaces where they are given. */}}
{{- define "voice-agent.traceRule" -}}
{{- $policy := .Values.networkPolicy -}}
{{- with include "voice-agent.traceUrl" . -}}
{{- $host := (urlParse .).hostname -}}
{{- $address := regexMatch "^[0-9.]+$" $host -}}
- ports:
    - {protocol: TCP, port: {{ include "voice-agent.urlPort" . }}}
  {{- if or $address $policy.collectorNamespaces }}
  to:
    {{- if $address }}
    - ipBlock: {cidr: {{ $host }}/32}
    {{- end }}
    {{- with $policy.collectorNamespaces }}
    {{- include "voice-agent.namespacePeers" . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* Egress rule of a participant: LiveKit's signalling and media. */}}
{{- define "voice-agent.livekitRule" -}}
{{- $media := .Values.livekit.media -}}
{{- if .Values.livekit.enabled -}}
- to:
    {{- include "voice-agent.peer" (list . "livekit") | nindent 4 }}
  ports:
    - {protocol: TCP, port: 7880}
    {{- if $media.tcpFallback }}
    - {protocol: TCP, port: 7881}
    {{- end }}
    - protocol: UDP
      {{- include "voice-agent.mediaPorts" . | nindent 6 }}
{{- else -}}
# A LiveKit elsewhere: signalling at its URL's port, media at ports that only it knows.
- ports:
    - {protocol: TCP, port: {{ include "voice-agent.urlPort" .Values.agent.config.livekit.url }}}
    - {protocol: UDP, port: 1, endPort: 65535}
{{- end }}
{{- end }}

{{- /* Who exchanges media with LiveKit: agents, SIP services, relays, and networks without a relay. */}}
{{- define "voice-agent.mediaPeers" -}}
{{- include "voice-agent.peer" (list . "agent") }}
{{ include "voice-agent.peer" (list . "check") }}
{{- with include "voice-agent.sipServicePeers" . | trim }}
{{ . }}
{{- end }}
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
{{- with $turn.tlsPort }}{{ $doors = append $doors (dict "protocol" "TCP" "port" (ternary 5349 . $coturn)) }}{{ end -}}
{{- toJson $doors -}}
{{- end }}
