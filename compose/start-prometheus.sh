#!/bin/sh
# Starts Prometheus; where /metrics asks for a token, with a configuration that sends it. (Prometheus reads no environment.)
set -eu
config=/etc/prometheus
if [ -n "${METRICS_TOKEN:-}" ]; then
  umask 077
  config=/tmp/prometheus
  rm -rf "$config" && cp -r /etc/prometheus "$config"
  printf %s "$METRICS_TOKEN" >/tmp/metrics-token
  sed -i 's|^  - job_name: blog$|&\n    authorization: { credentials_file: /tmp/metrics-token }|' "$config/prometheus.yml"
fi
exec /bin/prometheus --config.file="$config/prometheus.yml" "$@"
