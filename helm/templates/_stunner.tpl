{{- define "voice-agent.gatewayClass" -}}
{{- .Values.stunner.gatewayClass.name | default (include "voice-agent.clusterName" .) -}}
{{- end }}

{{- define "voice-agent.dataplane" -}}
{{- .Values.stunner.dataplane.name | default (include "voice-agent.clusterName" .) -}}
{{- end }}

{{- /* The Gateways of the chosen layout as a JSON list: {name, listeners: [{name, port, protocol}]}. */}}
{{- define "voice-agent.gateways" -}}
{{- $stunner := .Values.stunner -}}
{{- $udpName := $stunner.gatewayName | default (printf "%s-udp" (include "voice-agent.fullname" .)) -}}
{{- $tcpName := $stunner.tcpGatewayName | default (printf "%s-tcp" (include "voice-agent.fullname" .)) -}}
{{- $udp := list -}}
{{- $tcp := list -}}
{{- with .Values.turn.udpPort }}{{ $udp = list (dict "name" "udp" "port" . "protocol" "TURN-UDP") }}{{ end -}}
{{- with .Values.turn.tcpPort }}{{ $tcp = list (dict "name" "tcp" "port" . "protocol" "TURN-TCP") }}{{ end -}}
{{- $gateways := list -}}
{{- if eq $stunner.layout "mixed" -}}
{{- $gateways = list (dict "name" $udpName "listeners" (concat $udp $tcp)) -}}
{{- else -}}
{{- with $udp }}{{ $gateways = append $gateways (dict "name" $udpName "listeners" .) }}{{ end -}}
{{- with $tcp }}{{ $gateways = append $gateways (dict "name" $tcpName "listeners" .) }}{{ end -}}
{{- end -}}
{{- toJson $gateways -}}
{{- end }}

{{- /* Annotations of a Gateway, which STUNner copies to the load balancer's Service: (list . listeners). */}}
{{- define "voice-agent.gatewayAnnotations" -}}
{{- $stunner := (first .).Values.stunner -}}
{{- $listeners := last . | default list -}}
{{- $own := dict -}}
{{- if gt (len $listeners) 1 -}}
{{- /* Without it the Service has the first protocol only, and every status says that all is well. */}}
{{- $_ := set $own "stunner.l7mp.io/enable-mixed-protocol-lb" "true" }}
{{- end }}
{{- with $stunner.cce.elbId }}
{{- $checks := list }}
{{- range $listeners }}
{{- $protocol := trimPrefix "TURN-" .protocol }}
{{- $checks = append $checks (dict "target_service_port" (printf "%s:%v" $protocol .port) "protocol" $protocol) }}
{{- end }}
{{- $_ := set $own "kubernetes.io/elb.id" . }}
{{- $_ := set $own "kubernetes.io/elb.class" $stunner.cce.elbClass }}
{{- $_ := set $own "kubernetes.io/elb.session-affinity-mode" "SOURCE_IP" }}
{{- $_ := set $own "kubernetes.io/elb.health-check-flag" "on" }}
{{- $_ := set $own "kubernetes.io/elb.health-check-options" (toJson $checks) }}
{{- end }}
{{- with mergeOverwrite $own ($stunner.annotations | default dict) -}}
annotations:
  {{- range $name, $value := . }}
  {{ $name }}: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end }}
