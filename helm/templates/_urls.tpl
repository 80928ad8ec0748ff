{{- /* Addresses as other parts, and people, use them. */}}

{{- /* LiveKit, as pods of this chart reach it. */}}
{{- define "voice-agent.livekitUrl" -}}
{{- if .Values.livekit.enabled -}}
ws://{{ include "voice-agent.livekitName" . }}.{{ .Release.Namespace }}.svc
{{- else -}}
{{ .Values.agent.config.livekit.url }}
{{- end -}}
{{- end }}

{{- /* TURN URIs as clients get them, with commas between. */}}
{{- define "voice-agent.turnUrls" -}}
{{- $urls := list -}}
{{- range include "voice-agent.turnServers" . | fromJsonArray }}
{{- $tls := eq .protocol "tls" }}
{{- $urls = append $urls (printf "%s:%s:%v?transport=%s" (ternary "turns" "turn" $tls) .host .port (ternary "tcp" .protocol $tls)) }}
{{- end }}
{{- join "," $urls -}}
{{- end }}

{{- /*
TURN URIs of the relay's own Service, for the check inside the cluster: there the load balancer's address is answered by
kube-proxy, which says nothing about the load balancer. TLS is left out, its certificate is for another name. An external
relay is asked at its address.
*/}}
{{- define "voice-agent.innerTurnUrls" -}}
{{- $urls := list -}}
{{- $turn := .Values.turn -}}
{{- if eq $turn.provider "stunner" }}
{{- range $gateway := include "voice-agent.gateways" . | fromJsonArray }}
{{- range $gateway.listeners }}
{{- $urls = append $urls (printf "turn:%s.%s.svc:%v?transport=%s" $gateway.name $.Release.Namespace .port (trimPrefix "TURN-" .protocol | lower)) }}
{{- end }}
{{- end }}
{{- else if eq $turn.provider "coturn" }}
{{- range $protocol := list "udp" "tcp" }}
{{- with get $turn (printf "%sPort" $protocol) }}
{{- $urls = append $urls (printf "turn:%s-coturn.%s.svc:%v?transport=%s" (include "voice-agent.fullname" $) $.Release.Namespace . $protocol) }}
{{- end }}
{{- end }}
{{- else if eq $turn.provider "external" }}
{{- $urls = include "voice-agent.turnUrls" . | splitList "," }}
{{- end }}
{{- join "," $urls -}}
{{- end }}

{{- define "voice-agent.readyUrls" -}}
{{- $urls := list -}}
{{- range $component := list "agent" "web" }}
{{- if (get $.Values $component).enabled }}
{{- $urls = append $urls (printf "http://%s-%s.%s.svc:8081/readyz" (include "voice-agent.fullname" $) $component $.Release.Namespace) }}
{{- end }}
{{- end }}
{{- join "," $urls -}}
{{- end }}
