#!/bin/sh
# 考点的采集器，Ctrl+C 结束 · the collector of this site, until Ctrl+C
cd "$(dirname "$0")" || exit 1
exec ./node app/deploy/site/start.ts "$@"
