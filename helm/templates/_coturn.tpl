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
{{- $first := 0 -}}
{{- range splitList "." (first $parts) }}{{ $first = add (mul $first 256) (int .) }}{{ end -}}
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
