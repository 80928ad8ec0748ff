{{- /* Container ports, for the doors that are open. */}}
{{- define "voice-agent.coturnPorts" -}}
{{- if .Values.turn.udpPort }}
- {name: udp, containerPort: 3478, protocol: UDP}
{{- end }}
{{- if .Values.turn.tcpPort }}
- {name: tcp, containerPort: 3478}
{{- end }}
{{- if .Values.turn.tlsPort }}
- {name: tls, containerPort: 5349}
{{- end }}
{{- end }}

{{- /* `10.0.0.0/8` as coturn wants it, `10.0.0.0-10.255.255.255`: the addresses of an IPv4 network. */}}
{{- define "voice-agent.cidrRange" -}}
{{- $parts := splitList "/" . -}}
{{- $size := 1 -}}
{{- range until (int (sub 32 (int (last $parts)))) }}{{ $size = mul $size 2 }}{{ end -}}
{{- $first := include "voice-agent.ipNumber" (first $parts) | int64 -}}
{{- $first = sub $first (mod $first $size) -}}
{{- $last := sub (add $first $size) 1 -}}
{{- $bounds := list -}}
{{- range $address := list $first $last -}}
{{- $bytes := list -}}
{{- range $divisor := list 16777216 65536 256 1 }}{{ $bytes = append $bytes (toString (mod (div $address $divisor) 256)) }}{{ end -}}
{{- $bounds = append $bounds (join "." $bytes) -}}
{{- end -}}
{{- join "-" $bounds -}}
{{- end }}

{{- /* An IPv4 address as one number. */}}
{{- define "voice-agent.ipNumber" -}}
{{- $number := 0 -}}
{{- range splitList "." . }}{{ $number = add (mul $number 256) (int64 .) }}{{ end -}}
{{- $number -}}
{{- end }}

{{- /* Of two IPv4 networks, whether they share an address: "true" or nothing. (list network network) */}}
{{- define "voice-agent.overlap" -}}
{{- $bounds := list -}}
{{- range . }}
{{- range include "voice-agent.cidrRange" . | splitList "-" }}{{ $bounds = append $bounds (include "voice-agent.ipNumber" . | int64) }}{{ end -}}
{{- end -}}
{{- if and (le (index $bounds 0) (index $bounds 3)) (le (index $bounds 2) (index $bounds 1)) }}true{{ end -}}
{{- end }}
