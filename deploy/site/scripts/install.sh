#!/bin/sh
# 开机自动运行采集器 · runs the collector at boot: sudo ./install.sh nanjing-01
set -eu
cd "$(dirname "$0")"
site="${1:-}"
data=/var/lib/xunkao
if [ "$(id -u)" != 0 ]; then
  echo "请用 sudo ./install.sh 考点名称 运行 · run it as root: sudo ./install.sh SITE" >&2
  exit 1
fi
if [ ! -d /run/systemd/system ]; then
  echo "这台电脑没有 systemd：请用 ./start.sh 运行 · no systemd runs here: use ./start.sh" >&2
  exit 1
fi
if [ -z "$site" ] && [ ! -e "$data/site" ] && [ ! -e data/site ]; then
  echo "请给出考点名称，例如 sudo ./install.sh nanjing-01 · name the site: sudo ./install.sh nanjing-01" >&2
  exit 2
fi
case "$site" in
  *[!a-z0-9-]*)
    echo "考点名称只能有小写字母、数字和短横线 · lower-case letters, digits and dashes alone: $site" >&2
    exit 2
    ;;
esac
systemctl stop xunkao 2>/dev/null || true
id xunkao >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin xunkao
# 串口 UPS · a UPS on a serial port
usermod -a -G dialout xunkao 2>/dev/null || true
install -d -m 755 /opt/xunkao
rm -rf /opt/xunkao/app
cp -R node app start.sh uninstall.sh /opt/xunkao/
chown -R root:root /opt/xunkao
install -d -m 700 "$data"
# 先用 start.sh 试过的，数据一起带走 · what was tried with start.sh comes along
if [ -e data/site ] && [ ! -e "$data/site" ]; then cp -R data/. "$data/"; fi
chown -R xunkao:xunkao "$data"
# 考点名称只在第一次启动时需要 · the site's name is for the first start
if [ ! -e "$data/site" ] && ! grep -q -e --site /etc/xunkao.env 2>/dev/null; then
  options=$(sed -n 's/^XUNKAO_OPTIONS="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/xunkao.env 2>/dev/null | tail -n 1)
  echo "XUNKAO_OPTIONS=\"--site $site${options:+ $options}\"" >>/etc/xunkao.env
fi
install -m 644 xunkao.service /etc/systemd/system/xunkao.service
if command -v ufw >/dev/null 2>&1; then ufw allow 9480/tcp >/dev/null && ufw allow 9480/udp >/dev/null; fi
if command -v firewall-cmd >/dev/null 2>&1 && firewall-cmd --state >/dev/null 2>&1; then
  firewall-cmd --permanent --add-port=9480/tcp --add-port=9480/udp >/dev/null && firewall-cmd --reload >/dev/null
fi
systemctl daemon-reload
systemctl enable --now xunkao
echo "采集器已在运行；首位管理员的链接 · the collector runs; the first administrator's link:"
echo "  journalctl -u xunkao | grep code="
