#!/bin/sh
# 取消开机运行；数据留在 /var/lib/xunkao · no longer runs at boot; the data stays in /var/lib/xunkao
set -eu
if [ "$(id -u)" != 0 ]; then
  echo "请用 sudo 运行 · run it as root" >&2
  exit 1
fi
systemctl disable --now xunkao 2>/dev/null || true
rm -f /etc/systemd/system/xunkao.service
systemctl daemon-reload
if command -v ufw >/dev/null 2>&1; then ufw delete allow 9480/tcp >/dev/null; ufw delete allow 9480/udp >/dev/null; fi || true
if command -v firewall-cmd >/dev/null 2>&1 && firewall-cmd --state >/dev/null 2>&1; then
  firewall-cmd --permanent --remove-port=9480/tcp --remove-port=9480/udp >/dev/null && firewall-cmd --reload >/dev/null
fi || true
rm -rf /opt/xunkao
echo "已卸载；数据在 /var/lib/xunkao，启动选项在 /etc/xunkao.env · uninstalled; the data is in /var/lib/xunkao, the options in /etc/xunkao.env"
